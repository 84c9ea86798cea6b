public import LogFormat
public import Memory
public import Primitives
public import Rules
public import Samples

/// One frontend, backend, listen or defaults section (manual section 4). Copies share their fields until one of them
/// is changed: there may be thousands, and each is handed from place to place.
@dynamicMemberLookup
public struct ProxySettings: Sendable {
  @usableFromInline var fields: CopyOnWrite<ProxyFields>

  public init(name: String, location: SourceLocation, capabilities: ProxyCapabilities) {
    fields = CopyOnWrite(ProxyFields(name: name, location: location, capabilities: capabilities))
  }
  @inlinable public subscript<Field>(dynamicMember path: WritableKeyPath<ProxyFields, Field>) -> Field {
    _read { yield fields.value[keyPath: path] }
    _modify { yield &fields.value[keyPath: path] }
  }
}

/// What `ProxySettings` holds. Times are milliseconds.
public struct ProxyFields: Sendable {
  public var name: String
  public var location: SourceLocation
  public var capabilities: ProxyCapabilities
  /// `id`, or the next free number: what statistics call `iid`.
  public var id = 0
  /// Whether `id` was given.
  public var hasOwnID = false
  public var guid: String?
  public var descriptionText: String?
  public var mode = ProxyMode.tcp
  public var disabled = false
  /// `compression`; nil without.
  public var compression: CompressionSettings?
  /// `filter compression` stands in the section itself.
  public var hasCompressionFilter = false
  public var timeouts = Timeouts()
  public var options: ProxyOptions = []
  /// nil: never set in this section or its defaults (keep-alive then).
  public var httpConnectionMode: HTTPConnectionMode?

  // Frontend side
  public var binds: [BindSettings] = []
  public var maxConnections: Int?
  public var backlog: Int?
  public var rateLimitSessions = 0
  public var defaultBackend: String?
  /// Index into `ConfigurationModel.proxies`, resolved after the last file.
  public var defaultBackendIndex: Int?
  /// `use_backend` rules, in their order. A rule without a condition ends the search: `defaultBackendIndex` already is
  /// its backend then.
  public var switchingRules: [SwitchingRule] = []
  public var monitorURI: String?
  /// `capture` declarations, in the order of their slots.
  public var requestCaptures: [HeaderCapture] = []
  public var responseCaptures: [HeaderCapture] = []

  // Logs
  public var logTargets: [LogTarget] = []
  public var logTag: String?
  public var logFormat = LogFormatChoice.none
  /// nil: as `logFormat`; set by `error-log-format`.
  public var errorLogFormat: String?
  public var logFormatLocation = SourceLocation()
  /// `log-format-sd`: structured data for rfc5424.
  public var logFormatSD: String?
  public var uniqueIDFormat: String?
  public var uniqueIDHeader: String?
  public var uniqueIDLocation = SourceLocation()
  public var errorLogFormatLocation = SourceLocation()

  /// The format strings above, compiled when all was read.
  public var compiledLog = CompiledLog()

  // Both
  public var rules = ProxyRules()
  /// The names that `use-server` lines gave, in their order.
  public var serverRuleNames: [SwitchingRule] = []
  /// `cookie`: persistence by a cookie.
  public var cookie: PersistenceCookie?
  /// `filter cache`
  public var cacheFilters: [CacheFilter] = []
  /// `dynamic-cookie-key`
  public var dynamicCookieKey: String?
  /// `persist rdp-cookie`: the name of the cookie.
  public var persistentRDPCookie: String?
  /// `max-session-srv-conns`: idle server connections of its own that a client's session keeps.
  public var maxPrivateConnections = 5
  /// `capture cookie`: cookies whose name begins so are kept for logs.
  public var capturedCookie: HeaderCapture?
  public var forwardFor: ForwardedHeader?
  public var originalTo: ForwardedHeader?
  /// `errorfile`, `errorloc` and `errorfiles` lines in their order: what `errorAnswers` is made of.
  public var errorRules: [ErrorRule] = []
  /// By status code.
  public var errorAnswers: [Int: ErrorAnswer] = [:]

  // Backend side
  public var balance = BalanceSettings()
  /// The expression of `balance hash`, as text and compiled.
  public var balanceExpression: String?
  public var balanceKey: Expression?
  /// Whether a `balance` line was given, here or in `defaults`: else `dispatch` and `option transparent` come first.
  public var hasBalance = false
  public var servers: [ServerSettings] = []
  /// What a new `server` line starts from (`default-server`).
  public var defaultServer = ServerSettings(name: "", address: .unresolved(""))
  /// `dispatch address`: the one place to go without balancing.
  public var dispatch: SocketAddress?
  public var source: SourceSettings?
  /// nil: never set (3).
  public var retries: Int?
  /// `option redispatch [n]`: nil never set; 0 off (`no option redispatch`); n > 0: every n-th retry goes elsewhere (.max: none, what `option redispatch 0` says); n < 0: the n-th before the last (-1: the last retry, the default).
  public var redispatch: Int?
  /// Set in this very section rather than inherited.
  public var hasOwnRetries = false
  public var hasOwnRedispatch = false
  public var retryOn: RetryConditions = [.connFailure]
  public var httpReuse = HTTPReuse.safe
  public var fullConnections: Int?
  public var maxKeepAliveQueue = -1
  public var check = CheckSettings()
  public var httpSendNameHeader: String?
  public var emailAlert = EmailAlertSettings()
  public var stats = StatsPageSettings()
  /// `clitcpka-*`, for connections from clients.
  public var clientKeepAlive = KeepAliveProbes()
  /// `srvtcpka-*`, for connections to servers.
  public var serverKeepAlive = KeepAliveProbes()
  /// `load-server-state-from-file`
  public var serverStateSource = ServerStateSource.none
  public var serverStateFileName: String?

  public init(name: String, location: SourceLocation, capabilities: ProxyCapabilities) {
    self.name = name
    self.location = location
    self.capabilities = capabilities
  }
}
