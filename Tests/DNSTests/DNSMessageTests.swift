import DNS
import Primitives
import Testing

/// Answers of name servers, good and hostile.
struct DNSMessageTests {
  /// A head with counts, then the question, then `records`.
  func message(
    _ name: [UInt8] = [1, 0x61, 1, 0x62, 0], type: UInt8 = 1, code: UInt8 = 0, flags: UInt8 = 0x81, answers: UInt8 = 0,
    additional: UInt8 = 0, _ records: [UInt8] = []
  ) -> [UInt8] {
    [0x12, 0x34, flags, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, additional] + name + [0, type, 0, 1] + records
  }
  /// A record whose name is the question's.
  func record(_ type: UInt8, _ data: [UInt8], owner: [UInt8] = [0xc0, 0x0c]) -> [UInt8] {
    owner + [0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
  }

  @Test func queries() throws {
    let query = try #require(DNSQuery.encode(name: "a.bc", type: .aaaa, id: 0x1234, payloadSize: 4096))
    #expect(
      query == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0x61, 2, 0x62, 0x63, 0, 0, 28, 0, 1]
        + [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0])
    #expect(DNSQuery.encode(name: "a..b", type: .a, id: 1, payloadSize: 512) == nil)
    #expect(DNSQuery.encode(name: "", type: .a, id: 1, payloadSize: 512) == nil)
    #expect(DNSQuery.encode(name: String(repeating: "x", count: 64), type: .a, id: 1, payloadSize: 512) == nil)
    let long = Array(repeating: String(repeating: "x", count: 60), count: 5).joined(separator: ".")
    #expect(DNSQuery.encode(name: long, type: .a, id: 1, payloadSize: 512) == nil)
  }

  @Test func addresses() {
    let two = message(answers: 2, record(1, [10, 0, 0, 1]) + record(1, [10, 0, 0, 2]))
    var answer = DNSAnswer()
    answer.addresses = [.v4(IPv4Address(bits: 0x0a00_0001)), .v4(IPv4Address(bits: 0x0a00_0002))]
    #expect(DNSReader.decode(two, name: "A.b.", type: .a) == .answer(answer))
    #expect(DNSReader.id(two) == 0x1234)
    #expect(DNSReader.decode(two, name: "a.c", type: .a) == .invalid)
    #expect(DNSReader.decode(two, name: "a.b", type: .aaaa) == .invalid)
  }

  @Test func aliases() {
    let alias = record(5, [1, 0x63, 0]) + record(1, [10, 0, 0, 1], owner: [1, 0x63, 0])
    var answer = DNSAnswer()
    answer.addresses = [.v4(IPv4Address(bits: 0x0a00_0001))]
    #expect(DNSReader.decode(message(answers: 2, alias), name: "a.b", type: .a) == .answer(answer))
    let stranger = record(1, [10, 0, 0, 1], owner: [1, 0x63, 0])
    #expect(DNSReader.decode(message(answers: 1, stranger), name: "a.b", type: .a) == .invalid)
  }

  @Test func services() {
    let data: [UInt8] = [0, 1, 0, 10, 0x1f, 0x91, 1, 0x68, 0]
    let records = record(33, data) + record(1, [10, 0, 0, 9], owner: [1, 0x68, 0])
    let result = DNSReader.decode(message(type: 33, answers: 1, additional: 1, records), name: "a.b", type: .srv)
    guard case .answer(let answer) = result else {
      Issue.record("no answer: \(result)")
      return
    }
    #expect(answer.services.first?.target == "h" && answer.services.first?.port == 8081)
    #expect(answer.services.first?.weight == 10 && answer.services.first?.priority == 1)
    #expect(answer.targetAddresses["h"] == .v4(IPv4Address(bits: 0x0a00_0009)))
  }

  @Test(arguments: [(3, DNSResult.noDomain), (5, .refused), (2, .failed), (1, .failed), (0, .noData)])
  func codes(_ code: Int, _ result: DNSResult) {
    #expect(DNSReader.decode(message(code: UInt8(code)), name: "a.b", type: .a) == result)
  }

  @Test func hostile() {
    #expect(DNSReader.decode([], name: "a.b", type: .a) == .invalid)
    // A question, not an answer; one that was cut by its sender.
    #expect(DNSReader.decode(message(flags: 0x01), name: "a.b", type: .a) == .invalid)
    #expect(DNSReader.decode(message(flags: 0x83), name: "a.b", type: .a) == .truncated)
    // Names that refer to themselves, to each other, or beyond the end.
    #expect(DNSReader.decode(message([0xc0, 0x0c]), name: "a.b", type: .a) == .invalid)
    #expect(DNSReader.decode(message([0xc0, 0xff]), name: "a.b", type: .a) == .invalid)
    let loop = record(1, [10, 0, 0, 1], owner: [0xc0, 21])
    #expect(DNSReader.decode(message(answers: 1, loop), name: "a.b", type: .a) == .invalid)
    // A record that is longer than the message, of the wrong length, or missing.
    #expect(
      DNSReader.decode(message(answers: 1, [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 9, 1]), name: "a.b", type: .a)
        == .invalid)
    #expect(DNSReader.decode(message(answers: 1, record(1, [1, 2, 3])), name: "a.b", type: .a) == .invalid)
    #expect(DNSReader.decode(message(answers: 200), name: "a.b", type: .a) == .invalid)
  }

  /// Cut anywhere, a good answer is malformed and nothing worse.
  @Test func cutAnywhere() {
    let whole = message(answers: 1, record(1, [10, 0, 0, 1]))
    for length in 0..<whole.count {
      #expect(DNSReader.decode(Array(whole.prefix(length)), name: "a.b", type: .a) == .invalid)
    }
  }
}
