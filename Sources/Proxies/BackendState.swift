import Configuration
import Memory

/// What follows for a backend from the state of its servers. Callers hold `stateLock`.
extension BackendRuntime {
  /// Tells the balancer that server `index` became usable or not, or weighs otherwise.
  public func serverChanged(_ index: Int) {
    guard let server = roster.server(at: index) else { return }
    // Static algorithms count in a scale of their own, where slow start has no part.
    let weight =
      balancer.scale.isDynamic
      ? server.effectiveWeight.value : balancer.scale.effective(server.effectiveWeight.value / 16)
    balancer.setServer(index, isUsable: server.isUsable, effectiveWeight: weight)
    generation.add(1)
  }

  /// Counts the usable servers anew.
  public func recountServers() {
    var active = 0
    var backup = 0
    for server in servers where server.isUsable {
      if server.settings.isBackup { backup += 1 } else { active += 1 }
    }
    activeServers.set(active)
    backupServers.set(backup)
  }
  public var hasUsableServer: Bool { activeServers.value + backupServers.value > 0 }

  /// The backup server that gets the traffic once no other is left: the first usable one, where they do not share it.
  public var electedBackup: ServerRuntime? {
    if settings.balance.allBackups || settings.options.contains(.allBackups) { return nil }
    return servers.first { $0.settings.isBackup && $0.isUsable }
  }
  /// Summed weights of the servers that get traffic, in steps of 1/16.
  public var totalWeight: Int {
    if activeServers.value > 0 {
      return servers.reduce(0) { $0 + ($1.isUsable && !$1.settings.isBackup ? $1.effectiveWeight.value : 0) }
    }
    if let electedBackup { return electedBackup.effectiveWeight.value }
    return servers.reduce(0) { $0 + ($1.isUsable && $1.settings.isBackup ? $1.effectiveWeight.value : 0) }
  }
}

extension ServerRuntime {
  /// Seconds that slow start lasts; 0: none.
  public var slowStartSeconds: Int { (settings.slowStart + 999) / 1000 }

  /// Percent of its weight that a server has reached in slow start; nil where it is not in slow start.
  public var throttle: Int? {
    if state != .starting || isDraining || isInMaintenance { return nil }
    let full = 16 * userWeight.value
    return full > 0 ? 100 * effectiveWeight.value / full : 0
  }

  /// Computes the effective weight at `now` (seconds), and ends slow start when its time is over.
  func recomputeWeight(isDynamic: Bool, now: Int) {
    let elapsed = now - lastChange.value
    let seconds = slowStartSeconds
    if state == .starting && (elapsed < 0 || elapsed >= seconds) { operational.set(OperationalState.running.rawValue) }
    let share = state == .starting && isDynamic && seconds > 0 ? (16 * elapsed + seconds) / seconds : 16
    effectiveWeight.set(userWeight.value * min(16, max(1, share)))
    // `maxconn` grows with the time, whatever the algorithm makes of the weight.
    let isWarming = state == .starting && seconds > 0 && elapsed >= 0 && elapsed < seconds
    load.setThrottle(percent: isWarming ? 100 * elapsed / seconds : 100)
  }
}
