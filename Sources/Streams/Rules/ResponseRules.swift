import EventLoop
import HTTP
import Memory
import Rules
import Samples

/// The rules of an answer: those of the backend first, then the frontend's.
extension Worker {
  private func openResponseVariables(_ stream: Stream) {
    openVariables(stream)
    if stream.variables.response == 0 {
      evaluator.variables.drop(stream.variables.request)
      stream.variables.request = 0
      stream.variables.response = evaluator.variables.makeSet()
    }
  }

  /// `.stop`: the stream has another answer now, or its end.
  func runResponseRules(_ stream: Stream, _ frontend: FrontendReplica, _ backend: BackendReplica) -> RuleOutcome {
    if !stream.waitsInResponseRules { beginResponseRules(stream) }
    let received = stream.responseChannel.transferred &+ UInt64(stream.responseChannel.input.count)
    var outcome = RuleOutcome.proceed
    if !stream.isPastBackendResponseRules {
      outcome = runResponse(backend.rules.httpResponse, stream)
      if outcome == .proceed {
        stream.isPastBackendResponseRules = true
        stream.responseRuleIndex = 0
      }
    }
    if outcome == .proceed && backend.index != frontend.index {
      outcome = runResponse(frontend.rules.httpResponse, stream)
    }
    switch outcome {
    case .wait: return .wait
    case .proceed:
      if let rule = frontend.cookieCapture { captureCookie(stream, rule, isResponse: true) }
      let hasCookie = stream.response.find(.setCookie) != nil || stream.response.find(CookieCaching.secondName) != nil
      if let rule = backend.cookie { applyResponseCookie(stream, rule) }
      if blocksCacheableCookie(stream, backend, hasCookie: hasCookie) {
        stream.responseChannel.transferred &+= received
        return .stop
      }
      return runAfterResponse(stream) ? .proceed : .stop
    case .stop:
      // What the server sent counts beside the answer that took its place.
      stream.responseChannel.transferred = received &+ (stream.isBrokenOff ? 0 : stream.responseChannel.transferred)
      return .stop
    }
  }

  private func beginResponseRules(_ stream: Stream) {
    openResponseVariables(stream)
    stream.isStrict = true
    stream.responseRuleIndex = 0
    stream.isPastBackendResponseRules = false
    stream.responseRuleDeadline = TimerWheel.never
  }

  /// As above, for an answer of a frontend that no backend has a part in.
  func runResponseRules(_ stream: Stream, _ frontend: FrontendReplica) -> Bool {
    beginResponseRules(stream)
    return runResponse(frontend.rules.httpResponse, stream) == .proceed && runAfterResponse(stream)
  }

  /// `http-after-response`, for answers of servers and of the proxy itself. False where a rule failed.
  @discardableResult func runAfterResponse(_ stream: Stream) -> Bool {
    guard stream.isHTTP else { return true }
    openResponseVariables(stream)
    stream.isStrict = true
    if let backend = stream.backend, !runAfter(backend.rules.httpAfterResponse, stream) { return false }
    if let frontend = stream.frontend, frontend.index != stream.backend?.index {
      return runAfter(frontend.rules.httpAfterResponse, stream)
    }
    return true
  }

  private func runResponse(_ list: [Rule], _ stream: Stream) -> RuleOutcome {
    if list.isEmpty { return .proceed }
    let options: EvaluationOptions = [.final, .response]
    var view = StreamLogView(stream: stream, worker: self)
    while stream.responseRuleIndex < list.count {
      let rule = list[stream.responseRuleIndex]
      if let condition = rule.condition, evaluator.evaluate(condition, options, from: &view) != .yes {
        stream.responseRuleIndex += 1
        continue
      }
      switch perform(rule, stream, &view, options) {
      case .next: stream.responseRuleIndex += 1
      case .wait: return .wait
      case .leave: return .proceed
      case .stop: return .stop
      }
    }
    return .proceed
  }

  /// The same for rules that have no final action but `allow`, and no answer to fall back to.
  private func runAfter(_ list: [Rule], _ stream: Stream) -> Bool {
    if list.isEmpty { return true }
    let options: EvaluationOptions = [.final, .response]
    var view = StreamLogView(stream: stream, worker: self)
    for rule in list {
      if let condition = rule.condition, evaluator.evaluate(condition, options, from: &view) != .yes { continue }
      if case .allow = rule.action { return true }
      let wasStrict = stream.isStrict
      stream.isStrict = false
      _ = perform(rule, stream, &view, options)
      if case .strictMode = rule.action {} else { stream.isStrict = wasStrict }
    }
    return true
  }

  func hasAfterResponse(_ stream: Stream) -> Bool {
    stream.frontend?.rules.httpAfterResponse.isEmpty == false
      || stream.backend?.rules.httpAfterResponse.isEmpty == false
  }
}
