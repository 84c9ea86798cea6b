import Configuration
import LogFormat
import Memory
import Primitives
import Proxies
import Samples
import System
import TLSFetches

/// What log-formats and expressions of a check read: the server, the connection, what was received, variables.
struct CheckSource {
  let process: ProcessRuntime
  let backend: BackendRuntime
  let server: ServerRuntime
  let scopes: VariableScopes
  /// The bytes received, as they came.
  let received: Bytes
  /// The answer in them, where the check speaks HTTP and a head is there.
  let answer: CheckAnswer?
  let isHTTP: Bool
  let tls: CheckTLS?
  /// That of its connection: asked for the addresses only where something uses them.
  let socket: Socket?
  let now: Int64
  /// Microseconds since 1970.
  let wallClock: Int64
}

extension CheckSource {
  private var local: Endpoint { socket?.localEndpoint ?? .none }
  private var remote: Endpoint { socket?.peerEndpoint ?? .none }
}

extension CheckSource: SampleSource {
  var variables: VariableScopes { scopes }

  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    if let answer {
      if let status = HTTPFetches.response(call, answer.message, options, evaluator, into: &sample) { return status }
      let size = Int64(answer.body.count)
      if let status = BodyFetches.fetch(call, body: answer.body, size: size, options, into: &sample) { return status }
    }
    switch call.id {
    case .resLen, .resPayload, .resPayloadLv, .payload, .payloadLv, .resSslHelloType:
      let channel = ChannelView(
        bytes: isHTTP ? Bytes() : received, capacity: process.model.global.tune.bufferSize, isOpen: false)
      return PayloadFetches.fetch(call, channel, into: &sample) ?? .notFound
    default: break
    }
    if let tls {
      var found = sample
      let status = tls.connection.withTLS { TLSSamples.server(call, $0, evaluator.arena, into: &found) } ?? nil
      if let status {
        sample = found
        return status
      }
    }
    if call.id == .sslBcIsResumed { return put(.boolean(false), &sample) }
    if let status = frontend(call, &sample) { return status }
    guard let data = place(call) ?? proxy(call) else { return .notFound }
    sample.data = data
    return .found
  }

  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    guard call.id == .nbsrv, let name = sample.data.text,
      let found = process.backends.first(where: { $0?.name.equals(name) == true }) ?? nil
    else { return false }
    sample.data = .integer(Int64(figures(of: found).usable))
    return true
  }

  private func place(_ call: FetchCall) -> SampleData? {
    switch call.id {
    case .srvName: .string(server.name)
    case .srvId: .integer(Int64(server.settings.id))
    case .beName: .string(backend.name)
    case .beId: .integer(Int64(backend.settings.id))
    case .bcSrc: address(local)
    case .bcSrcPort: local.family == .none ? nil : .integer(Int64(local.port))
    case .bcDst: address(remote)
    case .bcDstPort: remote.family == .none ? nil : .integer(Int64(remote.port))
    case .bcHttpMajor: .integer(1)
    case .sslBc: .boolean(tls != nil)
    case .stopping: .boolean(process.stopping.value != 0)
    case .beServerTimeout: backend.settings.timeouts.server.map { .integer(Int64($0)) }
    case .beTunnelTimeout: backend.settings.timeouts.tunnel.map { .integer(Int64($0)) }
    default: nil
    }
  }

  private func put(_ data: SampleData, _ sample: inout Sample) -> FetchStatus {
    sample.data = data
    return .found
  }

  /// `fe_conn` and its relatives, of the frontend that they name; nil for other fetches.
  private func frontend(_ call: FetchCall, _ sample: inout Sample) -> FetchStatus? {
    guard [.feConn, .feReqRate, .feSessRate].contains(call.id), let number = call.arguments.first.object, number >= 0,
      Int(number) < process.frontends.count, let frontend = process.frontends[Int(number)]
    else { return nil }
    switch call.id {
    case .feConn: return put(.integer(Int64(frontend.sessions.value)), &sample)
    case .feReqRate: return put(.integer(Int64(frontend.requestRate.rate(at: now))), &sample)
    default: return put(.integer(Int64(frontend.sessionRate.rate(at: now))), &sample)
    }
  }

  private func address(_ endpoint: Endpoint) -> SampleData? {
    switch endpoint.address {
    case .v4(let address): .ipv4(address)
    case .v6(let address): .ipv6(address)
    case nil: nil
    }
  }

  // MARK: - Proxies and servers

  private func chosenBackend(_ call: FetchCall) -> BackendRuntime? {
    guard let number = call.arguments.first.object else { return backend }
    return number >= 0 && Int(number) < process.backends.count ? process.backends[Int(number)] : nil
  }
  private func chosenServer(_ call: FetchCall) -> ServerRuntime? {
    guard let number = call.arguments.first.object, number >= 0 else { return nil }
    return process.server(at: ServerPlace(backend: Int(number) >> 16, server: Int(number) & 0xffff))?.1
  }

  private func proxy(_ call: FetchCall) -> SampleData? {
    switch call.id {
    case .nbsrv, .beConn, .beSessRate, .queue, .avgQueue, .connslots, .beConnFree:
      chosenBackend(call).map { .integer(count(call.id, $0)) }
    case .srvIsUp: chosenServer(call).map { .boolean($0.isRunning) }
    case .srvConn, .srvConnFree, .srvQueue, .srvSessRate, .srvUweight, .srvIweight, .srvWeight:
      chosenServer(call).map { .integer(count(call.id, $0)) }
    default: nil
    }
  }

  private func count(_ id: FetchID, _ backend: BackendRuntime) -> Int64 {
    switch id {
    case .nbsrv: Int64(figures(of: backend).usable)
    case .beConn: Int64(backend.sessions.value)
    case .beSessRate: Int64(backend.sessionRate.rate(at: now))
    case .queue: Int64(figures(of: backend).waiting)
    case .connslots, .beConnFree: room(of: backend, withQueues: id == .connslots)
    default: Int64(figures(of: backend).averageQueue)
    }
  }
  private func figures(of backend: BackendRuntime) -> BackendFigures {
    var figures = BackendFigures(
      queued: backend.queue.length.value, usesAllBackups: backend.settings.options.contains(.allBackups))
    for server in backend.servers { figures.add(server) }
    return figures
  }
  private func room(of backend: BackendRuntime, withQueues: Bool) -> Int64 {
    var room = ConnectionRoom(of: backend, withQueues: withQueues)
    for server in backend.servers { room.add(server) }
    return room.free
  }
  private func count(_ id: FetchID, _ server: ServerRuntime) -> Int64 {
    switch id {
    case .srvConn: Int64(server.sessions.value)
    case .srvConnFree: ConnectionRoom.free(on: server)
    case .srvQueue: Int64(server.queue.length.value)
    case .srvSessRate: Int64(server.sessionRate.rate(at: now))
    case .srvUweight: Int64(server.userWeight.value)
    case .srvIweight: Int64(server.initialWeight)
    default: Int64((server.effectiveWeight.value + 15) / 16)
    }
  }
}

