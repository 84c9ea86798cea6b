import Configuration
import EventLoop
import HTTP
import LogFormat
import Memory
import Primitives
import Proxies
import Rules
import Samples

/// The rules of a request's way, in their order: frontend, choice of the backend, backend.
extension Worker {
  /// Variables of the stream's scopes can be used.
  func openVariables(_ stream: Stream) {
    guard let session = stream.session, stream.variables.transaction == 0 else { return }
    if session.variables == 0 { session.variables = evaluator.variables.makeSet() }
    stream.variables.session = session.variables
    stream.variables.transaction = evaluator.variables.makeSet()
    stream.variables.request = evaluator.variables.makeSet()
  }

  /// The rules of the frontend, up to the choice of the backend.
  func runFrontendRules(_ stream: Stream, _ frontend: FrontendReplica) -> RuleOutcome {
    openVariables(stream)
    while stream.ruleStage <= .switching {
      let outcome: RuleOutcome
      switch stream.ruleStage {
      case .start, .frontendContent:
        outcome = runContent(frontend.rules.tcpRequest, stream, delay: frontend.rules.requestInspectDelay)
      case .frontendHTTP: outcome = stream.isHTTP ? run(frontend.rules.httpRequest, stream) : .proceed
      case .frontendStatistics:
        outcome = frontend.statistics.map { answerStatistics(stream, $0, frontend.rules) } ?? .proceed
      case .frontendRedirects: outcome = stream.isHTTP ? run(frontend.rules.redirects, stream) : .proceed
      default: outcome = chooseBackend(stream, frontend)
      }
      if outcome != .proceed { return outcome }
      nextStage(stream)
    }
    return .proceed
  }

  func runBackendRules(_ stream: Stream, _ backend: BackendReplica) -> RuleOutcome {
    openVariables(stream)
    while stream.ruleStage < .done {
      let outcome: RuleOutcome
      switch stream.ruleStage {
      case .backendContent:
        outcome = runContent(backend.rules.tcpRequest, stream, delay: backend.rules.requestInspectDelay)
      case .backendHTTP: outcome = stream.isHTTP ? run(backend.rules.httpRequest, stream) : .proceed
      case .backendStatistics:
        outcome = backend.statistics.map { answerStatistics(stream, $0, backend.rules) } ?? .proceed
      case .backendRedirects: outcome = stream.isHTTP ? run(backend.rules.redirects, stream) : .proceed
      default: outcome = .proceed
      }
      if outcome != .proceed { return outcome }
      nextStage(stream)
    }
    return .proceed
  }

  private func nextStage(_ stream: Stream) {
    stream.ruleStage = RuleStage(rawValue: max(1, stream.ruleStage.rawValue) + 1) ?? .done
    stream.ruleIndex = 0
    stream.ruleDeadline = TimerWheel.never
    if stream.isHTTP && stream.ruleStage == .frontendHTTP, let frontend = stream.frontend,
      countsBehindContentRules(stream, frontend)
    {
      countRequest(frontend)
    }
    if stream.isHTTP && stream.ruleStage == .backendHTTP { countTrackedBackendRequest(stream) }
  }

  // MARK: - Lists

  func run(_ rules: [Rule], _ stream: Stream) -> RuleOutcome {
    var view = StreamLogView(stream: stream, worker: self)
    while stream.ruleIndex < rules.count {
      let rule = rules[stream.ruleIndex]
      if let condition = rule.condition, evaluator.evaluate(condition, .final, from: &view) != .yes {
        stream.ruleIndex += 1
        continue
      }
      switch perform(rule, stream, &view, .final) {
      case .next: stream.ruleIndex += 1
      case .leave: return .proceed
      case .stop: return .stop
      case .wait: return .wait
      }
    }
    return .proceed
  }

