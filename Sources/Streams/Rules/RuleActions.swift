import Configuration
import EventLoop
import HTTP
import Memory
import Primitives
import Proxies
import Rules
import Samples

/// What an action means for the list of its rule.
enum ActionOutcome { case next, leave, stop, wait }

extension Worker {
  func perform(
    _ rule: Rule, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions
  ) -> ActionOutcome {
    let isResponse = options.contains(.response)
    switch rule.action {
    case .allow:
      stream.lastRuleLine = rule.line
      stream.lastRuleFile = rule.file
      return .leave
    case .setHeader, .addHeader, .deleteHeader, .replaceHeader, .replaceValue, .setTarget, .replaceTarget, .setStatus:
      return rewrite(rule.action, stream, &view, isResponse) || !stream.isStrict
        ? .next : rewriteFailed(stream, isResponse)
    case .setVariable(let id, let expression, let conditions):
      let mark = evaluator.arena.mark
      defer { evaluator.arena.reset(to: mark) }
      var sample = Sample()
      // What has not come yet is not waited for, as in HAProxy.
      if evaluator.evaluate(expression, options.union(.final), from: &view, into: &sample) == .found {
        evaluator.variables.set(id, stream.variables, to: sample.data, conditions: conditions)
      }
    case .setVariableText(let id, let handle, let conditions):
      let mark = stream.text.mark
      let value = text(handle, stream, &view)
      evaluator.variables.set(id, stream.variables, to: .string(value), conditions: conditions)
      stream.text.reset(to: mark)
    case .unsetVariable(let id): evaluator.variables.unset(id, stream.variables)
    case .capture(let expression, let slot): return capture(expression, Int(slot), stream, &view, options)
    case .setLogLevel(let level): stream.logLevel = level
    case .setTimeout(let which, let milliseconds): setTimeout(which, milliseconds, stream)
    case .setTimeoutFrom(let which, let expression):
      var sample = Sample()
      if evaluator.evaluate(expression, as: .integer, options, from: &view, into: &sample) == .found,
        case .integer(let value) = sample.data, value > 0
      {
        setTimeout(which, min(value, Int64(Int32.max)), stream)
      }
    case .disableRetries: stream.isRetryDisabled = true
    case .strictMode(let isOn): stream.isStrict = isOn
    case .setAddress(let part, let expression): setAddress(part, expression, stream, &view)
    case .waitForBody(let time, let least):
      switch isResponse ? waitForResponseBody(stream, time, least) : waitForBody(stream, time, least) {
      case .ready: return .next
      case .waiting: return .wait
      case .ended: return .stop
      }
    case .earlyHint(let name, let handle): sendEarlyHint(name, text(handle, stream, &view), stream)
    case .setNice, .setTOS, .setMark, .editPatterns, .setPriority: apply(rule.action, stream, &view, options)
    case .normalizeTarget(let normalizer):
      let target = TargetNormalizing.normalize(stream.request.target, normalizer, into: stream.text)
      guard let target else {
        // No target that can be normalised: a bad request.
        stream.frontend?.counters.count(.requestErrors)
        setEnd(stream, .proxy, .request)
        reply(stream, status: 400)
        return .stop
      }
      stream.request.target = target
    case .useCache(let handle): useCache(handle, stream)
    case .storeInCache(let handle): storeInCache(handle, stream)
    case .resolveName(let handle): return resolveName(handle, stream, &view, options)
    case .switchMode(let proto):
      if stream.isHTTP { return .next }
      switchToHTTP(stream, proto)
      return .stop
    case .nothing, .expectProxyHeader, .expectNetScalerHeader: break
    case .track(let number, let expression, let table):
      return track(Int(number), expression, table, stream, &view, options)
    case .incrementCounter, .setTag, .setTagFrom: changeTracked(rule.action, stream, &view, options)
    case .useService(let name):
      stream.lastRuleLine = rule.line
      stream.lastRuleFile = rule.file
      startService(name, stream)
      return .stop
    case .deny, .tarpit, .answer, .redirect, .authenticate, .reject, .closeServer, .silentDrop:
      stream.lastRuleLine = rule.line
      stream.lastRuleFile = rule.file
      return end(rule.action, stream, &view, isResponse)
    }
    return .next
  }

  private func capture(
    _ expression: Expression, _ slot: Int, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions
  ) -> ActionOutcome {
    guard let frontend = stream.frontend else { return .next }
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    switch evaluator.evaluate(expression, as: .string, options, from: &view, into: &sample) {
    case .found:
      guard let value = sample.data.text else { return .next }
      if options.contains(.response) {
        if slot >= 0 && slot < frontend.responseCaptures.count {
          stream.responseCaptures.set(slot, value, frontend.responseCaptures)
        }
      } else if slot >= 0 && slot < frontend.requestCaptures.count {
        stream.requestCaptures.set(slot, value, frontend.requestCaptures)
      }
      return .next
    case .mayChange: return .wait
    case .notFound: return .next
    }
  }

  private func setTimeout(_ which: SettableTimeout, _ milliseconds: Int64, _ stream: Stream) {
    switch which {
    case .server: stream.serverTimeout = milliseconds
    case .tunnel: stream.tunnelTimeout = milliseconds
    }
  }

