import Configuration
import Memory
import Primitives

/// A reload in place: the states that the servers of the generation before are in go on in this one.
extension ProcessRuntime {
  /// Takes the states over, as they are now, of every server that has the same name in the same backend. What the
  /// configuration says otherwise than before counts more than what an operator or a check had found. To be called
  /// before any worker uses this generation.
  public func inheritStates(from old: ProcessRuntime, now: Int64) {
    let backendsOfOld = Dictionary(
      old.backends.lazy.compactMap { $0 }.map { ($0.settings.name, $0) }, uniquingKeysWith: { first, _ in first })
    let frontendsOfOld = Dictionary(
      old.frontends.lazy.compactMap { $0 }.map { ($0.settings.name, $0) }, uniquingKeysWith: { first, _ in first })
    for case let frontend? in frontends {
      guard let before = frontendsOfOld[frontend.settings.name] else { continue }
      // `disable frontend` holds on; `shutdown frontend` was for good, and the configuration has it again.
      if before.state.value == FrontendRuntime.State.paused.rawValue { frontend.state.set(before.state.value) }
    }
    for case let backend? in backends {
      guard let before = backendsOfOld[backend.settings.name] else { continue }
      backend.lastChange.set(before.lastChange.value)
      backend.downSeconds.set(before.downSeconds.value)
      backend.downTransitions.set(before.downTransitions.value)
      let serversOfOld = Dictionary(
        before.servers.lazy.filter { !$0.isDynamic }.map { ($0.settings.name, $0) },
        uniquingKeysWith: { first, _ in first })
      for server in backend.servers {
        if let own = serversOfOld[server.settings.name] { server.inheritState(from: own) }
      }
    }
    followTracked()
    for case let backend? in backends {
      for server in backend.servers {
        server.recomputeWeight(isDynamic: backend.settings.balance.isDynamic, now: Int(now / 1000))
      }
      backend.stateLock.withLock { _ in
        backend.recountServers()
        for index in backend.servers.indices { backend.serverChanged(index) }
      }
    }
  }

  /// What a server has of the one that it follows.
  private func followTracked() {
    for place in tracking.followed.keys {
      guard let (_, root) = server(at: tracking.root(of: place)), let (_, server) = server(at: place) else { continue }
      var flags = server.adminState.subtracting([.inheritedMaintenance, .inheritedDrain])
      if root.isInMaintenance { flags.insert(.inheritedMaintenance) }
      if root.isDraining { flags.insert(.inheritedDrain) }
      server.admin.set(flags.rawValue)
      let isStopped = server.isInMaintenance || root.state == .stopped
      server.operational.set(isStopped ? OperationalState.stopped.rawValue : root.operational.value)
    }
  }
}

extension ServerRuntime {
  fileprivate func inheritState(from old: ServerRuntime) {
    inheritAddress(from: old)
    inheritAdministration(from: old)
    inheritChecks(from: old)
    lastChange.set(old.lastChange.value)
    downSeconds.set(old.downSeconds.value)
    downTransitions.set(old.downTransitions.value)
    consecutiveErrors.set(old.consecutiveErrors.value)
    if old.settings.tls.isUsed == settings.tls.isUsed { tlsUse.set(old.tlsUse.value) }
    if old.initialWeight == initialWeight { userWeight.set(old.userWeight.value) }
    // What an operator set (`set maxconn server`) holds on where the line says the same as before.
    if old.settings.minConnections == settings.minConnections && old.settings.maxConnections == settings.maxConnections
    {
      load.takeLimits(of: old.load)
    }
  }

  private func inheritAddress(from old: ServerRuntime) {
    let isSame =
      old.settings.endpoint == settings.endpoint && old.settings.hostname == settings.hostname
      && old.settings.resolverIndex == settings.resolverIndex
    if !isSame { return }
    currentEndpoint = old.currentEndpoint
    portOffset = old.portOffset
    resolvedName = old.resolvedName
    checkOverrides.current = old.checkOverrides.current
  }

  private func inheritAdministration(from old: ServerRuntime) {
    var flags = old.adminState.subtracting([.inheritedMaintenance, .inheritedDrain])
    if old.settings.disabled != settings.disabled {
      // The line was changed: it counts.
      flags.subtract([.configuredMaintenance, .forcedMaintenance, .forcedDrain])
      if settings.disabled { flags.formUnion([.configuredMaintenance, .forcedMaintenance]) }
    }
    if currentEndpoint.family != .none || settings.resolverIndex == nil { flags.remove(.resolutionMaintenance) }
    if currentEndpoint.family == .none, case .unresolved = settings.address { flags.insert(.resolutionMaintenance) }
    admin.set(flags.rawValue)
  }

  private func inheritChecks(from old: ServerRuntime) {
    let wasInMaintenance = old.isInMaintenance
    let isJudged = settings.checkEnabled || settings.agentEnabled
    let wasJudged = old.settings.checkEnabled || old.settings.agentEnabled
    if isInMaintenance {
      operational.set(OperationalState.stopped.rawValue)
    } else if isJudged && wasJudged && !wasInMaintenance {
      operational.set(old.operational.value)
    } else {
      operational.set(OperationalState.running.rawValue)
    }
    let (before, agentBefore) = (old.check.current, old.agent.current)
    let isUp = state != .stopped
    let isResting = isInMaintenance && before.isPaused
    check.update { $0.inherit(before, isUp: isUp, isPaused: isResting) }
    agent.update { $0.inherit(agentBefore, isUp: isUp, isPaused: agentBefore.isPaused) }
  }
}

extension CheckValues {
  /// Goes on from what another check of the server had found.
  fileprivate mutating func inherit(_ old: CheckValues, isUp: Bool, isPaused: Bool) {
    if old.isConfigured && isConfigured {
      (status, result, code, duration, info) = (old.status, old.result, old.code, old.duration, old.info)
      // An operator may have turned it off.
      isEnabled = old.isEnabled
    }
    self.isPaused = isPaused
    if old.rise == rise && old.fall == fall && old.isConfigured == isConfigured && old.isUp == isUp {
      health = old.health
    } else {
      health = isUp ? fullHealth : 0
    }
  }
}
