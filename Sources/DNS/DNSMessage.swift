public import Primitives

/// The kinds of records that a resolver of servers asks for (RFC 1035 section 3.2.2, RFC 3596, RFC 2782).
public enum DNSType: UInt16, Sendable, Hashable {
  case a = 1
  case cname = 5
  case aaaa = 28
  case srv = 33
}

/// A query of one name and type.
public enum DNSQuery {
  /// The datagram that asks; nil where the name is none. `payloadSize`: the largest answer that is taken (RFC 6891).
  public static func encode(name: String, type: DNSType, id: UInt16, payloadSize: Int) -> [UInt8]? {
    guard let encoded = DNSName.encode(name) else { return nil }
    var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xff), 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1]
    bytes += encoded
    bytes += [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 0xff), 0, 1]
    let size = UInt16(clamping: payloadSize)
    bytes += [0, 0, 41, UInt8(size >> 8), UInt8(size & 0xff), 0, 0, 0, 0, 0, 0]
    return bytes
  }
}

/// What a name server answered.
public struct DNSAnswer: Sendable, Equatable {
  public struct Service: Sendable, Equatable, Hashable {
    public let target: String
    public let port: UInt16
    public let weight: UInt16
    public let priority: UInt16

    public init(target: String, port: UInt16, weight: UInt16, priority: UInt16) {
      self.target = target
      self.port = port
      self.weight = weight
      self.priority = priority
    }
  }
  public var addresses: [IPAddress] = []
  public var services: [Service] = []
  /// Addresses of the services' targets that came with them.
  public var targetAddresses: [String: IPAddress] = [:]

  public init() {}
}

public enum DNSResult: Sendable, Equatable {
  case answer(DNSAnswer)
  /// The name does not exist; there is nothing of the type; the server refuses to say.
  case noDomain, noData, refused
  /// Another error of the server, or an answer that was cut.
  case failed, truncated
  /// Not an answer to the question, or malformed: to be dropped.
  case invalid
}

/// Reads answers of name servers, which may be hostile: every length is checked, names end, counts are bounded by the
/// message.
public enum DNSReader {
  private struct Reader {
    let bytes: [UInt8]
    var at: Int
    mutating func number16() -> Int? {
      guard at + 2 <= bytes.count else { return nil }
      defer { at += 2 }
      return Int(bytes[at]) << 8 | Int(bytes[at + 1])
    }
    mutating func skip(_ count: Int) -> Bool {
      guard count >= 0, at + count <= bytes.count else { return false }
      at += count
      return true
    }
    mutating func name() -> String? { DNSName.decode(bytes, at: &at) }
  }

  /// The number of the query that the message answers; nil where it is none.
  public static func id(_ bytes: [UInt8]) -> UInt16? {
    bytes.count >= 12 ? UInt16(bytes[0]) << 8 | UInt16(bytes[1]) : nil
  }

  public static func decode(_ bytes: [UInt8], name: String, type: DNSType) -> DNSResult {
    guard bytes.count >= 12, bytes[2] & 0x80 != 0 else { return .invalid }
    var reader = Reader(bytes: bytes, at: 4)
    guard let questions = reader.number16(), let answers = reader.number16(), let authorities = reader.number16(),
      let additional = reader.number16(), questions == 1, let asked = reader.name(),
      let kind = reader.number16(), reader.skip(2)
    else { return .invalid }
    let wanted = normal(name)
    guard asked == wanted, kind == Int(type.rawValue) else { return .invalid }
    switch bytes[3] & 0x0f {
    case 0: break
    case 3: return .noDomain
    case 5: return .refused
    default: return .failed
    }
    if bytes[2] & 0x02 != 0 { return .truncated }
    guard let answer = records(&reader, (answers, authorities, additional), wanted, type) else { return .invalid }
    return answer.addresses.isEmpty && answer.services.isEmpty ? .noData : .answer(answer)
  }

  private static func normal(_ name: String) -> String {
    var text = name.lowercased()
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func records(
    _ reader: inout Reader, _ counts: (answers: Int, authorities: Int, additional: Int), _ wanted: String,
    _ type: DNSType
  ) -> DNSAnswer? {
    var result = DNSAnswer()
    // A name may be another's alias; those that follow must be of the name that the alias leads to.
    var current = wanted
    for _ in 0..<counts.answers {
      guard let owner = reader.name(), let kind = reader.number16(), reader.skip(6), let length = reader.number16()
      else { return nil }
      let end = reader.at + length
      guard end <= reader.bytes.count else { return nil }
      if kind == Int(DNSType.cname.rawValue) {
        guard owner == current, let target = reader.name(), reader.at == end else { return nil }
        current = target
      } else if kind == Int(type.rawValue) {
        guard owner == current else { return nil }
        guard read(&reader, type, end, &result) else { return nil }
      }
      reader.at = end
    }
    if type == .srv { readTargets(&reader, counts.authorities, counts.additional, &result) }
    return result
  }

  private static func read(_ reader: inout Reader, _ type: DNSType, _ end: Int, _ result: inout DNSAnswer) -> Bool {
    switch type {
    case .a, .aaaa:
      guard let address = address(reader.bytes, reader.at, end, type) else { return false }
      result.addresses.append(address)
    case .srv:
      guard let priority = reader.number16(), let weight = reader.number16(), let port = reader.number16(),
        let target = reader.name(), reader.at == end
      else { return false }
      result.services.append(
        DNSAnswer.Service(
          target: target, port: UInt16(port), weight: UInt16(weight), priority: UInt16(priority)))
    case .cname: break
    }
    return true
  }

  private static func address(_ bytes: [UInt8], _ start: Int, _ end: Int, _ type: DNSType) -> IPAddress? {
    func word(_ from: Int, _ count: Int) -> UInt64 {
      bytes[from..<(from + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
    switch (type, end - start) {
    case (.a, 4): return .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: word(start, 4))))
    case (.aaaa, 16): return .v6(IPv6Address(high: word(start, 8), low: word(start + 8, 8)))
    default: return nil
    }
  }

  /// Addresses that came along; what is malformed here ends the search, which costs a query more.
  private static func readTargets(
    _ reader: inout Reader, _ authorities: Int, _ additional: Int, _ result: inout DNSAnswer
  ) {
    for number in 0..<(authorities + additional) {
      guard let owner = reader.name(), let kind = reader.number16(), reader.skip(6), let length = reader.number16(),
        reader.at + length <= reader.bytes.count
      else { return }
      let end = reader.at + length
      if number >= authorities, let type = DNSType(rawValue: UInt16(kind)), type == .a || type == .aaaa,
        let address = address(reader.bytes, reader.at, end, type)
      {
        result.targetAddresses[owner] = address
      }
      reader.at = end
    }
  }
}
