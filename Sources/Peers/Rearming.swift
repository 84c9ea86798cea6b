public import System

extension PeersService {
  /// Before a wait with a poller that remembers no edges.
  public func rearm(_ poller: Poller) {
    for session in sessions {
      guard let session else { continue }
      let waitsForRoom =
        !session.output.isEmpty || session.stage == .connecting
        || session.stage == .securing && !session.link.connection.canSend
      poller.rearm(session.socket.descriptor, read: true, write: waitsForRoom)
    }
  }
}
