import Configuration
import Connections
import EventLoop
import Memory
import Primitives
import Proxies
import System

/// The machine of a stream. Whatever happened (bytes, room, a timer, a message), every phase is given the chance to go
/// on, in the order of the request's path, until none can.
extension Worker {
  func startStream(_ session: Session) -> Stream {
    let stream = takeStream()
    stream.session = session
    session.stream = stream
    session.state = .active
    loop.timers.arm(session.timer, at: TimerWheel.never)
    stream.frontend = session.listener?.frontend
    stream.isFirstRequest = session.requestCount == 0
    if stream.isFirstRequest {
      stream.acceptedAt = session.acceptedAt
      stream.acceptedTick = session.acceptedTick
      stream.handshakeTime = session.handshakeTime
      stream.idleTime = loop.now - session.idleSince
    } else {
      stream.acceptedAt = loop.wallClock - (loop.now - session.idleSince) * 1000
      stream.acceptedTick = session.idleSince
      stream.handshakeTime = 0
      stream.idleTime = loop.now - session.idleSince
    }
    stream.uniqueID = UInt64(truncatingIfNeeded: process.requestCounter.add(1) - 1)
    return stream
  }

  /// A TCP connection: one stream from accept to close, a tunnel from the start.
  func startTCP(_ stream: Stream) {
    stream.isHTTP = false
    stream.isTunnel = true
    stream.requestTick = loop.now
    stream.headReceivedTick = loop.now
    stream.requestChannel.source = .untilClose
    stream.responseChannel.source = .untilClose
    stream.requestPhase = .route
    if isTracing, let session = stream.session { traceAccept(stream, session) }
    if tracedSources.value != 0 { traceStart(stream) }
    touchClient(stream)
    // Whoever speaks first has mostly spoken by now; what came counts even where no server can be had.
    if !stream.requestChannel.input.isBacked { bufferEarlyBytes(stream) }
    if stream.session != nil { advance(stream) }
  }

  func startHTTP(_ stream: Stream) {
    stream.isHTTP = true
    if tracedSources.value != 0 { traceStart(stream) }
    stream.requestTick = loop.now
    stream.requestPhase = .head
    let wait = stream.frontend?.timeouts.httpRequest ?? .max
    // The head has a deadline from its first byte on, or from the accept for the first of a connection.
    if stream.isFirstRequest, let session = stream.session {
      stream.clientDeadline = session.headDeadline
    } else {
      stream.clientDeadline = loop.deadline(after: wait)
    }
    advance(stream)
  }

  func advance(_ stream: Stream) {
    let start = profile.start()
    if start == 0 { return takeTurn(stream) }
    let generation = stream.generation
    takeTurn(stream)
    profile.count(.stream, from: start)
    if stream.generation != generation { return }
    let spans = profile.spans(from: start)
    stream.timeTaken &+= spans.taken
    stream.timeWaited &+= spans.waited
  }

  private func takeTurn(_ stream: Stream) {
    let generation = stream.generation
    stream.turns &+= 1
    activity.streamTurns &+= 1
    var rounds = 0
    while true {
      let before = stream.stamp
      if stream.requestPhase == .head { readRequestHead(stream) }
      if stream.generation != generation { return }
      if stream.requestPhase == .route { routeRequest(stream) }
      if stream.generation != generation { return }
      if (stream.watchesAbort && isAbortedByClient(stream) || stream.isResetByClient) && stream.requestPhase >= .connect
        && stream.responsePhase == .head
      {
        clientAborted(stream)
      }
      if stream.requestPhase == .waitBody { waitForRequestBody(stream) }
      if stream.generation != generation { return }
      if stream.connector != .idle && stream.connector != .established && stream.connector != .closed {
        let before = stream.connector
        stepConnector(stream)
        if tracedSources.value != 0 && stream.generation == generation { traceConnector(stream, from: before) }
      }
      if stream.generation != generation { return }
      if !stream.isHTTP && stream.inspectsResponse { inspectResponse(stream) }
      if stream.generation != generation { return }
      if stream.requestPhase >= .connect && stream.connector != .idle { forwardRequest(stream) }
      if stream.generation != generation { return }
      if stream.isHTTP && stream.inspectsResponse { inspectResponse(stream) }
      if stream.connector == .established && stream.responsePhase == .head && stream.mayHaveAnswer
        && !stream.inspectsResponse
      {
        readResponseHead(stream)
      }
      if stream.generation != generation { return }
      if stream.responsePhase == .forward { forwardResponse(stream) }
      if stream.generation != generation { return }
      if stream.responsePhase == .done && finishIfOver(stream) { return }
      rounds += 1
      if stream.stamp == before { break }
      if rounds == 16 {
        runLater(stream)
        break
      }
    }
    if stream.frontend?.options.contains(.contStats) == true { accountBytes(stream) }
    if buffers.isShort { waitForBuffer(stream) }
    watch(stream)
  }

  /// Sees to it that the stream is woken by whatever it waits for: readiness of its sockets and its nearest deadline.
  private func watch(_ stream: Stream) {
    // Looked at before anything is counted as in use: most are registered.
    if stream.session?.connection.isUnwatched == true, stream.needsClient, let session = stream.session {
      session.connection.register(with: loop.poller, token: session.token)
    }
    if stream.serverConnection?.connection.isUnwatched == true, let server = stream.serverConnection {
      server.connection.register(with: loop.poller, token: server.token)
    }
    var deadline = min(stream.connectDeadline, stream.queueDeadline)
    if stream.requestPhase == .route { deadline = min(deadline, stream.ruleDeadline, stream.nameDeadline) }
    if stream.inspectsResponse || stream.waitsInResponseRules {
      deadline = min(deadline, stream.responseRuleDeadline)
    }
    if stream.expectsClient { deadline = min(deadline, stream.clientDeadline) }
    if stream.expectsServer { deadline = min(deadline, stream.serverDeadline) }
    loop.timers.arm(stream.timer, at: deadline)
  }

