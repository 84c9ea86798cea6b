import System

/// Dates of the runtime API: `23/Nov/2026:10:01:21.148651`, local time.
public enum ReportDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  public static func text(_ microseconds: Int64) -> String {
    let t = Clock.local(secondsSince1970: microseconds / 1_000_000)
    let month = months[max(0, min(11, t.month - 1))]
    return "\(padded(t.day, 2))/\(month)/\(padded(t.year, 4)):\(padded(t.hour, 2)):\(padded(t.minute, 2)):"
      + "\(padded(t.second, 2)).\(padded(Int(truncatingIfNeeded: microseconds % 1_000_000), 6))"
  }
  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
