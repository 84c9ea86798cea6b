import Glibc

/// Time sources. Ticks are milliseconds of the monotonic clock.
public enum Clock {
  public static func monotonicMilliseconds() -> Int64 {
    var t = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &t)
    return Int64(t.tv_sec) * 1000 + Int64(t.tv_nsec) / 1_000_000
  }
  /// Lets the calling thread wait, which serves nothing meanwhile.
  public static func sleep(milliseconds: Int64) {
    var time = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
    unsafe _ = nanosleep(&time, nil)
  }
  public static func monotonicNanoseconds() -> Int64 {
    var t = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &t)
    return Int64(t.tv_sec) &* 1_000_000_000 &+ Int64(t.tv_nsec)
  }
  /// Microseconds since 1970.
  public static func wallMicroseconds() -> Int64 {
    var t = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &t)
    return Int64(t.tv_sec) * 1_000_000 + Int64(t.tv_nsec) / 1000
  }
  /// Processor time of the whole process, in milliseconds.
  public static func processMilliseconds() -> Int64 {
    var t = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t)
    return Int64(t.tv_sec) * 1000 + Int64(t.tv_nsec) / 1_000_000
  }

  /// Broken-down local time and the offset from UTC in seconds.
  public struct Local: Sendable {
    public var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int
    public var utcOffset: Int
  }
  public static func local(secondsSince1970 seconds: Int64) -> Local {
    var t = time_t(seconds)
    var parts = unsafe tm()
    unsafe localtime_r(&t, &parts)
    return unsafe Local(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), hour: Int(parts.tm_hour),
      minute: Int(parts.tm_min), second: Int(parts.tm_sec), weekday: Int(parts.tm_wday), utcOffset: parts.tm_gmtoff)
  }
  public static func utc(secondsSince1970 seconds: Int64) -> Local {
    var t = time_t(seconds)
    var parts = unsafe tm()
    unsafe gmtime_r(&t, &parts)
    return unsafe Local(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), hour: Int(parts.tm_hour),
      minute: Int(parts.tm_min), second: Int(parts.tm_sec), weekday: Int(parts.tm_wday), utcOffset: 0)
  }
}
