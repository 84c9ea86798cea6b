import Configuration
import EventLoop
import LogFormat
import Memory
import Observability
import Primitives
import Proxies
import System

/// How a frontend logs: its formats compiled, its targets, its policy.
struct FrontendLog {
  let route: LogRoutes.Route
  let format: LogFormat?
  let errorFormat: LogFormat?
  let structuredData: LogFormat?
  /// `unique-id-format`
  let uniqueID: LogFormat?
  let policy: LogPolicy
  let tag: Bytes?
  let asSoonAsPossible: Bool

  init(_ s: ProxySettings, index: Int, routes: LogRoutes) {
    route = routes.route(ofProxy: index)
    policy = LogPolicy(s)
    tag = s.logTag.map { Bytes(permanent: $0) }
    let text: String?
    switch s.logFormat {
    case .none: text = nil
    case .tcp: text = StandardLogFormat.tcp
    case .http: text = StandardLogFormat.http
    case .clf: text = StandardLogFormat.clf
    case .custom(let own): text = own
    }
    // Loading has compiled what the section wrote itself; the built-in formats always compile.
    let isHTTP = s.mode == .http
    let written = s.compiledLog.format?.replica()
    let standard = text.flatMap { try? LogFormat($0, flags: [.mandatory, .mergeSpaces], isHTTP: isHTTP) }
    asSoonAsPossible = s.options.contains(.logASAP)
    var compiled = written ?? standard
    compiled?.logsAsSoonAsPossible = asSoonAsPossible
    format = compiled
    errorFormat = s.compiledLog.errorFormat?.replica()
    structuredData = s.compiledLog.structuredData?.replica()
    uniqueID = s.compiledLog.uniqueID?.replica()
  }
}

extension Worker {
  /// The line of a stream, at its end or, with `option logasap`, when the answer's head is there.
  func logStream(_ stream: Stream, early: Bool = false) {
    if stream.logged { return }
    guard let frontend = stream.frontend, !frontend.log.route.isEmpty else { return }
    // `error-log-format` is for connections that no request came out of; a failed exchange has the usual line.
    let hasNoRequest = stream.isHTTP && stream.requestLine.bytes.isEmpty
    guard let format = (hasNoRequest ? frontend.log.errorFormat : nil) ?? frontend.log.format else { return }
    let termination = stream.termination
    guard
      let level = frontend.log.policy.level(
        termination: termination, status: stream.status, retries: stream.retriesTotal,
        redispatched: stream.wasRedispatched,
        received: max(stream.requestChannel.transferred, stream.requestParser.hasStarted ? 1 : 0), early: early,
        override: stream.logOverride)
    else { return }
    stream.logged = true
    _ = uniqueID(of: stream)
    var view = StreamLogView(stream: stream, worker: self)
    logs.log(
      &view, evaluator, format, structuredData: frontend.log.structuredData, to: frontend.log.route,
      level: level, tag: frontend.log.tag, now: loop.wallClock)
    frontend.logCounter.add(1)
  }

  /// `option logasap`, or a format without anything of the end: the line goes out with the answer's head.
  func logEarly(_ stream: Stream) {
    guard let frontend = stream.frontend, let format = frontend.log.format, format.isLoggedEarly else { return }
    logStream(stream, early: true)
  }

  /// A frontend with `log` but no format tells of each connection when it begins.
  func logAccept(_ session: Session) {
    guard let listener = session.listener else { return }
    let frontend = listener.frontend
    if frontend.log.format != nil || frontend.log.route.isEmpty { return }
    logs.logAccept(
      client: session.peer, destination: localEndpoint(of: session), listenerID: listener.id, frontend: frontend.name,
      isHTTP: frontend.mode == .http, to: frontend.log.route, tag: frontend.log.tag, now: loop.wallClock)
  }

  /// A connection that failed before there was a stream.
  func logConnectionError(_ session: Session, _ failure: ConnectionFailure) {
    guard let listener = session.listener else { return }
    let frontend = listener.frontend
    if frontend.log.route.isEmpty || frontend.log.format == nil && frontend.log.errorFormat == nil { return }
    session.failure = failure
    guard let level = frontend.log.policy.level(of: failure) else { return }
    if let format = frontend.log.errorFormat {
      var view = SessionSampleView(session: session, worker: self)
      logs.log(
        &view, evaluator, format, structuredData: frontend.log.structuredData, to: frontend.log.route, level: level,
        tag: frontend.log.tag, now: loop.wallClock)
      frontend.logCounter.add(1)
      return
    }
    logs.logFailure(
      client: session.peer, listenerID: listener.id, acceptDate: session.acceptedAt, frontend: frontend.name,
      listener: listener.name.isEmpty ? nil : listener.name, failure: failure, to: frontend.log.route, level: level,
      tag: frontend.log.tag, now: loop.wallClock)
  }
}

