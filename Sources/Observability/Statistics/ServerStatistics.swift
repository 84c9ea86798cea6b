import Configuration
import LoadBalancing
import Memory
import Primitives
public import Proxies

extension StatisticsRow {
  /// A server's row; `now`: monotonic milliseconds. `legends`: with addresses and cookies.
  public init(_ place: ServerPlace, _ process: ProcessRuntime, now: Int64, legends: Bool) {
    guard let (backend, server) = process.server(at: place) else {
      self.init(.server, proxyID: 0, id: 0)
      return
    }
    let settings = server.settings
    self.init(.server, proxyID: backend.settings.id, id: settings.id)
    set(.pxname, backend.settings.name)
    set(.svname, settings.name)
    set(.mode, backend.settings.mode.rawValue)
    set(.status, ServerStatus.text(place, process))
    setLoad(server, now: now)
    setState(server, backend, now: now)
    if !process.tracking.followed.isEmpty, let followed = process.tracking.followed[place],
      let (other, tracked) = process.server(at: followed)
    {
      set(.tracked, "\(other.settings.name)/\(tracked.settings.name)")
    }
    setCounters(server, isHTTP: backend.settings.mode == .http)
    setTimes(server.counters)
    setCheck(server)
    setAgent(server)
    setTLS(server.counters)
    if legends {
      setAddress(server)
      if let cookie = settings.cookie {
        set(.cookie, cookie)
      } else if let cookie = backend.dynamicCookies.cookie(of: server) {
        set(.cookie, String(decoding: cookie, as: UTF8.self))
      }
    }
  }

  private mutating func setLoad(_ server: ServerRuntime, now: Int64) {
    set(.qcur, server.queue.length.value)
    set(.qmax, server.queue.longest.value)
    set(.scur, server.sessions.value)
    set(.smax, server.sessionsMax.value)
    if server.load.maximum > 0 { set(.slim, server.load.maximum) }
    if server.settings.maxQueue > 0 { set(.qlimit, server.settings.maxQueue) }
    set(.rate, server.sessionRate.rate(at: now))
    set(.rateMax, server.sessionRateMax.value)
    let last = server.lastSession.value
    self[.lastsess] = .signed(last < 0 ? -1 : (now - Int64(last)) / 1000)
    let idle = server.idleConnections.value
    set(.srvIcur, idle)
    if server.settings.poolMaxConnections >= 0 { set(.srcIlim, server.settings.poolMaxConnections) }
    set(.idleConnCur, 0)
    set(.safeConnCur, idle)
    set(.usedConnCur, server.usedConnections.value)
    set(.needConnEst, server.usedConnections.value)
  }

  private mutating func setState(_ server: ServerRuntime, _ backend: BackendRuntime, now: Int64) {
    let scale = backend.balancer.scale
    let weight = scale.isDynamic ? server.effectiveWeight.value : scale.effective(server.effectiveWeight.value / 16)
    set(.weight, scale.displayed(weight))
    set(.uweight, server.userWeight.value)
    set(.act, server.settings.isBackup ? 0 : 1)
    set(.bck, server.settings.isBackup ? 1 : 0)
    let age = max(0, Int(now / 1000) - server.lastChange.value)
    set(.lastchg, age)
    if let throttle = server.throttle { set(.throttle, throttle) }
    if server.check.current.isEnabled {
      set(.chkfail, server.counters.total(.failedChecks))
      set(.chkdown, server.downTransitions.value)
      set(.downtime, server.downSeconds.value + (server.state == .stopped ? age : 0))
    }
    if server.settings.observe != .none { set(.hanafail, server.observedFailures.value) }
  }

  private mutating func setCounters(_ server: ServerRuntime, isHTTP: Bool) {
    let counters = server.counters
    count(
      counters,
      [
        (.stot, .sessionsTotal), (.bin, .bytesIn), (.bout, .bytesOut), (.dresp, .deniedResponses),
        (.econ, .connectionErrors), (.eresp, .responseErrors), (.wretr, .retries), (.wredis, .redispatches),
        (.lbtot, .selectedTotal), (.cliAbrt, .clientAborts), (.srvAbrt, .serverAborts), (.wrew, .failedRewrites),
        (.eint, .internalErrors), (.connect, .connectAttempts), (.reuse, .connectReuses),
      ])
    if !isHTTP { return }
    setStatusClasses(counters)
    set(.reqTot, counters.total(.requestsTotal))
  }

  /// Averages and largest values of the phases of exchanges.
  mutating func setTimes(_ counters: CounterSet) {
    let exchanges = max(1, counters.total(.timedExchanges))
    set(.qtime, counters.total(.queueTime) / exchanges)
    set(.ctime, counters.total(.connectTime) / exchanges)
    set(.rtime, counters.total(.responseTime) / exchanges)
    set(.ttime, counters.total(.totalTime) / exchanges)
    count(
      counters,
      [
        (.qtimeMax, .queueTimeMax), (.ctimeMax, .connectTimeMax), (.rtimeMax, .responseTimeMax),
        (.ttimeMax, .totalTimeMax),
      ])
  }

  private mutating func setCheck(_ server: ServerRuntime) {
    let check = server.check.current
    if !check.isActive { return }
    set(.checkStatus, (check.isRunning ? "* " : "") + check.status.code)
    if check.status.hasCode { set(.checkCode, check.code) }
    // HAProxy prints the missing duration of `observe` so.
    if check.status.rawValue >= CheckStatus.checked.rawValue {
      self[.checkDuration] = .number(UInt64(truncatingIfNeeded: check.duration))
    }
    if !check.info.isEmpty && check.status != .layer7OKData { set(.lastChk, check.info) }
    set(.checkDesc, check.status.text)
    set(.checkRise, check.rise)
    set(.checkFall, check.fall)
    set(.checkHealth, check.health)
  }

  private mutating func setAgent(_ server: ServerRuntime) {
    let agent = server.agent.current
    if !agent.isActive { return }
    set(.agentStatus, (agent.isRunning ? "* " : "") + agent.status.code)
    if agent.status.hasCode { set(.agentCode, agent.code) }
    if agent.status.rawValue >= CheckStatus.checked.rawValue {
      self[.agentDuration] = .number(UInt64(truncatingIfNeeded: agent.duration))
    }
    if !agent.info.isEmpty { set(.lastAgt, agent.info) }
    set(.agentDesc, agent.status.text)
    set(.agentRise, agent.rise)
    set(.agentFall, agent.fall)
    set(.agentHealth, agent.health)
  }

  private mutating func setAddress(_ server: ServerRuntime) {
    let endpoint = server.currentEndpoint
    if let address = endpoint.address, endpoint.port == 0, let offset = server.portOffset {
      // The port is the client's plus something: that is told.
      set(.addr, SocketAddress.ip(address, port: 0).statisticsText.dropLast() + "\(offset)")
    } else if let address = endpoint.address {
      set(.addr, SocketAddress.ip(address, port: endpoint.port).statisticsText)
    } else if case .socket(let local) = server.settings.address {
      set(.addr, local.statisticsText)
    }
  }
}
