public import HTTP
public import Memory
public import Primitives

/// Why a pattern was refused, in HAProxy's words.
public struct PatternError: Error {
  public let message: String
  public init(_ message: String) { self.message = message }
}

/// One pattern, ready to be compared.
public enum Pattern: Sendable {
  case nothing
  /// Both limits belong to the range.
  case range(Int64, Int64)
  case ipv4(IPv4Address, mask: UInt32)
  case ipv6(IPv6Address, mask: IPv6Address)
  case text(Bytes)
  case method(HTTPMethod, Bytes)
  /// Index into the expressions of the table.
  case regex(Int32)
}

/// How patterns are read.
public struct PatternFlags: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `-i`
  public static let ignoreCase = PatternFlags(rawValue: 1)
  /// `-n`
  public static let noDNS = PatternFlags(rawValue: 2)
  /// `map_regm`: the values hold references to groups.
  public static let expanding = PatternFlags(rawValue: 4)
}

extension Pattern {
  /// Reads a pattern for `method`. Expressions are added to `regexes`.
  static func parse(
    _ text: Bytes, _ method: PatternMethod, _ flags: PatternFlags, regexes: inout [Regex]
  ) throws(PatternError) -> Pattern {
    switch method {
    case .found, .boolean: return .nothing
    case .integer, .length: return try range(text)
    case .dottedVersion: return try dottedRange(text)
    case .ip: return try address(text, flags)
    case .binary: return .text(Bytes(permanent: try binary(text)))
    case .string, .beginning, .substring, .end, .group: return .text(text)
    case .directory: return .text(trimmed(text, .path))
    case .domain: return .text(trimmed(text, .domain))
    case .method:
      let known = HTTPMethod(text)
      return .method(known, text)
    case .regex:
      do {
        regexes.append(try Regex(text.latin1, ignoringCase: flags.contains(.ignoreCase)))
      } catch {
        throw PatternError(
          "regex '\(text.latin1)' is invalid (error=\(error.message), erroffset=\(error.offset))")
      }
      return .regex(Int32(regexes.count - 1))
    }
  }

  private static func trimmed(_ text: Bytes, _ delimiters: WordDelimiters) -> Bytes {
    var start = 0
    var end = text.count
    while start < end && delimiters.contain(text[start]) { start += 1 }
    while end > start && delimiters.contain(text[end - 1]) { end -= 1 }
    return text[start..<end]
  }

  /// The two sides of a range, which a colon or a dash divides; nil where there is neither.
  private static func sides(_ text: Bytes) -> (low: Bytes, high: Bytes)? {
    for i in 0..<text.count where text[i] == UInt8(ascii: ":") || text[i] == UInt8(ascii: "-") {
      return (text.prefix(i), text.dropFirst(i + 1))
    }
    return nil
  }

  private static func number(_ text: Bytes) -> Int64? {
    text.at(0) == UInt8(ascii: "+") ? nil : Int64(text.latin1)
  }

  /// A number, or a range of them with a colon or a dash.
  static func range(_ text: Bytes) throws(PatternError) -> Pattern {
    guard let (low, high) = sides(text) else {
      guard let single = number(text) else { throw PatternError("'\(text.latin1)' is not a number") }
      return .range(single, single)
    }
    let min = low.isEmpty ? Int64.min : number(low)
    let max = high.isEmpty ? Int64.max : number(high)
    guard let min, let max, min <= max, !(low.isEmpty && high.isEmpty) else {
      throw PatternError("'\(text.latin1)' is not a valid number range")
    }
    return .range(min, max)
  }

  /// "3.1" is 3 << 16 + 1; "3" without a minor number stands for all of them.
  private static func dottedRange(_ text: Bytes) throws(PatternError) -> Pattern {
    guard let (first, second) = sides(text) else {
      guard let low = dotted(text, upper: false), let high = dotted(text, upper: true) else {
        throw PatternError("'\(text.latin1)' is not a dotted number")
      }
      return .range(low, high)
    }
    // What is below 0.0 holds no version: ":-1.65535" is what "lt 0" becomes.
    if first.isEmpty, second.at(0) == UInt8(ascii: "-"), second.count > 1,
      second.dropFirst(1).latin1.utf8.allSatisfy({ $0 &- 48 < 10 || $0 == 46 || $0 == 45 })
    {
      return .range(.min, -1)
    }
    let low = first.isEmpty ? Int64.min : dotted(first, upper: false)
    let high = second.isEmpty ? Int64.max : dotted(second, upper: true)
    guard let low, let high, low <= high, !(first.isEmpty && second.isEmpty) else {
      throw PatternError("'\(text.latin1)' is not a valid dotted number range")
    }
    return .range(low, high)
  }
  private static func dotted(_ text: Bytes, upper: Bool) -> Int64? {
    let numbers = text.latin1.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count <= 2, numbers.allSatisfy({ $0.utf8.allSatisfy { $0 &- 48 < 10 } }),
      let major = UInt16(numbers[0])
    else { return nil }
    if numbers.count == 1 { return Int64(major) << 16 + (upper ? 0xffff : 0) }
    return UInt16(numbers[1]).map { Int64(major) << 16 + Int64($0) }
  }

  private static func address(_ text: Bytes, _ flags: PatternFlags) throws(PatternError) -> Pattern {
    // The usual forms without going through a string, for long lists.
    let slash = text.firstIndex(of: UInt8(ascii: "/"))
    if let address = AddressText.ipv4(text.prefix(slash ?? text.count)) {
      guard let slash else { return .ipv4(address, mask: .max) }
      let digits = text.dropFirst(slash + 1)
      let (length, used) = NumberText.integer(digits)
      if used == digits.count, used > 0, digits[0] &- 48 < 10, length <= 32 {
        return .ipv4(address, mask: NetworkMask.prefix4(Int(length)))
      }
    }
    if let network = NetworkText.parse(text.latin1, resolve: !flags.contains(.noDNS)) { return network }
    throw PatternError("'\(text.latin1)' is not a valid IPv4 or IPv6 address")
  }

  /// Pairs of hexadecimal digits.
  static func binary(_ text: Bytes) throws(PatternError) -> [UInt8] {
    if text.count % 2 != 0 { throw PatternError("an even number of hex digit is expected") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    for i in stride(from: 0, to: text.count, by: 2) {
      guard let high = NumberText.hexDigit(text[i]) else { throw hexError(text[i]) }
      guard let low = NumberText.hexDigit(text[i + 1]) else { throw hexError(text[i + 1]) }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
  private static func hexError(_ c: UInt8) -> PatternError {
    PatternError("an hex digit is expected (found '\(String(bytes: [c]))')")
  }
}
