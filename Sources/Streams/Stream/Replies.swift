import Configuration
import Connections
import EventLoop
import HTTP1
import Memory
import Proxies
import System

/// Answers that the proxy makes itself, and the ends that need no answer.
extension Worker {
  /// The bytes for this status: the backend's `errorfile`, the frontend's, or the built-in ones.
  func answer(_ status: Int, frontend: FrontendReplica?, backend: BackendReplica?) -> Bytes {
    backend?.errorAnswers.answer(status) ?? frontend?.errorAnswers.answer(status) ?? H1ErrorAnswers.bytes(for: status)
  }

  /// Ends the exchange with an answer of the proxy's own. Whatever the server was doing is dropped.
  func reply(_ stream: Stream, status: Int) {
    let bytes = stream.isMonitor && status == 200 ? H1ErrorAnswers.bytes(for: 200) : answer(status, frontend: stream.frontend, backend: stream.backend)
    reply(stream, status: status, bytes)
  }

  func reply(_ stream: Stream, status: Int, _ bytes: Bytes) {
    leaveServer(stream)
    stream.isIntercepted = true
    stream.status = status
    stream.clientKeepsAlive = false
    if let frontend = stream.frontend {
      frontend.counters.count(.ofStatus(status))
      if stream.backend == nil || stream.isMonitor { frontend.counters.count(.interceptedRequests) }
    }
    stream.backend?.counters.count(.ofStatus(status))
    stream.responseChannel.reset()
    stream.responseChannel.isComplete = true
    // HEAD gets the head alone.
    var text = bytes
    if stream.request.method == .head, stream.headReceivedTick >= 0, let end = bytes.firstIndex(of: Bytes("\r\n\r\n")) {
      text = bytes.prefix(end + 4)
    }
    if text.isEmpty {
      // `errorfile <code> /dev/null`: close without a word.
      stream.responsePhase = .done
      return
    }
    if !stream.responseChannel.output.back(by: buffers) {
      stream.responsePhase = .done
      return
    }
    _ = stream.responseChannel.output.append(text.prefix(buffers.bufferSize))
    stream.responseTick = stream.responseTick < 0 ? -1 : stream.responseTick
    stream.responsePhase = .forward
    stream.responseChannel.transferred = UInt64(text.count)
    stream.requestPhase = .done
    stream.isTunnel = false
    touchClient(stream)
  }

  /// The stream has no use for a server any more: queue, place and connection are given back.
  func leaveServer(_ stream: Stream) {
    if stream.isQueued { _ = leaveQueue(stream) }
    if let connection = stream.serverConnection { dropServerConnection(stream, connection) }
    releasePlace(stream)
    stream.connector = .closed
    stream.connectDeadline = TimerWheel.never
    stream.queueDeadline = TimerWheel.never
    stream.serverDeadline = TimerWheel.never
  }

  /// HAProxy's way of telling a client to send its request again on a new connection: close without a word.
  func abortKeepAlive(_ stream: Stream) {
    leaveServer(stream)
    setEnd(stream, .server, .headers)
    stream.clientKeepsAlive = false
    stream.responseChannel.reset()
    stream.responseChannel.isComplete = true
    stream.requestPhase = .done
    stream.responsePhase = .done
  }

  // MARK: Broken off

  func clientAborted(_ stream: Stream) {
    stream.frontend?.counters.count(.clientAborts)
    stream.backend?.counters.count(.clientAborts)
    stream.server?.counters.count(.clientAborts)
    if stream.responsePhase == .forward && stream.responseChannel.transferred > 0 && !stream.isIntercepted {
      setEnd(stream, .client, .data)
      return breakOff(stream)
    }
    let phase: EndPhase
    switch stream.connector {
    case .queued: phase = .queue
    case .assign, .assigned, .turnaround, .connecting: phase = .connect
    case .established: phase = stream.requestPhase == .forward ? .data : .headers
    case .idle, .closed: phase = .request
    }
    setEnd(stream, .client, phase)
    if stream.isHTTP && stream.responsePhase == .head {
      reply(stream, status: 400)
    } else {
      breakOff(stream)
    }
  }

  func clientWriteFailed(_ stream: Stream) {
    stream.frontend?.counters.count(.clientAborts)
    stream.backend?.counters.count(.clientAborts)
    stream.server?.counters.count(.clientAborts)
    setEnd(stream, .client, .data)
    breakOff(stream)
  }

  /// The server broke off in the middle of its answer.
  func serverAborted(_ stream: Stream) {
    stream.frontend?.counters.count(.serverAborts)
    stream.backend?.counters.count(.serverAborts)
    stream.server?.counters.count(.serverAborts)
    setEnd(stream, .server, .data)
    breakOff(stream)
  }

  /// The server takes no more of the request. It may have answered already: then that answer counts.
  func serverWriteFailed(_ stream: Stream) {
    if stream.isTunnel && !stream.isHTTP {
      setEnd(stream, .server, .data)
      return endTCP(stream)
    }
    stream.requestPhase = .done
    stream.requestChannel.isDiscarded = true
    stream.clientKeepsAlive = false
    if stream.responsePhase == .head { stream.serverConnection?.connection.setCanReceive(true) }
  }

  func malformedRequestBody(_ stream: Stream) {
    stream.frontend?.counters.count(.requestErrors)
    setEnd(stream, .proxy, stream.responsePhase == .forward ? .data : .request)
    if stream.responsePhase == .head { reply(stream, status: 400) } else { breakOff(stream) }
  }
  func malformedResponseBody(_ stream: Stream) {
    stream.backend?.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
    setEnd(stream, .proxy, .data)
    breakOff(stream)
  }

  func isAbortedByClient(_ stream: Stream) -> Bool {
    guard let connection = stream.session, stream.backend?.options.contains(.abortOnClose) == true else { return false }
    return connection.connection.peerClosed == true
  }

  /// Ends both sides now; nothing more is sent.
  func breakOff(_ stream: Stream) {
    leaveServer(stream)
    stream.clientKeepsAlive = false
    stream.responseChannel.reset()
    stream.requestChannel.isComplete = true
    stream.responseChannel.isComplete = true
    stream.requestPhase = .done
    stream.responsePhase = .done
    stream.isBrokenOff = true
  }

  /// Ends a TCP stream: both connections close.
  func endTCP(_ stream: Stream) {
    leaveServer(stream)
    stream.requestPhase = .done
    stream.responsePhase = .done
    stream.requestChannel.isComplete = true
    stream.responseChannel.isComplete = true
    stream.clientKeepsAlive = false
    stream.isBrokenOff = true
  }
}
