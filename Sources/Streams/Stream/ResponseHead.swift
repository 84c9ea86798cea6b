import Cache
import Configuration
import Connections
import EventLoop
import HTTP
import HTTP1
import Memory
import Primitives
import Proxies
import System

/// The answer's head: read, check, and make ready for the client.
extension Worker {
  func readResponseHead(_ stream: Stream) {
    guard let server = stream.serverConnection, let backend = stream.backend else { return }
    if !stream.isHTTP {
      stream.responsePhase = .forward
      stream.responseTick = loop.now
      return
    }
    if stream.waitsInResponseRules, let frontend = stream.frontend {
      return finishResponseHead(stream, backend, frontend)
    }
    if let handed = stream.handedResponse, stream.responsePhase == .head {
      stream.handedResponse = nil
      touchServer(stream)
      switch handed {
      case .complete(let framing):
        takeHTTP2Form(stream)
        return responseHeadComplete(stream, framing)
      case .invalid(let error): return badResponse(stream, error)
      case .needMore: break
      }
    }
    while stream.responsePhase == .head && stream.serverConnection === server {
      if stream.responseChannel.input.count > 0 {
        stream.responseParser.limits.acceptsInvalid = backend.options.contains(.acceptInvalidHTTPResponse)
        switch stream.responseParser.parseResponse(
          &stream.responseChannel.input, into: &stream.response, method: stream.sentMethod ?? stream.request.method,
          wantsUpgrade: stream.requestFraming.wantsUpgrade)
        {
        case .complete(let framing):
          if server.carrier != nil { takeHTTP2Form(stream) }
          if stream.response.status < 200 && stream.response.status != 101 {
            interimResponse(stream, framing)
            continue
          }
          return responseHeadComplete(stream, framing)
        case .invalid(let error): return badResponse(stream, error)
        case .needMore: break
        }
      }
      guard server.connection.canReceive == true else {
        if server.connection.endReceived == true { responseHeadCut(stream) }
        return
      }
      // Under a limit the way out is made sure of before the head is read.
      if buffers.limit != nil && !stream.responseChannel.output.back(by: buffers) { return }
      if !stream.responseChannel.input.back(by: buffers) {
        if buffers.limit != nil && stream.responseChannel.output.isEmpty { stream.responseChannel.output.release() }
        return
      }
      if stream.responseChannel.input.room == 0 { stream.responseChannel.input.compact() }
      if stream.responseChannel.input.room == 0 {
        return badResponse(stream, H1Error(state: stream.responseParser.state, offset: 0))
      }
      switch server.connection.receive(into: &stream.responseChannel.input, limit: tune.limits.maxHeadLength) {
      case .bytes: touchServer(stream)
      case .wouldBlock:
        if stream.responseChannel.input.isEmpty { stream.responseChannel.input.release() }
        if stream.responseChannel.output.isEmpty { stream.responseChannel.output.release() }
        return
      case .closed, .failed: return responseHeadCut(stream)
      }
    }
  }

  /// 100, 102, 103: passed on at once; the answer is still to come.
  private func interimResponse(_ stream: Stream, _ framing: H1Framing) {
    let length = framing.headLength
    do {
      _ = stream.responseChannel.output.back(by: buffers)
      if stream.responseChannel.output.isBacked, let session = stream.session {
        if write(response: stream, .none) {
          if session.connection.canSend,
            case .bytes(let n) = session.connection.send(stream.responseChannel.output.readable)
          {
            stream.responseChannel.output.consume(n)
            if stream.responseChannel.output.isEmpty { stream.responseChannel.output.release() }
          }
        }
      }
    }
    stream.server?.counters.count(.http1xx)
    stream.server?.counters.count(.requestsTotal)
    stream.responseChannel.transferred += stream.response.countedSize
    stream.responseChannel.input.consume(length)
    stream.responseParser.reset()
    touchServer(stream)
  }

