/// The messages about servers: changes of state by checks and by operators, and results of checks
/// (`option log-health-checks`). The words are those operators search their logs for.
public struct ServerEvents: Sendable {
  /// `backend/server`.
  public var name: String
  public var isBackup: Bool
  public init(backend: String, server: String, isBackup: Bool = false) {
    name = "\(backend)/\(server)"
    self.isBackup = isBackup
  }
  private var subject: String { isBackup ? "Backup Server \(name)" : "Server \(name)" }

  /// Why the state changed.
  public enum Cause: Sendable {
    /// Said before by `option log-health-checks`, or nothing to say.
    case none
    /// The server of a `track`.
    case tracked(String)
    case check(CheckResult)
    /// A command of an operator, such as `changed from CLI`.
    case text(String)

    fileprivate var suffix: String {
      switch self {
      case .none: ""
      case .tracked(let name): " via \(name)"
      case .check(let result): result.text
      case .text(let text): ", \(text)"
      }
    }
  }

  /// What a check found: `Layer4 connection problem`, the status code where the protocol has one, its words.
  public struct CheckResult: Sendable {
    public var reason: String
    public var code: Int?
    public var info: String
    /// Milliseconds; nil where nothing was measured.
    public var duration: Int?
    public init(reason: String, code: Int? = nil, info: String = "", duration: Int? = nil) {
      self.reason = reason
      self.code = code
      self.info = info
      self.duration = duration
    }
    fileprivate var text: String {
      var text = ", reason: \(reason)"
      if let code { text += ", code: \(code)" }
      if !info.isEmpty { text += ", info: \"\(info)\"" }
      if let duration { text += ", check duration: \(duration)ms" }
      return text
    }
  }

  /// The backend after the change.
  public struct Left: Sendable {
    public var active: Int
    public var backup: Int
    /// Sessions on the server, given back to the queue, and still queued for it.
    public var sessions: Int
    public var requeued: Int
    public var queued: Int
    public init(active: Int, backup: Int, sessions: Int = 0, requeued: Int = 0, queued: Int = 0) {
      self.active = active
      self.backup = backup
      self.sessions = sessions
      self.requeued = requeued
      self.queued = queued
    }
    private var backupNote: String { active == 0 && backup > 0 ? " Running on backup." : "" }
    fileprivate var whenDown: String {
      ". \(active) active and \(backup) backup servers left.\(backupNote) "
        + "\(sessions) sessions active, \(requeued) requeued, \(queued) remaining in queue."
    }
    fileprivate var whenUp: String {
      ". \(active) active and \(backup) backup servers online.\(backupNote) "
        + "\(requeued) sessions requeued, \(queued) total in queue."
    }
  }

  // MARK: - By checks

  public func down(_ cause: Cause, _ left: Left, draining: Bool = false) -> LogEvent {
    LogEvent(draining ? .notice : .alert, "\(subject) is DOWN\(cause.suffix)\(left.whenDown)")
  }
  public func up(_ cause: Cause, _ left: Left) -> LogEvent {
    LogEvent(.notice, "\(subject) is UP\(cause.suffix)\(left.whenUp)")
  }
  public func stopping(_ cause: Cause, _ left: Left) -> LogEvent {
    LogEvent(.notice, "\(subject) is stopping\(cause.suffix)\(left.whenUp)")
  }

  /// `health` of `limit` (rise while going up, fall while going down).
  public func healthCheck(succeeded: Bool, _ result: CheckResult, health: Int, limit: Int, isUp: Bool) -> LogEvent {
    let kind = isBackup ? "backup server" : "server"
    return LogEvent(
      .notice,
      "Health check for \(kind) \(name) \(succeeded ? "succeeded" : "failed")\(result.text), "
        + "status: \(health)/\(limit) \(isUp ? "UP" : "DOWN").")
  }

  // MARK: - By operators

  public func maintenance(wasUp: Bool, via tracked: String? = nil, _ left: Left) -> LogEvent {
    let via = tracked.map { " via \($0)" } ?? ""
    return wasUp
      ? LogEvent(.alert, "\(subject) is going DOWN for maintenance\(via)\(left.whenDown)")
      : LogEvent(.notice, "\(subject) was DOWN and now enters maintenance\(via).")
  }
  /// `forced` for the server named by the operator, false for those that track it.
  public func leavesMaintenance(forced: Bool, draining: Bool) -> LogEvent {
    LogEvent(
      .notice, "\(subject) is UP/\(draining ? "DRAIN" : "READY") (leaving \(forced ? "forced " : "")maintenance).")
  }
  public func drain(isUp: Bool, via tracked: String? = nil, _ left: Left) -> LogEvent {
    let via = tracked.map { " via \($0)" } ?? ""
    return LogEvent(.notice, "\(subject) enters drain state\(via)\(isUp ? left.whenUp : left.whenDown)")
  }
  public func leavesDrain(isUp: Bool) -> LogEvent {
    LogEvent(.notice, "\(subject) is \(isUp ? "UP" : "DOWN") (leaving forced drain).")
  }
  public func remainsInDrain(via tracked: String? = nil) -> LogEvent {
    guard let tracked else { return LogEvent(.notice, "\(subject) remains in forced drain mode.") }
    return LogEvent(.notice, "\(subject) is leaving forced drain but remains in drain mode via \(tracked).")
  }
}
