public import Memory

/// A day and time in UTC, from seconds since 1970 (proleptic Gregorian calendar).
public struct CalendarTime: Sendable {
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int
  public var hour: Int
  public var minute: Int
  public var second: Int
  /// 0 is Sunday.
  public var weekday: Int

  public init(unixSeconds: Int64) {
    var days = unixSeconds / 86400
    var rest = unixSeconds % 86400
    if rest < 0 {
      rest += 86400
      days -= 1
    }
    (hour, minute, second) = (Int(rest / 3600), Int(rest / 60 % 60), Int(rest % 60))
    weekday = Int(((days % 7) + 11) % 7)
    // Years start in March here, so that the leap day is the last one.
    let z = days + 719468
    let era = (z >= 0 ? z : z - 146096) / 146097
    let dayOfEra = z - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
    month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }
}

/// Dates of HTTP headers.
public enum HTTPDate {
  /// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 5.6.7), 29 bytes in the arena; nil where they do not fit.
  public static func imfFixdate(unixSeconds: Int64, in arena: ByteArena) -> Bytes? {
    if arena.room < 29 { return nil }
    let t = CalendarTime(unixSeconds: unixSeconds)
    arena.begin()
    arena.append(Bytes("SunMonTueWedThuFriSat").slice(t.weekday * 3, 3))
    arena.append(", ")
    appendTwoDigits(t.day, to: arena)
    arena.append(byte: 0x20)
    arena.append(Bytes("JanFebMarAprMayJunJulAugSepOctNovDec").slice((t.month - 1) * 3, 3))
    arena.append(byte: 0x20)
    appendTwoDigits(t.year / 100, to: arena)
    appendTwoDigits(t.year, to: arena)
    arena.append(byte: 0x20)
    appendTwoDigits(t.hour, to: arena)
    arena.append(byte: 0x3a)
    appendTwoDigits(t.minute, to: arena)
    arena.append(byte: 0x3a)
    appendTwoDigits(t.second, to: arena)
    arena.append(" GMT")
    return arena.finish()
  }
  private static func appendTwoDigits(_ n: Int, to arena: ByteArena) {
    arena.append(byte: UInt8(truncatingIfNeeded: 48 + n / 10 % 10))
    arena.append(byte: UInt8(truncatingIfNeeded: 48 + n % 10))
  }
}
