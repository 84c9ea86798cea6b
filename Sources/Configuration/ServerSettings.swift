import Primitives
public import Samples
public import TLS
public import Samples
public import TLS

/// Where a server is: an address that is known, or a name that start-up resolves (`init-addr`).
public enum ServerAddress: Sendable, Hashable {
  case socket(SocketAddress)
  /// A host name; the port stays in `ServerSettings.port`.
  case unresolved(String)
}

/// What `init-addr` may try, in order.
public enum InitialAddress: Sendable, Hashable {
  case last, libc, none
  case ip(IPAddress)
}

/// Which addresses a name may stand for.
public enum NameFamily: Sendable { case any, v4, v6 }

public enum MarkedDownAction: Sendable { case none, shutdownSessions }
public enum MarkedUpAction: Sendable { case none, shutdownBackupSessions }
public enum ObserveMode: Sendable { case none, layer4, layer7 }
public enum OnErrorAction: Sendable { case fastInter, failCheck, suddenDeath, markDown }
public enum ProxyProtocolVersion: Sendable { case none, v1, v2 }

/// `proxy-v2-options`: what a PROXY header of version 2 tells beside the addresses.
public struct ProxyHeaderOptions: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `ssl`: how the client is connected.
  public static let tls = ProxyHeaderOptions(rawValue: 1)
  /// The host name of the client's TLS handshake.
  public static let authority = ProxyHeaderOptions(rawValue: 2)
  /// `crc32c`
  public static let checksum = ProxyHeaderOptions(rawValue: 4)
  /// `cert-cn`: the common name of the client's certificate.
  public static let commonName = ProxyHeaderOptions(rawValue: 8)
  /// `ssl-cipher`
  public static let cipher = ProxyHeaderOptions(rawValue: 16)
  /// `cert-sig`: how the certificate that the client saw is signed.
  public static let signature = ProxyHeaderOptions(rawValue: 32)
  /// `cert-key`: what kind of key that certificate has.
  public static let key = ProxyHeaderOptions(rawValue: 64)
  /// `unique-id`
  public static let uniqueID = ProxyHeaderOptions(rawValue: 128)
}

/// A `server` line (manual section 5.2). Times are milliseconds.
public struct ServerSettings: Sendable {
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
  /// What sessions of connections to the server are made from now; nil in clear text. Asked anew for each connection:
  /// the runtime API may replace the client certificate.
  public var tlsContext: TLSContext? { tls.isUsed ? tlsTarget?.context : nil }
  /// The same for health checks: as the traffic, unless they go elsewhere or `check-ssl` asks for it.
  public var checkTLSContext: TLSContext? {
    tls.isUsedByChecks ?? (tls.isUsed && checkAddress == nil && checkPort == nil) ? tlsTarget?.context : nil
  }

  /// The same for a check whose rule asks for TLS.
  public var scriptTLSContext: TLSContext? { tlsTarget?.context }

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

/// `ws`: how WebSockets reach a server. `auto`: as other requests do, but rather by HTTP/1.1 where TLS can choose.
public enum WebSocketProtocol: Sendable { case auto, h1, h2 }
