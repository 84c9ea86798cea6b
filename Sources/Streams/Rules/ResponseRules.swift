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

  /// False: the stream has another answer now, or its end.
  func runResponseRules(_ stream: Stream, _ frontend: FrontendReplica, _ backend: BackendReplica) -> Bool {
    openResponseVariables(stream)
    stream.isStrict = true
    let received = stream.responseChannel.transferred &+ UInt64(stream.responseChannel.input.count)
    let passes =
      run(backend.rules.httpResponse, stream)
      && (backend.index == frontend.index || run(frontend.rules.httpResponse, stream))
    if passes {
      if let rule = frontend.cookieCapture { captureCookie(stream, rule, isResponse: true) }
      if let rule = backend.cookie { applyResponseCookie(stream, rule) }
      return runAfterResponse(stream)
    }
    // What the server sent counts beside the answer that took its place.
    stream.responseChannel.transferred = received &+ (stream.isBrokenOff ? 0 : stream.responseChannel.transferred)
    return false
  }

  /// As above, for an answer of a frontend that no backend has a part in.
  func runResponseRules(_ stream: Stream, _ frontend: FrontendReplica) -> Bool {
    openResponseVariables(stream)
    stream.isStrict = true
    return run(frontend.rules.httpResponse, stream) && runAfterResponse(stream)
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

  private func run(_ list: [Rule], _ stream: Stream) -> Bool {
    if list.isEmpty { return true }
    let options: EvaluationOptions = [.final, .response]
    var view = StreamLogView(stream: stream, worker: self)
    for rule in list {
      if let condition = rule.condition, evaluator.evaluate(condition, options, from: &view) != .yes { continue }
      switch perform(rule, stream, &view, options) {
      case .next, .wait: continue
      case .leave: return true
      case .stop: return false
      }
    }
    return true
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
