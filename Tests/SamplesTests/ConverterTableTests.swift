import Memory
import System
import Testing

@testable import Samples

func readFile(_ path: String) throws -> [UInt8] { try Files.read(path) }

/// Converters against what HAProxy 2.6.12 gave for the same expressions; the tables hold an expression a line, then
/// "-" for no result, or "=" and the result in hexadecimal.
@Suite struct ConverterTableTests {
  @Test(arguments: ["converters.txt", "xxhash.txt", "maps.txt", "tokens.txt", "binary.txt"])
  func table(name: String) throws {
    let compiler = SampleCompiler()
    let names = ["s", "i", "key", "b"].map { try! compiler.variables.register("txn.\($0)") }
    var parsed: [(expression: Expression, row: [String])] = []
    for row in try SamplesTests.table(name) {
      // Maps and keys lie in folders beside the table.
      let text = row[0].split(separator: "@", omittingEmptySubsequences: false).joined(
        separator: row[0].contains(".map")
          ? tableFolder() + "/maps/" : name == "tokens.txt" ? tableFolder() + "/keys/" : "@")
      do { parsed.append((try compiler.parse(text, site: site).expression, row)) } catch {
        Issue.record("\(text): \(error.message)")
      }
    }
    for error in compiler.resolveRegexes() { Issue.record("\(error.message)") }
    let evaluator = evaluator(compiler)
    var source = EmptySource()
    source.variables.transaction = evaluator.variables.makeSet()
    let values: [SampleData] = [
      .string(Bytes("val")), .integer(7), .string(Bytes("Zm9vb2Zvb29mb29wZm9vbw==")),
      .binary(Bytes(permanent: [0, 255, 0x41])),
    ]
    for (name, value) in zip(names, values) { evaluator.variables.set(name, source.variables, to: value) }
    for (expression, row) in parsed {
      evaluator.arena.reset()
      var sample = Sample()
      let status = evaluator.evaluate(expression, as: .binary, from: &source, into: &sample)
      let result = status == .found ? "=" + hex(sample.data.text!) : "-"
      #expect(result == row[1], "\(row[0])")
    }
  }
}
