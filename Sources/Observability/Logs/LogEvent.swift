/// A message about the process, a proxy or a server, for its logs. The same text goes to standard error as a
/// warning, but for those that say otherwise.
public struct LogEvent: Sendable, Hashable {
  public var level: LogLevel
  public var text: String
  public init(_ level: LogLevel, _ text: String) {
    self.level = level
    self.text = text
  }

  // MARK: - Proxies

  /// What a message calls a proxy.
  public enum ProxyKind: String, Sendable { case proxy, frontend, backend }

  public static func paused(_ kind: ProxyKind, _ name: String) -> LogEvent {
    LogEvent(.warning, "Paused \(kind.rawValue) \(name).")
  }
  public static func resumed(_ kind: ProxyKind, _ name: String) -> LogEvent {
    LogEvent(.warning, "Resumed \(kind.rawValue) \(name).")
  }
  public static func stopped(_ name: String, frontendConnections: UInt64, backendConnections: UInt64) -> LogEvent {
    LogEvent(
      .warning, "Proxy \(name) stopped (cumulated conns: FE: \(frontendConnections), BE: \(backendConnections)).")
  }
  /// On standard error the name stands in quotes, as an alert: `backend 'x' has no server available!`.
  public static func noServerAvailable(_ kind: ProxyKind, _ name: String) -> LogEvent {
    LogEvent(.emergency, "\(kind.rawValue) \(name) has no server available!")
  }
}
