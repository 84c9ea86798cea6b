import Memory
import Primitives

/// What a PROXY header says. Its texts are views of the bytes that were read.
public struct ProxyHeader {
  public enum Result {
    case needMore
    case invalid
    /// A line of version 1 with a protocol that is none, or with anything else wrong.
    case unknownProtocol, badLine
    case complete(ProxyHeader)
  }
  /// Of the whole header.
  public var length = 0
  /// nil: the connection's own ends count.
  public var source: Endpoint?
  public var destination: Endpoint?
  /// The host name that the client asked its proxy for.
  public var authority: Bytes?
  public var uniqueID: Bytes?
  /// The name of the network namespace that the client came to.
  public var namespace: Bytes?
  /// It is a header, and breaks the protocol's rules.
  public var isBad = false

  /// The longest texts taken, in bytes.
  public static let authorityLimit = 255
  public static let uniqueIDLimit = 128
  public static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"

  public init(length: Int, source: Endpoint? = nil, destination: Endpoint? = nil) {
    self.length = length
    self.source = source
    self.destination = destination
  }
  private static func bad(_ length: Int) -> Result {
    var header = ProxyHeader(length: length)
    header.isBad = true
    return .complete(header)
  }

  /// Reads a header of either version at the start of `bytes`.
  public static func parse(_ bytes: Bytes) -> Result {
    let signature = Bytes(Self.signature)
    let common = min(bytes.count, signature.count)
    if bytes.prefix(common).equals(signature.prefix(common)) {
      return common < signature.count ? .needMore : version2(bytes)
    }
    let v1 = Bytes("PROXY ")
    let start = min(bytes.count, v1.count)
    if !bytes.prefix(start).equals(v1.prefix(start)) { return .invalid }
    return start < v1.count ? .needMore : version1(bytes)
  }

  /// `PROXY TCP4 1.2.3.4 5.6.7.8 1000 2000\r\n`, 107 bytes at most.
  private static func version1(_ bytes: Bytes) -> Result {
    guard let mark = bytes.firstIndex(of: 0x0d), mark + 1 < bytes.count else {
      return bytes.count >= 107 ? .badLine : .needMore
    }
    let end = mark + 1
    if end > 106 || end < 7 || bytes[end] != 0x0a { return .badLine }
    let words = bytes.slice(6, end - 7).latin1.split(separator: " ", omittingEmptySubsequences: false)
    if words.first == "UNKNOWN" { return .complete(ProxyHeader(length: end + 1)) }
    guard words.first == "TCP4" || words.first == "TCP6" else { return .unknownProtocol }
    guard words.count == 5, let from = port(words[3]), let to = port(words[4]) else { return .badLine }
    switch words[0] {
    case "TCP4":
      guard let a = IPv4Address(words[1]), let b = IPv4Address(words[2]) else { return .badLine }
      return .complete(
        ProxyHeader(length: end + 1, source: Endpoint(.v4(a), port: from), destination: Endpoint(.v4(b), port: to)))
    case "TCP6":
      guard let a = IPv6Address(words[1]), let b = IPv6Address(words[2]) else { return .badLine }
      return .complete(
        ProxyHeader(length: end + 1, source: Endpoint(.v6(a), port: from), destination: Endpoint(.v6(b), port: to)))
    default: return .unknownProtocol
    }
  }
  private static func port(_ text: Substring) -> UInt16? {
    text.utf8.allSatisfy { $0 &- 0x30 < 10 } ? UInt16(text) : nil
  }

  private static func version2(_ bytes: Bytes) -> Result {
    if bytes.count < 16 { return .needMore }
    if bytes[12] >> 4 != 2 { return .invalid }
    let total = 16 + word(bytes, 14)
    if bytes.count < total { return .needMore }
    let body = bytes.slice(16, total - 16)
    switch bytes[12] & 15 {
    // LOCAL: by the proxy itself. Nothing of it counts.
    case 0: return .complete(ProxyHeader(length: total))
    case 1: break
    default: return bad(total)
    }
    var header = ProxyHeader(length: total)
    let addresses: Int
    switch bytes[13] {
    case 0x11:
      addresses = 12
      if body.count < addresses { return bad(total) }
      header.source = Endpoint(family: .ipv4, port: UInt16(word(body, 8)), low: number(body, 0, 4))
      header.destination = Endpoint(family: .ipv4, port: UInt16(word(body, 10)), low: number(body, 4, 4))
    case 0x21:
      addresses = 36
      if body.count < addresses { return bad(total) }
      header.source = Endpoint(
        family: .ipv6, port: UInt16(word(body, 32)), high: number(body, 0, 8), low: number(body, 8, 8))
      header.destination = Endpoint(
        family: .ipv6, port: UInt16(word(body, 34)), high: number(body, 16, 8), low: number(body, 24, 8))
    default: return bad(total)
    }
    header.isBad = !header.read(body, from: addresses, of: bytes.prefix(total))
    return .complete(header)
  }

  /// Reads the type-length-values behind the addresses; false where one runs past the header, or says what is not so.
  private mutating func read(_ body: Bytes, from start: Int, of whole: Bytes) -> Bool {
    var at = start
    while at < body.count {
      if body.count - at < 3 { return false }
      let size = Self.word(body, at + 1)
      if size > body.count - at - 3 { return false }
      let value = body.slice(at + 3, size)
      switch body[at] {
      case ProxyHeaderField.authority:
        if size > Self.authorityLimit { return false }
        authority = value
      case ProxyHeaderField.checksum:
        if size != 4 || Self.number(value, 0, 4) != UInt64(Self.checksum(whole, without: 16 + at + 3)) { return false }
      case ProxyHeaderField.uniqueID:
        if size > Self.uniqueIDLimit { return false }
        uniqueID = value
      case ProxyHeaderField.namespace: namespace = value
      default: break
      }
      at += 3 + size
    }
    return true
  }

  /// The checksum of the header with zeros in the place of the four bytes at `place`.
  private static func checksum(_ whole: Bytes, without place: Int) -> UInt32 {
    Hash.crc32c(ZeroedView(bytes: whole, zeros: place..<place + 4))
  }
  private struct ZeroedView: ByteView {
    let bytes: Bytes
    let zeros: Range<Int>
    var count: Int { bytes.count }
    subscript(index: Int) -> UInt8 { zeros.contains(index) ? 0 : bytes[index] }
  }

  private static func number(_ b: Bytes, _ at: Int, _ size: Int) -> UInt64 {
    var value: UInt64 = 0
    for i in at..<at + size { value = value << 8 | UInt64(b[i]) }
    return value
  }
  private static func word(_ b: Bytes, _ at: Int) -> Int { Int(b[at]) << 8 | Int(b[at + 1]) }
}

/// Types of the values in a PROXY header of version 2 (proxy-protocol.txt, section 2.2).
public enum ProxyHeaderField {
  public static let applicationProtocol: UInt8 = 0x01
  public static let authority: UInt8 = 0x02
  public static let checksum: UInt8 = 0x03
  public static let uniqueID: UInt8 = 0x05
  public static let tls: UInt8 = 0x20
  public static let version: UInt8 = 0x21
  public static let commonName: UInt8 = 0x22
  public static let cipher: UInt8 = 0x23
  public static let signature: UInt8 = 0x24
  public static let key: UInt8 = 0x25
  public static let namespace: UInt8 = 0x30
}
