import Configuration
import EventLoop
import Memory
import Primitives
import Proxies
import Rules
import Samples

/// What a stream knows of the name that a rule asked for (`do-resolve`).
enum NameAnswer {
  /// Nothing was asked.
  case none
  case awaited
  /// Nil where the name has no address that could be found.
  case come(IPAddress?)
}

extension Worker {
  func resolveName(
    _ handle: ResolutionHandle, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions
  ) -> ActionOutcome {
    let rule = rules.resolutions[Int(handle.index)]
    switch stream.nameAnswer {
    case .none: return ask(rule, stream, &view, options) ? .wait : .next
    case .awaited:
      // A name server that is slower than `timeout resolve` is too slow.
      if loop.now < stream.nameDeadline { return .wait }
    case .come(let address):
      if let variable = rule.variable, let address {
        let data: SampleData
        switch address {
        case .v4(let v4): data = .ipv4(v4)
        case .v6(let v6): data = .ipv6(v6)
        }
        evaluator.variables.set(variable, stream.variables, to: data, conditions: [])
      }
    }
    stream.nameAnswer = .none
    stream.nameDeadline = TimerWheel.never
    return .next
  }

  /// False where there is no name to ask for.
  private func ask(
    _ rule: ResolutionRule, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions
  ) -> Bool {
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    guard evaluator.evaluate(rule.name, as: .string, options.union(.final), from: &view, into: &sample) == .found,
      let text = sample.data.text, !text.isEmpty, text.count <= 255,
      rule.sectionIndex < process.model.resolvers.count
    else { return false }
    var name = String.UnicodeScalarView()
    for i in 0..<text.count { name.append(Unicode.Scalar(text[i])) }
    stream.nameAnswer = .awaited
    stream.nameDeadline = loop.now + Int64(max(1, process.model.resolvers[rule.sectionIndex].resolveTimeout))
    let question = NameQuestion(
      stream: StreamReference(worker: index, token: stream.token.bits), section: rule.sectionIndex,
      name: String(name), prefersVersion6: rule.prefersVersion6)
    process.mailboxes[0].post(.resolve(question))
    return true
  }

  /// The answer is there.
  func resolved(_ bits: UInt64, _ address: IPAddress?) {
    let token = Token(bits: bits)
    guard token.index < streams.count, streams[token.index].generation == token.generation else { return }
    let stream = streams[token.index]
    guard case .awaited = stream.nameAnswer, stream.session != nil else { return }
    stream.nameAnswer = .come(address)
    advance(stream)
  }
}