/// There is no client and no frontend: what only they have is missing, or 0.
extension CheckSource: LogSource {
  var logAcceptDate: Int64 { wallClock }
  var logTimers: LogTimers { LogTimers() }
  var logFrontendName: Bytes { Bytes("CHECKS-FE") }
  var logBackendName: Bytes { backend.name }
  var logServerName: Bytes? { server.name }
  var logFrontendIsTLS: Bool { false }
  var logListenerID: Int { 0 }
  var logClient: Endpoint { .none }
  var logFrontendAddress: Endpoint { .none }
  var logServerSource: Endpoint { local }
  var logServerAddress: Endpoint { remote }
  var logTLSVersion: Bytes? { nil }
  var logTLSCipher: Bytes? { nil }
  var logIsHTTP: Bool { isHTTP }
  var logStatus: Int { 0 }
  var logBytesRead: UInt64 { 0 }
  var logBytesUploaded: UInt64 { 0 }
  var logTermination: TerminationState { TerminationState(cause: UInt8(ascii: "P"), phase: UInt8(ascii: "R")) }
  var logRequestLine: Bytes? { nil }
  var logUniqueID: Bytes? { nil }
  var logRequestCookie: Bytes? { nil }
  var logResponseCookie: Bytes? { nil }
  var logRequestCaptureCount: Int { 0 }
  var logResponseCaptureCount: Int { 0 }
  func logRequestCapture(_ slot: Int) -> Bytes? { nil }
  func logResponseCapture(_ slot: Int) -> Bytes? { nil }
  var logProcessConnections: Int { 0 }
  var logFrontendConnections: Int { 0 }
  var logBackendConnections: Int { 0 }
  var logServerConnections: Int { 0 }
  var logRetries: Int { 0 }
  var logWasRedispatched: Bool { false }
  var logServerQueue: Int { 0 }
  var logBackendQueue: Int { 0 }
  var logRequestCounter: UInt64 { 0 }
  var logFrontendLogCounter: UInt64 { 0 }
}
