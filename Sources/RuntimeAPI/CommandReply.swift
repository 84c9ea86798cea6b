/// What a command answers.
enum CommandReply {
  /// A message of some severity (`set severity-output`): its number is the syslog level.
  case message(Severity, String)
  /// Text without a severity.
  case text(String)
  /// A long answer that is made piece by piece.
  case dump(CommandDump)
  case empty
  /// End the connection without a word.
  case close

  enum Severity: Int {
    case error = 3, warning = 4, notice = 5, info = 6
    var name: String {
      switch self {
      case .error: "err"
      case .warning: "warning"
      case .notice: "notice"
      case .info: "info"
      }
    }
  }
  static func error(_ text: String) -> CommandReply { .message(.error, text + "\n") }
  static let permissionDenied = error("Permission denied")
}
