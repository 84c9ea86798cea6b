import Configuration
import Connections
import EventLoop
import HTTP
import HTTP1
import Memory
import Proxies
import System

/// Answers that the proxy makes itself, and the ends that need no answer.
extension Worker {
  /// The answer for this status: the backend's `errorfile`, the frontend's, or the built-in one.
  func answer(_ status: Int, frontend: FrontendReplica?, backend: BackendReplica?) -> PreparedAnswer {
    backend?.errorAnswers.answer(status) ?? frontend?.errorAnswers.answer(status) ?? builtInAnswers.answer(status)
      ?? builtInAnswers.answer(500) ?? PreparedAnswer(status: status, raw: [])
  }

  /// Ends the exchange with an answer of the proxy's own. Whatever the server was doing is dropped.
  func reply(_ stream: Stream, status: Int) {
    let answer = answer(status, frontend: stream.frontend, backend: stream.backend)
    guard let own = answer.reply else { return reply(stream, answer, status: status) }
    var view = StreamLogView(stream: stream, worker: self)
    give(own, stream, &view)
  }

  func reply(_ stream: Stream, _ answer: PreparedAnswer, status: Int) {
    let isLast = answer.raw.isEmpty || !hasRules || !hasAfterResponse(stream)
    beginOwnAnswer(stream, status: status, countsStatus: isLast)
    if answer.raw.isEmpty || !stream.responseChannel.output.back(by: buffers) {
      // `errorfile <code> /dev/null`: close without a word.
      if !isLast { countStatus(stream, status) }
      stream.clientKeepsAlive = false
      stream.responsePhase = .done
      return
    }
    if !answer.isFramed || answer.closes { stream.clientKeepsAlive = false }
    if !isLast {
      stream.responseChannel.output.release()
      stream.response.reset(.response)
      stream.response.setStatus(answer.status, reason: answer.reason)
      if !answer.isVersion11 { stream.response.minorVersion = 0 }
      for field in answer.fields { stream.response.add(field.name, field.value) }
      return writeOwnMessage(stream, body: answer.body)
    }
    _ = stream.responseChannel.output.append(answer.head.prefix(buffers.bufferSize / 2))
    if !stream.clientKeepsAlive {
      if answer.isVersion11 { _ = stream.responseChannel.output.append("connection: close\r\n") }
    } else if !stream.request.isVersion11 {
      _ = stream.responseChannel.output.append("connection: keep-alive\r\n")
    }
    _ = stream.responseChannel.output.append("\r\n")
    if stream.request.method != .head { appendBody(stream, answer.body) }
    stream.responseChannel.transferred =
      answer.countedSize - (stream.request.method == .head ? UInt64(answer.body.count) : 0)
  }

  /// An answer whose head a rule made in `stream.response`.
  func replyMessage(_ stream: Stream, status: Int, body: Bytes) {
    beginOwnAnswer(stream, status: status, countsStatus: !hasRules || !hasAfterResponse(stream))
    writeOwnMessage(stream, body: body)
  }

  private func writeOwnMessage(_ stream: Stream, body: Bytes) {
    var body = body
    var unsent: UInt64 = 0
    if hasRules && hasAfterResponse(stream) {
      runAfterResponse(stream)
      // What the rules made of it counts.
      countStatus(stream, stream.response.status)
      if HTTPStatus.hasNoBody(stream.response.status) {
        // HAProxy counts what it then leaves out.
        let whole = stream.response.countedSize
        if stream.response.status != 304 { stream.response.remove(.contentLength) }
        unsent = whole &- stream.response.countedSize &+ UInt64(body.count)
        body = Bytes()
      }
    }
    guard stream.responseChannel.output.back(by: buffers) else {
      stream.clientKeepsAlive = false
      stream.responsePhase = .done
      return
    }
    let connection: H1Writer.Connection =
      !stream.clientKeepsAlive ? .close : stream.request.isVersion11 ? .none : .keepAlive
    let counted = stream.response.countedSize
    let content = stream.request.method == .head ? Bytes() : body
    let fits = H1Writer.writeResponse(stream.response, connection: connection, to: &stream.responseChannel.output)
    guard fits, stream.responseChannel.output.append(content) else {
      // Too long for the buffer: half an answer would be worse than none.
      stream.responseChannel.output.release()
      stream.clientKeepsAlive = false
      stream.responsePhase = .done
      return
    }
    stream.responseChannel.transferred = counted &+ UInt64(content.count) &+ unsent
  }

  /// An answer to what was not understood as a request: in its raw form, and the connection ends.
  func replyRaw(_ stream: Stream, status: Int) {
    let answer = answer(status, frontend: stream.frontend, backend: stream.backend)
    beginOwnAnswer(stream, status: status, isRaw: true)
    stream.clientKeepsAlive = false
    if answer.raw.isEmpty || !stream.responseChannel.output.back(by: buffers) {
      stream.responsePhase = .done
      return
    }
    appendBody(stream, answer.raw)
  }

