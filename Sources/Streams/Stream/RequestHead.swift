import Configuration
import Connections
import EventLoop
import HTTP
import HTTP1
import Memory
import Primitives
import Proxies
import System

/// The request's head: read, check, remember what logs will want.
extension Worker {
  func readRequestHead(_ stream: Stream) {
    guard let session = stream.session, let frontend = stream.frontend else { return }
    if let handed = stream.handedRequest {
      stream.handedRequest = nil
      switch handed {
      case .complete(let framing): return requestHeadComplete(stream, framing)
      case .invalid(let error): return refuseRequest(stream, error)
      case .needMore: break
      }
    }
    while true {
      if stream.requestChannel.input.count > 0 {
        stream.requestParser.limits.acceptsInvalid = frontend.options.contains(.acceptInvalidHTTPRequest)
        stream.requestParser.limits.isFromHTTP2 = session.carrier != nil
        switch stream.requestParser.parseRequest(&stream.requestChannel.input, into: &stream.request) {
        case .complete(let framing): return requestHeadComplete(stream, framing)
        case .invalid(let error): return refuseRequest(stream, error)
        case .needMore: break
        }
      }
      guard session.connection.canReceive == true else {
        if session.connection.endReceived == true { requestHeadCut(stream) }
        return
      }
      if !stream.requestChannel.input.back(by: buffers) { return }
      if stream.requestChannel.input.room == 0 {
        if stream.requestChannel.input.totalRoom == 0 {
          return refuseRequest(stream, H1Error(state: stream.requestParser.state, offset: 0))
        }
        stream.requestChannel.input.compact()
      }
      switch session.connection.receive(into: &stream.requestChannel.input) {
      case .bytes, .wouldBlock: continue
      case .closed, .failed: return requestHeadCut(stream)
      }
    }
  }

  private func requestHeadComplete(_ stream: Stream, _ framing: H1Framing) {
    guard let session = stream.session, let frontend = stream.frontend else { return }
    if framing.body == .chunked && isBrokenFromStart(stream, framing) {
      return refuseRequest(stream, H1Error(state: .chunkSize, offset: framing.headLength))
    }
    stream.requestFraming = framing
    if session.carrier != nil { (stream.request.majorVersion, stream.request.minorVersion) = (2, 0) }
    stream.headReceivedTick = loop.now
    session.requestCount += 1
    countTrackedRequest(session, nil)
    logAccept(session)
    captureRequestLine(stream)
    if isTracing {
      traceAccept(stream, session)
      traceRequest(stream)
    }
    if tracedSources.value != 0 { traceRequestHead(stream) }
    if !frontend.requestCaptures.isEmpty {
      stream.requestCaptures.capture(frontend.requestCaptures, from: stream.request)
    }
    stream.requestChannel.transferred = stream.request.countedSize
    stream.requestChannel.input.consumeKeeping(framing.headLength)
    stream.requestChannel.isPinned = true
    switch framing.body {
    case .none:
      stream.requestChannel.source = .none
      stream.requestChannel.isComplete = true
    case .length(let n): stream.requestChannel.source = .length(n)
    case .chunked:
      stream.requestChannel.source = .chunked
      stream.requestChannel.chunkedOut = true
      stream.requestChannel.decoder = H1ChunkDecoder()
    case .untilClose: stream.requestChannel.source = .untilClose
    }
    stream.clientKeepsAlive = framing.isPersistent && !framing.mustClose
    if !countsBehindContentRules(stream, frontend) { countRequest(frontend) }
    touchClient(stream)
    stream.requestPhase = .route
  }

  /// A request that `tcp-request content` rules may refuse counts behind them.
  func countsBehindContentRules(_ stream: Stream, _ frontend: FrontendReplica) -> Bool {
    !frontend.rules.tcpRequest.isEmpty && stream.session?.switchedBackend == nil
  }

  func countRequest(_ frontend: FrontendReplica) {
    let now = loop.now
    process.requestsTotal.add(1)
    frontend.counters.count(.requestsTotal)
    frontend.shared.with { $0.requestRateMax.raise(to: $0.requestRate.count(at: now)) }
  }

