public import LogFormat
public import Primitives
public import Samples

/// The steps of a check: `tcp-check` and `http-check` rules (manual section 4.2), and what the options `mysql-check`,
/// `smtpchk` and their like stand for.
public struct CheckScript: Sendable {
  /// What answers are, and what messages say: `tcp` names the step and what was expected, `http` reads answers as HTTP.
  public enum Language: Sendable { case tcp, http, other }
  public enum Step: Sendable {
    case connect(CheckConnect)
    case send(CheckSend)
    case expect(CheckExpect)
    case variable(CheckVariable)
    case comment(String)
  }
  public var steps: [Step] = []
  public var language = Language.other
  public init(steps: [Step] = [], language: Language = .other) {
    self.steps = steps
    self.language = language
  }
}

extension CheckScript.Step {
  public var isConnect: Bool { if case .connect = self { true } else { false } }
  /// What says something to the server or listens to it, and so counts where the order of steps matters.
  public var isExchange: Bool {
    switch self {
    case .connect, .send, .expect: true
    case .variable, .comment: false
    }
  }
}

/// `tcp-check connect`, `http-check connect`.
public struct CheckConnect: Sendable {
  public enum Port: Sendable {
    case number(UInt16)
    case expression(Expression)
  }
  /// `default`: with the server's PROXY header, TLS, names and SOCKS proxy.
  public var usesDefaults = false
  public var port: Port?
  public var address: IPAddress?
  public var sendsProxy = false
  public var isTLS = false
  public var serverName: String?
  /// In wire format (RFC 7301).
  public var applicationProtocols: [UInt8]?
  public var proto: String?
  public var viaSocks4 = false
  /// Ends in an orderly way rather than by a reset.
  public var lingers = false
  public var comment: String?
  public init() {}
}

/// Text that may be made anew for each check.
public enum CheckText: Sendable {
  case plain([UInt8])
  case format(LogFormat)
}

/// One thing to send.
public struct CheckSend: Sendable {
  public enum Content: Sendable {
    case text(CheckText)
    /// A log-format that makes hexadecimal digits.
    case hexadecimal(LogFormat)
    /// A TLS hello: the date goes into its bytes 11 to 14.
    case dated([UInt8])
    case request(CheckRequest)
    /// `agent-send`, as it is at the time.
    case agent
  }
  public var content: Content
  public var comment: String?
  public init(_ content: Content, comment: String? = nil) {
    self.content = content
    self.comment = comment
  }
}

/// A request of `option httpchk` and `http-check send`. What is nil was not said.
public struct CheckRequest: Sendable {
  public struct Header: Sendable {
    public let name: String
    public let value: CheckText
    public init(_ name: String, _ value: CheckText) {
      self.name = name
      self.value = value
    }
  }
  public var method: String?
  public var uri: CheckText?
  public var version: String?
  public var headers: [Header] = []
  public var body: CheckText?
  public init() {}

  /// The request with what `other` says in the place of its own.
  public func overwritten(by other: CheckRequest) -> CheckRequest {
    var merged = self
    merged.method = other.method ?? method
    merged.uri = other.uri ?? uri
    merged.version = other.version ?? version
    merged.body = other.body ?? body
    if !other.headers.isEmpty { merged.headers = other.headers }
    return merged
  }
}

/// `set-var`, `set-var-fmt`, `unset-var`
public enum CheckVariable: Sendable {
  case set(VariableID, Expression, VariableConditions)
  case setText(VariableID, LogFormat, VariableConditions)
  case unset(VariableID)
}

/// What a check says when it is decided.
public enum CheckMessage: Sendable {
  case text(String)
  case format(LogFormat)
  /// What was received from this byte on, to the end of the line, blanks before it left out.
  case received(from: Int)
}

/// Protocols whose answers take more than a pattern.
public enum CheckPeer: Sendable {
  /// The greeting, and what follows it.
  case mysqlGreeting, mysqlAnswer
  case postgresError, postgresAnswer
  case ldap, spop
}
