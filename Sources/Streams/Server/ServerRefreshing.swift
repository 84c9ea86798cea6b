import Memory
public import Proxies

/// A server that was added or deleted while the process runs.
public enum ServerChange {
  case added(ServerPlace)
  case removed(ServerPlace)
  /// Has another name since, and had this one.
  case renamed(ServerPlace, from: String?)
}

extension BackendReplica {
  /// Servers came or went since this worker last looked.
  var isStale: Bool { shared.with { $0.roster.generation.value } != rosterGeneration }

  /// Makes replicas of the servers that this worker does not know. Streams that hold a server that was deleted keep
  /// its replica to their end.
  func refresh(worker: Int) {
    shared.with { backend in
      rosterGeneration = backend.roster.generation.value
      for (place, runtime) in backend.roster.places.enumerated() {
        if place == servers.count {
          servers.append(ServerReplica(runtime, worker: worker, backendSource: source))
        } else if place < servers.count && !servers[place].shared.with({ $0 === runtime }) {
          servers[place] = ServerReplica(runtime, worker: worker, backendSource: source)
        }
        servers[place].isGone = runtime.deleted.value != 0
      }
    }
  }
}

extension Worker {
  func refreshServers(of index: Int) {
    guard index >= 0, index < backends.count, let backend = backends[index] else { return }
    if backend.isStale { backend.refresh(worker: self.index) }
  }
}

extension Worker {
  /// `set server ... ssl`: connections made from now on speak TLS, or do not; those that wait are of no use any more.
  func refreshTLS(of place: ServerPlace) {
    guard place.backend >= 0, place.backend < backends.count, let backend = backends[place.backend],
      place.server < backend.servers.count
    else { return }
    backend.servers[place.server].refreshTLS()
    dropIdle(backend: place.backend, server: place.server)
  }
}
