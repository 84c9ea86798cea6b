import Configuration
import Connections
import EventLoop
import HTTP
import HTTP1
import Memory
import Primitives
import Proxies
import System

/// Bytes on their way: the request to the server, the answer to the client.
extension Worker {
  // MARK: Request

  /// Formats the head for the server that was chosen.
  func writeRequestHead(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    if !stream.requestChannel.output.back(by: buffers) { return }
    chooseCompression(stream)
    let closes = stream.connectionMode != .keepAlive
    if let name = backend.sendNameHeader, let server = stream.server { stream.request.set(name, server.name) }
    let connection: H1Writer.Connection
    if stream.requestFraming.wantsUpgrade || (closes && backend.options.contains(.httpPretendKeepAlive)) {
      connection = .none
    } else if closes {
      connection = stream.request.isVersion11 ? .close : .none
    } else {
      connection = stream.request.isVersion11 || stream.requestFraming.mustClose ? .none : .keepAlive
    }
    if !write(request: stream, backend, connection) {
      setEnd(stream, .proxy, .request)
      return reply(stream, status: 400)
    }
    stream.requestHeadWritten = true
    handRequest(stream)
    // A small body that is there already leaves in the same piece as the head.
    let plain = stream.requestChannel.plainBytes
    if plain > 0 && plain <= 4096 && plain <= stream.requestChannel.output.room && backend.sendNameHeader == nil {
      _ = stream.requestChannel.output.append(stream.requestChannel.input.readable.prefix(plain))
      stream.requestChannel.dropPlain(plain)
    }
    // A request that is wholly formatted can be sent once more, should the connection turn out to be dead.
    stream.requestChannel.keepsOutput = stream.requestChannel.isComplete
  }

  func forwardRequest(_ stream: Stream) {
    if stream.requestPhase == .done && !stream.isTunnel || stream.isRequestAtRest { return }
    guard stream.connector == .established, let session = stream.session, let server = stream.serverConnection else {
      if stream.isTunnel && stream.connector != .established && stream.connector != .closed { bufferEarlyBytes(stream) }
      return
    }
    if stream.isHTTP && !stream.requestHeadWritten { writeRequestHead(stream) }
    if stream.connector != .established { return }
    let spliced = stream.isTunnel || !stream.requestChannel.isPinned ? splice(stream, isRequest: true) : false
    if spliced { return }
    let result = pump(&stream.requestChannel, from: &session.connection, to: &server.connection, resources)
    requestMoved(stream, result)
  }

  func requestMoved(_ stream: Stream, _ result: PumpResult) {
    if result.received > 0 { touchClient(stream) }
    if result.received > 0 && stream.isTunnel && stream.responseChannel.endForwarded { touchServer(stream) }
    if result.sent > 0 {
      stream.requestBytesSent = true
      // Bytes that come with the end of their direction wake nobody's patience anew.
      if !(stream.isTunnel && result.sourceEnded) { touchServer(stream) }
      if stream.isTunnel { touchClientToo(stream) }
    }
    if result.isMalformed { return malformedRequestBody(stream) }
    if result.sinkFailed { return serverWriteFailed(stream) }
    if result.yielded { runLater(stream) }
    if stream.requestChannel.isComplete && stream.requestChannel.isFlushed && stream.requestPhase == .forward
      && !stream.isTunnel
    {
      stream.requestPhase = .done
      touchServer(stream)
      return
    }
    if result.sourceEnded || result.sourceFailed {
      if stream.isTunnel {
        endForward(stream, fromClient: true, failed: result.sourceFailed)
      } else if !stream.requestChannel.isComplete && stream.requestPhase != .done {
        clientAborted(stream)
      }
    }
  }
  private func touchClientToo(_ stream: Stream) {
    if stream.frontend?.options.contains(.independentStreams) == false { touchClient(stream) }
  }

  /// A TCP client that speaks before its server is there: its bytes wait in one buffer.
  func bufferEarlyBytes(_ stream: Stream) {
    guard let session = stream.session, !stream.isHTTP, session.connection.canReceive == true else { return }
    if !stream.requestChannel.input.back(by: buffers) { return }
    if stream.requestChannel.input.room == 0 { return }
    switch session.connection.receive(into: &stream.requestChannel.input) {
    case .bytes(let n):
      stream.requestChannel.transferred += UInt64(n)
      touchClient(stream)
      if stream.connector == .connecting { checkConnecting(stream) }
    case .wouldBlock: if stream.requestChannel.input.isEmpty { stream.requestChannel.input.release() }
    case .closed, .failed:
      if stream.requestChannel.input.isEmpty { stream.requestChannel.input.release() }
      if stream.watchesAbort { clientAborted(stream) }
    }
  }

  // MARK: Response

