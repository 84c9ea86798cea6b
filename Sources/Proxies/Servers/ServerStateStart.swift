import Configuration
import Memory
import Primitives

extension ProcessRuntime {
  /// Puts every server into the state it starts in: `disabled` ones and those without an address in maintenance, with
  /// the servers that follow them, and what an earlier process left of each. Nothing is said about the former; what
  /// the latter says is returned.
  func prepareServers() -> [StateMessage] {
    let now = Int(startedAtTick / 1000)
    for backend in backends.compactMap({ $0 }) {
      backend.lastChange.set(now)
      for server in backend.servers {
        server.lastChange.set(now)
        if server.settings.disabled { shut(server, [.configuredMaintenance, .forcedMaintenance]) }
      }
      backend.settle()
    }
    let messages = restoreServers()
    let usable = backends.map { $0?.hasUsableServer ?? false }
    for server in backends.lazy.compactMap({ $0?.servers }).joined() {
      guard case .unresolved = server.settings.address, server.currentEndpoint.family == .none else { continue }
      if server.state != .stopped || server.settings.savedState == nil { server.lastChange.set(now) }
      shut(server, .resolutionMaintenance)
      server.downTransitions.add(1)
    }
    for place in tracking.followed.keys {
      guard let (_, root) = self.server(at: tracking.root(of: place)), root.isInMaintenance else { continue }
      if let (_, server) = self.server(at: place) { shut(server, .inheritedMaintenance) }
    }
    for (wasUsable, backend) in zip(usable, backends) {
      guard let backend else { continue }
      backend.settle()
      if wasUsable && !backend.hasUsableServer { backend.downTransitions.add(1) }
    }
    return messages
  }

  private func shut(_ server: ServerRuntime, _ flags: AdminState) {
    server.admin.set(server.adminState.union(flags).rawValue)
    server.operational.set(OperationalState.stopped.rawValue)
    let isDisabled = flags.contains(.configuredMaintenance)
    server.check.update {
      $0.health = 0
      if $0.isEnabled || isDisabled { $0.isPaused = true }
    }
  }

  // MARK: - States that an earlier process left

  private func restoreServers() -> [StateMessage] {
    var transitions = ServerTransitions(process: self, now: startedAtTick)
    transitions.isStarting = true
    var messages: [StateMessage] = []
    for (number, backend) in backends.enumerated() {
      guard let backend else { continue }
      for (place, server) in backend.servers.enumerated() {
        guard let saved = server.settings.savedState else { continue }
        restore(saved, server, ServerPlace(backend: number, server: place), &transitions)
        messages += transitions.takeMessages()
        if let problem = restoreName(saved, server) ?? restoreChecks(saved, server) {
          let name = "\(backend.settings.name)/\(server.settings.name)"
          var message = StateMessage(level: .warning, text: "", proxyIndex: number)
          message.consoleText = "server-state partially applied for server '\(name)', \(problem)"
          messages.append(message)
        }
      }
    }
    return messages
  }

  private func restore(
    _ saved: SavedServerState, _ server: ServerRuntime, _ place: ServerPlace, _ transitions: inout ServerTransitions
  ) {
    let after = TransitionCause.text("changed from server-state after a reload")
    server.check.update { check in
      switch OperationalState(rawValue: saved.operationalState) {
      case .stopped: check.health = 0
      // The next failure takes it down.
      case .stopping: check.health = check.rise
      default: check.health = check.fullHealth
      }
    }
    switch OperationalState(rawValue: saved.operationalState) {
    case .stopped: transitions.setStopped(place, after)
    case .stopping: transitions.setStopping(place, after)
    case .running, nil: transitions.setRunning(place)
    case .starting:
      if server.settings.rise == 1 {
        transitions.setRunning(place)
      } else if !server.isInMaintenance {
        server.check.update { $0.health = $0.rise - 1 }
        server.operational.set(OperationalState.starting.rawValue)
      }
    }
    var admin = AdminState(rawValue: saved.adminState)
    // What drained for its configured weight of 0 does not any more once it has another.
    if saved.initialWeight == 0 && server.initialWeight != 0 { admin.remove(.forcedDrain) }
    restoreAdministration(admin, server, place, &transitions)
    server.lastChange.set(Int(startedAtTick / 1000) - min(max(saved.age, 0), Int(Int32.max)))
    // The file's numbers have been looked at when it was read.
    let status = CheckStatus(rawValue: saved.checkStatus) ?? .unknown
    let result = CheckResult(rawValue: saved.checkResult) ?? .unknown
    let isCheckOff = saved.checkState & 6 == 2
    server.check.update {
      $0.status = status
      $0.result = result
      if $0.isConfigured && isCheckOff { $0.isEnabled = false }
    }
    let isAgentOff = saved.agentState & 6 == 2
    server.agent.update { if $0.isConfigured && isAgentOff { $0.isEnabled = false } }
    if saved.initialWeight == server.initialWeight { server.userWeight.set(saved.weight) }
    if let backend = backends[place.backend] {
      server.recomputeWeight(isDynamic: backend.settings.balance.isDynamic, now: Int(startedAtTick / 1000))
    }
    if server.settings.tlsTarget != nil { server.tlsUse.set(saved.tlsUse) }
    let isService = server.settings.hostname?.hasPrefix("_") == true
    if let port = saved.port, server.portOffset != nil, !isService {
      server.portOffset = Int(port)
    } else if let port = saved.port, isOfSameRecord(saved, server) {
      var endpoint = server.currentEndpoint
      if endpoint.address == nil && endpoint.family != .none { return }
      endpoint.port = port
      server.currentEndpoint = endpoint
    }
  }

