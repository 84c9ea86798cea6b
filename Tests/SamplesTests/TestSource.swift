import HTTP
import Memory
import Primitives
import Testing

@testable import Samples

/// A source with variables and nothing to fetch.
struct EmptySource: SampleSource, ~Copyable {
  var variables = VariableScopes()
  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus { .notFound }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }
}

func evaluator(_ compiler: SampleCompiler) -> Evaluator {
  Evaluator(
    program: compiler.makeProgram(), arena: ByteArena(capacity: 1 << 17),
    variables: VariablePool(process: ProcessVariables()))
}

let site = ExpressionSite(file: "test.cfg", line: 1, proxy: "f")

func hex(_ bytes: Bytes) -> String {
  bytes.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
}

/// The lines of a table beside the tests, as fields between tabs. The file is text of single bytes.
func table(_ name: String) throws -> [[String]] {
  let content = try readFile("\(tableFolder())/\(name)")
  return String(bytes: content).split(separator: "\n").map {
    $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
  }
}

func tableFolder(_ file: String = #filePath) -> String {
  file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/Tables"
}

/// What the configuration has that the tables of messages were captured with.
struct TestNames: ConfigurationNames {
  func frontend(_ name: String) -> Int32? { name == "f" ? 0 : nil }
  func backend(_ name: String) -> Int32? { name == "bk" ? 1 : name == "tbl" ? 2 : nil }
  func hasProxy(_ name: String) -> Bool { ["f", "bk", "tbl"].contains(name) }
  func server(_ name: String, ofProxy proxy: String) -> Int32? { proxy == "bk" && name == "s1" ? 0 : nil }
  func table(_ name: String) -> Int32? { name == "tbl" ? 0 : nil }
}
