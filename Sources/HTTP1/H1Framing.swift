/// Why a message is refused.
public struct H1Error: Error, Sendable {
  /// Where the parser stood.
  public var state: H1State
  /// The offending byte, counted from the start of the buffer's readable bytes.
  public var offset: Int
  /// What to answer to a client (400, 413, 422). For a response the proxy answers 502 in every case.
  public var status: Int

  @inlinable public init(state: H1State, offset: Int, status: Int = 400) {
    self.state = state
    self.offset = offset
    self.status = status
  }
}

/// What the parser needs of the configuration.
public struct H1Limits: Sendable {
  /// The most lines of a head, the start line included (`tune.http.maxhdr`).
  public var maxHeaders: Int
  /// The most bytes of a head (`tune.bufsize` less `tune.maxrewrite`).
  public var maxHeadLength: Int
  /// `option accept-invalid-http-request` or `-response`: see there for what it relaxes.
  public var acceptsInvalid: Bool
  /// The head is the text of one that came over HTTP/2: its target may have bytes over 0x7f, and the Host of CONNECT keeps
  /// its port.
  public var isFromHTTP2 = false
  /// `h1-accept-payload-with-any-method`: bodies of GET, HEAD and DELETE in HTTP/1.0 are let through.
  public var acceptsAnyPayload: Bool

  /// The longest header name.
  public static let maxNameLength = 255

  public init(
    maxHeaders: Int = 101, maxHeadLength: Int = 15360, acceptsInvalid: Bool = false, acceptsAnyPayload: Bool = false
  ) {
    self.maxHeaders = maxHeaders
    self.maxHeadLength = maxHeadLength
    self.acceptsInvalid = acceptsInvalid
    self.acceptsAnyPayload = acceptsAnyPayload
  }
}

/// How a message goes on behind its head, and what becomes of its connection.
public struct H1Framing: Sendable {
  public enum Body: Sendable, Equatable {
    case none
    /// So many bytes, more than zero and below 2^63.
    case length(UInt64)
    case chunked
    /// Everything until the connection closes (responses), or a tunnel: see `isTunnel`.
    case untilClose
  }
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// `Connection` names `close` or `keep-alive`. The tokens themselves are taken out of the message.
    public static let close = Flags(rawValue: 1)
    public static let keepAlive = Flags(rawValue: 2)
    /// `Connection` names `upgrade` (also before it turns out to be an orphan).
    public static let upgradeToken = Flags(rawValue: 4)
    /// A valid `Content-Length` was there (also where it was dropped beside chunked).
    public static let contentLength = Flags(rawValue: 8)
    public static let chunked = Flags(rawValue: 16)
    /// A transfer coding other than chunked was there.
    public static let otherCoding = Flags(rawValue: 32)
    public static let transferEncoding = Flags(rawValue: 64)
    public static let upgradeField = Flags(rawValue: 128)
    public static let websocket = Flags(rawValue: 256)
    /// Length and chunked together, or chunked in HTTP/1.0: the connection must not be used again.
    public static let mustClose = Flags(rawValue: 512)
    /// `Expect: 100-continue` in HTTP/1.1.
    public static let expectContinue = Flags(rawValue: 1024)
    /// The request asks to leave HTTP (`Upgrade` with `Connection: upgrade`), or the answer is a 101 that does.
    public static let upgrade = Flags(rawValue: 2048)
    /// The bytes behind the head are a tunnel: the answer to CONNECT, or a 101.
    public static let tunnel = Flags(rawValue: 4096)
    /// `Connection` names an option that this proxy does not know, which was left in place.
    static let otherOption = Flags(rawValue: 8192)
    /// `Upgrade` names `h2c` or `h2`, which are not forwarded.
    static let upgradeToH2 = Flags(rawValue: 16384)
    static let http2Settings = Flags(rawValue: 32768)
  }

  public var body: Body = .none
  /// Bytes of the head in the buffer, empty lines before it included.
  public var headLength = 0
  /// The empty lines among them.
  public var leadingLength = 0
  public var flags: Flags = []
  /// The announced length, also where no body follows (HEAD, 304); see `Flags.contentLength`.
  public var contentLength: UInt64 = 0
  /// Whether the sender keeps its side of the connection open for another message, as version and `Connection` say.
  public var isPersistent = false

  @inlinable public init() {}

  public var mustClose: Bool { flags.contains(.mustClose) }
  public var wantsUpgrade: Bool { flags.contains(.upgrade) }
  public var expectsContinue: Bool { flags.contains(.expectContinue) }
  public var isTunnel: Bool { flags.contains(.tunnel) }
  public var isWebSocket: Bool { flags.contains(.websocket) && flags.contains(.upgrade) }
}

/// What `H1HeadParser.parse` found.
public enum H1HeadResult: Sendable {
  case needMore
  /// The head is in the message, checked and cleaned; `framing` says how it goes on.
  case complete(H1Framing)
  case invalid(H1Error)
}
