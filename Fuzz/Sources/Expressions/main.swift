import FuzzSupport
import Glibc
import HTTP
import Memory
import Samples

/// Nothing to fetch but the input itself.
struct InputSource: SampleSource, ~Copyable {
  var variables = VariableScopes()
  var input: Bytes

  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    if let status = PayloadFetches.fetch(
      call, ChannelView(bytes: input, capacity: 16384, isOpen: true), into: &sample)
    {
      return status
    }
    sample.data = .string(input)
    return .found
  }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }
}

struct NoNames: ConfigurationNames {
  func frontend(_ name: String) -> Int32? { nil }
  func backend(_ name: String) -> Int32? { nil }
  func hasProxy(_ name: String) -> Bool { false }
  func server(_ name: String, ofProxy proxy: String) -> Int32? { nil }
  func table(_ name: String) -> Int32? { 0 }
}

let site = ExpressionSite(file: "f", line: 1, proxy: "p")
nonisolated(unsafe) let arena = ByteArena(capacity: 1 << 16)
nonisolated(unsafe) let variables = VariablePool(process: ProcessVariables())

/// The first line is an expression, the second a condition, and the rest what they are evaluated on.
func run(_ content: [UInt8]) {
  let lines = content.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map {
    String(String.UnicodeScalarView($0.map { Unicode.Scalar($0) }))
  }
  // No files and no host names.
  if lines.prefix(2).contains(where: { $0.contains("map") || $0.contains("-f") || $0.contains("jwt_verify") }) {
    return
  }
  let compiler = SampleCompiler()
  var lists = AccessLists()
  let expression = try? compiler.parse(embeddedIn: lines[0], from: 0, site: site)
  check((expression?.end ?? 0) <= lines[0].unicodeScalars.count, "end")
  var condition: ParsedCondition?
  if lines.count > 1 {
    // `-n` keeps names of hosts out of the resolver.
    let words = lines[1].split(separator: " ").map(String.init)
    if !words.contains(where: { $0.hasPrefix("src") || $0.hasPrefix("dst") || $0 == "ip" || $0.contains("ip") }) {
      condition = try? compiler.parseCondition(words: words, unless: false, lists: &lists, site: site)
    }
  }
  _ = compiler.takeWarnings()
  if !compiler.resolve(NoNames()).isEmpty { return }
  let evaluator = Evaluator(program: compiler.makeProgram(), arena: arena, variables: variables)
  arena.reset()
  var source = InputSource(
    input: lines.count > 2 ? Bytes(permanent: lines[2]) : Bytes())
  source.variables.transaction = variables.makeSet()
  if let expression {
    var sample = Sample()
    if evaluator.evaluate(expression.expression.expression, as: .string, from: &source, into: &sample) == .found {
      check(sample.data.text != nil, "no text")
    }
  }
  if let condition {
    let mark = arena.mark
    check(evaluator.evaluate(condition.condition, from: &source) != .maybe, "final")
    check(arena.mark == mark, "arena")
  }
  variables.drop(source.variables.transaction)
}

exit(
  fuzz { data, count in
    run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
  })
