/// What a backend's health checks do (`option httpchk`, `option tcp-check`, `http-check`).
public struct CheckSettings: Sendable, Hashable {
  /// `tcpScript`: `option tcp-check`, which runs `rules`; `script`: a protocol of its own.
  public enum Kind: Sendable, Hashable { case connect, http, tcpScript, script, external }
  public var kind = Kind.connect
  /// `option tcp-check` in the section itself: while loading only.
  public var hasOwnScript = false
  /// `tcp-check` rules, and whether the section has some of its own: those of `defaults` are not added to.
  public var rules: [CheckScript.Step] = []
  public var hasOwnRules = false
  /// What `option mysql-check` and its like stand for.
  public var script = CheckScript()
  /// `external-check command`, `external-check path`.
  public var externalCommand: String?
  public var externalPath: String?
  public var http = HTTPCheck()
  public var disableOn404 = false
  public var sendState = false
  public init() {}
}

/// One `option httpchk` exchange: the request and what is expected of the answer.
public struct HTTPCheck: Sendable, Hashable {
  public var method = "OPTIONS"
  public var uri = "/"
  public var version = "HTTP/1.0"
  /// Name and value, as `http-check send hdr` gives them.
  public var headers: [(String, String)] { zip(headerNames, headerValues).map { ($0, $1) } }
  public var headerNames: [String] = []
  public var headerValues: [String] = []
  public var body = ""
  /// `http-check connect`; nil without.
  public var connect: CheckConnect?
  public var expect: HTTPExpect?
  /// Whether any `http-check send` or `expect` line was given.
  public var hasRules = false
  /// What `http-check send` set, which `option httpchk` then leaves alone.
  public var explicit: ExplicitParts = []
  public struct ExplicitParts: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let method = ExplicitParts(rawValue: 1)
    public static let uri = ExplicitParts(rawValue: 2)
    public static let version = ExplicitParts(rawValue: 4)
  }
  public init() {}
}

/// `http-check expect`.
public struct HTTPExpect: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// `status`: codes and ranges.
    case status([ClosedRange<Int>])
    case statusRegex(String)
    case string(String)
    case stringRegex(String)
  }
  public var kind: Kind
  public var negate = false
  public var minReceive = -1
  public var comment: String?
  /// The directive as written, for messages.
  public var written = ""
  public init(kind: Kind) { self.kind = kind }
}
