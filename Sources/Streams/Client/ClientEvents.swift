import Configuration
import Connections
import EventLoop
import HTTP1
import Memory
import Primitives
import Proxies
import System

/// A client connection from its first byte to its last: between streams it is the session that waits.
extension Worker {
  func startSession(_ socket: Socket, peer: Endpoint, listener: ListenerReplica) {
    let session = takeSession()
    session.connection = Connection(socket)
    session.listener = listener
    session.peer = peer
    session.namespace = listener.namespace
    session.acceptedAt = loop.wallClock
    session.acceptedTick = loop.now
    session.state = .idle
    activeSessions += 1
    let frontend = listener.frontend
    if !frontend.rules.tcpConnection.isEmpty && !admits(session, frontend.rules.tcpConnection, isSession: false) {
      return closeSession(session)
    }
    applyClientOptions(socket, frontend)
    if session.expectsProxyHeader || session.netScalerMagic != nil {
      session.state = .proxyHeader
      session.headDeadline = loop.deadline(after: frontend.timeouts.client)
      readProxyHeader(session)
    } else {
      openSession(session)
    }
  }

  private func applyClientOptions(_ socket: Socket, _ frontend: FrontendReplica) {
    if frontend.options.contains(.clientTCPKeepAlive) {
      let probes = frontend.keepAlive
      socket.setKeepAlive(idle: probes.idle, interval: probes.interval, count: probes.count)
    }
    if let size = tune.clientReceiveBuffer { socket.setReceiveBuffer(size) }
    if let size = tune.clientSendBuffer { socket.setSendBuffer(size) }
  }

  /// The connection is ours (no PROXY header, or it has come): the session counts, and work begins.
  func beginSession(_ session: Session) {
    guard let listener = session.listener else { return }
    let frontend = listener.frontend
    session.handshakeTime = loop.now - session.acceptedTick
    if !frontend.rules.tcpSession.isEmpty && !admits(session, frontend.rules.tcpSession, isSession: true) {
      return closeSession(session)
    }
    countTrackedSession(session)
    if tracedSources.value != 0 { traceConnection(session, .connectionNew, "new connection", isHTTP2: false) }
    let now = loop.now
    process.sessionRateMax.raise(to: process.sessionRate.count(at: now))
    frontend.shared.with { $0.sessionRateMax.raise(to: $0.sessionRate.count(at: now)) }
    frontend.counters.count(.sessionsTotal)
    listener.counters.count(.sessionsTotal)
    if frontend.mode == .tcp {
      logAccept(session)
      let stream = startStream(session)
      // What came behind a PROXY header.
      if session.input.isBacked {
        stream.requestChannel.input = session.input.take()
        stream.requestChannel.transferred = UInt64(stream.requestChannel.input.count)
      }
      startTCP(stream)
    } else {
      session.state = .idle
      session.idleSince = loop.now
      session.headDeadline = loop.deadline(after: frontend.timeouts.httpRequest)
      if !beginsWithHTTP2(session) { readIdle(session) }
    }
  }

  func clientEvent(_ session: Session) {
    switch session.state {
    case .proxyHeader: readProxyHeader(session)
    case .tlsHandshake: continueHandshake(session)
    case .idle: readIdle(session)
    case .multiplexing: muxEvent(session)
    case .preface:
      session.state = .idle
      readIdle(session)
    case .active: if let stream = session.stream { advance(stream) }
    case .draining: drain(session)
    }
  }

  func sessionTimeout(_ session: Session) {
    switch session.state {
    case .proxyHeader:
      closeSession(session)
    case .tlsHandshake: handshakeTimeout(session)
    case .idle:
      idleTimeout(session)
    case .multiplexing: muxTimeout(session)
    case .preface: closeSession(session)
    case .draining:
      closeSession(session)
    case .active: break
    }
  }

  /// An HTTP client without a stream may have sent something: then a stream begins.
  func readIdle(_ session: Session) {
    if session.connection.canReceive == true || session.input.isBacked {
      if !session.input.isBacked {
        if !buffers.hasRoomForMore || !session.input.back(by: buffers) { return waitForBuffer(session) }
        switch session.connection.receive(into: &session.input, limit: tune.limits.maxHeadLength) {
        case .bytes: break
        case .wouldBlock:
          session.input.release()
          return waitIdle(session)
        case .closed, .failed:
          session.input.release()
          return idleEnd(session)
        }
      }
      if session.requestCount == 0 && isHTTP2Preface(session) { return }
      let stream = startStream(session)
      stream.requestChannel.input = session.input.take()
      stream.requestChannel.transferred = 0
      startHTTP(stream)
      return
    }
    waitIdle(session)
  }