  /// The client did something: its inactivity starts anew.
  @inline(__always) func touchClient(_ stream: Stream) {
    guard let frontend = stream.frontend else { return }
    let t = frontend.timeouts
    if stream.isTunnel && stream.connector == .established {
      let tunnel = tunnelTimeout(stream)
      let half = stream.requestChannel.endForwarded || stream.responseChannel.endForwarded
      stream.clientDeadline = loop.deadline(
        after: half ? (t.clientFin != t.client ? t.clientFin : tunnel ?? t.client) : tunnel ?? t.client)
    } else {
      stream.clientDeadline = loop.deadline(after: t.client)
    }
  }
  @inline(__always) func touchServer(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    let t = backend.timeouts
    let serverTimeout = stream.serverTimeout ?? t.server
    if stream.isTunnel && stream.connector == .established {
      let tunnel = tunnelTimeout(stream)
      let half = stream.requestChannel.endForwarded || stream.responseChannel.endForwarded
      stream.serverDeadline = loop.deadline(
        after: half ? (t.serverFin != t.server ? t.serverFin : tunnel ?? serverTimeout) : tunnel ?? serverTimeout)
    } else {
      stream.serverDeadline = loop.deadline(after: serverTimeout)
    }
  }
  /// `timeout tunnel`, which replaces both inactivity timeouts once both sides talk.
  private func tunnelTimeout(_ stream: Stream) -> Int64? {
    guard let tunnel = stream.tunnelTimeout ?? stream.backend?.timeouts.tunnel, tunnel != .max else { return nil }
    return tunnel
  }
}

extension Stream {
  /// Changes with every step that could let another phase go on.
  var stamp: UInt64 {
    var s = UInt64(requestPhase.rawValue) | UInt64(responsePhase.rawValue) << 8 | UInt64(connector.rawValue) << 16
    s |= (requestChannel.isComplete ? 1 : 0) << 24 | (responseChannel.isComplete ? 1 : 0) << 25
    s |= (requestChannel.endForwarded ? 1 : 0) << 26 | (responseChannel.endForwarded ? 1 : 0) << 27
    s |= (isTunnel ? 1 : 0) << 28
    return s &+ UInt64(retriesTotal) << 32
  }
  /// Something of the answer's head may be there, or its end.
  var mayHaveAnswer: Bool {
    if !isHTTP || waitsInResponseRules || handedResponse != nil || !responseChannel.input.isEmpty { return true }
    return serverConnection?.connection.isSilent == false
  }
  /// Nothing has come of that direction of a tunnel, and nothing of it waits.
  var isRequestAtRest: Bool {
    isTunnel && connector == .established && requestChannel.isAtRest && session?.connection.isSilent == true
  }
  var isResponseAtRest: Bool {
    isTunnel && responseChannel.isAtRest && serverConnection?.connection.isSilent == true
  }
  /// `option abortonclose`: a client that goes away while it waits is not served. In HTTP mode the frontend must have
  /// it as well, from its defaults or as one section with the backend: HAProxy does not look at the client otherwise.
  var watchesAbort: Bool {
    backend?.options.contains(.abortOnClose) == true
      && (!isHTTP || frontend?.options.contains(.abortOnClose) == true)
  }
  /// A stream of HTTP/2 was reset, or its connection has ended: nobody waits for an answer.
  var isResetByClient: Bool {
    guard let session, session.carrier != nil else { return false }
    return session.connection.hungUp && !isIntercepted
  }
  /// Something is wanted of the client's socket that has not come yet.
  var needsClient: Bool {
    if isTunnel || watchesAbort { return true }
    if requestPhase == .head || requestPhase == .route || requestPhase == .waitBody { return true }
    if responsePhase == .forward { return true }
    return !requestChannel.isComplete
  }
  /// The client is the one to act: its inactivity counts.
  var expectsClient: Bool {
    if isTunnel {
      return connector == .established && !(requestChannel.endForwarded && !owes(responseChannel))
    }
    if isTarpitted && requestPhase == .route { return false }
    if requestPhase <= .waitBody { return true }
    if responsePhase == .forward && (!responseChannel.isFlushed || responseChannel.plainBytes > 0) { return true }
    // Once a server is there its timeout alone governs a body that does not come.
    if connector == .established && responsePhase == .head { return false }
    return !requestChannel.isComplete && requestChannel.plainBytes == 0 && requestChannel.isFlushed
  }
  /// A side that has ended its direction is waited for only while it has something to take.
  func owes(_ channel: borrowing Channel) -> Bool { !channel.isFlushed || channel.plainBytes > 0 }
  /// The server is the one to act.
  var expectsServer: Bool {
    guard connector == .established else { return false }
    if isTunnel { return !(responseChannel.endForwarded && !owes(requestChannel)) }
    if responsePhase == .head { return true }
    return responsePhase == .forward && !responseChannel.isComplete && responseChannel.isFlushed
      && responseChannel.plainBytes == 0
  }
}