  /// A change of the configuration counts more than what an operator had set; else that is set again.
  private func restoreAdministration(
    _ saved: AdminState, _ server: ServerRuntime, _ place: ServerPlace, _ transitions: inout ServerTransitions
  ) {
    let isDisabled = server.adminState.contains(.configuredMaintenance)
    if saved.contains(.configuredMaintenance) != isDisabled {
      if isDisabled { transitions.setMaintenance(place) } else { transitions.setReady(place) }
    } else if saved.contains(.forcedMaintenance) && !isDisabled {
      transitions.setMaintenance(place)
    } else if !saved.contains(.forcedMaintenance) && isDisabled {
      transitions.setReady(place)
    }
    if saved.contains(.forcedDrain) && !server.isInMaintenance { transitions.setDrain(place) }
  }

  /// The state is not about another SRV record than the configuration.
  private func isOfSameRecord(_ saved: SavedServerState, _ server: ServerRuntime) -> Bool {
    guard let record = saved.record else { return true }
    guard let name = server.settings.hostname else { return false }
    return !name.hasPrefix("_") || name == record
  }

  /// The name that a server had got from an SRV record, or from an operator; what is wrong with it.
  private func restoreName(_ saved: SavedServerState, _ server: ServerRuntime) -> String? {
    let configured = server.settings.hostname
    let isService = configured?.hasPrefix("_") == true
    if let record = saved.record, let configured, isService, configured != record {
      return "SRV record mismatch between configuration ('\(configured)') and state file ('\(record)) for server "
        + "'\(server.settings.name)'. Previous state not applied"
    }
    if saved.record != nil && configured == nil {
      return "no SRV resolution for server '\(server.settings.name)'. Previous state not applied"
    }
    guard server.settings.resolverIndex != nil, let configured, let name = saved.hostname,
      HostName.fault(of: name) == nil
    else { return nil }
    if isService {
      if saved.record != nil { server.resolvedName = name }
    } else if saved.isHostnameChanged && name.lowercased() != configured.lowercased() {
      server.resolvedName = name
      if server.currentEndpoint.address == nil {
        server.admin.set(server.adminState.union(.hostnameChanged).rawValue)
      }
    }
    return nil
  }

  /// Where checks and agent had been sent to; what is wrong with it.
  private func restoreChecks(_ saved: SavedServerState, _ server: ServerRuntime) -> String? {
    if saved.checkPort != "0" || saved.checkAddress != "-" {
      if !server.check.current.isConfigured { return "health checks are not enabled on this server" }
      let place = SavedPlace(saved.checkAddress, saved.checkPort)
      if let problem = place.problem { return problem }
      if let address = place.address { server.checkOverrides.current.checkAddress = address }
      if let port = place.port { server.checkOverrides.current.checkPort = port }
    }
    if saved.agentPort != "0" || saved.agentAddress != "-" {
      if !server.agent.current.isConfigured { return "agent checks are not enabled on this server" }
      let place = SavedPlace(saved.agentAddress, saved.agentPort)
      if let problem = place.problem { return problem }
      if let address = place.address { server.checkOverrides.current.agentAddress = address }
      if let port = place.port { server.checkOverrides.current.agentPort = port }
    }
    return nil
  }
}

/// Where a check was sent to, as a state file says it.
private struct SavedPlace {
  var address: IPAddress?
  var port: UInt16?
  var problem: String?

  init(_ addressText: String, _ portText: String) {
    if addressText != "-" {
      address = IPAddress(addressText)
      if address == nil { problem = "invalid addr '\(addressText)'" }
    }
    if problem != nil || portText == "0" { return }
    guard let number = Int(portText) else {
      problem = "provided port is not an integer"
      return
    }
    port = UInt16(exactly: number)
    if port == nil { problem = "provided port is invalid" }
  }
}

extension BackendRuntime {
  /// Makes everything follow from the states of its servers.
  fileprivate func settle() {
    recountServers()
    for index in servers.indices { serverChanged(index) }
  }
}
