import Configuration
import HTTP
import HTTP1
import LoadBalancing
import Memory
import Observability
import Primitives
import Proxies
import Rules
import Samples
import System
import TLS

/// What one worker keeps of a frontend: settings in the form that the data path reads, beside handles of the shared
/// state. Each worker has its own, so that nothing here is counted or locked across threads.
final class FrontendReplica {
  let shared: LentReference<FrontendRuntime>
  let index: Int
  let name: Bytes
  let mode: ProxyMode
  let options: ProxyOptions
  let keepAlive: KeepAliveProbes
  let timeouts: TimeoutTable
  let counters: CounterRow
  let sessions: SharedCell
  let connectionMode: HTTPConnectionMode
  let defaultBackend: Int?
  let monitorURI: Bytes?
  let forwardFor: ForwardRule?
  let originalTo: ForwardRule?
  /// `retries` of the frontend, which apply where the backend sets none (a deliberate difference from HAProxy).
  let retries: Int?
  let redispatch: Int?
  let hasOwnRetries: Bool
  let hasOwnRedispatch: Bool
  let errorAnswers: ErrorAnswerTable
  let log: FrontendLog
  /// Lines logged so far (`%lc`).
  let logCounter: SharedCell
  let requestCaptures: [CaptureRule]
  let responseCaptures: [CaptureRule]
  let cookieCapture: CookieCapture?
  let rules: ProxyRules
  let statistics: StatisticsReplica?
  let compression: CompressionReplica?
  let uniqueIDHeader: HTTPHeaderName?
  /// `max-session-srv-conns`
  let privateConnections: Int
  let hasRequestRules: Bool
  let hasResponseRules: Bool
  /// A line will be made of the request: what it needs is kept.
  var logs: Bool { !log.route.isEmpty && log.format != nil }

  init(_ runtime: FrontendRuntime, worker: Int, routes: LogRoutes) {
    let s = runtime.settings
    shared = LentReference(runtime)
    index = runtime.index
    name = runtime.name
    mode = s.mode
    options = s.options
    keepAlive = s.clientKeepAlive
    timeouts = TimeoutTable(s.timeouts)
    counters = runtime.counters.row(worker)
    sessions = runtime.sessions
    connectionMode = s.httpConnectionMode ?? .keepAlive
    // A `listen` is its own backend.
    defaultBackend = s.defaultBackendIndex ?? (s.capabilities.isSuperset(of: .listen) ? runtime.index : nil)
    monitorURI = s.monitorURI.map { Bytes(permanent: $0) }
    forwardFor = s.forwardFor.map(ForwardRule.init)
    originalTo = s.originalTo.map(ForwardRule.init)
    retries = s.retries
    redispatch = s.redispatch
    hasOwnRetries = s.hasOwnRetries
    hasOwnRedispatch = s.hasOwnRedispatch
    errorAnswers = ErrorAnswerTable(s.errorAnswers)
    log = FrontendLog(s, index: runtime.index, routes: routes)
    logCounter = runtime.logCounter
    requestCaptures = s.requestCaptures.map(CaptureRule.init)
    responseCaptures = s.responseCaptures.map(CaptureRule.init)
    cookieCapture = s.mode == .http ? s.capturedCookie.map { CookieCapture($0) } : nil
    uniqueIDHeader = s.uniqueIDHeader.map { HTTPHeaderName(permanent: Bytes(permanent: $0)) }
    privateConnections = s.maxPrivateConnections
    rules = s.rules.replica()
    statistics = StatisticsReplica(s)
    compression = s.mode == .http ? s.compression.map(CompressionReplica.init) : nil
    hasRequestRules = s.rules.touchesRequest || statistics != nil
    hasResponseRules = s.rules.touchesResponse
  }
}

