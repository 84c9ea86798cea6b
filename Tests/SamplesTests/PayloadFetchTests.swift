import Memory
import Testing

@testable import Samples

struct PayloadSource: SampleSource, ~Copyable {
  var variables = VariableScopes()
  var channel: ChannelView

  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus { PayloadFetches.fetch(call, channel, into: &sample) ?? .notFound }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }
}

/// Fetches from unparsed bytes against what HAProxy 2.6.12 gave while the connection was open; the table holds the
/// bytes in hexadecimal, an expression, and the result as in the table of converters.
@Suite struct PayloadFetchTests {
  @Test func table() throws {
    for row in try SamplesTests.table("payloads.txt") where row[1] != "wait_end" && row[1] != "req.proto_http" {
      let compiler = SampleCompiler()
      let parsed: ParsedExpression
      do { parsed = try compiler.parse(row[1], site: site) } catch {
        Issue.record("\(row[1]): \(error.message)")
        continue
      }
      let evaluator = evaluator(compiler)
      let bytes = Bytes(permanent: bytes(hex: row[0]))
      var source = PayloadSource(channel: ChannelView(bytes: bytes, capacity: 16384, isOpen: true))
      var sample = Sample()
      let status = evaluator.evaluate(parsed.expression, as: .binary, [], from: &source, into: &sample)
      let result = status == .found ? "=" + hex(sample.data.text!) : "-"
      #expect(result == row[2], "\(row[1]) of \(row[0])")
    }
  }

  @Test func missingBytesMayCome() throws {
    let compiler = SampleCompiler()
    let parsed = try compiler.parse("req.ssl_sni", site: site)
    let evaluator = evaluator(compiler)
    for (isOpen, expected) in [(true, FetchStatus.mayChange), (false, .notFound)] {
      var source = PayloadSource(
        channel: ChannelView(bytes: Bytes(permanent: [0x16, 3, 1, 0]), capacity: 16384, isOpen: isOpen))
      var sample = Sample()
      #expect(evaluator.evaluate(parsed.expression, [], from: &source, into: &sample) == expected)
      sample = Sample()
      #expect(evaluator.evaluate(parsed.expression, .final, from: &source, into: &sample) == .notFound)
    }
  }
}
