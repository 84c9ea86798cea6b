/// Sizes with the suffixes `k`, `m` and `g`, in steps of 1024.
public enum SizeText {
  public enum Failure: Error, Equatable, Sendable {
    case unexpected(Unicode.Scalar)
    /// Over 32 bits; the digit or suffix that is too much.
    case overflow(Unicode.Scalar)
  }

  public static func parse(_ text: String) throws(Failure) -> Int {
    let bytes = text.latin1Bytes
    let digits = bytes.prefix { $0.isDigit }
    guard !digits.isEmpty else { throw .unexpected(bytes.first.map { Unicode.Scalar($0) } ?? "\0") }
    var value: UInt64 = 0
    for digit in digits {
      value = value * 10 + UInt64(digit - 0x30)
      if value > UInt64(UInt32.max) { throw .overflow(Unicode.Scalar(digit)) }
    }
    let rest = bytes.dropFirst(digits.count)
    guard let suffix = rest.first else { return Int(value) }
    let shift: UInt64
    switch suffix | 0x20 {
    case UInt8(ascii: "k"): shift = 10
    case UInt8(ascii: "m"): shift = 20
    case UInt8(ascii: "g"): shift = 30
    default: throw .unexpected(Unicode.Scalar(suffix))
    }
    if rest.count > 1 { throw .unexpected(Unicode.Scalar(rest[rest.startIndex + 1])) }
    guard value << shift <= UInt64(UInt32.max) else { throw .overflow(Unicode.Scalar(suffix)) }
    return Int(value << shift)
  }
}
