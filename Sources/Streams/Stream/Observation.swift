import Configuration
import HTTP1
import Memory
import Proxies

/// What the data path tells others of a stream: checks that observe traffic, `show errors`, the log.
extension Worker {
  /// A connection attempt to the server failed (`observe`).
  func reportConnectFailure(_ server: ServerReplica, _ backend: BackendReplica) {}
  func observeResponse(_ stream: Stream, status: Int) {}
  func observeFailure(_ stream: Stream) {}
  /// Keeps the message for `show errors`.
  func noteBadMessage(_ stream: Stream, _ error: H1Error, isRequest: Bool) {}
}