  func forwardResponse(_ stream: Stream) {
    if stream.isResponseAtRest { return }
    guard let session = stream.session else { return }
    if stream.service != nil { return forwardService(stream) }
    if splice(stream, isRequest: false) { return }
    let result: PumpResult
    if let server = stream.serverConnection, server.connection.isOpen, !stream.responseChannel.isComplete {
      result = pump(&stream.responseChannel, from: &server.connection, to: &session.connection, resources)
    } else {
      result = flush(&stream.responseChannel, to: &session.connection)
    }
    responseMoved(stream, result)
  }

  func responseMoved(_ stream: Stream, _ result: PumpResult) {
    if result.received > 0 {
      touchServer(stream)
      // A client that has ended its direction is waited for from now on.
      if stream.isTunnel && stream.requestChannel.endForwarded { touchClient(stream) }
    }
    if result.sent > 0 {
      if !(stream.isTunnel && result.sourceEnded) { touchClient(stream) }
      if stream.isTunnel, stream.frontend?.options.contains(.independentStreams) == false { touchServer(stream) }
    }
    if result.isMalformed { return malformedResponseBody(stream) }
    if result.sinkFailed { return clientWriteFailed(stream) }
    if result.yielded { runLater(stream) }
    if result.sourceEnded || result.sourceFailed {
      if stream.isTunnel { return endForward(stream, fromClient: false, failed: result.sourceFailed) }
      let isCut = result.sourceFailed || stream.serverConnection?.connection.isTruncated == true
      if stream.responseChannel.source == .untilClose && !isCut {
        stream.responseChannel.isComplete = true
        if stream.responseChannel.chunkedOut { finishChunks(stream) }
      } else if !stream.responseChannel.isComplete {
        return serverAborted(stream)
      }
    }
    if stream.responseChannel.isComplete && stream.responseChannel.isFlushed && stream.responseChannel.plainBytes == 0
      && !stream.isTunnel
    {
      stream.responsePhase = .done
    }
  }
  private func finishChunks(_ stream: Stream) {
    _ = stream.responseChannel.output.back(by: buffers)
    if stream.responseChannel.output.isBacked { _ = H1Writer.writeLastChunk(to: &stream.responseChannel.output) }
  }

  // MARK: Ends

  /// One side of a tunnel has ended its direction: what it sent goes out, then its end does.
  func endForward(_ stream: Stream, fromClient: Bool, failed: Bool) {
    guard let session = stream.session else { return }
    if failed {
      if fromClient {
        stream.backend?.counters.count(.clientAborts)
        stream.server?.counters.count(.clientAborts)
      } else {
        countServerAbort(stream)
      }
      setEnd(stream, fromClient ? .client : .server, .data)
      return endTCP(stream)
    }
    if fromClient {
      if stream.requestChannel.endForwarded { return }
      if !stream.requestChannel.isFlushed || stream.requestChannel.input.count > 0 { return }
      stream.requestChannel.isComplete = true
      stream.requestChannel.endForwarded = true
      if !stream.responseChannel.endForwarded, let backend = stream.backend, backend.options.contains(.noLinger),
        let server = stream.serverConnection
      {
        // `option nolinger`: no half-closed connection to the server, but an end at once.
        dropServerConnection(stream, server, abort: true)
        return endTCP(stream)
      }
      stream.serverConnection?.connection.endSending()
      // The end itself is no activity: without a timeout for half-closed connections the old deadline stands.
      if let t = stream.backend?.timeouts, t.serverFin != t.server {
        stream.serverDeadline = loop.deadline(after: t.serverFin)
      }
    } else {
      if stream.responseChannel.endForwarded { return }
      if !stream.responseChannel.isFlushed || stream.responseChannel.input.count > 0 { return }
      stream.responseChannel.isComplete = true
      stream.responseChannel.endForwarded = true
      session.connection.endSending()
      if let t = stream.frontend?.timeouts, t.clientFin != t.client {
        stream.clientDeadline = loop.deadline(after: t.clientFin)
      }
    }
    if stream.requestChannel.endForwarded && stream.responseChannel.endForwarded { stream.responsePhase = .done }
  }

  /// Sends what is formatted, without a source.
  func flush(_ channel: inout Channel, to sink: inout Connection) -> PumpResult {
    var result = PumpResult()
    while true {
      let formatted = channel.output.count
      let plain = channel.plainBytes
      if formatted == 0 && plain == 0 {
        channel.releaseIdle()
        return result
      }
      if !sink.canSend {
        result.waitsForSink = true
        return result
      }
      let second = plain > 0 ? channel.input.readable.prefix(plain) : Bytes()
      switch sink.send(channel.output.readable, second) {
      case .bytes(let n):
        result.sent += n
        channel.sent(n)
      case .failed:
        result.sinkFailed = true
        return result
      case .wouldBlock, .closed:
        result.waitsForSink = true
        return result
      }
    }
  }
}
