/// Times as the configuration writes them (manual section 2.4): a number and `us`, `ms`, `s`, `m`, `h` or `d`.
enum TimeArgument {
  enum Unit { case milliseconds, seconds }
  enum Result: Equatable {
    case value(Int)
    case unexpected(Unicode.Scalar)
    case overflow
    /// Not zero, but less than the smallest unit.
    case underflow
  }

  /// Reads `text`; a bare number counts in `unit`, which is also the unit of the result. Parts of a unit round up;
  /// what follows the unit is not looked at.
  static func parse(_ text: String, unit: Unit = .milliseconds) -> Result {
    let scalars = Array(text.unicodeScalars)
    var at = 0
    var number = 0
    if let first = scalars.first, !("0"..."9").contains(first) { return .unexpected(first) }
    while at < scalars.count, ("0"..."9").contains(scalars[at]) {
      number = number &* 10 &+ Int(scalars[at].value - 48)
      if number > Int(Int32.max) * 86_400_000 { return .overflow }
      at += 1
    }
    var scale = unit == .seconds ? 1_000_000 : 1_000
    if at < scalars.count {
      let next = at + 1 < scalars.count ? scalars[at + 1] : nil
      switch scalars[at] {
      case "u" where next == "s": scale = 1
      case "m" where next == "s": scale = 1_000
      case "s": scale = 1_000_000
      case "m": scale = 60_000_000
      case "h": scale = 3_600_000_000
      case "d": scale = 86_400_000_000
      default: return .unexpected(scalars[at])
      }
    }
    let (micros, tooBig) = number.multipliedReportingOverflow(by: scale)
    if tooBig { return .overflow }
    let step = unit == .seconds ? 1_000_000 : 1_000
    let value = micros / step + (micros % step == 0 ? 0 : 1)
    if value > Int(Int32.max) { return .overflow }
    return .value(value)
  }
}
