public import Memory
import System

/// What a layer above gives expressions: everything that fetches read and some converters ask.
public protocol SampleSource: ~Copyable {
  /// The sets of variables that are in scope.
  var variables: VariableScopes { get }

  /// Answers a fetch. Text that must be built goes into the evaluator's arena. An iterating caller calls again with
  /// the same sample as long as its `notLast` flag is set.
  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus

  /// Applies a converter that needs more than the value (`capture-req`, `nbsrv`, tables ...); the value is already of
  /// the type it expects. False where there is no result.
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool
}

/// One worker's machine for expressions and conditions: the program, scratch memory, variables.
public final class Evaluator {
  public let program: SampleProgram
  /// Where converters build text. Its owner resets it, at the latest between events; conditions leave nothing in it.
  public let arena: ByteArena
  public let variables: VariablePool
  let replicas: [PatternReplica]
  let matcher = RegexMatcher()
  /// The number of the worker, from 0 (`thread`).
  public let thread: Int
  var random = RandomNumbers()
  /// Hashing state for `digest`, `hmac` and the like.
  let digester = Digester()
  let hostName: Bytes

  public init(program: SampleProgram, arena: ByteArena, variables: VariablePool, thread: Int = 0) {
    self.program = program
    self.arena = arena
    self.variables = variables
    self.thread = thread
    replicas = program.patterns.map { PatternReplica($0) }
    hostName = Bytes(permanent: OwnProcess.hostName)
  }

  /// Evaluates an expression. `.mayChange` says that there is no answer yet, which `final` turns into `.notFound`.
  ///
  /// To iterate, pass the sample of the last call again while its `notLast` flag is set.
  @inlinable
  public func evaluate<S: SampleSource & ~Copyable>(
    _ expression: Expression, _ options: EvaluationOptions = .final, from source: inout S, into sample: inout Sample
  ) -> FetchStatus {
    let record = program.expressions[Int(expression.index)]
    sample.flags = sample.flags.intersection(.notLast)
    var status: FetchStatus
    if record.fetch.id.isBuiltIn {
      status = fetchBuiltIn(record.fetch, source.variables, into: &sample) ? .found : .notFound
    } else {
      status = source.fetch(record.fetch, options, self, into: &sample)
    }
    if status == .found && record.converterCount > 0 {
      let end = Int(record.firstConverter) + Int(record.converterCount)
      for i in Int(record.firstConverter)..<end {
        let call = program.converters[i]
        guard sample.cast(to: call.input, arena: arena),
          call.id.isExternal ? source.convert(call, self, &sample) : convert(call, &sample, source.variables)
        else {
          status = sample.flags.contains(.mayChange) ? .mayChange : .notFound
          break
        }
      }
    }
    return status == .mayChange && options.contains(.final) ? .notFound : status
  }

  /// Evaluates an expression and casts the result.
  @inlinable
  public func evaluate<S: SampleSource & ~Copyable>(
    _ expression: Expression, as type: SampleType, _ options: EvaluationOptions = .final, from source: inout S,
    into sample: inout Sample
  ) -> FetchStatus {
    let status = evaluate(expression, options, from: &source, into: &sample)
    if status != .found { return status }
    return sample.cast(to: type, arena: arena) ? .found : .notFound
  }

  /// The result of an expression as text, or nil where there is none.
  @inlinable
  public func text<S: SampleSource & ~Copyable>(
    _ expression: Expression, _ options: EvaluationOptions = .final, from source: inout S
  ) -> Bytes? {
    var sample = Sample()
    guard evaluate(expression, as: .string, options, from: &source, into: &sample) == .found else { return nil }
    return sample.data.text
  }
}

/// A small fast generator, seeded by the system; for `rand` and `uuid`, not for secrets.
struct RandomNumbers {
  private var state: UInt64
  init() { state = UInt64.random(in: .min ... .max) }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
