public import Memory

/// The servers of a backend. Each has a place that is its own as long as it lives: workers keep their replicas by it.
public final class ServerRoster: Sendable {
  private struct State {
    var places: [ServerRuntime]
    var listed: [ServerRuntime]
  }
  private let state: Lock<State>
  /// The servers of the configuration, whose places are never given to others.
  private let configured: Int
  /// Bumped with each change: workers then look at the places again.
  public let generation = SharedCell(1)

  init(_ servers: [ServerRuntime]) {
    configured = servers.count
    state = Lock(State(places: servers, listed: servers))
  }

  deinit { generation.giveBack() }

  /// Those that there are, in the order in which they are listed.
  public var servers: [ServerRuntime] { state.withLock { $0.listed } }
  /// By place, deleted ones among them.
  public var places: [ServerRuntime] { state.withLock { $0.places } }
  /// nil where the server was deleted, or never was.
  public func server(at place: Int) -> ServerRuntime? {
    state.withLock { state in
      guard place >= 0, place < state.places.count else { return nil }
      let server = state.places[place]
      return server.deleted.value == 0 ? server : nil
    }
  }

  /// The place for a new server: that of one that was added and deleted and that no worker knows any more, else a new
  /// one behind the last. One thread alone adds and removes.
  func nextPlace() -> Int {
    state.withLock { state in
      for place in configured..<max(configured, state.places.count)
      where state.places[place].deleted.value != 0 && state.places[place].keepers.value <= 0 { return place }
      return state.places.count
    }
  }
  func insert(_ server: ServerRuntime) {
    state.withLock { state in
      if server.index < state.places.count {
        state.places[server.index] = server
      } else {
        state.places.append(server)
      }
      state.listed.append(server)
    }
    generation.add(1)
  }
  func remove(_ server: ServerRuntime) {
    server.deleted.set(1)
    state.withLock { $0.listed.removeAll { $0 === server } }
    generation.add(1)
  }
}
