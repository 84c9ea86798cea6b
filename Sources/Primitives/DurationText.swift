/// Times of reports, as short as `1h5m`.
public enum DurationText {
  /// The two largest units: `2d3h`, `1h5m`, `4m9s`, `49s`. What is below zero is none.
  public static func twoUnits(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds) / 1000
    switch seconds {
    case 86_400...: return "\(seconds / 86_400)d\(seconds / 3600 % 24)h"
    case 3600...: return "\(seconds / 3600)h\(seconds / 60 % 60)m"
    case 60...: return "\(seconds / 60)m\(seconds % 60)s"
    default: return "\(seconds)s"
    }
  }
}
