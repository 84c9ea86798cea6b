import Configuration
import EventLoop
import LogFormat
import Memory
import Primitives
import Proxies
import Samples
import System

/// What a worker needs to evaluate log-formats and expressions of checks. It is made when the first of them is met.
final class CheckTools {
  let evaluator: Evaluator
  let arena: ByteArena
  var context: LogContext

  init(_ process: ProcessRuntime, worker: Int) {
    let model = process.model
    let tune = model.global.tune
    var limits = VariableLimits()
    limits.global = tune.varsGlobalMaxSize
    limits.process = tune.varsProcMaxSize
    // Of checks, whose variables count by the limit of the session here.
    limits.session = model.global.dormant["tune.vars.check-max-size"].flatMap { Int($0) } ?? 0
    limits.transaction = tune.varsTxnMaxSize
    limits.requestResponse = tune.varsReqresMaxSize
    let size = max(64 << 10, tune.bufferSize * 4)
    evaluator = Evaluator(
      program: model.program?.replica() ?? SampleCompiler().makeProgram(), arena: ByteArena(capacity: size),
      variables: VariablePool(process: model.processVariables, limits: limits), thread: worker)
    arena = ByteArena(capacity: size)
    context = LogContext(
      hostName: Bytes(permanent: model.global.localPeer ?? OwnProcess.hostName), processID: Int(OwnProcess.id))
  }
}

extension CheckScheduler {
  private mutating func readyTools() -> CheckTools {
    if let tools { return tools }
    let made = CheckTools(process, worker: worker)
    tools = made
    return made
  }

  /// Hands over what the check can be asked about now.
  private mutating func withSource<R>(
    _ i: Int, _ loop: borrowing EventLoop, _ body: (inout CheckSource, CheckTools) -> R
  ) -> R? {
    guard let (backend, server) = owner(i), var buffer = buffers.takeScratch() else {
      return nil
    }
    let tools = readyTools()
    defer {
      tools.evaluator.arena.reset()
      tools.arena.reset()
    }
    let isHTTP = speaksHTTP(i)
    _ = buffer.append(Array(entries[i].received.prefix(buffer.room)))
    var answer: CheckAnswer?
    if isHTTP && !entries[i].received.isEmpty,
      answers.read(&buffer, asksForHead: entries[i].asksForHead, ended: entries[i].hasEnded) == .complete
    {
      answer = answers
    }
    var scopes = VariableScopes()
    let pool = tools.evaluator.variables
    if entries[i].variables == 0 { entries[i].variables = pool.makeSet() }
    if entries[i].sessionVariables == 0 { entries[i].sessionVariables = pool.makeSet() }
    scopes.check = entries[i].variables
    scopes.session = entries[i].sessionVariables
    var source = CheckSource(
      process: process, backend: backend, server: server, scopes: scopes, received: buffer.readable, answer: answer,
      isHTTP: isHTTP, tls: entries[i].tls, socket: entries[i].socket, now: loop.now, wallClock: loop.wallClock)
    return body(&source, tools)
  }

  /// The text of a log-format, as the check stands.
  mutating func text(_ format: LogFormat, _ i: Int, _ loop: borrowing EventLoop) -> [UInt8] {
    let limit = process.model.global.tune.bufferSize
    return withSource(i, loop) { source, tools in
      format.write(&source, tools.evaluator, &tools.context, into: tools.arena, limit: limit).array
    } ?? []
  }
  mutating func text(_ text: CheckText, _ i: Int, _ loop: borrowing EventLoop) -> [UInt8] {
    switch text {
    case .plain(let bytes): bytes
    case .format(let format): self.text(format, i, loop)
    }
  }

  /// An expression as a number; nil where there is none. Text counts as far as it has digits.
  mutating func number(_ expression: Expression, _ i: Int, _ loop: borrowing EventLoop) -> Int64? {
    withSource(i, loop) { source, tools -> Int64? in
      var sample = Sample()
      let status = tools.evaluator.evaluate(expression, [.final, .response], from: &source, into: &sample)
      guard status == .found else { return nil }
      switch sample.data {
      case .integer(let value): return value
      case .boolean(let value): return value ? 1 : 0
      case .string(let text), .binary(let text):
        var value: Int64 = 0
        for c in text.prefix(10).array {
          guard (48...57).contains(c) else { break }
          value = value * 10 + Int64(c - 48)
        }
        return value
      default: return nil
      }
    } ?? nil
  }

  /// `set-var` and its relatives.
  mutating func change(_ variable: CheckVariable, _ i: Int, _ loop: borrowing EventLoop) {
    let limit = process.model.global.tune.bufferSize
    _ = withSource(i, loop) { source, tools in
      let pool = tools.evaluator.variables
      switch variable {
      case .unset(let id): pool.unset(id, source.scopes)
      case .set(let id, let expression, let conditions):
        var sample = Sample()
        let status = tools.evaluator.evaluate(expression, [.final, .response], from: &source, into: &sample)
        if status == .found { pool.set(id, source.scopes, to: sample.data, conditions: conditions) }
      case .setText(let id, let format, let conditions):
        let text = format.write(&source, tools.evaluator, &tools.context, into: tools.arena, limit: limit)
        pool.set(id, source.scopes, to: .string(text), conditions: conditions)
      }
    }
  }

  /// A new run forgets what the one before set.
  func clearVariables(_ i: Int) { tools?.evaluator.variables.clear(entries[i].variables) }
}
