import HTTP
import Memory
import Primitives
import Testing

@testable import Samples

/// A source with one request or response, read in the simplest way.
struct RequestSource: SampleSource, ~Copyable {
  var variables = VariableScopes()
  var message = HTTPMessage(capacity: 64)
  var body = Bytes()

  init(_ raw: [UInt8]) {
    let all = Bytes(permanent: raw)
    let headEnd = all.firstIndex(of: Bytes("\r\n\r\n"))!
    var lines = all.prefix(headEnd).latin1.split(separator: "\r\n").map(String.init)
    let start = lines.removeFirst().split(separator: " ")
    if start[0].hasPrefix("HTTP/") {
      message.reset(.response)
      message.minorVersion = start[0] == "HTTP/1.0" ? 0 : 1
      message.setStatus(Int(start[1])!, reason: Bytes())
      addFields(lines)
      return
    }
    message.setMethod(Bytes(permanent: String(start[0])))
    message.target = Bytes(permanent: String(start[1]))
    message.minorVersion = start[2] == "HTTP/1.0" ? 0 : 1
    addFields(lines)
    body = all.dropFirst(headEnd + 4)
    if message.value(.transferEncoding) != nil { body = Bytes("a=1&b=2") }
  }

  private mutating func addFields(_ lines: [String]) {
    for line in lines {
      let colon = line.firstIndex(of: ":")!
      let value = Bytes(permanent: String(line[line.index(after: colon)...]))
      message.add(
        HTTPHeaderName(permanent: Bytes(permanent: String(line[..<colon]))),
        TextParts.trimEnd(TextParts.trimStart(value, Bytes(" \t")), Bytes(" \t")))
    }
  }

  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    switch call.id {
    case .src: sample.data = .ipv4(IPv4Address(bits: 0x7f00_0001))
    case .dstPort: sample.data = .integer(8080)
    case .waitEnd: sample.data = .boolean(true)
    default: return fetchFromMessage(call, options, evaluator, into: &sample)
    }
    return .found
  }
  private func fetchFromMessage(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    if message.kind == .response {
      return HTTPFetches.response(call, message, options, evaluator, into: &sample) ?? .notFound
    }
    return HTTPFetches.request(call, message, options, evaluator, into: &sample)
      ?? BodyFetches.fetch(call, body: body, size: Int64(body.count), options, into: &sample) ?? .notFound
  }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }
}

func bytes(hex: String) -> [UInt8] {
  let digits = Array(hex.utf8)
  return stride(from: 0, to: digits.count, by: 2).map {
    NumberText.hexDigit(digits[$0])! << 4 | NumberText.hexDigit(digits[$0 + 1])!
  }
}

/// Fetches from messages against what HAProxy 2.6.12 gave; the tables hold a message in hexadecimal, an expression, and the
/// result as in the table of converters.
@Suite struct RequestFetchTests {
  @Test(arguments: ["requests.txt", "responses.txt"])
  func table(name: String) throws {
    let users = UserList(
      name: "ul",
      users: [
        UserList.User(name: "user", password: "pass", isEncrypted: false, groups: ["g1"]),
        UserList.User(
          name: "enc", password: "$6$k6y3o.eP$JlKBx9za9667qe4xHSwRv6J.C0/D7cV91", isEncrypted: true, groups: []),
      ])
    let compiler = SampleCompiler()
    _ = compiler.add(users)
    var known: [String: Expression] = [:]
    let rows = try SamplesTests.table(name)
    for row in rows where known[row[1]] == nil {
      do { known[row[1]] = try compiler.parse(row[1], site: site).expression } catch {
        Issue.record("\(row[1]): \(error.message)")
      }
    }
    #expect(compiler.resolve(TestNames()).isEmpty)
    let evaluator = evaluator(compiler)
    for row in rows {
      guard let expression = known[row[1]] else { continue }
      evaluator.arena.reset()
      var source = RequestSource(bytes(hex: row[0]))
      var sample = Sample()
      let status = evaluator.evaluate(expression, as: .binary, from: &source, into: &sample)
      let result = status == .found ? "=" + hex(sample.data.text!) : "-"
      #expect(
        result == row[2], "\(row[1]) of \(String(bytes: bytes(hex: row[0])).debugDescription)")
    }
  }
}
