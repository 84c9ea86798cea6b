import Configuration
import HTTP1
import Memory
import Proxies

/// What the data path tells others of a stream: checks that observe traffic, `show errors`, the log.
extension Worker {
  /// Tells the server's `observe` what a stream saw.
  func observe(_ event: TrafficEvent, _ server: ServerReplica?, _ backend: BackendReplica?) {
    guard let server, let backend, server.observes else { return }
    var transitions = ServerTransitions(process: process, now: loop.now)
    transitions.observe(event, of: ServerPlace(backend: backend.index, server: server.index), worker: index)
    stateMessages += transitions.takeMessages()
  }
  /// A connection attempt to the server failed.
  func reportConnectFailure(_ server: ServerReplica, _ backend: BackendReplica) {
    observe(.connectionFailed, server, backend)
  }
  func observeResponse(_ stream: Stream, status: Int) {
    // 501 and 505 tell of the request rather than of the server.
    let isWrong = status >= 500 && status != 501 && status != 505
    observe(isWrong ? .wrongStatus : .goodResponse, stream.server, stream.backend)
  }
  func observeFailure(_ stream: Stream, _ event: TrafficEvent = .readError) {
    observe(event, stream.server, stream.backend)
  }
  /// Keeps the message for `show errors`.
  func noteBadMessage(_ stream: Stream, _ error: H1Error, isRequest: Bool) {
    guard let frontend = stream.frontend else { return }
    let bytes = isRequest ? stream.requestChannel.input.readable : stream.responseChannel.input.readable
    process.errorCaptures.store(
      ErrorCapture(
        date: loop.wallClock, isResponse: !isRequest, frontend: frontend.index, backend: stream.backend?.index,
        server: stream.server?.index, source: stream.session?.peer ?? .none, bytes: bytes.array,
        errorOffset: error.offset, stateName: Bytes(error.state.name).latin1, stateNumber: Int(error.state.rawValue),
        bufferSize: tune.bufferSize))
  }
}
