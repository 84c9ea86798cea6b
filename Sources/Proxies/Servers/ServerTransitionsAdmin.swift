import Configuration
import Memory

/// What operators do to a server (`set server ... state`, `disable server`).
extension ServerTransitions {
  public mutating func setReady(_ place: ServerPlace) {
    clear(.forcedDrain, place)
    clear(.forcedMaintenance, place)
  }
  public mutating func setMaintenance(_ place: ServerPlace) {
    set(.forcedMaintenance, place)
    clear(.forcedDrain, place)
  }
  public mutating func setDrain(_ place: ServerPlace) {
    set(.forcedDrain, place)
    clear(.forcedMaintenance, place)
  }

  /// Sets one flag and makes the servers that follow inherit it; `cause` stands in brackets in the messages.
  public mutating func set(_ flag: AdminState, _ place: ServerPlace, cause: String = "") {
    var waiting = [(place, flag)]
    while let (place, flag) = waiting.popLast() {
      guard let (backend, server) = process.server(at: place) else { continue }
      let spread = backend.stateLock.withLock { _ in
        let before = server.adminState
        if !before.isDisjoint(with: flag) { return false }
        apply(before.union(flag), from: before, server, backend, cause)
        return before.isDisjoint(with: Self.family(of: flag))
      }
      if spread { waiting += followers(of: place).map { ($0, Self.inherited(flag)) } }
    }
  }
  /// Takes one flag away, and what the servers that follow inherited.
  public mutating func clear(_ flag: AdminState, _ place: ServerPlace) {
    var waiting = [(place, flag)]
    while let (place, flag) = waiting.popLast() {
      guard let (backend, server) = process.server(at: place) else { continue }
      let spread = backend.stateLock.withLock { _ in
        let before = server.adminState
        if before.isDisjoint(with: flag) { return false }
        let after = before.subtracting(flag)
        apply(after, from: before, server, backend, "")
        return after.isDisjoint(with: Self.family(of: flag))
      }
      if spread { waiting += followers(of: place).map { ($0, Self.inherited(flag)) } }
    }
  }

  private func followers(of place: ServerPlace) -> [ServerPlace] {
    (process.tracking.followers[place] ?? []).reversed()
  }
  private static func family(of flag: AdminState) -> AdminState {
    flag.isDisjoint(with: .maintenance) ? .drain : .maintenance
  }
  private static func inherited(_ flag: AdminState) -> AdminState {
    flag.isDisjoint(with: .maintenance) ? .inheritedDrain : .inheritedMaintenance
  }

  // MARK: One change (the caller holds the lock)

  private mutating func apply(
    _ after: AdminState, from before: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime, _ cause: String
  ) {
    let wasDown = before.has(.maintenance)
    let isDown = after.has(.maintenance)
    switch (wasDown, isDown) {
    case (false, true): enterMaintenance(after, server, backend, cause)
    case (true, false): leaveMaintenance(after, from: before, server, backend)
    case (true, true): remainInMaintenance(after, from: before, server, backend)
    case (false, false): break
    }
    if isDown { return }
    switch (before.has(.drain), after.has(.drain)) {
    case (false, true): enterDrain(after, server, backend, cause)
    case (true, false): leaveDrain(after, server, backend)
    case (true, true): remainInDrain(after, server, backend)
    case (false, false): break
    }
  }

  private mutating func enterMaintenance(
    _ after: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime, _ cause: String
  ) {
    let brackets = cause.isEmpty ? "" : " (\(cause))"
    let forced = after.has(.forcedMaintenance)
    // The agent goes on: its word may end the maintenance.
    server.check.update { if $0.isEnabled { ($0.isPaused, $0.health) = (true, 0) } }
    if server.state == .stopped {
      server.admin.set(after.rawValue)
      changed(server, backend)
      if isStarting { return }
      report(
        .notice, server, backend, " was DOWN and now enters maintenance\(brackets)", .none, moved: nil, forced: forced)
      return
    }
    let wasUsable = backend.hasUsableServer
    let wasStopping = server.state == .stopping || server.isDraining
    server.check.update { $0.health = 0 }
    server.lastChange.set(now)
    server.operational.set(OperationalState.stopped.rawValue)
    server.admin.set(after.rawValue)
    changed(server, backend)
    killStreams(of: server)
    dropIdle(of: server)
    let moved = redistribute(server, backend)
    if !isStarting {
      report(
        wasStopping ? .notice : .alert, server, backend, " is going DOWN for maintenance\(brackets)", .none,
        moved: moved, forced: forced)
    }
    noteBackend(backend, wasUsable)
    server.downTransitions.add(1)
  }