/// What one worker keeps of a backend.
final class BackendReplica {
  let shared: LentReference<BackendRuntime>
  let compression: CompressionReplica?
  let index: Int
  let name: Bytes
  let mode: ProxyMode
  let options: ProxyOptions
  let keepAlive: KeepAliveProbes
  let timeouts: TimeoutTable
  let counters: CounterRow
  /// Histograms of times, where an exporter tells of them.
  let latency: CounterRow?
  let sessions: SharedCell
  let connectionMode: HTTPConnectionMode
  let retries: Int?
  let redispatch: Int?
  let hasOwnRetries: Bool
  let hasOwnRedispatch: Bool
  let retryOn: RetryConditions
  /// `max-keep-alive-queue`; below 0 for no limit.
  let keepAliveQueue: Int
  let reuse: HTTPReuse
  let forwardFor: ForwardRule?
  let originalTo: ForwardRule?
  /// By place, as in the backend's roster.
  var servers: [ServerReplica]
  /// The generation of the roster that `servers` shows.
  var rosterGeneration: Int
  let dispatch: Endpoint?
  let load: BackendLoad
  let balancer: BalancerReplica
  let balance: BalanceSettings
  /// `balance url_param`: the key may be in the body of a POST.
  let balancesByBody: Bool
  let balanceKeys: BalanceKeys
  /// The expression of `balance hash`.
  let balanceKey: Expression?
  /// The header of `balance hdr`.
  let balanceHeader: HTTPHeaderName?
  let transparent: Bool
  let source: SourceSettings?
  let sendNameHeader: HTTPHeaderName?
  let errorAnswers: ErrorAnswerTable
  /// Persistence by a cookie.
  let cookie: CookieRule?
  /// `persist rdp-cookie`: the cookie's name.
  let rdpCookie: Bytes?
  let rules: ProxyRules
  let statistics: StatisticsReplica?
  private let dynamicCookieGeneration: SharedCell
  /// Of the key and the switch of dynamic cookies.
  var cookieGeneration: Int { dynamicCookieGeneration.value }
  let hasRequestRules: Bool
  let hasResponseRules: Bool
  /// There are rules of `tcp-response content`.
  let inspectsResponse: Bool

  init(_ runtime: BackendRuntime, worker: Int) {
    let s = runtime.settings
    shared = LentReference(runtime)
    index = runtime.index
    name = runtime.name
    mode = s.mode
    options = s.options
    keepAlive = s.serverKeepAlive
    timeouts = TimeoutTable(s.timeouts)
    counters = runtime.counters.row(worker)
    latency = runtime.latency?.row(worker)
    sessions = runtime.sessions
    connectionMode = s.httpConnectionMode ?? .keepAlive
    retries = s.retries
    redispatch = s.redispatch
    hasOwnRetries = s.hasOwnRetries
    hasOwnRedispatch = s.hasOwnRedispatch
    retryOn = s.retryOn
    keepAliveQueue = s.maxKeepAliveQueue
    reuse = s.httpReuse
    forwardFor = s.forwardFor.map(ForwardRule.init)
    originalTo = s.originalTo.map(ForwardRule.init)
    rosterGeneration = runtime.roster.generation.value
    servers = runtime.roster.places.map { ServerReplica($0, worker: worker, backendSource: s.source) }
    if case .ip(let address, let port)? = s.dispatch {
      dispatch = Endpoint(address, port: port)
    } else {
      dispatch = nil
    }
    load = runtime.load
    balancer = BalancerReplica(runtime.balancer)
    balance = s.balance
    if case .urlParameter = s.balance.algorithm { balancesByBody = true } else { balancesByBody = false }
    balanceKeys = BalanceKeys(s.balance)
    balanceKey = s.balanceKey
    if case .header(let header, _) = s.balance.algorithm {
      balanceHeader = HTTPHeaderName(permanent: Bytes(permanent: header))
    } else {
      balanceHeader = nil
    }
    transparent = s.options.contains(.transparent)
    source = s.source
    sendNameHeader = s.httpSendNameHeader.map { HTTPHeaderName(permanent: Bytes(permanent: $0)) }
    errorAnswers = ErrorAnswerTable(s.errorAnswers)
    cookie = s.mode == .http ? s.cookie.map { CookieRule($0, servers: s.servers) } : nil
    dynamicCookieGeneration = runtime.dynamicCookies.generation
    rdpCookie = s.mode == .tcp ? s.persistentRDPCookie.map { Bytes(permanent: $0) } : nil
    rules = s.rules.replica()
    statistics = StatisticsReplica(s)
    compression = s.mode == .http ? s.compression.map(CompressionReplica.init) : nil
    hasRequestRules = s.rules.touchesRequest || statistics != nil
    hasResponseRules = s.rules.touchesResponse || s.options.contains(.checkCache)
    inspectsResponse = !s.rules.tcpResponse.isEmpty
  }
}

