/// Integers as C's `atol` and `strtol` read them, which is what most keywords' arguments go through.
enum CInteger {
  /// `atoi`: leading blanks, a sign, digits; what follows is not looked at; 0 without digits. Clamped to 64 bits, then
  /// cut to 32 as an `int` is.
  static func leading(_ text: some StringProtocol) -> Int { Int(Int32(truncatingIfNeeded: long(text).value)) }

  /// `atol`.
  static func leadingLong(_ text: some StringProtocol) -> Int { long(text).value }

  /// `strtol`: the value, and what follows it. Base 0 takes `0x` for 16 and a leading `0` for 8.
  static func long(_ text: some StringProtocol, radix: Int = 10) -> (value: Int, rest: String) {
    let scalars = Array(text.unicodeScalars)
    var at = 0
    while at < scalars.count, scalars[at].value == 32 || (9...13).contains(scalars[at].value) { at += 1 }
    var negative = false
    if at < scalars.count, scalars[at] == "-" || scalars[at] == "+" {
      negative = scalars[at] == "-"
      at += 1
    }
    var radix = radix
    if radix == 0 {
      radix = at < scalars.count && scalars[at] == "0" ? 8 : 10
      if radix == 8, at + 2 < scalars.count, scalars[at + 1] == "x" || scalars[at + 1] == "X",
        digitValue(scalars[at + 2]) ?? 16 < 16
      {
        radix = 16
        at += 2
      }
    }
    let start = at
    var value = 0
    var overflow = false
    while at < scalars.count, let digit = digitValue(scalars[at]), digit < radix {
      let (product, tooBig) = value.multipliedReportingOverflow(by: radix)
      let (sum, over) = product.addingReportingOverflow(digit)
      overflow = overflow || tooBig || over
      value = sum
      at += 1
    }
    if at == start { return (0, String(text)) }
    if overflow { value = .max }
    var rest = String.UnicodeScalarView()
    rest.append(contentsOf: scalars[at...])
    return (negative ? (overflow ? .min : -value) : value, String(rest))
  }

  private static func digitValue(_ scalar: Unicode.Scalar) -> Int? {
    switch scalar {
    case "0"..."9": Int(scalar.value) - 48
    case "a"..."z": Int(scalar.value) - 87
    case "A"..."Z": Int(scalar.value) - 55
    default: nil
    }
  }
}
