/// Times as section 2.5 of the manual writes them: digits and a unit.
public struct TimeText: Equatable, Sendable {
  public enum Unit: Sendable {
    case microseconds, milliseconds, seconds, minutes, hours, days
    /// Its length in microseconds.
    var length: UInt64 {
      switch self {
      case .microseconds: 1
      case .milliseconds: 1000
      case .seconds: 1_000_000
      case .minutes: 60_000_000
      case .hours: 3_600_000_000
      case .days: 86_400_000_000
      }
    }
  }

  public enum Failure: Error, Equatable, Sendable {
    /// No digit or unit; a NUL where the text ends too early.
    case unexpected(Unicode.Scalar)
    /// Over 2147483647 of the wanted unit.
    case overflow
  }

  /// In the wanted unit, rounded up; at most 2147483647.
  public var value: Int
  /// The first character after the unit, which HAProxy warns of and ignores.
  public var trailing: Unicode.Scalar?

  public static let maximum = 2_147_483_647

  /// Reads `text` into a count of `unit`, which is also the unit of a bare number.
  public static func parse(_ text: String, in unit: Unit = .milliseconds) throws(Failure) -> TimeText {
    let bytes = text.latin1Bytes
    let digits = bytes.prefix { $0.isDigit }
    guard !digits.isEmpty else { throw .unexpected(bytes.first.map { Unicode.Scalar($0) } ?? "\0") }
    // As HAProxy's, the number itself wraps at 64 bits.
    let number = digits.reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 &- 0x30) }
    var rest = bytes.dropFirst(digits.count)
    let written = try takeUnit(&rest) ?? unit
    let (total, overflow) = number.multipliedReportingOverflow(by: written.length)
    if overflow && written.length > unit.length { throw .overflow }
    let count =
      written.length >= unit.length
      ? number.multipliedReportingOverflow(by: written.length / unit.length).partialValue
      : (total &+ unit.length &- 1) / unit.length
    guard count <= UInt64(maximum) else { throw .overflow }
    return TimeText(value: Int(count), trailing: rest.first.map { Unicode.Scalar($0) })
  }

  private static func takeUnit(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> Unit? {
    guard let first = rest.first else { return nil }
    let unit: Unit
    var length = 1
    switch first {
    case UInt8(ascii: "d"): unit = .days
    case UInt8(ascii: "h"): unit = .hours
    case UInt8(ascii: "s"): unit = .seconds
    case UInt8(ascii: "m"):
      let isMilliseconds = rest.dropFirst().first == UInt8(ascii: "s")
      unit = isMilliseconds ? .milliseconds : .minutes
      length = isMilliseconds ? 2 : 1
    case UInt8(ascii: "u"):
      guard rest.dropFirst().first == UInt8(ascii: "s") else { throw .unexpected(Unicode.Scalar(first)) }
      unit = .microseconds
      length = 2
    default: throw .unexpected(Unicode.Scalar(first))
    }
    rest = rest.dropFirst(length)
    return unit
  }
}