/// What one worker keeps of a server, its idle connections among it.
final class ServerReplica {
  let shared: LentReference<ServerRuntime>
  let index: Int
  /// The server was deleted: nobody may find it by its name any more.
  var isGone = false
  let name: Bytes
  let counters: CounterRow
  let latency: CounterRow?
  private(set) var settings: ServerConnectionSettings
  /// `observe` is set: traffic counts as checks do.
  let observes: Bool
  private var endpointGeneration = -1
  private var endpoint = Endpoint.none
  /// Connections of this worker that wait for a request, the last used one at the end.
  var idle: [ServerConnection] = []
  /// Sockets of connections that are over.
  var spares = SpareSockets()
  /// HTTP/2 connections with requests under way, which others may join.
  var shareable: [ServerConnection] = []
  /// Counts up when connections made before are of no use any more (another address, TLS or not).
  var era: UInt32 = 0
  /// What the next connection can resume, and the name it was made with.
  private var saved: TLSSavedSession?
  private var savedName: UInt64 = 0

  /// False: there is nothing to resume.
  func remember(_ session: borrowing TLSSession, _ name: UInt64) -> Bool {
    guard let new = session.savedSession() else { return false }
    saved = consume new
    savedName = name
    return true
  }
  func resume(_ session: inout TLSSession, _ name: UInt64) {
    guard name == savedName else { return }
    switch saved {
    case .some(let found): session.resume(found)
    case .none: break
    }
  }

  init(_ runtime: ServerRuntime, worker: Int, backendSource: SourceSettings?) {
    shared = LentReference(runtime)
    index = runtime.index
    name = runtime.name
    counters = runtime.counters.row(worker)
    latency = runtime.latency?.row(worker)
    observes = runtime.settings.observe != .none
    settings = ServerConnectionSettings(runtime.settings, backendSource: backendSource)
    if settings.hasTLS != (runtime.tlsUse.value > 0) { refreshTLS() }
  }

  /// `set server ... ssl` has been used.
  func refreshTLS() {
    shared.with { server in settings.setTLS(server.tlsUse.value > 0, server.settings) }
  }

  /// Where to connect to now.
  func currentEndpoint() -> Endpoint {
    shared.with { server in
      let generation = server.endpointGeneration.value
      if generation != endpointGeneration {
        endpoint = server.currentEndpoint
        endpointGeneration = generation
        let offset = server.portOffset
        if offset != settings.portOffset { settings.setPortOffset(offset, server.settings) }
      }
    }
    return endpoint
  }
}

/// What the data path needs of a `server` line to open a connection.
struct ServerConnectionSettings {
  let unixPath: SocketAddress?
  let source: SourceSettings?
  let sendProxy: ProxyProtocolVersion
  let proxyOptions: ProxyHeaderOptions
  let poolMax: Int
  let purgeDelay: Int64
  let maxReuse: Int
  private(set) var portOffset: Int?
  /// The address is 0.0.0.0 or ::.
  private let isAnywhere: Bool
  let fastOpen: Bool
  let userTimeout: Int?
  let interface: String?
  let namespace: NetworkNamespace?
  /// `redir`
  let redirectPrefix: Bytes?
  /// `namespace *`: that of the client.
  let followsNamespace: Bool
  /// The SOCKS4 proxy to go through.
  let socks: Endpoint?
  let hasOptions: Bool
  /// All its sockets are alike: a connection can be made with that of another one.
  let hasPlainSockets: Bool
  private(set) var hasTLS: Bool
  /// `sni`
  private(set) var serverName: Expression?
  private(set) var resumesTLS: Bool
  /// `allow-0rtt`, where what is sent early can only be HTTP/1.
  private(set) var allowsEarlyData: Bool
  /// Connections go where the client wanted to.
  private(set) var followsClient: Bool
  /// Not all connections are alike.
  private(set) var hasIdentity: Bool
  /// How requests reach the server over HTTP/2, and WebSockets.
  private(set) var http2: ServerHTTP2
  var speaksHTTP2: Bool { http2.isPossible }

