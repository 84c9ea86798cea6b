public import Memory
import System

/// Dates for the log lines of one worker. A date is rendered once per second and copied afterwards.
///
/// The offset of local time is asked from the C library once per quarter of an hour: no zone changes in between.
public struct LogClock: ~Copyable {
  /// `06/Feb/2009:12:14:14` of the last second asked, for local time and for UTC.
  private var local = DateText()
  private var utc = DateText()
  /// Header dates: `Feb  6 12:14:14` and `2009-02-06T12:14:14`.
  private var syslog = DateText()
  private var iso = DateText()
  private var quarter: Int64 = .min
  private var offset: Int64 = 0
  /// `+0100` and `+01:00`.
  private let zone = ByteArena(capacity: 64)
  private var zoneText = Bytes()
  private var isoZoneText = Bytes()

  public init() {}
  deinit {
    zone.giveBack()
    for text in [local, utc, syslog, iso] { text.arena.giveBack() }
  }

  /// Text of one kind for one second, in memory of its own.
  private struct DateText {
    let arena = ByteArena(capacity: 64)
    var second: Int64 = .min
    var text = Bytes()
  }

  /// Seconds that local time is ahead of UTC at `second`.
  public mutating func localOffset(at second: Int64) -> Int64 {
    let wanted = second >= 0 ? second / 900 : -1
    if wanted != quarter {
      quarter = wanted
      offset = Int64(Clock.local(secondsSince1970: second).utcOffset)
      let minutes = Int(offset.magnitude / 60)
      let sign = UInt8(ascii: offset < 0 ? "-" : "+")
      zone.reset()
      zone.begin()
      zone.append(byte: sign)
      zone.append(twoDigits: minutes / 60)
      zone.append(twoDigits: minutes % 60)
      zoneText = zone.finish()
      zone.begin()
      zone.append(byte: sign)
      zone.append(twoDigits: minutes / 60)
      zone.append(byte: UInt8(ascii: ":"))
      zone.append(twoDigits: minutes % 60)
      isoZoneText = zone.finish()
    }
    return offset
  }

  /// `06/Feb/2009:12:14:14` in local time.
  public mutating func localDate(_ second: Int64) -> Bytes {
    if local.second != second {
      LogClock.render(CivilDate(second &+ localOffset(at: second)), into: local.arena, &local.text)
      local.second = second
    }
    return local.text
  }
  /// The same in UTC.
  public mutating func utcDate(_ second: Int64) -> Bytes {
    if utc.second != second {
      LogClock.render(CivilDate(second), into: utc.arena, &utc.text)
      utc.second = second
    }
    return utc.text
  }
  /// The zone of local time at `second`: `+0100`.
  public mutating func localZone(_ second: Int64) -> Bytes {
    _ = localOffset(at: second)
    return zoneText
  }
  /// `+01:00`.
  public mutating func isoZone(_ second: Int64) -> Bytes {
    _ = localOffset(at: second)
    return isoZoneText
  }

  /// `Feb  6 12:14:14` in local time (RFC 3164).
  public mutating func syslogDate(_ second: Int64) -> Bytes {
    if syslog.second != second {
      syslog.second = second
      let date = CivilDate(second &+ localOffset(at: second))
      syslog.arena.reset()
      syslog.arena.begin()
      syslog.arena.append(date.monthName)
      syslog.arena.append(byte: UInt8(ascii: " "))
      if date.day < 10 { syslog.arena.append(byte: UInt8(ascii: " ")) }
      syslog.arena.append(decimal: Int64(date.day))
      syslog.arena.append(byte: UInt8(ascii: " "))
      date.appendTime(to: syslog.arena)
      syslog.text = syslog.arena.finish()
    }
    return syslog.text
  }
  /// `2009-02-06T12:14:14` in local time (RFC 5424 without fraction and zone).
  public mutating func isoDate(_ second: Int64) -> Bytes {
    if iso.second != second {
      iso.second = second
      let date = CivilDate(second &+ localOffset(at: second))
      iso.arena.reset()
      iso.arena.begin()
      iso.arena.append(decimal: date.year)
      iso.arena.append(byte: UInt8(ascii: "-"))
      iso.arena.append(twoDigits: date.month)
      iso.arena.append(byte: UInt8(ascii: "-"))
      iso.arena.append(twoDigits: date.day)
      iso.arena.append(byte: UInt8(ascii: "T"))
      date.appendTime(to: iso.arena)
      iso.text = iso.arena.finish()
    }
    return iso.text
  }

  private static func render(_ date: CivilDate, into arena: ByteArena, _ text: inout Bytes) {
    arena.reset()
    arena.begin()
    arena.append(twoDigits: date.day)
    arena.append(byte: UInt8(ascii: "/"))
    arena.append(date.monthName)
    arena.append(byte: UInt8(ascii: "/"))
    arena.append(decimal: date.year)
    arena.append(byte: UInt8(ascii: ":"))
    date.appendTime(to: arena)
    text = arena.finish()
  }
}

/// A date of the Gregorian calendar.
struct CivilDate {
  var year: Int64
  /// 1 to 12, and 1 to 31.
  var month: Int
  var day: Int
  private var secondOfDay: Int

  /// From seconds since 1970; the arithmetic of days counts years from March, so that leap days end them.
  init(_ seconds: Int64) {
    let days = seconds >= 0 ? seconds / 86400 : (seconds &- 86399) / 86400
    secondOfDay = Int(seconds &- days &* 86400)
    let shifted = days &+ 719_468
    let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let marchMonth = (5 &* dayOfYear &+ 2) / 153
    day = Int(dayOfYear &- (153 &* marchMonth &+ 2) / 5 &+ 1)
    month = Int(marchMonth < 10 ? marchMonth &+ 3 : marchMonth &- 9)
    year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
  }

  var monthName: StaticString {
    switch month {
    case 1: "Jan"
    case 2: "Feb"
    case 3: "Mar"
    case 4: "Apr"
    case 5: "May"
    case 6: "Jun"
    case 7: "Jul"
    case 8: "Aug"
    case 9: "Sep"
    case 10: "Oct"
    case 11: "Nov"
    default: "Dec"
    }
  }

  /// `12:14:14`
  func appendTime(to arena: ByteArena) {
    arena.append(twoDigits: secondOfDay / 3600)
    arena.append(byte: UInt8(ascii: ":"))
    arena.append(twoDigits: secondOfDay / 60 % 60)
    arena.append(byte: UInt8(ascii: ":"))
    arena.append(twoDigits: secondOfDay % 60)
  }
}

extension ByteArena {
  /// Appends a number of 0 to 99 with a leading zero.
  func append(twoDigits value: Int) {
    append(byte: UInt8(truncatingIfNeeded: 48 &+ value / 10 % 10))
    append(byte: UInt8(truncatingIfNeeded: 48 &+ value % 10))
  }
}
