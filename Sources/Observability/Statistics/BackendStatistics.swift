import Configuration
import LoadBalancing
import Memory
import Primitives
public import Proxies

extension StatisticsRow {
  /// A backend's row; `now`: monotonic milliseconds. `legends`: with algorithm and cookie. `countsServers`: how many
  /// servers are up stands behind the status, as where some of them are hidden.
  public init(_ backend: BackendRuntime, now: Int64, legends: Bool, countsServers: Bool) {
    let settings = backend.settings
    self.init(.backend, proxyID: settings.id, id: 0)
    set(.pxname, settings.name)
    set(.svname, "BACKEND")
    set(.mode, settings.mode.rawValue)
    setLoad(backend, now: now)
    setState(backend, now: now, countsServers: countsServers)
    let counters = backend.counters
    count(
      counters,
      [
        (.stot, .sessionsTotal), (.bin, .bytesIn), (.bout, .bytesOut), (.dreq, .deniedRequests),
        (.dresp, .deniedResponses), (.econ, .connectionErrors), (.eresp, .responseErrors), (.wretr, .retries),
        (.wredis, .redispatches), (.lbtot, .selectedTotal), (.cliAbrt, .clientAborts), (.srvAbrt, .serverAborts),
        (.wrew, .failedRewrites), (.eint, .internalErrors), (.connect, .connectAttempts), (.reuse, .connectReuses),
        (.compIn, .compressedIn), (.compOut, .compressedOut), (.compByp, .compressedBypassed),
        (.compRsp, .compressedResponses),
      ])
    setTimes(counters)
    for key: StatisticsKey in [.aggServerStatus, .aggServerCheckStatus, .aggCheckStatus] { set(key, 0) }
    setExtensions(
      h1: settings.mode == .http ? counters : nil, tls: counters,
      open: backend.servers.reduce(0) { $0 + $1.usedConnections.value })
    if settings.mode == .http {
      setStatusClasses(counters)
      count(counters, [(.reqTot, .requestsTotal), (.cacheLookups, .cacheLookups), (.cacheHits, .cacheHits)])
    }
    if legends {
      set(.algo, settings.balance.algorithm.statisticsText)
      if let cookie = settings.cookie { set(.cookie, cookie.name) }
    }
  }

  private mutating func setLoad(_ backend: BackendRuntime, now: Int64) {
    set(.qcur, backend.queue.length.value)
    set(.qmax, backend.queue.longest.value)
    set(.scur, backend.sessions.value)
    set(.smax, backend.sessionsMax.value)
    set(.slim, backend.load.fullConnections)
    set(.rate, backend.sessionRate.rate(at: now))
    set(.rateMax, backend.sessionRateMax.value)
    let last = backend.lastSession.value
    self[.lastsess] = .signed(last < 0 ? -1 : (now - Int64(last)) / 1000)
  }

  private mutating func setState(_ backend: BackendRuntime, now: Int64, countsServers: Bool) {
    let isUp = backend.hasUsableServer || backend.servers.isEmpty
    let up = backend.servers.count { $0.isUsable }
    set(.status, (isUp ? "UP" : "DOWN") + (countsServers ? " (\(up)/\(backend.servers.count))" : ""))
    let scale = backend.balancer.scale
    set(.weight, scale.displayed(backend.balancer.totalWeight))
    let inUse = backend.servers.filter { $0.isUsable && (!$0.settings.isBackup || backend.activeServers.value == 0) }
    set(.uweight, inUse.reduce(0) { $0 + $1.userWeight.value })
    set(.act, backend.activeServers.value)
    set(.bck, backend.backupServers.value)
    set(.chkdown, backend.downTransitions.value)
    let age = max(0, Int(now / 1000) - backend.lastChange.value)
    set(.lastchg, age)
    if !backend.servers.isEmpty { set(.downtime, backend.downSeconds.value + (isUp ? 0 : age)) }
  }
}

extension BalanceAlgorithm {
  /// The column `algo`.
  var statisticsText: String {
    switch self {
    case .roundrobin: "roundrobin"
    case .staticRoundRobin: "static-rr"
    case .leastconn: "leastconn"
    case .first: "first"
    case .source: "source"
    case .uri: "uri"
    case .urlParameter: "url_param"
    case .header: "hdr"
    case .random: "random"
    case .rdpCookie: "rdp-cookie"
    case .hash: "hash"
    }
  }
}
