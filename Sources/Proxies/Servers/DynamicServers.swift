public import Configuration
import LoadBalancing
import Memory
public import Primitives

/// Servers that commands add and delete while the process runs. One thread alone does so.
extension ProcessRuntime {
  /// Adds a server, in maintenance unless its line says `enabled`; `followed` is the server of its `track`.
  public func add(
    _ settings: ServerSettings, to backend: BackendRuntime, isEnabled: Bool, followed: ServerPlace?, now: Int64
  ) {
    let place = ServerPlace(backend: backend.index, server: backend.roster.nextPlace())
    let server = ServerRuntime(
      settings: settings, backendIndex: place.backend, index: place.server, endpoint: settings.endpoint,
      threads: threads, measuresLatency: backend.latency != nil, isDynamic: true)
    server.lastChange.set(Int(now / 1000))
    let check = server.check
    check.update { $0.isEnabled = false }
    server.agent.update { $0.isEnabled = false }
    if !isEnabled {
      server.admin.set(server.adminState.union(.forcedMaintenance).rawValue)
      server.operational.set(OperationalState.stopped.rawValue)
      let isPaused = settings.disabled
      check.update { ($0.health, $0.isPaused) = (0, isPaused) }
    }
    if let followed, let (_, other) = self.server(at: followed) {
      changeTracking { $0.add(place, following: followed) }
      if other.isInMaintenance {
        server.admin.set(server.adminState.union(.inheritedMaintenance).rawValue)
        server.operational.set(OperationalState.stopped.rawValue)
      }
      if other.isDraining { server.admin.set(server.adminState.union(.inheritedDrain).rawValue) }
    }
    backend.stateLock.withLock { _ in
      backend.balancer.insert(
        BalancedServer(
          id: settings.id, weight: settings.weight, isBackup: settings.isBackup, isUsable: false,
          maximumQueue: settings.maxQueue, load: server.load), at: place.server)
      backend.roster.insert(server)
      backend.recountServers()
      backend.serverChanged(place.server)
    }
    for mailbox in mailboxes { mailbox.post(.serverAdded(place)) }
  }

  /// Why a server cannot be deleted now.
  public enum DeletionObstacle: Sendable { case referenced, inService, connected }

  /// Deletes a server that nothing of the configuration needs, that is in maintenance and that has no connection.
  public func delete(_ server: ServerRuntime, of backend: BackendRuntime) -> DeletionObstacle? {
    let place = ServerPlace(backend: backend.index, server: server.index)
    let isNamed = backend.settings.rules.servers.contains { rule in
      if case .server(let index) = rule.target { return index == server.index && !server.isDynamic }
      return false
    }
    let isResolved = server.settings.resolverIndex != nil
    if isNamed || isResolved || server.settings.isNamedByExpressions || tracking.wasFollowed(place) {
      return .referenced
    }
    if !server.isInMaintenance { return .inService }
    let inUse = [
      server.served, server.sessions, server.usedConnections, server.idleConnections, server.queue.length,
    ]
    if inUse.contains(where: { $0.value > 0 }) { return .connected }
    changeTracking { $0.remove(place) }
    server.keepers.set(mailboxes.count)
    backend.stateLock.withLock { _ in
      backend.balancer.setServer(server.index, isUsable: false, effectiveWeight: 0)
      backend.roster.remove(server)
      backend.recountServers()
      backend.generation.add(1)
    }
    for mailbox in mailboxes { mailbox.post(.serverRemoved(place)) }
    return nil
  }

  /// A worker knows nothing of a deleted server any more.
  public func letGo(_ place: ServerPlace) {
    guard place.backend < backends.count, let backend = backends[place.backend] else { return }
    let places = backend.roster.places
    if place.server < places.count { places[place.server].keepers.add(-1) }
  }
}

extension ServerSettings {
  /// Where the server is at start.
  public var endpoint: Endpoint {
    guard case .socket(let address) = self.address else { return Endpoint(family: .none, port: self.port) }
    if case .ip(let ip, let ownPort) = address { return Endpoint(ip, port: ownPort != 0 ? ownPort : self.port) }
    return address.endpoint
  }
}