  private func responseHeadComplete(_ stream: Stream, _ framing: H1Framing) {
    guard let backend = stream.backend, let frontend = stream.frontend else { return }
    let status = stream.response.status
    if framing.body == .chunked && isBrokenFromStart(stream, framing) {
      return badResponse(stream, H1Error(state: .chunkSize, offset: framing.headLength))
    }
    if retriesOnStatus(stream, backend, status) { return retryResponse(stream) }
    stream.responseFraming = framing
    stream.responseTick = loop.now
    stream.status = status
    if isTracing { traceResponse(stream) }
    if tracedSources.value != 0 { traceResponseHead(stream) }
    stream.server?.counters.count(.ofStatus(status))
    stream.server?.counters.count(.requestsTotal)
    observeResponse(stream, status: status)
    countTrackedAnswer(stream, status: status)
    storeServer(stream)
    if !frontend.responseCaptures.isEmpty {
      stream.responseCaptures.capture(frontend.responseCaptures, from: stream.response)
    }
    stream.responseChannel.transferred += stream.response.countedSize
    stream.responseChannel.input.consumeKeeping(framing.headLength)
    if framing.isTunnel {
      openTunnel(stream)
    } else {
      switch framing.body {
      case .none:
        stream.responseChannel.source = .none
        stream.responseChannel.isComplete = true
      case .length(let n): stream.responseChannel.source = .length(n)
      case .chunked:
        stream.responseChannel.source = .chunked
        stream.responseChannel.decoder = H1ChunkDecoder()
        stream.responseChannel.chunkedOut = true
      case .untilClose:
        stream.responseChannel.source = .untilClose
        stream.responseChannel.transferred += UInt64(stream.responseChannel.input.count)
      }
    }
    stream.serverKeepsAlive =
      framing.isPersistent && !framing.mustClose && framing.body != .untilClose && stream.connectionMode == .keepAlive
    finishResponseHead(stream, backend, frontend)
  }

  /// From the rules of the answer on; once more from there where a rule had to wait.
  private func finishResponseHead(_ stream: Stream, _ backend: BackendReplica, _ frontend: FrontendReplica) {
    var counter = TrafficCounter.ofStatus(stream.status)
    if hasRules && (backend.hasResponseRules || frontend.hasResponseRules) {
      let outcome = runResponseRules(stream, frontend, backend)
      stream.waitsInResponseRules = outcome == .wait
      if outcome == .wait { return }
      if outcome == .stop {
        // An answer that took its place has been counted as what it is.
        if stream.isBrokenOff { countStatus(counter, frontend, backend) }
        return
      }
      counter = TrafficCounter.ofStatus(stream.status)
    } else {
      if let rule = frontend.cookieCapture { captureCookie(stream, rule, isResponse: true) }
      if let rule = backend.cookie { applyResponseCookie(stream, rule) }
    }
    let framing = stream.responseFraming
    countStatus(counter, frontend, backend)
    if HTTPStatus.hasNoBody(stream.response.status) { dropBody(stream, framing) }
    startCompression(stream, framing)
    if !writeResponseHead(stream, framing) { return badResponse(stream, H1Error(state: .headerFirst, offset: 0)) }
    stream.responseChannel.isPinned = false
    stream.responsePhase = .forward
    logEarly(stream)
  }

  /// A rule gave the answer a status that has no body: what the server sends of one goes nowhere.
  private func dropBody(_ stream: Stream, _ framing: H1Framing) {
    if framing.body == .none || framing.isTunnel { return }
    if stream.response.status != 304 { stream.response.remove(.contentLength) }
    stream.response.remove(.transferEncoding)
    stream.serverKeepsAlive = false
    stream.compression = nil
    stream.responseChannel.transferred &+= UInt64(stream.responseChannel.input.count)
    stream.responseChannel.input.consumeKeeping(stream.responseChannel.input.count)
    stream.responseChannel.source = .none
    stream.responseChannel.chunkedOut = false
    stream.responseChannel.isComplete = true
  }

  private func countStatus(_ counter: TrafficCounter, _ frontend: FrontendReplica, _ backend: BackendReplica) {
    backend.counters.count(counter)
    frontend.counters.count(counter)
  }

  /// A body that is broken in what has come of it is refused with its head.
  private func isBrokenFromStart(_ stream: Stream, _ framing: H1Framing) -> Bool {
    stream.responseChannel.decoder = H1ChunkDecoder()
    let hidden = stream.responseChannel.input.hide(framing.headLength)
    defer { stream.responseChannel.input.reveal(hidden) }
    if case .malformed = scanChunks(&stream.responseChannel, resources) { return true }
    return false
  }

  /// The answer came over HTTP/2: it has that version, and no field that stands for the length of its body.
  private func takeHTTP2Form(_ stream: Stream) {
    (stream.response.majorVersion, stream.response.minorVersion) = (2, 0)
    stream.responseChannel.isFromHTTP2 = true
    if let at = stream.response.find(.transferEncoding) { stream.response.remove(at: at) }
  }

