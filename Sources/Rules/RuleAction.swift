public import HTTP
public import Memory
public import Samples

/// Index of a log-format string in `RuleResources.texts`.
public struct TextHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}
/// Index of a regular expression in `RuleResources.regexes`.
public struct RegexHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}
/// Index of an answer in `RuleResources.replies`.
public struct ReplyHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}
/// Index of a redirect in `RuleResources.redirects`.
public struct RedirectHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}

/// Index of an edit in `RuleResources.patternEdits`.
public struct PatternEditHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}

/// Which fields `del-header` removes.
public enum HeaderMatch: Sendable {
  case name(HTTPHeaderName)
  case prefix(Bytes)
  case suffix(Bytes)
  case contains(Bytes)
  case regex(RegexHandle)
}

/// Which part of a request target an action writes.
public enum TargetPart: UInt8, Sendable { case method, path, pathAndQuery, query, uri }

/// What HTTP a connection is switched to (`switch-mode http proto`).
public enum SwitchedProtocol: UInt8, Sendable { case detected, http1, http2 }

/// Which timeout `set-timeout` changes.
public enum SettableTimeout: UInt8, Sendable { case server, tunnel }

/// Which address `set-src` and its like write.
public enum AddressPart: UInt8, Sendable { case source, sourcePort, destination, destinationPort }

/// A service inside the proxy that answers requests (`use-service`).
public enum ServiceName: UInt8, Sendable { case prometheusExporter }

/// What of a stream's place in a queue is set.
public enum QueuePriorityPart: UInt8, Sendable { case level, offset }

/// How `normalize-uri` rewrites a request target (manual section 4.2).
public enum TargetNormalizer: UInt8, Sendable {
  case fragmentEncode, fragmentStrip, pathMergeSlashes, pathStripDot, pathStripDotDot, pathStripDotDotFull
  case percentDecodeUnreserved, percentDecodeUnreservedStrict, percentToUppercase, percentToUppercaseStrict
  case querySortByName
}

/// What a rule does when its condition holds (manual, sections 4.2 and 7.1): a plain value, whose texts stand in
/// `RuleResources`.
public enum RuleAction: Sendable {
  // Final ones
  case allow
  case deny(ReplyHandle)
  case tarpit(ReplyHandle)
  case answer(ReplyHandle)
  case redirect(RedirectHandle)
  /// The realm; empty for the name of the proxy.
  case authenticate(realm: Bytes)
  case reject
  /// `tcp-response content close`
  case closeServer
  case silentDrop
  case useService(ServiceName)
  case resolveName(ResolutionHandle)
  /// `cache-use`, `cache-store`
  case useCache(CacheHandle)
  case storeInCache(CacheHandle)
  /// `tcp-request content switch-mode http`
  case switchMode(SwitchedProtocol)

  // Messages
  case setHeader(HTTPHeaderName, TextHandle)
  case addHeader(HTTPHeaderName, TextHandle)
  case deleteHeader(HeaderMatch)
  /// The whole value, as one text.
  case replaceHeader(HTTPHeaderName, RegexHandle, TextHandle)
  /// Each of the values between commas.
  case replaceValue(HTTPHeaderName, RegexHandle, TextHandle)
  case setTarget(TargetPart, TextHandle)
  case replaceTarget(TargetPart, RegexHandle, TextHandle)
  /// The reason is empty for the standard one.
  case setStatus(Int32, reason: Bytes)
  case earlyHint(HTTPHeaderName, TextHandle)

  // State
  case setVariable(VariableID, Expression, VariableConditions)
  case setVariableText(VariableID, TextHandle, VariableConditions)
  case unsetVariable(VariableID)
  case capture(Expression, slot: Int32)
  /// 0...7, or -1 for `silent`.
  case setLogLevel(Int8)
  case setNice(Int32)
  case setTOS(Int32)
  case setMark(UInt32)
  case setTimeout(SettableTimeout, milliseconds: Int64)
  /// The time comes from an expression.
  case setTimeoutFrom(SettableTimeout, Expression)
  case setAddress(AddressPart, Expression)
  case waitForBody(milliseconds: Int64, atLeast: Int64)
  case disableRetries
  /// `add-acl`, `del-acl`, `set-map`, `del-map`
  case editPatterns(PatternEditHandle)
  /// `set-priority-class`, `set-priority-offset`: the place in the queues of servers.
  case setPriority(QueuePriorityPart, Expression)
  case normalizeTarget(TargetNormalizer)
  /// `expect-proxy layer4`: a PROXY header comes first, whatever the `bind` line says.
  case expectProxyHeader
  /// `expect-netscaler-cip layer4`
  case expectNetScalerHeader
  /// `track-sc0` to `track-sc2`.
  case track(Int8, Expression, TableReference)
  /// `sc-inc-gpc*`: which counter, of the entry that is tracked as this number.
  case incrementCounter(GeneralCounter, Int8)
  /// `sc-set-gpt`, and without an element `sc-set-gpt0`.
  case setTag(UInt8?, Int8, UInt32)
  case setTagFrom(UInt8?, Int8, Expression)
  case strictMode(Bool)
  /// Nothing to do here: its effect is given by what Weir does anyway (`wait-for-handshake`: no request is looked at
  /// before the end of it).
  case nothing

  /// Whether no rule behind it is evaluated.
  public var isFinal: Bool {
    switch self {
    case .allow, .deny, .tarpit, .answer, .redirect, .authenticate, .reject, .closeServer, .silentDrop: true
    default: false
    }
  }
}