  /// What has come of a chunked body is looked at before anything is sent: a broken one never reaches a server.
  private func isBrokenFromStart(_ stream: Stream, _ framing: H1Framing) -> Bool {
    stream.requestChannel.decoder = H1ChunkDecoder()
    let hidden = stream.requestChannel.input.hide(framing.headLength)
    defer { stream.requestChannel.input.reveal(hidden) }
    if case .malformed = scanChunks(&stream.requestChannel, resources) { return true }
    return false
  }

  /// The request line as it came, for the log: its bytes are gone by then.
  private func captureRequestLine(_ stream: Stream) {
    guard readsRequestLine || stream.frontend?.logs == true else { return }
    let head = stream.requestChannel.input.readable.dropFirst(stream.requestFraming.leadingLength)
    var end = head.firstIndex(of: 0x0a) ?? head.count
    if end > 0 && head[end - 1] == 0x0d { end -= 1 }
    // The version as it was written: the message keeps only what it means.
    let version =
      stream.session?.carrier != nil ? Bytes("HTTP/2.0") : end >= 8 ? head.slice(end - 8, 8) : Bytes("HTTP/1.1")
    arena.reset()
    arena.begin()
    arena.append(stream.request.methodName)
    arena.append(byte: 0x20)
    arena.append(stream.request.target.prefix(tune.logURILength))
    arena.append(byte: 0x20)
    arena.append(version)
    stream.requestLine.set(arena.finish())
  }

  /// The client ended its direction in the middle of the head.
  private func requestHeadCut(_ stream: Stream) {
    guard let session = stream.session, let frontend = stream.frontend else { return }
    let nothingCame = !stream.requestParser.hasStarted
    if nothingCame && session.requestCount > 0 {
      abandon(stream)
      return closeSession(session)
    }
    if nothingCame && frontend.options.contains(.httpIgnoreProbes) {
      abandon(stream)
      return closeSession(session)
    }
    frontend.counters.count(.requestErrors)
    countTrackedBadRequest(session)
    // It may have ended its own direction only, and still listen.
    if session.connection.hasFailed == false {
      _ = session.connection.send(answer(400, frontend: frontend, backend: nil).raw)
    }
    endWithoutRequest(stream, cause: .client)
  }

  /// 408, unless nothing came and probes are ignored.
  func requestHeadTimeout(_ stream: Stream) {
    guard let session = stream.session, let frontend = stream.frontend else { return }
    if !stream.requestParser.hasStarted && session.requestCount > 0 {
      abandon(stream)
      return closeSession(session)
    }
    frontend.counters.count(.requestErrors)
    countTrackedRequest(session, nil)
    setEnd(stream, .clientTimeout, .request)
    replyRaw(stream, status: 408)
  }

  private func refuseRequest(_ stream: Stream, _ error: H1Error) {
    guard let frontend = stream.frontend else { return }
    noteBadMessage(stream, error, isRequest: true)
    if tracedSources.value != 0 { traceBadRequest(stream, status: error.status) }
    countTrackedBadRequest(stream.session)
    frontend.counters.count(.requestErrors)
    if let listener = stream.session?.listener { listener.counters.count(.requestErrors) }
    setEnd(stream, .proxy, .request)
    replyRaw(stream, status: error.status)
  }

  /// Ends a stream that never had a request: a line with `<BADREQ>`, no answer.
  func endWithoutRequest(_ stream: Stream, cause: EndCause, status: Int = 400) {
    guard let session = stream.session else { return }
    setEnd(stream, cause, .request)
    stream.status = status
    if status == 400 { stream.frontend?.counters.count(.http4xx) }
    stream.frontend?.counters.count(.requestsTotal)
    logStream(stream)
    abandon(stream)
    closeSession(session)
  }

  /// Keeps the first reason: what follows is a consequence of it.
  func setEnd(_ stream: Stream, _ cause: EndCause, _ phase: EndPhase) {
    if stream.endCause == .none { stream.endCause = cause }
    if stream.endPhase == .none { stream.endPhase = phase }
  }
}
