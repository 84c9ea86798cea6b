public import Memory
public import Primitives
public import Samples
public import TLS

/// A `server` line (manual section 5.2). Copies share their fields until one of them is changed.
@dynamicMemberLookup
public struct ServerSettings: Sendable {
  @usableFromInline var fields: CopyOnWrite<ServerFields>

  public init(name: String, address: ServerAddress) {
    fields = CopyOnWrite(ServerFields(name: name, address: address))
  }
  @inlinable public subscript<Field>(dynamicMember path: WritableKeyPath<ServerFields, Field>) -> Field {
    _read { yield fields.value[keyPath: path] }
    _modify { yield &fields.value[keyPath: path] }
  }

  /// What sessions of connections to the server are made from now; nil in clear text. Asked anew for each connection:
  /// the runtime API may replace the client certificate.
  public var tlsContext: TLSContext? { self.tls.isUsed ? self.tlsTarget?.context : nil }
  /// The same for health checks: as the traffic, unless they go elsewhere or `check-ssl` asks for it.
  public var checkTLSContext: TLSContext? {
    let isUsed = self.tls.isUsedByChecks ?? (self.tls.isUsed && self.checkAddress == nil && self.checkPort == nil)
    return isUsed ? self.tlsTarget?.context : nil
  }
  /// The same for a check whose rule asks for TLS.
  public var scriptTLSContext: TLSContext? { self.tlsTarget?.context }
}

/// What `ServerSettings` holds. Times are milliseconds.
public struct ServerFields: Sendable {
  public var name: String
  public var location = SourceLocation()
  public var address: ServerAddress
  /// Resolved IP addresses carry their port here too. 0 with `portOffset` non-nil: the client's port plus the offset.
  public var port: UInt16 = 0
  /// `+n`, `-n` or no port at all: the port of the client's destination plus this.
  public var portOffset: Int?
  /// The host name as written, for `show servers state` and the resolvers.
  public var hostname: String?
  /// `ipv4@name`, `ipv6@name`: addresses of the other family are not taken.
  public var hostnameFamily = NameFamily.any
  /// `resolve-prefer`: counts with resolvers only.
  public var resolvePreference = NameFamily.any
  /// `resolvers`: the section that resolves the name while the process runs, and where it stands in the model.
  public var resolvers: String?
  public var resolverIndex: Int?
  public var resolveOptions = ResolveOptions()
  public var resolveNetworks: [PreferredNetwork] = []
  /// `id`, or the next free number of the backend from 1 (puid).
  public var id = 0
  /// Whether `id` was given.
  public var hasOwnID = false
  public var isBackup = false
  /// The name has no address yet: in maintenance ("RMAINT"-like) until one is set. The address stays unresolved.
  public var startsWithoutAddress = false
  public var disabled = false
  /// 0...256; 1 by default.
  public var weight = 1
  public var maxConnections = 0
  public var minConnections = 0
  public var maxQueue = 0
  public var slowStart = 0
  public var cookie: String?
  /// Whether an expression of the configuration asks about it: then it cannot be deleted.
  public var isNamedByExpressions = false
  /// `non-stick`: never learned by stick tables.
  public var isSticky = true
  public var redirectPrefix: String?
  public var source: SourceSettings?
  public var sendProxy = ProxyProtocolVersion.none
  public var proxyOptions: ProxyHeaderOptions = []
  public var interface: String?
  public var namespace: String?
  /// `namespace *`: that of the client's connection.
  public var namespaceFromClient = false
  public var tcpFastOpen = false
  public var tcpUserTimeout: Int?
  public var socks4: SocketAddress?
  public var initialAddress: [InitialAddress] = [.last, .libc]
  /// `proto h1|h2|none`.
  public var proto: String?
  /// `ws`
  public var webSocketProtocol = WebSocketProtocol.auto
  public var logProto: String?

  // TLS
  public var tls = TLSServerSettings()
  /// `sni`, as written and as compiled.
  public var serverNameText: String?
  public var serverNameExpression: ParsedExpression?
  /// What `ssl` or `check-ssl` make of `tls`, once the configuration is complete.
  public var tlsTarget: TLSServerTarget?

  // Idle connections
  /// -1: no limit; 0: never keep.
  public var poolMaxConnections = -1
  public var poolPurgeDelay = 5000
  public var poolLowConnections = 0
  /// -1: no limit on requests over one connection.
  public var maxReuse = -1

  // Health checks
  public var checkEnabled = false
  public var inter = 2000
  public var fastInter: Int?
  public var downInter: Int?
  public var rise = 2
  public var fall = 3
  public var checkAddress: IPAddress?
  public var checkPort: UInt16?
  public var checkSendProxy = false
  public var checkViaSocks4 = false
  public var checkProto: String?
  public var track: String?
  public var observe = ObserveMode.none
  public var errorLimit = 10
  public var onError = OnErrorAction.failCheck
  public var onMarkedDown = MarkedDownAction.none
  public var onMarkedUp = MarkedUpAction.none

  // Agent checks
  public var agentEnabled = false
  public var agentAddress: IPAddress?
  public var agentPort: UInt16 = 0
  public var agentInter = 2000
  public var agentSend = ""

  /// What an earlier process left of it (`load-server-state-from-file`).
  public var savedState: SavedServerState?

  public init(name: String, address: ServerAddress) {
    self.name = name
    self.address = address
  }
}