  private func writeResponseHead(_ stream: Stream, _ framing: H1Framing) -> Bool {
    var connection = H1Writer.Connection.none
    // The answer that opens a tunnel has its own `connection: upgrade`.
    if !framing.isTunnel {
      if framing.body == .untilClose { stream.clientKeepsAlive = false }
      if endsConnection(stream) { stream.clientKeepsAlive = false }
      if !stream.clientKeepsAlive {
        connection = stream.response.isVersion11 ? .close : .none
      } else if !stream.request.isVersion11 || !stream.response.isVersion11 {
        connection = .keepAlive
      }
    }
    if handResponse(stream, framing) { return true }
    if !stream.responseChannel.output.back(by: buffers) { return false }
    if !write(response: stream, connection) { return false }
    if stream.response.majorVersion == 2 && framing.body == .chunked {
      stream.responseChannel.output.truncate(to: stream.responseChannel.output.count - 2)
      if !stream.responseChannel.output.append("transfer-encoding: chunked\r\n\r\n") { return false }
    }
    // What is there of a short body leaves in the same piece as the head.
    let plain = stream.responseChannel.plainBytes
    if plain > 0 && plain <= 4096 && plain <= stream.responseChannel.output.room {
      _ = stream.responseChannel.output.append(stream.responseChannel.input.readable.prefix(plain))
      let formatted = stream.responseChannel.output.count
      stream.responseChannel.dropPlain(plain)
      precondition(stream.responseChannel.output.count == formatted)
    }
    return true
  }

  /// The server ended its direction, or the connection broke, before its head was complete.
  private func responseHeadCut(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    let nothingCame = !stream.responseParser.hasStarted && stream.responseChannel.input.isEmpty
    if nothingCame && stream.connectionReused && stream.serverConnection?.connection.isUnserved == true {
      // The server closed an idle connection just as the request left: nothing is known to have been done.
      if mayResend(stream) { return resend(stream) }
      if !stream.isFirstRequest && stream.session?.carrier == nil { return abortKeepAlive(stream) }
    }
    if retriesOnEmpty(stream, backend, nothingCame) { return retryResponse(stream) }
    backend.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
    observeFailure(stream, .closedEarly)
    if stream.serverConnection?.connection.hasFailed == true {
      // HAProxy counts a reset twice.
      backend.counters.count(.responseErrors)
      stream.server?.counters.count(.responseErrors)
    }
    countTrackedFailure(stream)
    setEnd(stream, .server, .headers)
    reply(stream, status: 502)
  }

  private func badResponse(_ stream: Stream, _ error: H1Error) {
    guard let backend = stream.backend else { return }
    noteBadMessage(stream, error, isRequest: false)
    if backend.retryOn.contains(.junkResponse) && mayRetryResponse(stream) {
      backend.counters.count(.responseErrors)
      stream.server?.counters.count(.responseErrors)
      return retryResponse(stream)
    }
    backend.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
    observeFailure(stream, .invalidHeaders)
    countTrackedFailure(stream)
    setEnd(stream, .proxy, .headers)
    reply(stream, status: 502)
  }

  /// After a 101, or a 2xx to CONNECT, both directions are bytes without meaning.
  private func openTunnel(_ stream: Stream) {
    stream.isTunnel = true
    stream.serverKeepsAlive = false
    stream.clientKeepsAlive = false
    stream.requestChannel.isPinned = false
    stream.requestChannel.source = .untilClose
    stream.requestChannel.chunkedOut = false
    stream.requestChannel.isComplete = false
    stream.responseChannel.source = .untilClose
    stream.responseChannel.transferred += UInt64(stream.responseChannel.input.count)
    stream.requestChannel.transferred += UInt64(stream.requestChannel.input.count)
    stream.responseChannel.chunkedOut = false
    if stream.requestPhase == .done { stream.requestPhase = .forward }
    touchClient(stream)
    touchServer(stream)
  }
}

extension Channel {
  /// Takes plain body bytes out that were copied into the output.
  mutating func dropPlain(_ n: Int) {
    if let store { store.append(input.readable.prefix(n)) }
    if isPinned { input.consumeKeeping(n) } else { input.consume(n) }
    if source != .untilClose { transferred += UInt64(n) }
    if case .length(let left) = source {
      source = .length(left - UInt64(n))
      if left == UInt64(n) { isComplete = true }
    }
  }
}
