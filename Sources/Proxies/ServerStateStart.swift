import Configuration
import Memory

extension ProcessRuntime {
  /// Puts every server into the state it starts in: `disabled` ones and those without an address in maintenance, with
  /// the servers that follow them. Nothing is said about it.
  func prepareServers() {
    let now = Int(startedAtTick / 1000)
    for backend in backends.compactMap({ $0 }) {
      backend.lastChange.set(now)
      for server in backend.servers {
        server.lastChange.set(now)
        if server.settings.disabled { shut(server, [.configuredMaintenance, .forcedMaintenance]) }
        if case .unresolved = server.settings.address, server.currentEndpoint.family == .none {
          shut(server, .resolutionMaintenance)
          server.downTransitions.add(1)
        }
      }
    }
    for place in tracking.followed.keys {
      guard let (_, root) = self.server(at: tracking.root(of: place)), root.isInMaintenance else { continue }
      if let (_, server) = self.server(at: place) { shut(server, .inheritedMaintenance) }
    }
    for backend in backends.compactMap({ $0 }) {
      backend.recountServers()
      for index in backend.servers.indices { backend.serverChanged(index) }
    }
  }

  private func shut(_ server: ServerRuntime, _ flags: AdminState) {
    server.admin.set(server.adminState.union(flags).rawValue)
    server.operational.set(OperationalState.stopped.rawValue)
    server.check.update {
      $0.health = 0
      $0.isPaused = true
    }
  }
}