extension Stream {
  /// What `set-log-level` left.
  var logOverride: LogPolicy.Override {
    guard let logLevel else { return .none }
    return logLevel < 0 ? .silent : LogLevel(rawValue: Int(logLevel)).map { .level($0) } ?? .none
  }
  var termination: TerminationState {
    var state = TerminationState(cause: endCause.rawValue, phase: endPhase.rawValue)
    if showsCookies { (state.clientCookie, state.serverCookie) = (cookieClient, cookieResponse) }
    return state
  }
}

/// What a stream tells its log line.
struct StreamLogView: LogSource {
  let stream: Stream
  let worker: Worker

  var logAcceptDate: Int64 { stream.acceptedAt }
  var logTimers: LogTimers {
    var t = LogTimers()
    let start = stream.acceptedTick
    func since(_ tick: Int64) -> Int64 { tick < 0 ? -1 : max(0, tick - start) }
    t.handshake = stream.handshakeTime
    t.idle = stream.isHTTP ? stream.idleTime : -1
    // Never set in TCP mode: HAProxy 2.6 then prints one more for %Tw.
    // Without a backend HAProxy shows no time for the request.
    let known = stream.backend != nil || stream.endCause == .local || stream.status != 503
    t.request = stream.isHTTP && known && !stream.hidesRequestTime ? since(stream.headReceivedTick) : -1
    t.queue = since(stream.queueEndTick)
    t.connect = since(stream.connectedTick)
    t.data = since(stream.responseTick)
    t.close = since(worker.loop.now)
    return t
  }
  var logFrontendName: Bytes { stream.frontend?.name ?? Bytes() }
  var logBackendName: Bytes { stream.backend?.name ?? logFrontendName }
  var logServerName: Bytes? { stream.server?.name ?? stream.service?.name }
  var logFrontendIsTLS: Bool { stream.session?.listener?.tlsContext != nil }
  var logListenerID: Int { stream.session?.listener?.id ?? 0 }
  var logClient: Endpoint { stream.sourceOverride ?? stream.session?.peer ?? .none }
  var logFrontendAddress: Endpoint { worker.destination(of: stream) }
  var logServerSource: Endpoint {
    stream.serverConnection.map { $0.transport.connection.socket.localEndpoint } ?? stream.lostConnection.local
  }
  var logServerAddress: Endpoint { stream.serverConnection?.remote ?? stream.lostConnection.remote }
  var logTLSVersion: Bytes? { stream.session?.transport.connection.withTLS { $0.version } }
  var logTLSCipher: Bytes? { stream.session?.transport.connection.withTLS { $0.cipher } }
  var logIsHTTP: Bool { stream.isHTTP }
  var logStatus: Int { stream.isHTTP ? stream.status : 0 }
  var logBytesRead: UInt64 { stream.responseChannel.transferred }
  var logBytesUploaded: UInt64 { stream.requestChannel.transferred }
  var logTermination: TerminationState { stream.termination }
  var logRequestLine: Bytes? { stream.requestLine.bytes.isEmpty ? nil : stream.requestLine.bytes }
  var logUniqueID: Bytes? { worker.uniqueID(of: stream) }
  var logRequestCookie: Bytes? { stream.cookieCaptures.value(0) }
  var logResponseCookie: Bytes? { stream.cookieCaptures.value(1) }
  var logRequestCaptureCount: Int { stream.headReceivedTick >= 0 ? stream.frontend?.requestCaptures.count ?? 0 : 0 }
  var logResponseCaptureCount: Int { stream.headReceivedTick >= 0 ? stream.frontend?.responseCaptures.count ?? 0 : 0 }
  func logRequestCapture(_ slot: Int) -> Bytes? { stream.requestCaptures.value(slot) }
  func logResponseCapture(_ slot: Int) -> Bytes? { stream.responseCaptures.value(slot) }
  var logProcessConnections: Int { worker.process.connections.value }
  var logFrontendConnections: Int { stream.frontend?.sessions.value ?? 0 }
  var logBackendConnections: Int { stream.backend?.sessions.value ?? 0 }
  var logServerConnections: Int { stream.server?.shared.with { $0.sessions.value } ?? 0 }
  var logRetries: Int { stream.retriesTotal }
  var logWasRedispatched: Bool { stream.wasRedispatched }
  var logServerQueue: Int { stream.queuePositionServer }
  var logBackendQueue: Int { stream.queuePositionBackend }
  var logRequestCounter: UInt64 { stream.uniqueID }
  var logFrontendLogCounter: UInt64 { UInt64(max(0, stream.frontend?.logCounter.value ?? 0)) }
}