  private mutating func leaveMaintenance(
    _ after: AdminState, from before: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime
  ) {
    let wasUsable = backend.hasUsableServer
    countDowntime(server)
    server.lastChange.set(now)
    server.check.update { if $0.isEnabled { ($0.isPaused, $0.health) = (false, $0.rise) } }
    server.operational.set(stateAfterMaintenance(server).rawValue)
    server.admin.set(after.rawValue)
    server.recomputeWeight(isDynamic: backend.settings.balance.isDynamic, now: now)
    changed(server, backend)
    let up = server.state == .stopped ? "DOWN" : "UP"
    let mode = after.has(.drain) ? "DRAIN" : "READY"
    if before.has(.forcedMaintenance) {
      report(
        .notice, server, backend, " is \(up)/\(mode) (leaving forced maintenance)", .none, moved: nil, forced: true)
    } else if before.has(.resolutionMaintenance) {
      let host = server.hostname ?? ""
      report(
        .notice, server, backend, " ('\(host)') is \(up)/\(mode) (resolves again)", .none, moved: nil, forced: true)
    } else {
      report(.notice, server, backend, " is \(up)/\(mode) (leaving maintenance)", .none, moved: nil, forced: true)
    }
    killBackupStreams(for: server, backend)
    _ = grabQueued(server, backend)
    noteBackend(backend, wasUsable)
    if !wasUsable && backend.hasUsableServer { backend.lastChange.set(now) }
  }

  /// A server that leaves maintenance is up at once, unless what it follows or its agent says otherwise.
  private func stateAfterMaintenance(_ server: ServerRuntime) -> OperationalState {
    let followed = process.tracking.followed[ServerPlace(backend: server.backendIndex, server: server.index)]
    if let followed, let (_, other) = process.server(at: followed) {
      if other.state == .stopped { return .stopped }
      if other.state == .stopping { return .stopping }
    }
    let agent = server.agent.current
    let check = server.check.current
    if (agent.isEnabled && !agent.isUp) || (check.isEnabled && !check.isUp) { return server.state }
    return startState(of: server)
  }

  private mutating func remainInMaintenance(
    _ after: AdminState, from before: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime
  ) {
    server.admin.set(after.rawValue)
    if !after.has(.forcedMaintenance) && before.has(.forcedMaintenance) {
      let what = " is leaving forced maintenance but remains in maintenance"
      report(.notice, server, backend, what, .none, moved: nil)
    } else if !after.has(.resolutionMaintenance) && before.has(.resolutionMaintenance) {
      let what = " ('\(server.hostname ?? "")') resolves again but remains in maintenance"
      report(.notice, server, backend, what, .none, moved: nil)
    } else if !after.has(.inheritedMaintenance) && before.has(.inheritedMaintenance) {
      report(.notice, server, backend, " remains in forced maintenance", .none, moved: nil, forced: true)
    }
  }

  private mutating func enterDrain(
    _ after: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime, _ cause: String
  ) {
    let wasUsable = backend.hasUsableServer
    server.lastChange.set(now)
    server.admin.set(after.rawValue)
    changed(server, backend)
    let moved = redistribute(server, backend)
    if isStarting {
      if after.has(.forcedDrain) { remainInDrain(after, server, backend) }
      return noteBackend(backend, wasUsable)
    }
    let brackets = cause.isEmpty ? "" : " (\(cause))"
    report(
      .notice, server, backend, " enters drain state\(brackets)", .none, moved: moved, forced: after.has(.forcedDrain))
    noteBackend(backend, wasUsable)
  }

  private mutating func leaveDrain(_ after: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime) {
    if !backend.hasUsableServer {
      if backend.lastChange.value < now { backend.downSeconds.add(now - backend.lastChange.value) }
      backend.lastChange.set(now)
    }
    countDowntime(server)
    server.lastChange.set(now)
    server.admin.set(after.rawValue)
    server.recomputeWeight(isDynamic: backend.settings.balance.isDynamic, now: now)
    changed(server, backend)
    let up = server.state == .stopped ? "DOWN" : "UP"
    report(.notice, server, backend, " is \(up) (leaving forced drain)", .none, moved: nil, forced: true)
    _ = grabQueued(server, backend)
  }

  /// Whatever else changes, a server that drains is said to go on so.
  mutating func remindOfDrain(_ server: ServerRuntime, _ backend: BackendRuntime) {
    if server.isDraining && !server.isInMaintenance { remainInDrain(server.adminState, server, backend) }
  }

  private mutating func remainInDrain(_ after: AdminState, _ server: ServerRuntime, _ backend: BackendRuntime) {
    server.admin.set(after.rawValue)
    if after.has(.forcedDrain) {
      report(.notice, server, backend, " remains in forced drain mode", .none, moved: nil, forced: true)
    } else {
      report(.notice, server, backend, " is leaving forced drain but remains in drain mode", .none, moved: nil)
    }
  }
}

extension AdminState {
  fileprivate func has(_ any: AdminState) -> Bool { !isDisjoint(with: any) }
}
