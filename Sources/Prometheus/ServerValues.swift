import Configuration
import LoadBalancing
import Memory
import Observability
import Proxies

/// The states of servers that the label `state` names.
enum ServerStateLabel: Int, CaseIterable {
  case down, up, maintenance, drain, noBalancing
  var text: Bytes {
    switch self {
    case .down: Bytes("DOWN")
    case .up: Bytes("UP")
    case .maintenance: Bytes("MAINT")
    case .drain: Bytes("DRAIN")
    case .noBalancing: Bytes("NOLB")
    }
  }

  init(_ server: ServerRuntime) {
    if server.isInMaintenance {
      self = .maintenance
    } else {
      switch server.state {
      case .stopped: self = .down
      case .stopping: self = .noBalancing
      case .running, .starting: self = server.isDraining ? .drain : .up
      }
    }
  }
}

extension CheckStatus {
  /// Those that the label `state` names.
  static let labels: [(status: CheckStatus, text: Bytes)] = [
    .observed, .socketError, .layer4OK, .layer4Timeout, .layer4Connection, .layer6OK, .layer6Timeout, .layer6Response,
    .layer7Timeout, .layer7Response, .layer7OK, .layer7Conditional, .layer7Status, .processError, .processTimeout,
    .processOK,
  ].map { ($0, Bytes(permanent: $0.code)) }
}

extension ServerRuntime {
  /// A metric's value, read from what runs; `now`: monotonic milliseconds.
  func value(_ key: StatisticsKey, in backend: BackendRuntime, now: Int64) -> MetricValue {
    if let time = counters.time(key) { return time }
    switch key {
    case .qcur: return .count(queue.length.value)
    case .qmax: return .count(queue.longest.value)
    case .scur: return .count(sessions.value)
    case .smax: return .count(sessionsMax.value)
    case .slim: return load.maximum > 0 ? .count(load.maximum) : .none
    case .qlimit: return settings.maxQueue > 0 ? .count(settings.maxQueue) : .none
    case .rateMax: return .count(sessionRateMax.value)
    case .weight:
      let scale = backend.balancer.scale
      return .count(
        scale.displayed(scale.isDynamic ? effectiveWeight.value : scale.effective(effectiveWeight.value / 16)))
    case .uweight: return .count(userWeight.value)
    case .throttle: return throttle.map { .count($0) } ?? .none
    case .lastsess: return lastSession.secondsAgo(now)
    case .lastchg: return .count(age(now))
    case .chkfail, .chkdown, .downtime: return checkValue(key, now: now)
    case .srvIcur, .safeConnCur: return .count(idleConnections.value)
    case .srcIlim: return settings.poolMaxConnections >= 0 ? .count(settings.poolMaxConnections) : .none
    case .idleConnCur: return .number(0)
    case .usedConnCur, .needConnEst: return .count(usedConnections.value)
    default: return counters.value(key)
    }
  }

  private func age(_ now: Int64) -> Int { max(0, Int(now / 1000) - lastChange.value) }

  private func checkValue(_ key: StatisticsKey, now: Int64) -> MetricValue {
    if !check.current.isEnabled { return .none }
    switch key {
    case .chkfail: return .number(counters.total(.failedChecks))
    case .chkdown: return .count(downTransitions.value)
    default: return .count(downSeconds.value + (state == .stopped ? age(now) : 0))
    }
  }
}
