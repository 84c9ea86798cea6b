import Configuration
import Memory
import Proxies

/// Second tries of a request: on another connection, or on another server (`retry-on`, manual section 4.2).
extension Worker {
  /// Before another connection attempt: nothing of the request may be lost.
  func rewindRequest(_ stream: Stream) {
    if stream.backend?.sendNameHeader != nil {
      // The head names the server: it is formatted anew.
      stream.requestChannel.output.release()
      stream.requestHeadWritten = false
      return
    }
    if stream.requestChannel.keepsOutput { stream.requestChannel.output.rewind() }
  }

  /// Whether all of the request is still here, to be sent once more.
  private func isReplayable(_ stream: Stream) -> Bool {
    stream.requestChannel.keepsOutput && stream.requestChannel.output.isBacked && stream.requestChannel.isComplete
  }

  /// The server closed a connection that was idle: a request that can be repeated without harm is sent on a new one.
  func mayResend(_ stream: Stream) -> Bool { isReplayable(stream) && stream.request.method.isIdempotent }

  func resend(_ stream: Stream) {
    if let connection = stream.serverConnection { dropServerConnection(stream, connection) }
    rewindRequest(stream)
    resetResponse(stream)
    stream.requestBytesSent = false
    stream.requestPhase = .connect
    stream.forcesNewConnection = true
    stream.connector = .assigned
  }

  func mayRetryResponse(_ stream: Stream) -> Bool {
    stream.retriesLeft > 0 && isReplayable(stream) && !stream.isRetryDisabled
  }
  func retriesOnEmpty(_ stream: Stream, _ backend: BackendReplica, _ nothingCame: Bool) -> Bool {
    nothingCame && backend.retryOn.contains(.emptyResponse) && mayRetryResponse(stream)
  }
  func retriesOnTimeout(_ stream: Stream, _ backend: BackendReplica) -> Bool {
    backend.retryOn.contains(.responseTimeout) && mayRetryResponse(stream)
  }
  func retriesOnStatus(_ stream: Stream, _ backend: BackendReplica, _ status: Int) -> Bool {
    let condition: RetryConditions
    switch status {
    case 401: condition = .status401
    case 403: condition = .status403
    case 404: condition = .status404
    case 408: condition = .status408
    case 425: condition = .status425
    case 500: condition = .status500
    case 501: condition = .status501
    case 502: condition = .status502
    case 503: condition = .status503
    case 504: condition = .status504
    default: return false
    }
    return backend.retryOn.contains(condition) && mayRetryResponse(stream)
  }

  /// The answer was no good: the request goes out again.
  func retryResponse(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    if let connection = stream.serverConnection { dropServerConnection(stream, connection) }
    stream.retriesLeft -= 1
    stream.retriesTotal += 1
    rewindRequest(stream)
    resetResponse(stream)
    stream.requestBytesSent = false
    stream.requestPhase = .connect
    stream.forcesNewConnection = true
    // HAProxy counts the decision and the new connection.
    countRetry(stream, backend)
    stream.firstConnectFailure = .none
    tryAgain(stream, backend)
  }

  private func resetResponse(_ stream: Stream) {
    stream.responseChannel.reset()
    stream.responseParser.reset()
    stream.handedResponse = nil
    stream.responsePhase = .head
    // The next connection is inspected anew.
    stream.responseInspection = .pending
    stream.connectedTick = -1
  }
}
