import EventLoop
import HTTP
import HTTP1
import Memory
import Proxies
import Rules

/// What came of waiting for a body (`wait-for-body`).
enum BodyWait {
  /// Enough of it is there, or as much as the buffer holds.
  case ready
  case waiting
  /// It will not come: the stream has its answer, or its end.
  case ended
}

extension Worker {
  // MARK: - Requests

  func waitForBody(_ stream: Stream, _ time: Int64, _ least: Int64) -> BodyWait {
    guard let session = stream.session, !stream.requestChannel.isComplete else { return .ready }
    if stream.ruleDeadline == TimerWheel.never {
      stream.ruleDeadline = loop.now + time
      answerExpectation(stream)
    }
    while true {
      switch progress(of: &stream.requestChannel, least) {
      case .progress: return .ready
      case .malformed:
        stream.hidesRequestTime = true
        malformedRequestBody(stream)
        return .ended
      case .needMore: break
      }
      if !stream.requestChannel.input.back(by: buffers) || stream.requestChannel.input.room == 0 { return .ready }
      guard session.connection.canReceive == true else {
        if session.connection.endReceived == true { return bodyCut(stream) }
        if loop.now < stream.ruleDeadline { return .waiting }
        requestBodyTimeout(stream)
        return .ended
      }
      switch session.connection.receive(into: &stream.requestChannel.input) {
      case .bytes: touchClient(stream)
      case .wouldBlock: continue
      case .closed, .failed: return bodyCut(stream)
      }
    }
  }

  /// A client that waits to be told that its body is wanted (`expect: 100-continue`) is told so here, and the server
  /// is not asked.
  func answerExpectation(_ stream: Stream) {
    guard stream.requestFraming.expectsContinue, stream.requestChannel.input.isEmpty, let session = stream.session,
      let field = stream.request.find(.expect)
    else { return }
    stream.request.remove(at: field)
    _ = stream.responseChannel.output.back(by: buffers)
    guard stream.responseChannel.output.isBacked else { return }
    var head = HTTPMessage(capacity: 1)
    head.reset(.response)
    head.setStatus(100, reason: Bytes("Continue"))
    stream.responseChannel.transferred += head.countedSize
    if H1Writer.writeResponse(head, connection: .none, to: &stream.responseChannel.output), session.connection.canSend,
      case .bytes(let n) = session.connection.send(stream.responseChannel.output.readable)
    {
      stream.responseChannel.output.consume(n)
      if stream.responseChannel.output.isEmpty { stream.responseChannel.output.release() }
    }
  }

  /// The client is silent, or the time is over.
  func requestBodyTimeout(_ stream: Stream) {
    stream.frontend?.counters.count(.requestErrors)
    stream.requestChannel.transferred += UInt64(stream.requestChannel.input.count)
    setEnd(stream, .clientTimeout, .request)
    stream.hidesRequestTime = true
    reply(stream, status: 408)
  }

  private func bodyCut(_ stream: Stream) -> BodyWait {
    stream.frontend?.counters.count(.requestErrors)
    stream.frontend?.counters.count(.clientAborts)
    stream.backend?.counters.count(.clientAborts)
    stream.requestChannel.transferred += UInt64(stream.requestChannel.input.count)
    setEnd(stream, .client, .request)
    stream.status = -1
    stream.frontend?.counters.count(.httpOther)
    stream.backend?.counters.count(.httpOther)
    breakOff(stream)
    return .ended
  }

  /// `.progress` where enough of a body is in the channel.
  private func progress(of channel: inout Channel, _ least: Int64) -> ChunkProgress {
    let have = channel.input.count
    switch channel.source {
    case .none: return .progress
    case .length(let n): return UInt64(have) >= n || (least > 0 && have >= least) ? .progress : .needMore
    case .untilClose: return least > 0 && have >= least ? .progress : .needMore
    case .chunked:
      let whole = scanChunks(&channel, resources)
      if whole != .needMore || least == 0 || have < least { return whole }
      let mark = evaluator.arena.mark
      defer { evaluator.arena.reset(to: mark) }
      return ChunkedBody.plain(channel.input.readable, into: evaluator.arena).count >= least ? .progress : .needMore
    }
  }

  // MARK: - Answers

  func waitForResponseBody(_ stream: Stream, _ time: Int64, _ least: Int64) -> BodyWait {
    guard let server = stream.serverConnection, !stream.responseChannel.isComplete, !stream.isTunnel else {
      return .ready
    }
    if stream.responseRuleDeadline == TimerWheel.never { stream.responseRuleDeadline = loop.now + time }
    while true {
      switch progress(of: &stream.responseChannel, least) {
      case .progress:
        stream.responseRuleDeadline = TimerWheel.never
        return .ready
      case .malformed:
        stream.responseTick = -1
        setEnd(stream, .proxy, .headers)
        stream.backend?.counters.count(.responseErrors)
        stream.server?.counters.count(.responseErrors)
        reply(stream, status: 502)
        return .ended
      case .needMore: break
      }
      if !stream.responseChannel.input.back(by: buffers) || stream.responseChannel.input.room == 0 { return .ready }
      guard server.connection.canReceive else {
        // What was cut short goes on as it is: its end is noticed where bodies are forwarded.
        if server.connection.endReceived { return .ready }
        if loop.now < stream.responseRuleDeadline { return .waiting }
        stream.responseTick = -1
        setEnd(stream, .serverTimeout, .request)
        reply(stream, status: 504)
        return .ended
      }
      switch server.connection.receive(into: &stream.responseChannel.input) {
      case .bytes(let n):
        if stream.responseChannel.source == .untilClose { stream.responseChannel.transferred += UInt64(n) }
        touchServer(stream)
      case .wouldBlock: continue
      case .closed, .failed: return .ready
      }
    }
  }
}