  private func appendBody(_ stream: Stream, _ body: Bytes) {
    // Files are held to the buffer's size when they are read; what were longer would be cut here.
    _ = stream.responseChannel.output.append(body.prefix(stream.responseChannel.output.room))
  }

  private func countStatus(_ stream: Stream, _ status: Int) {
    stream.frontend?.counters.count(.ofStatus(status))
    stream.backend?.counters.count(.ofStatus(status))
  }

  func beginOwnAnswer(_ stream: Stream, status: Int, isRaw: Bool = false, countsStatus: Bool = true) {
    leaveServer(stream)
    stream.isIntercepted = true
    stream.status = status
    if countsStatus { countStatus(stream, status) }
    if let frontend = stream.frontend {
      if isRaw {
        frontend.counters.count(.requestsTotal)
      } else if stream.backend == nil && stream.endCause != .clientTimeout && stream.endCause != .proxy {
        frontend.counters.count(.interceptedRequests)
      }
    }
    stream.responseChannel.reset()
    stream.responseChannel.isComplete = true
    // A body that is there already is dropped; one that is still to come costs the connection.
    if stream.isHTTP && !stream.requestChannel.isComplete && stream.headReceivedTick >= 0 {
      let before = stream.requestChannel.input.count
      if stream.requestChannel.discard() {
        stream.requestChannel.transferred += UInt64(before - stream.requestChannel.input.count)
      }
    }
    if !stream.requestChannel.isComplete { stream.clientKeepsAlive = false }
    if endsConnection(stream) { stream.clientKeepsAlive = false }
    stream.isTunnel = false
    stream.requestPhase = .done
    stream.responsePhase = .forward
    touchClient(stream)
  }

  /// `monitor-uri`: the proxy says that it lives.
  func replyMonitor(_ stream: Stream) {
    // Probes leave no line.
    stream.logged = true
    reply(stream, builtInAnswers.answer(200) ?? answer(200, frontend: nil, backend: nil), status: 200)
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
    case .queued:
      phase = .queue
      stream.queueEndTick = loop.now
    case .assign, .assigned, .turnaround, .connecting: phase = .connect
    case .established: phase = stream.requestPhase == .forward || stream.isResetByClient ? .data : .headers
    case .idle, .closed: phase = .request
    }
    setEnd(stream, .client, phase)
    if stream.isHTTP && stream.responsePhase == .head && !stream.isResetByClient
      && ((stream.connector == .established && stream.requestPhase == .done) || stream.requestPhase < .connect)
    {
      reply(stream, status: 400)
    } else {
      // Nobody is there to read an answer.
      if stream.status == 0 {
        stream.status = -1
        stream.frontend?.counters.count(.httpOther)
        stream.backend?.counters.count(.httpOther)
      }
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
    stream.backend?.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
    setEnd(stream, .server, .data)
    // Nothing else would tell the client that more was due.
    stream.resetsClient = stream.responseChannel.source == .untilClose && !stream.responseChannel.chunkedOut
    breakOff(stream)
  }

  /// The server takes no more of the request. It may have answered already: then that answer counts.
  func serverWriteFailed(_ stream: Stream) {
    if stream.isTunnel && !stream.isHTTP {
      countServerAbort(stream)
      setEnd(stream, .server, .data)
      return endTCP(stream)
    }
    stream.requestPhase = .done
    stream.clientKeepsAlive = false
    if stream.responsePhase == .head { stream.serverConnection?.connection.setCanReceive(true) }
  }

  func malformedRequestBody(_ stream: Stream) {
    stream.frontend?.counters.count(.requestErrors)
    setEnd(
      stream, .proxy, stream.responsePhase == .forward ? .data : stream.connector == .established ? .headers : .request)
    if stream.responsePhase == .head { reply(stream, status: 400) } else { breakOff(stream) }
  }
  func malformedResponseBody(_ stream: Stream) {
    stream.backend?.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
    setEnd(stream, .server, .data)
    breakOff(stream)
  }

  /// A server that breaks off a tunnel.
  func countServerAbort(_ stream: Stream) {
    stream.backend?.counters.count(.serverAborts)
    stream.server?.counters.count(.serverAborts)
    stream.backend?.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
  }

  func isAbortedByClient(_ stream: Stream) -> Bool {
    guard let session = stream.session, stream.watchesAbort else { return false }
    return session.connection.peerClosed
  }

  /// Ends both sides now; nothing more is sent.
  func breakOff(_ stream: Stream) {
    leaveServer(stream)
    stream.clientKeepsAlive = false
    // What was sent has been sent: logs and counters want it.
    let (transferred, accounted) = (stream.responseChannel.transferred, stream.responseChannel.accounted)
    stream.responseChannel.reset()
    (stream.responseChannel.transferred, stream.responseChannel.accounted) = (transferred, accounted)
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
