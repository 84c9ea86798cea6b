import EventLoop
import Memory
import Rules
import Samples

/// Where the rules of `tcp-response content` stand for a stream.
enum ResponseInspection: UInt8 { case pending, waiting, over }

/// `tcp-response content`: evaluated once the connection to the server is up, before any of its bytes leave. Rules that
/// look at what the server says wait for it as long as `tcp-response inspect-delay` allows.
extension Worker {
  func inspectResponse(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    let rules = backend.rules
    if stream.responseInspection == .pending {
      openVariables(stream)
      stream.responseInspection = .waiting
      stream.responseRuleIndex = 0
      stream.responseRuleDeadline = rules.responseInspectDelay.map { loop.now + $0 } ?? TimerWheel.never
    }
    let hasEnded = stream.isHTTP ? false : receiveForResponseInspection(stream)
    let isOver = rules.responseInspectDelay == nil || hasEnded || loop.now >= stream.responseRuleDeadline
    var view = StreamLogView(stream: stream, worker: self)
    let options: EvaluationOptions = isOver ? [.final, .response] : [.response]
    while stream.responseRuleIndex < rules.tcpResponse.count {
      let rule = rules.tcpResponse[stream.responseRuleIndex]
      if let condition = rule.condition {
        switch evaluator.evaluate(condition, options, from: &view) {
        case .no:
          stream.responseRuleIndex += 1
          continue
        case .maybe: return
        case .yes: break
        }
      }
      switch rule.action {
      case .closeServer:
        stream.responseInspection = .over
        return closeServer(stream)
      case .reject:
        stream.responseInspection = .over
        return rejectServer(stream)
      default: break
      }
      switch perform(rule, stream, &view, options) {
      case .next: stream.responseRuleIndex += 1
      case .wait: return
      case .leave, .stop:
        stream.responseInspection = .over
        return
      }
    }
    stream.responseInspection = .over
  }

  /// Takes in what has come of a server; true where no more can come.
  private func receiveForResponseInspection(_ stream: Stream) -> Bool {
    guard let server = stream.serverConnection else { return true }
    while server.connection.canReceive {
      if !stream.responseChannel.input.back(by: buffers) || stream.responseChannel.input.room == 0 { return true }
      switch server.connection.receive(into: &stream.responseChannel.input) {
      case .bytes(let n):
        stream.responseChannel.transferred += UInt64(n)
        touchServer(stream)
      case .wouldBlock:
        if stream.responseChannel.input.isEmpty { stream.responseChannel.input.release() }
        return false
      case .closed, .failed: return true
      }
    }
    return server.connection.endReceived
  }

  private func rejectServer(_ stream: Stream) {
    stream.frontend?.counters.count(.deniedResponses)
    stream.session?.listener?.counters.count(.deniedResponses)
    stream.backend?.counters.count(.deniedResponses)
    stream.server?.counters.count(.deniedResponses)
    setEnd(stream, .proxy, .data)
    guard stream.isHTTP else { return endTCP(stream) }
    if stream.status == 0 {
      stream.status = -1
      stream.frontend?.counters.count(.httpOther)
      stream.backend?.counters.count(.httpOther)
    }
    breakOff(stream)
  }

  /// `close`: the server's side ends at once; what it has said still reaches the client.
  private func closeServer(_ stream: Stream) {
    if stream.isHTTP {
      stream.backend?.counters.count(.responseErrors)
      stream.server?.counters.count(.responseErrors)
      setEnd(stream, .server, .headers)
      return reply(stream, status: 502)
    }
    if let server = stream.serverConnection { dropServerConnection(stream, server, abort: true) }
    leaveServer(stream)
    stream.isTunnel = false
    stream.clientKeepsAlive = false
    stream.requestChannel.isComplete = true
    stream.requestPhase = .done
    stream.responseChannel.isComplete = true
    stream.responseTick = loop.now
    stream.responsePhase = .forward
  }
}
