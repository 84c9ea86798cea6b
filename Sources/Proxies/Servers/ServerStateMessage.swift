/// A message about a server or backend that changed: for the proxy's logs, and for the terminal.
public struct StateMessage: Sendable, Hashable {
  /// Syslog severities that state changes use.
  public enum Level: Int, Sendable { case emergency = 0, alert = 1, warning = 4, notice = 5, information = 6 }
  public var level: Level
  /// What the log says, nothing where empty; without a line end.
  public var text: String
  /// What standard error says.
  public var consoleText: String
  /// Whether standard error has it as `[ALERT]` rather than `[WARNING]`.
  public var isConsoleAlert: Bool
  /// Whose logs get it: place in `ConfigurationModel.proxies`.
  public var proxyIndex: Int
  /// Its severity among the messages that `email-alert` sends; nil: it is never sent.
  public var mailLevel: Int?

  public init(level: Level, text: String, proxyIndex: Int) {
    self.level = level
    self.text = text
    self.proxyIndex = proxyIndex
    consoleText = text
    isConsoleAlert = false
  }
}
