import Configuration
import LoadBalancing
import Memory
import Observability
import Proxies

extension BackendRuntime {
  var isUp: Bool { hasUsableServer || servers.isEmpty }

  /// A metric's value, read from what runs; `now`: monotonic milliseconds.
  func value(_ key: StatisticsKey, now: Int64) -> MetricValue {
    if let time = counters.time(key) { return time }
    switch key {
    case .qcur: return .count(queue.length.value)
    case .qmax: return .count(queue.longest.value)
    case .scur: return .count(sessions.value)
    case .smax: return .count(sessionsMax.value)
    case .slim: return .count(load.fullConnections)
    case .rateMax: return .count(sessionRateMax.value)
    case .weight: return .count(balancer.scale.displayed(balancer.totalWeight))
    case .uweight: return .count(userWeight)
    case .act: return .count(activeServers.value)
    case .bck: return .count(backupServers.value)
    case .chkdown: return .count(downTransitions.value)
    case .lastchg: return .count(age(now))
    case .downtime:
      if servers.isEmpty { return .none }
      return .count(downSeconds.value + (isUp ? 0 : age(now)))
    case .lastsess: return lastSession.secondsAgo(now)
    default: return counters.value(key)
    }
  }

  private func age(_ now: Int64) -> Int { max(0, Int(now / 1000) - lastChange.value) }
  /// Of the servers that are in use.
  private var userWeight: Int {
    var sum = 0
    let usesBackups = activeServers.value == 0
    for server in servers where server.isUsable && (usesBackups || !server.settings.isBackup) {
      sum += server.userWeight.value
    }
    return sum
  }
}

extension SharedCell {
  /// Seconds since the millisecond that the cell holds; -1 where it holds none.
  func secondsAgo(_ now: Int64) -> MetricValue { .signed(value < 0 ? -1 : (now - Int64(value)) / 1000) }
}