  init(_ s: ServerSettings, backendSource: SourceSettings?) {
    if case .socket(let address) = s.address, case .ip = address {
      unixPath = nil
    } else if case .socket(let address) = s.address {
      unixPath = address
    } else {
      unixPath = nil
    }
    source = s.source ?? backendSource
    sendProxy = s.sendProxy
    proxyOptions = s.proxyOptions
    poolMax = s.poolMaxConnections
    purgeDelay = Int64(s.poolPurgeDelay)
    maxReuse = s.maxReuse
    portOffset = s.portOffset
    fastOpen = s.tcpFastOpen
    userTimeout = s.tcpUserTimeout
    interface = s.interface
    if case .ip(let address, let port)? = s.socks4 { socks = Endpoint(address, port: port) } else { socks = nil }
    namespace = s.namespace.flatMap { NetworkNamespace.named($0) }
    redirectPrefix = s.redirectPrefix.map { Bytes(permanent: $0) }
    followsNamespace = s.namespaceFromClient
    var isAnywhere = false
    if case .socket(.ip(let address, _)) = s.address {
      let end = Endpoint(address, port: 0)
      isAnywhere = end.high == 0 && end.low == 0
    }
    self.isAnywhere = isAnywhere
    followsClient = isAnywhere || portOffset != nil
    hasOptions = fastOpen || userTimeout != nil || interface != nil
    hasPlainSockets =
      !hasOptions && unixPath == nil && source == nil && namespace == nil && !followsNamespace && socks == nil
    (hasTLS, serverName, resumesTLS, hasIdentity, allowsEarlyData) = (false, nil, false, false, false)
    http2 = ServerHTTP2(s, hasTLS: false)
    setTLS(s.tlsContext != nil, s)
  }

  /// `set server ... addr ... port +1` has been used, or a port without a sign.
  mutating func setPortOffset(_ offset: Int?, _ s: ServerSettings) {
    portOffset = offset
    followsClient = isAnywhere || offset != nil
    setTLS(hasTLS, s)
  }

  /// What depends on whether connections speak TLS.
  mutating func setTLS(_ isUsed: Bool, _ s: ServerSettings) {
    hasTLS = isUsed
    serverName = isUsed ? s.serverNameExpression?.expression : nil
    resumesTLS = isUsed && !s.tls.noSessionReuse
    http2 = ServerHTTP2(s, hasTLS: isUsed)
    allowsEarlyData = isUsed && s.tls.allowsEarlyData && !http2.isPossible
    hasIdentity =
      serverName != nil || sendProxy != .none || followsClient || followsNamespace
      || (source?.useSource ?? .none) != .none
  }
}

/// `option forwardfor` / `originalto` for the data path.
final class ForwardRule {
  let header: HTTPHeaderName
  let except: IPNetwork?
  let ifNone: Bool
  init(_ setting: ForwardedHeader) {
    header = HTTPHeaderName(permanent: Bytes(permanent: setting.header))
    except = setting.except
    ifNone = setting.ifNone
  }
  func excludes(_ endpoint: Endpoint) -> Bool {
    guard let except, let address = endpoint.address else { return false }
    return except.contains(address)
  }
}

extension IPNetwork {
  func contains(_ other: IPAddress) -> Bool {
    switch (address, other) {
    case (.v4(let a), .v4(let b)): return prefix == 0 || (a.bits ^ b.bits) >> UInt32(32 - min(prefix, 32)) == 0
    case (.v6(let a), .v6(let b)):
      if prefix <= 64 { return prefix == 0 || (a.high ^ b.high) >> UInt64(64 - prefix) == 0 }
      return a.high == b.high && (a.low ^ b.low) >> UInt64(128 - min(prefix, 128)) == 0
    default: return false
    }
  }
}
