import Configuration
import Memory
import Primitives
public import Proxies

extension StatisticsRow {
  /// A frontend's row; `now`: monotonic milliseconds.
  public init(_ frontend: FrontendRuntime, now: Int64) {
    let settings = frontend.settings
    self.init(.frontend, proxyID: settings.id, id: 0)
    set(.pxname, settings.name)
    set(.svname, "FRONTEND")
    set(.mode, settings.mode.rawValue)
    set(.status, Self.status(frontend))
    set(.scur, frontend.sessions.value)
    set(.smax, frontend.sessionsMax.value)
    set(.slim, frontend.maxConnections.value)
    let counters = frontend.counters
    count(
      counters,
      [
        (.stot, .sessionsTotal), (.bin, .bytesIn), (.bout, .bytesOut), (.dreq, .deniedRequests),
        (.dresp, .deniedResponses), (.ereq, .requestErrors), (.dcon, .deniedConnections), (.dses, .deniedSessions),
        (.wrew, .failedRewrites), (.eint, .internalErrors), (.connTot, .connectionsTotal),
        (.compIn, .compressedIn), (.compOut, .compressedOut), (.compByp, .compressedBypassed),
        (.compRsp, .compressedResponses),
      ])
    set(.rate, frontend.sessionRate.rate(at: now))
    set(.rateLim, frontend.rateLimit.value)
    set(.rateMax, frontend.sessionRateMax.value)
    set(.connRate, frontend.connectionRate.rate(at: now))
    set(.connRateMax, frontend.connectionRateMax.value)
    set(.reqRate, frontend.requestRate.rate(at: now))
    set(.reqRateMax, frontend.requestRateMax.value)
    set(.reqTot, counters.total(.requestsTotal))
    setExtensions(h1: settings.mode == .http ? counters : nil, tls: counters, open: frontend.sessions.value)
    if settings.mode != .http { return }
    setStatusClasses(counters)
    count(counters, [(.intercepted, .interceptedRequests), (.cacheLookups, .cacheLookups), (.cacheHits, .cacheHits)])
  }

  private static func status(_ frontend: FrontendRuntime) -> String {
    switch FrontendRuntime.State(rawValue: frontend.state.value) {
    case .stopped: "STOP"
    case .paused: "PAUSED"
    default: "OPEN"
    }
  }

  /// The row of one listening socket (`option socket-stats`).
  public init(_ listener: ListenerRuntime, of frontend: FrontendRuntime) {
    let bind = listener.settings
    self.init(.listener, proxyID: frontend.settings.id, id: bind.id)
    set(.pxname, frontend.settings.name)
    set(.svname, bind.name ?? "sock-\(bind.id)")
    set(.mode, frontend.settings.mode.rawValue)
    let limit = bind.maxConnections
    set(.status, limit == 0 || listener.sessions.value < limit ? "OPEN" : "FULL")
    set(.scur, listener.sessions.value)
    set(.smax, listener.sessionsMax.value)
    set(.slim, limit)
    count(
      listener.counters,
      [
        (.stot, .sessionsTotal), (.bin, .bytesIn), (.bout, .bytesOut), (.dreq, .deniedRequests),
        (.dresp, .deniedResponses), (.ereq, .requestErrors), (.dcon, .deniedConnections), (.dses, .deniedSessions),
        (.wrew, .failedRewrites), (.eint, .internalErrors),
      ])
    set(.addr, bind.address.statisticsText)
    setTLS(listener.counters)
  }

  mutating func count(_ counters: CounterSet, _ pairs: [(StatisticsKey, TrafficCounter)]) {
    for (key, counter) in pairs { set(key, counters.total(counter)) }
  }
  mutating func setStatusClasses(_ counters: CounterSet) {
    count(
      counters,
      [
        (.hrsp1xx, .http1xx), (.hrsp2xx, .http2xx), (.hrsp3xx, .http3xx), (.hrsp4xx, .http4xx), (.hrsp5xx, .http5xx),
        (.hrspOther, .httpOther),
      ])
  }
  mutating func setTLS(_ counters: CounterSet) {
    count(
      counters, [(.sslSess, .tlsSessions), (.sslReusedSess, .tlsResumed), (.sslFailedHandshake, .tlsFailures)])
  }
  /// The columns of TLS, HTTP/2 and HTTP/1. `h1`: the counters of an object that speaks HTTP/1.
  mutating func setExtensions(h1: CounterSet?, tls: CounterSet?, open: Int) {
    for place in StatisticsKey.sslSess.rawValue...StatisticsKey.h1SplicedBytesOut.rawValue {
      if let key = StatisticsKey(rawValue: place) { set(key, 0) }
    }
    if let tls { setTLS(tls) }
    guard let h1 else { return }
    count(
      h1,
      [
        (.h2HeadersRcvd, .h2Headers), (.h2DataRcvd, .h2Data), (.h2SettingsRcvd, .h2Settings),
        (.h2RstStreamRcvd, .h2Resets), (.h2GoawayRcvd, .h2GoAways), (.h2RstStreamResp, .h2ResetsSent),
        (.h2GoawayResp, .h2GoAwaysSent), (.h2DetectedConnProtocolErrors, .h2ConnectionErrors),
        (.h2DetectedStrmProtocolErrors, .h2StreamErrors), (.h2OpenConnections, .h2OpenConnections),
        (.h2BackendOpenStreams, .h2OpenStreams), (.h2TotalConnections, .h2Connections),
        (.h2BackendTotalStreams, .h2Streams),
      ])
    set(.h1OpenConnections, open)
    count(
      h1,
      [
        (.h1TotalConnections, .connectionsTotal), (.h1TotalStreams, .requestsTotal), (.h1BytesIn, .bytesIn),
        (.h1BytesOut, .bytesOut),
      ])
  }
}

extension SocketAddress {
  /// As the column `addr` prints it.
  var statisticsText: String {
    switch self {
    case .ip(.v4(let address), let port): "\(address):\(port)"
    case .ip(.v6(let address), let port): "[\(address)]:\(port)"
    case .unix, .abstract: "unix"
    case .descriptor(let number): "fd@\(number)"
    case .socketPair(let number): "sockpair@\(number)"
    }
  }
}
