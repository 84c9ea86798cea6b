import Configuration
import Proxies

/// Answers of servers whose protocol takes more than a pattern. Every length is checked: what they say is not trusted.
enum CheckPeers {
  typealias Judgement = CheckScheduler.Judgement

  static func judge(
    _ peer: CheckPeer, _ bytes: [UInt8], ended: Bool, minimum: Int, _ expect: CheckExpect
  ) -> Judgement {
    switch peer {
    case .mysqlGreeting:
      // Behind the protocol's number stands the server's version.
      if case .matched = mysql(bytes, at: 0, ended) { return .told(text(bytes.dropFirst(5))) }
      return mysql(bytes, at: 0, ended)
    case .mysqlAnswer:
      guard bytes.count >= 4 else { return ended ? .failed(.layer7Response, "", code: 0) : .wait }
      return mysql(bytes, at: 4 + length(bytes, 0), ended)
    case .postgresError:
      if bytes.count < minimum && !ended { return .wait }
      return bytes.first == UInt8(ascii: "E") ? .failed(.layer7Response, text(bytes.dropFirst(6)), code: 0) : .matched
    case .postgresAnswer:
      if bytes.count < minimum && !ended { return .wait }
      let isAnswer = bytes.count >= 9 && bytes[0] == UInt8(ascii: "R") && bytes[1...3].allSatisfy { $0 == 0 }
      return isAnswer ? .matched : .mismatch(.layer7Response, "")
    case .ldap: return ldap(bytes, ended)
    case .spop: return spop(bytes, ended)
    }
  }

  private static func length(_ bytes: [UInt8], _ at: Int) -> Int {
    Int(bytes[at]) | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2]) << 16
  }
  /// As C prints it: up to the first zero byte.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.prefix { $0 != 0 && $0 != 0x0d && $0 != 0x0a }.map { Unicode.Scalar($0) }))
  }

  /// One packet: three bytes of length, a number, the payload; a first byte of 255 is an error with a code and a text.
  private static func mysql(_ bytes: [UInt8], at: Int, _ ended: Bool) -> Judgement {
    guard bytes.count >= at + 4 else { return ended ? .failed(.layer7Response, "", code: 0) : .wait }
    let size = length(bytes, at)
    if bytes.count < at + 4 + size { return ended ? .failed(.layer7Response, "", code: 0) : .wait }
    if bytes.count > at + 4 && bytes[at + 4] == 0xff {
      let code = bytes.dropFirst(at + 5).prefix(2).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      return .failed(.layer7Status, text(bytes.dropFirst(at + 7)), code: code)
    }
    return .matched
  }

  /// The answer to a bind (RFC 4511 section 4.2.2).
  private static func ldap(_ bytes: [UInt8], _ ended: Bool) -> Judgement {
    let notLDAP = Judgement.failed(.layer7Response, "Not LDAPv3 protocol", code: 0)
    if bytes.count < 14 && !ended { return .wait }
    if bytes.first == 0x30 && bytes.count < 14 { return .failed(.layer7Response, "", code: 0) }
    if bytes.first != 0x30 { return notLDAP }
    func extra(_ at: Int) -> Int { at < bytes.count && bytes[at] & 0x80 != 0 ? Int(bytes[at] & 0x7f) : 0 }
    func has(_ at: Int, _ wanted: [UInt8]) -> Bool {
      at + wanted.count <= bytes.count && bytes[at..<(at + wanted.count)].elementsEqual(wanted)
    }
    var skip = extra(1)
    if !has(2 + skip, [2, 1, 1, 0x61]) { return notLDAP }
    skip += extra(6 + skip)
    if !has(7 + skip, [0x0a, 1]) { return notLDAP }
    guard 9 + skip < bytes.count else { return ended ? .failed(.layer7Response, "", code: 0) : .wait }
    if bytes[9 + skip] == 0 { return .told("Success") }
    return .failed(
      .layer7Status, "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9", code: Int(bytes[9 + skip]))
  }

  // MARK: - SPOP

  /// The agent's hello: a frame of names and values.
  private static func spop(_ bytes: [UInt8], _ ended: Bool) -> Judgement {
    if bytes.count < 4 { return ended ? .failed(.layer7Response, "invalid frame received", code: 0) : .wait }
    let size = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
    let invalid = Judgement.failed(.layer7Response, "invalid frame received", code: 0)
    // With the length's own four bytes it is counted in 32 bits, so that the largest ones are none.
    if size < 7 || size > 0xffff_fffb { return invalid }
    if bytes.count < 4 + size { return ended ? invalid : .wait }
    let frame = Array(bytes[4..<(4 + size)])
    guard frame[0] == 101, frame[5] == 0, frame[6] == 0 else { return invalid }
    var at = 7
    var version: String?
    var hasSize = false
    while at < frame.count {
      guard let name = string(frame, &at), at < frame.count else { return invalid }
      let kind = frame[at] & 0x0f
      at += 1
      switch kind {
      case 8, 9:
        guard let value = string(frame, &at) else { return invalid }
        if name == "version" { version = value }
      case 2...5:
        guard number(frame, &at) != nil else { return invalid }
        if name == "max-frame-size" { hasSize = true }
      case 0, 1: break
      default: return invalid
      }
    }
    guard let version else { return .failed(.layer7Response, "version value not found", code: 0) }
    if version != "1.0" && version != "2.0" { return .failed(.layer7Response, "unsupported version", code: 0) }
    return hasSize ? .told("SPOA server is ok") : .failed(.layer7Response, "max-frame-size value not found", code: 0)
  }

  /// Numbers of the protocol have four bits in a first byte of 240 and more, then seven in each.
  private static func number(_ bytes: [UInt8], _ at: inout Int) -> Int? {
    guard at < bytes.count else { return nil }
    var value = Int(bytes[at])
    at += 1
    if value < 240 { return value }
    var shift = 4
    while at < bytes.count && shift < 56 {
      let byte = Int(bytes[at])
      at += 1
      value += byte << shift
      if byte < 128 { return value }
      shift += 7
    }
    return nil
  }
  private static func string(_ bytes: [UInt8], _ at: inout Int) -> String? {
    guard let length = number(bytes, &at), length <= bytes.count - at else { return nil }
    defer { at += length }
    return String(String.UnicodeScalarView(bytes[at..<(at + length)].map { Unicode.Scalar($0) }))
  }
}
