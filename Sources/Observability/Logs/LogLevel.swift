/// Syslog severities (manual section 8.1), the most severe first.
public enum LogLevel: Int, Sendable, CaseIterable, Comparable {
  case emergency, alert, critical, error, warning, notice, information, debug

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }

  /// As the configuration writes it.
  public var name: String {
    switch self {
    case .emergency: "emerg"
    case .alert: "alert"
    case .critical: "crit"
    case .error: "err"
    case .warning: "warning"
    case .notice: "notice"
    case .information: "info"
    case .debug: "debug"
    }
  }
  public init?(name: String) {
    guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }
}
