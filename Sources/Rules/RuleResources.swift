public import HTTP
public import LogFormat
public import Memory
public import Samples

/// What an answer of `deny`, `return` and `tarpit` is made of.
public struct RuleReply: Sendable {
  public enum Body: Sendable {
    /// The answer that the proxy has for the status.
    case standard
    case none
    case text(Bytes)
    case format(TextHandle)
    /// A whole answer with its head.
    case file([UInt8])
    /// The answer that an `http-errors` section has for the status; found when all sections are known.
    case section(String)
  }
  public struct Header: Sendable {
    public let name: HTTPHeaderName
    public let value: TextHandle
    public init(name: HTTPHeaderName, value: TextHandle) {
      self.name = name
      self.value = value
    }
  }
  public var status: Int
  public var contentType: Bytes?
  public var body = Body.standard
  public var headers: [Header] = []
  public init(status: Int) { self.status = status }
}

/// `redirect` (manual, section 4.2).
public struct RedirectRule: Sendable {
  public enum Kind: Sendable { case location, prefix, scheme }
  public var kind = Kind.location
  /// Nil: `target` is used as it is.
  public var format: TextHandle?
  public var target = Bytes()
  public var code = 302
  public var dropsQuery = false
  public var appendsSlash = false
  public var ignoresEmpty = false
  /// The whole `Set-Cookie` value.
  public var cookie: Bytes?
  public init() {}
}

/// `add-acl`, `del-acl`, `set-map`, `del-map`: an edit of a list of patterns by traffic.
public struct PatternEdit: Sendable {
  public enum Kind: Sendable {
    /// Nothing where the list has the pattern already.
    case addPattern
    case remove
    /// Changes the entries with the key, or adds one.
    case setValue
  }
  public let kind: Kind
  /// The list, as the rule names it.
  public let name: String
  public let key: TextHandle
  public let value: TextHandle?
  /// Nil where no list has that name: then the rule does nothing, as in HAProxy.
  public var reference: PatternReference?
  public init(_ kind: Kind, of name: String, key: TextHandle, value: TextHandle?) {
    self.kind = kind
    self.name = name
    self.key = key
    self.value = value
  }
}

/// What the rules of a configuration refer to by handles.
public struct RuleResources: Sendable {
  public var texts: [LogFormat] = []
  public var regexes: [Regex] = []
  public var replies: [RuleReply] = []
  public var redirects: [RedirectRule] = []
  public var patternEdits: [PatternEdit] = []
  public var resolutions: [ResolutionRule] = []
  public var caches: [CacheReference] = []
  public init() {}

  public mutating func add(_ text: LogFormat) -> TextHandle {
    texts.append(text)
    return TextHandle(texts.count - 1)
  }
  public mutating func add(_ regex: Regex) -> RegexHandle {
    regexes.append(regex)
    return RegexHandle(regexes.count - 1)
  }
  public mutating func add(_ reply: RuleReply) -> ReplyHandle {
    replies.append(reply)
    return ReplyHandle(replies.count - 1)
  }
  public mutating func add(_ redirect: RedirectRule) -> RedirectHandle {
    redirects.append(redirect)
    return RedirectHandle(redirects.count - 1)
  }
  public mutating func add(_ edit: PatternEdit) -> PatternEditHandle {
    patternEdits.append(edit)
    return PatternEditHandle(patternEdits.count - 1)
  }

  public mutating func add(_ cache: CacheReference) -> CacheHandle {
    caches.append(cache)
    return CacheHandle(caches.count - 1)
  }
  public mutating func add(_ resolution: ResolutionRule) -> ResolutionHandle {
    resolutions.append(resolution)
    return ResolutionHandle(resolutions.count - 1)
  }

  /// A copy with storage of its own, for one worker.
  public func replica() -> RuleResources {
    var copy = self
    copy.texts = texts.map { $0.replica() }
    copy.regexes = regexes.map { $0 }
    copy.replies = replies.map { $0 }
    copy.redirects = redirects.map { $0 }
    copy.patternEdits = patternEdits.map { $0 }
    copy.resolutions = resolutions.map { $0 }
    copy.caches = caches.map { $0 }
    return copy
  }
}