  /// `tcp-request content`: waits for what its conditions look at, as long as the inspection may take.
  private func runContent(_ rules: [Rule], _ stream: Stream, delay: Int64?) -> RuleOutcome {
    if rules.isEmpty { return .proceed }
    var isOver = stream.isHTTP || delay == nil
    if !isOver, let delay {
      if stream.ruleDeadline == TimerWheel.never { stream.ruleDeadline = loop.now + delay }
      isOver = loop.now >= stream.ruleDeadline
      if receiveForInspection(stream) { isOver = true }
    } else if !stream.isHTTP {
      _ = receiveForInspection(stream)
    }
    var view = StreamLogView(stream: stream, worker: self)
    let options: EvaluationOptions = isOver ? .final : []
    while stream.ruleIndex < rules.count {
      let rule = rules[stream.ruleIndex]
      if let condition = rule.condition {
        switch evaluator.evaluate(condition, options, from: &view) {
        case .no:
          stream.ruleIndex += 1
          continue
        case .maybe: return .wait
        case .yes: break
        }
      }
      switch perform(rule, stream, &view, options) {
      case .next: stream.ruleIndex += 1
      case .leave: return .proceed
      case .stop: return .stop
      case .wait: return .wait
      }
    }
    return .proceed
  }

  /// Takes in what has come of a TCP connection; true where no more can come.
  func receiveForInspection(_ stream: Stream) -> Bool {
    guard let session = stream.session else { return true }
    while session.connection.canReceive == true {
      if !stream.requestChannel.input.back(by: buffers) { return true }
      if stream.requestChannel.input.room == 0 { return true }
      switch session.connection.receive(into: &stream.requestChannel.input) {
      case .bytes(let n):
        if !stream.isHTTP { stream.requestChannel.transferred += UInt64(n) }
        touchClient(stream)
      case .wouldBlock: return false
      case .closed, .failed: return true
      }
    }
    return session.connection.endReceived == true
  }

  // MARK: - Choice of the backend

  private func chooseBackend(_ stream: Stream, _ frontend: FrontendReplica) -> RuleOutcome {
    var view = StreamLogView(stream: stream, worker: self)
    for rule in frontend.rules.switching {
      if let condition = rule.condition, evaluator.evaluate(condition, .final, from: &view) != .yes { continue }
      switch rule.target {
      case .backend(let index): stream.chosenBackend = index
      case .named(let handle):
        let mark = stream.text.mark
        let name = text(handle, stream, &view)
        let found = backends.firstIndex { $0?.name.equals(name) == true }
        stream.text.reset(to: mark)
        // An unknown name falls back to the default.
        guard let found else { return .proceed }
        stream.chosenBackend = found
      }
      return .proceed
    }
    return .proceed
  }

  /// The server that `use-server` names, if it can be used.
  func serverByRule(_ stream: Stream, _ backend: BackendReplica) -> ServerReplica? {
    openVariables(stream)
    var view = StreamLogView(stream: stream, worker: self)
    for rule in backend.rules.servers where evaluator.evaluate(rule.condition, .final, from: &view) == .yes {
      var found: ServerReplica?
      switch rule.target {
      case .server(let place): found = place >= 0 && place < backend.servers.count ? backend.servers[place] : nil
      case .named(let handle):
        let mark = stream.text.mark
        let name = text(handle, stream, &view)
        found = backend.servers.first { !$0.isGone && $0.name.equals(name) }
        stream.text.reset(to: mark)
      }
      guard let found else { return nil }
      // A server that is down lets the next rules decide; one without weight is as good as any.
      if backend.options.contains(.persist) || stream.effects.forcesPersistence || found.shared.with({ $0.isRunning }) {
        return found
      }
    }
    return nil
  }

  /// `monitor fail`: whether a condition says that the proxy is not well.
  func monitorFails(_ stream: Stream, _ frontend: FrontendReplica) -> Bool {
    if frontend.rules.monitorFailures.isEmpty { return false }
    openVariables(stream)
    var view = StreamLogView(stream: stream, worker: self)
    for condition in frontend.rules.monitorFailures where evaluator.evaluate(condition, .final, from: &view) == .yes {
      return true
    }
    return false
  }

  /// The text of a format for this stream, in the stream's arena.
  func text(_ handle: TextHandle, _ stream: Stream, _ view: inout StreamLogView) -> Bytes {
    let index = Int(handle.index)
    if let constant = rules.texts[index].constantText { return constant }
    return rules.texts[index].write(&view, evaluator, &logs.context, into: stream.text, limit: tune.bufferSize)
  }
}
