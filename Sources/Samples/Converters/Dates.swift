import HTTP
import Memory
import System

extension Evaluator {
  /// Times of the language have 55 bits.
  private static let timeMask: Int64 = 0x007f_ffff_ffff_ffff

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, with a fraction where the unit is finer than a second.
  func httpDate(_ value: Int64, _ arguments: Arguments) -> SampleData? {
    let total = value &+ (arguments.first.integer ?? 0)
    let unit = arguments.second.integer ?? 0
    let scale: Int64 = unit == 2 ? 1_000_000 : unit == 1 ? 1000 : 1
    // As HAProxy prints it: without leading zeros, and with a sign of its own.
    let fraction = total % scale
    let time = (total / scale) & Evaluator.timeMask
    if arena.room < 80 { return nil }
    let parts = CalendarTime(unixSeconds: time)
    arena.begin()
    arena.append(Bytes("SunMonTueWedThuFriSat").slice(parts.weekday * 3, 3))
    arena.append(", ")
    appendPadded(parts.day, 2)
    arena.append(byte: 0x20)
    arena.append(Bytes("JanFebMarAprMayJunJulAugSepOctNovDec").slice((parts.month - 1) * 3, 3))
    arena.append(byte: 0x20)
    appendPadded(parts.year, 4)
    arena.append(byte: 0x20)
    appendPadded(parts.hour, 2)
    arena.append(byte: UInt8(ascii: ":"))
    appendPadded(parts.minute, 2)
    arena.append(byte: UInt8(ascii: ":"))
    appendPadded(parts.second, 2)
    if unit > 0 {
      arena.append(byte: UInt8(ascii: "."))
      arena.append(decimal: fraction)
    }
    arena.append(" GMT")
    return .string(arena.finish())
  }

  private func appendPadded(_ value: Int, _ width: Int) {
    var limit = 1
    for _ in 1..<width { limit *= 10 }
    var rest = value
    while limit > 1 && rest < limit {
      arena.append(byte: 48)
      limit /= 10
      if rest < 0 { rest = 0 }
    }
    arena.append(decimal: Int64(rest))
  }

  func formattedTime(_ value: Int64, _ arguments: Arguments, isLocal: Bool) -> SampleData? {
    let time = (value & Evaluator.timeMask) &+ (arguments.second.integer ?? 0)
    arena.begin()
    guard
      Clock.append(
        secondsSince1970: time, format: arguments.first.text ?? Bytes(), isLocal: isLocal, to: arena)
    else { return nil }
    return .string(arena.finish())
  }
}