  private func waitIdle(_ session: Session) {
    if isLeaving && passOn(session) { return }
    session.connection.register(with: loop.poller, token: session.token)
    loop.timers.arm(session.timer, at: session.headDeadline)
  }

  /// The client has gone between requests. Only a first request that never came is worth a line.
  private func idleEnd(_ session: Session) {
    if session.requestCount == 0, let frontend = session.listener?.frontend {
      if !frontend.options.contains(.httpIgnoreProbes) {
        frontend.counters.count(.requestErrors)
        countTrackedBadRequest(session)
        let stream = startStream(session)
        stream.isHTTP = true
        stream.requestTick = -1
        if session.connection.hasFailed == false {
          _ = session.connection.send(answer(400, frontend: frontend, backend: nil).raw)
        }
        endWithoutRequest(stream, cause: .client)
        return
      }
    }
    closeSession(session)
  }

  private func idleTimeout(_ session: Session) {
    guard let frontend = session.listener?.frontend else { return }
    if session.requestCount > 0 || frontend.options.contains(.httpIgnoreProbes) { return closeIdle(session) }
    let stream = startStream(session)
    stream.isHTTP = true
    stream.requestPhase = .head
    // Nothing came that could end the idle time.
    stream.idleTime = 0
    requestHeadTimeout(stream)
    if stream.session != nil { advance(stream) }
  }

  /// Ends a connection between two requests, unless the next one has come since the poller was asked: closing would lose
  /// it.
  func closeIdle(_ session: Session) {
    if session.carrier == nil {
      session.connection.setCanReceive(true)
      readIdle(session)
      if session.state != .idle || session.stream != nil || session.waitsForBuffer { return }
    }
    closeSession(session)
  }

  func sendAndClose(_ session: Session, _ bytes: Bytes) {
    _ = session.connection.send(bytes)
    closeSession(session)
  }

  /// Back to waiting for a request, or straight on with one that has come already.
  func sessionIdle(_ session: Session) {
    guard let listener = session.listener else { return }
    session.state = .idle
    session.stream = nil
    session.idleSince = loop.now
    session.headDeadline = loop.deadline(after: listener.frontend.timeouts.httpKeepAlive)
    if isLeaving && passOn(session) { return }
    if isStopping && !session.input.isBacked {
      guard let end = closing.endOfIdle(at: loop.now, since: session.idleSince) else { return closeSession(session) }
      session.headDeadline = min(session.headDeadline, end)
    }
    if !session.input.isBacked {
      // What may have come meanwhile is looked at in a turn of its own, so that one client cannot hold the worker.
      // A short read has emptied the socket: registering tells of what has come since.
      if !session.connection.canReceive { return waitIdle(session) }
    }
    readIdle(session)
  }

  /// The answer is out, but the client still sends: closing now would reset the connection and could take the answer
  /// with it. So only our direction is closed, and what comes is thrown away, within limits.
  func drainThenClose(_ session: Session) {
    session.state = .draining
    session.stream = nil
    session.connection.endSending()
    let limit = session.listener?.frontend.timeouts.clientFin ?? .max
    loop.timers.arm(session.timer, at: loop.deadline(after: min(limit, 10_000)))
    drain(session)
  }

  private func drain(_ session: Session) {
    guard var scratch = buffers.takeScratch() else { return closeSession(session) }
    while session.connection.canReceive == true {
      scratch.reset()
      switch session.connection.receive(into: &scratch) {
      case .bytes(let n):
        session.drained += n
        if session.drained > 16 << 20 { return closeSession(session) }
      case .wouldBlock: break
      case .closed, .failed: return closeSession(session)
      }
    }
    session.connection.register(with: loop.poller, token: session.token)
  }

  /// Ends the connection and everything of the session.
  func closeSession(_ session: Session, reset: Bool = false) {
    guard let listener = session.listener, session.connection.isOpen else { return }
    if session.mux != nil { return endMux(session) }
    if tracedSources.value != 0 { traceConnection(session, .connectionEnd, "end of connection", isHTTP2: false) }
    while let own = session.privateServers.popLast() { closeServerConnection(own) }
    if reset || listener.frontend.options.contains(.noLinger) {
      session.connection.abort()
    } else {
      session.connection.close()
    }
    let isLinked = session.carrier != nil
    giveBack(session)
    if isLinked { activeSessions -= 1 } else { connectionEnded(listener) }
  }

  /// The address that the client connected to.
  func localEndpoint(of session: Session) -> Endpoint {
    if session.hasLocal { return session.local }
    session.hasLocal = true
    session.local = session.listener?.fixedLocal ?? session.connection.socket.localEndpoint
    return session.local
  }
}

extension EventLoop {
  /// The tick that lies `duration` after now; `TimerWheel.never` for no timeout.
  func deadline(after duration: Int64) -> Int64 { duration == .max ? TimerWheel.never : now + duration }
}
