import Memory

/// What a check found, numbered as `show servers state` prints it (`srv_check_status`).
public enum CheckStatus: Int, Sendable {
  case unknown = 0
  /// No check has been run.
  case initializing = 1
  case started = 2
  /// An answer that says nothing about the state (agents).
  case checked = 3
  /// Errors of the traffic itself (`observe`).
  case observed = 4
  case socketError = 5
  case layer4OK = 6, layer4Timeout = 7, layer4Connection = 8
  case layer6OK = 9, layer6Timeout = 10, layer6Response = 11
  case layer7Timeout = 12, layer7Response = 13
  /// As `layer7OK`, with something that the server said of itself: for the log alone.
  case layer7OKData = 14
  case layer7OK = 15, layer7Conditional = 16, layer7Status = 17
  case processError = 18, processTimeout = 19, processOK = 20

  /// The column `check_status` of `show stat`.
  public var code: String {
    switch self {
    case .unknown: "UNK"
    case .initializing: "INI"
    case .started: ""
    case .checked: "CHECKED"
    case .observed: "HANA"
    case .socketError: "SOCKERR"
    case .layer4OK: "L4OK"
    case .layer4Timeout: "L4TOUT"
    case .layer4Connection: "L4CON"
    case .layer6OK: "L6OK"
    case .layer6Timeout: "L6TOUT"
    case .layer6Response: "L6RSP"
    case .layer7Timeout: "L7TOUT"
    case .layer7Response: "L7RSP"
    case .layer7OK, .layer7OKData: "L7OK"
    case .layer7Conditional: "L7OKC"
    case .layer7Status: "L7STS"
    case .processError: "PROCERR"
    case .processTimeout: "PROCTOUT"
    case .processOK: "PROCOK"
    }
  }
  /// The column `check_desc`, and the reason in messages.
  public var text: String {
    switch self {
    case .unknown: "Unknown"
    case .initializing: "Initializing"
    case .started: ""
    case .checked: "No status change"
    case .observed: "Health analyze"
    case .socketError: "Socket error"
    case .layer4OK: "Layer4 check passed"
    case .layer4Timeout: "Layer4 timeout"
    case .layer4Connection: "Layer4 connection problem"
    case .layer6OK: "Layer6 check passed"
    case .layer6Timeout: "Layer6 timeout"
    case .layer6Response: "Layer6 invalid response"
    case .layer7Timeout: "Layer7 timeout"
    case .layer7Response: "Layer7 invalid response"
    case .layer7OK, .layer7OKData: "Layer7 check passed"
    case .layer7Conditional: "Layer7 check conditionally passed"
    case .layer7Status: "Layer7 wrong status"
    case .processError: "External check error"
    case .processTimeout: "External check timeout"
    case .processOK: "External check passed"
    }
  }
  /// Whether the status comes with a code of the application.
  public var hasCode: Bool { rawValue >= CheckStatus.layer7OKData.rawValue }
  public var result: CheckResult {
    switch self {
    case .unknown, .initializing, .started: .unknown
    case .checked: .neutral
    case .layer4OK, .layer6OK, .layer7OK, .layer7OKData, .processOK: .passed
    case .layer7Conditional: .conditional
    default: .failed
    }
  }
}

/// Numbered as `srv_check_result`.
public enum CheckResult: Int, Sendable {
  case unknown = 0, neutral = 1, failed = 2, passed = 3
  /// 404 with `http-check disable-on-404`.
  case conditional = 4
}

/// A server's check, or its agent, as it stands.
public struct CheckValues: Sendable {
  public var status = CheckStatus.initializing
  public var result = CheckResult.unknown
  /// HTTP status or the like, where `status.hasCode`.
  public var code = 0
  /// Milliseconds; -1: none has ended.
  public var duration = -1
  /// More about the last result, at most 127 bytes.
  public var info = ""
  /// 0...rise-1 down, rise...rise+fall-1 up.
  public var health: Int
  public var rise: Int
  public var fall: Int
  public var isConfigured: Bool
  public var isEnabled: Bool
  public var isPaused = false
  public var isRunning = false

  /// Whether the health says up.
  public var isUp: Bool { health >= rise }
  public var fullHealth: Int { rise + fall - 1 }
  /// `srv_check_state` of `show servers state`.
  public var stateBits: Int {
    (isRunning ? 1 : 0) | (isConfigured ? 2 : 0) | (isEnabled ? 4 : 0) | (isPaused ? 8 : 0)
  }
  /// Whether checks are to be sent.
  public var isActive: Bool { isEnabled && !isPaused }
}

/// The shared place of a `CheckValues`: written by the worker that checks and by operators, read by statistics.
public final class CheckRecord: Sendable {
  private let values: Lock<CheckValues>

  public init(rise: Int, fall: Int, enabled: Bool) {
    values = Lock(CheckValues(health: rise, rise: rise, fall: fall, isConfigured: enabled, isEnabled: enabled))
  }
  public var current: CheckValues { values.withLock { $0 } }
  @discardableResult public func update<R: Sendable>(_ change: @Sendable (inout CheckValues) -> R) -> R {
    values.withLock { change(&$0) }
  }
}