  private func setAddress(
    _ part: AddressPart, _ expression: Expression, _ stream: Stream, _ view: inout StreamLogView
  ) {
    var sample = Sample()
    guard let session = stream.session,
      evaluator.evaluate(expression, .final, from: &view, into: &sample) == .found
    else { return }
    let old = stream.sourceOverride ?? session.peer
    switch part {
    case .source:
      if case .string(let text) = sample.data,
        !sample.cast(to: text.firstIndex(of: 0x3a) == nil ? .ipv4 : .ipv6, arena: evaluator.arena)
      {
        return
      }
      switch sample.data {
      case .ipv4(let a): stream.sourceOverride = Endpoint(.v4(a), port: old.port)
      case .ipv6(let a): stream.sourceOverride = Endpoint(.v6(a), port: old.port)
      default: break
      }
    case .sourcePort:
      if sample.cast(to: .integer, arena: evaluator.arena), case .integer(let port) = sample.data,
        let address = old.address
      {
        stream.sourceOverride = Endpoint(address, port: UInt16(truncatingIfNeeded: port))
      }
    case .destination:
      let port = destination(of: stream).port
      if case .string(let text) = sample.data,
        !sample.cast(to: text.firstIndex(of: 0x3a) == nil ? .ipv4 : .ipv6, arena: evaluator.arena)
      {
        return
      }
      switch sample.data {
      case .ipv4(let a): stream.effects.destination = Endpoint(.v4(a), port: port)
      case .ipv6(let a): stream.effects.destination = Endpoint(.v6(a), port: port)
      default: break
      }
    case .destinationPort:
      if sample.cast(to: .integer, arena: evaluator.arena), case .integer(let port) = sample.data,
        let address = destination(of: stream).address
      {
        stream.effects.destination = Endpoint(address, port: UInt16(truncatingIfNeeded: port))
      }
    }
  }

  // MARK: - Final actions

  private func end(
    _ action: RuleAction, _ stream: Stream, _ view: inout StreamLogView, _ isResponse: Bool
  ) -> ActionOutcome {
    // The server's answer is not the one that counts.
    if isResponse { stream.responseTick = -1 }
    switch action {
    case .deny(let handle):
      countDenied(stream, isResponse)
      setEnd(stream, .proxy, isResponse ? .headers : .request)
      give(handle, stream, &view)
    case .tarpit(let handle):
      guard stream.isTarpitted else {
        stream.isTarpitted = true
        let limit = (stream.backend?.timeouts ?? stream.frontend?.timeouts)?.tarpit ?? .max
        stream.ruleDeadline = loop.now + (limit == .max ? 0 : limit)
        return .wait
      }
      if loop.now < stream.ruleDeadline { return .wait }
      countDenied(stream, isResponse)
      setEnd(stream, .proxy, .tarpit)
      stream.hidesRequestTime = true
      give(handle, stream, &view)
    case .answer(let handle):
      setEnd(stream, .local, isResponse ? .headers : .request)
      give(handle, stream, &view)
    case .redirect(let handle):
      let tick = stream.responseTick
      guard redirect(rules.redirects[Int(handle.index)], stream, &view, isResponse) else {
        stream.responseTick = tick
        return .next
      }
    case .authenticate(let realm):
      countTrackedError(stream.session, stream)
      askForCredentials(realm, stream)
    case .reject, .closeServer, .silentDrop:
      // A silent drop is the request's, whichever list it stands in.
      countDenied(stream, false)
      setEnd(stream, .proxy, .request)
      stream.hidesRequestTime = !isResponse
      // Rules on contents come before the request is looked at: it is none yet.
      if stream.isHTTP && stream.ruleStage <= .frontendContent { stream.requestLine.clear() }
      if case .silentDrop = action, let session = stream.session {
        session.connection.socket.vanish(family: session.peer.family)
      }
      if stream.isHTTP {
        if stream.status == 0 {
          stream.status = -1
          stream.frontend?.counters.count(.httpOther)
          stream.backend?.counters.count(.httpOther)
        }
        breakOff(stream)
      } else {
        endTCP(stream)
      }
    default: break
    }
    return .stop
  }

  func countDenied(_ stream: Stream, _ isResponse: Bool) {
    let counter: TrafficCounter = isResponse ? .deniedResponses : .deniedRequests
    if !isResponse { countTrackedError(stream.session, stream) }
    stream.frontend?.counters.count(counter)
    stream.session?.listener?.counters.count(counter)
    // As in HAProxy, a request that a `listen` section denies counts for its frontend alone, an answer for both halves.
    if let backend = stream.backend, isResponse || backend.index != stream.frontend?.index {
      backend.counters.count(counter)
    }
    if isResponse { stream.server?.counters.count(counter) }
  }

  private func rewriteFailed(_ stream: Stream, _ isResponse: Bool) -> ActionOutcome {
    stream.frontend?.counters.count(.failedRewrites)
    setEnd(stream, .proxy, isResponse ? .headers : .request)
    reply(stream, status: isResponse ? 502 : 500)
    return .stop
  }
}
