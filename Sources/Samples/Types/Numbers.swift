public import Memory

/// Reading numbers out of bytes the way HAProxy does in casts and patterns.
public enum NumberText {
  /// A signed decimal number at the start of `text`, as `strtoll` without white space: returns the value, saturated
  /// at the limits of 64 bits, and how many bytes it took (0: no number).
  public static func integer(_ text: Bytes) -> (value: Int64, length: Int) {
    var i = 0
    var negative = false
    if let sign = text.at(0), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      i = 1
    }
    let start = i
    var value: Int64 = 0
    var saturated = false
    while let c = text.at(i), c &- 48 < 10 {
      if !saturated {
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
        let digit = Int64(c &- 48)
        let (sum, overflow2) =
          negative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
        if overflow || overflow2 {
          saturated = true
          value = negative ? .min : .max
        } else {
          value = sum
        }
      }
      i += 1
    }
    return i == start ? (0, 0) : (value, i)
  }

  /// A number as the `_val` fetches read it: an optional minus, then bytes up to the first one above "9", each counted
  /// for what it is above "0", in 32 bits without regard to overflow.
  public static func loose(_ text: Bytes) -> Int64 {
    var i = 0
    let isNegative = text.at(0) == UInt8(ascii: "-")
    if isNegative { i = 1 }
    var value: Int32 = 0
    while let c = text.at(i), c <= UInt8(ascii: "9") {
      value = value &* 10 &+ Int32(c) &- 48
      i += 1
    }
    return Int64(isNegative ? 0 &- value : value)
  }

  /// The value of one hexadecimal digit, or nil.
  @inlinable public static func hexDigit(_ c: UInt8) -> UInt8? {
    switch c {
    case 48...57: c - 48
    case 65...70: c - 55
    case 97...102: c - 87
    default: nil
    }
  }
}
