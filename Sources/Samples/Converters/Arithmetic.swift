/// The operators on numbers: they saturate instead of wrapping.
enum Arithmetic {
  static func apply(_ id: ConverterID, _ a: Int64, _ b: Int64) -> Int64 {
    switch id {
    case .add:
      let (sum, overflow) = a.addingReportingOverflow(b)
      return overflow ? (b > 0 ? .max : .min) : sum
    case .sub:
      let (difference, overflow) = a.subtractingReportingOverflow(b)
      return overflow ? (b < 0 ? .max : .min) : difference
    case .mul:
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      return overflow ? ((a < 0) == (b < 0) ? .max : .min) : product
    case .div:
      // The largest number where there is no quotient, whatever the sign of the dividend.
      return b == 0 || (b == -1 && a == .min) ? .max : a / b
    case .mod: return b == 0 || b == -1 ? 0 : a % b
    case .and: return a & b
    case .or: return a | b
    case .xor: return a ^ b
    default: return a
    }
  }
}
