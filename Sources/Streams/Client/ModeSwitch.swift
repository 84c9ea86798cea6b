import EventLoop
import Memory
import Rules

/// Connections in TCP mode that turn out to speak HTTP: by a rule (`tcp-request content switch-mode http`), or because
/// the backend that was chosen does.
extension Worker {
  /// The connection begins anew as one of HTTP, with what has been received of it. The stream is gone.
  func switchToHTTP(_ stream: Stream, _ proto: SwitchedProtocol, for backend: Int? = nil) {
    guard let session = stream.session, let listener = session.listener else { return }
    stream.requestChannel.isPinned = false
    session.input = stream.requestChannel.input.take()
    session.switchedBackend = backend
    abandon(stream)
    session.state = .idle
    session.idleSince = loop.now
    session.headDeadline = loop.deadline(after: listener.frontend.timeouts.httpRequest)
    if proto == .http2 { return startMux(session) }
    if session.input.isBacked && session.input.isEmpty { session.input.release() }
    readIdle(session)
  }

  /// What has been parsed as HTTP cannot go to a server as mere bytes.
  func refuseMode(_ stream: Stream) {
    setEnd(stream, .insideError, .request)
    breakOff(stream)
  }
}
