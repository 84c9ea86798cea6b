import Connections

extension Worker {
  /// Before a wait with a poller that remembers no edges: asks for what every connection waits for.
  public func rearm() {
    for session in sessions { session.connection.rearm(with: loop.poller) }
    for connection in serverConnections { connection.connection.rearm(with: loop.poller) }
  }
}
