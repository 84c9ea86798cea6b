import Configuration
import Memory
import Observability
import Proxies

/// A metric's value, read from what runs.
extension FrontendRuntime {
  func value(_ key: StatisticsKey, now: Int64) -> MetricValue {
    switch key {
    case .scur: return .count(sessions.value)
    case .smax: return .count(sessionsMax.value)
    case .slim: return .count(maxConnections.value)
    case .rateLim: return .count(rateLimit.value)
    case .rateMax: return .count(sessionRateMax.value)
    case .reqRateMax: return .count(requestRateMax.value)
    case .connRateMax: return .count(connectionRateMax.value)
    case .connTot: return .number(counters.total(.connectionsTotal))
    default: return counters.value(key)
    }
  }
  /// Whether it takes connections at all.
  var isUp: Bool { state.value != State.stopped.rawValue }
}

extension ListenerRuntime {
  func value(_ key: StatisticsKey) -> MetricValue {
    switch key {
    case .scur: .count(sessions.value)
    case .smax: .count(sessionsMax.value)
    case .slim: .count(settings.maxConnections)
    default: counters.value(key)
    }
  }
  var isFull: Bool { settings.maxConnections > 0 && sessions.value >= settings.maxConnections }
}

extension CounterSet {
  /// The counter that a column shows as it is.
  func value(_ key: StatisticsKey) -> MetricValue {
    guard let counter = Self.counter(of: key) else { return .none }
    return .number(total(counter))
  }

  private static func counter(of key: StatisticsKey) -> TrafficCounter? {
    switch key {
    case .stot: .sessionsTotal
    case .bin: .bytesIn
    case .bout: .bytesOut
    case .dreq: .deniedRequests
    case .dresp: .deniedResponses
    case .ereq: .requestErrors
    case .econ: .connectionErrors
    case .eresp: .responseErrors
    case .wretr: .retries
    case .wredis: .redispatches
    case .dcon: .deniedConnections
    case .dses: .deniedSessions
    case .wrew: .failedRewrites
    case .eint: .internalErrors
    case .lbtot: .selectedTotal
    case .cliAbrt: .clientAborts
    case .srvAbrt: .serverAborts
    case .connect: .connectAttempts
    case .reuse: .connectReuses
    case .reqTot: .requestsTotal
    case .intercepted: .interceptedRequests
    case .cacheLookups: .cacheLookups
    case .cacheHits: .cacheHits
    case .compIn: .compressedIn
    case .compOut: .compressedOut
    case .compByp: .compressedBypassed
    case .compRsp: .compressedResponses
    case .hrsp1xx: .http1xx
    case .hrsp2xx: .http2xx
    case .hrsp3xx: .http3xx
    case .hrsp4xx: .http4xx
    case .hrsp5xx: .http5xx
    case .hrspOther: .httpOther
    default: nil
    }
  }

  /// Averages and largest values of times.
  func time(_ key: StatisticsKey) -> MetricValue? {
    switch key {
    case .qtime: average(.queueTime)
    case .ctime: average(.connectTime)
    case .rtime: average(.responseTime)
    case .ttime: average(.totalTime)
    case .qtimeMax: .milliseconds(total(.queueTimeMax))
    case .ctimeMax: .milliseconds(total(.connectTimeMax))
    case .rtimeMax: .milliseconds(total(.responseTimeMax))
    case .ttimeMax: .milliseconds(total(.totalTimeMax))
    default: nil
    }
  }
  private func average(_ sum: TrafficCounter) -> MetricValue {
    .milliseconds(total(sum) / max(1, total(.timedExchanges)))
  }
}
