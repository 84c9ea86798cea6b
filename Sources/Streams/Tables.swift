import EventLoop
import Memory

/// The worker's tables of sessions, streams and server connections. Objects are kept and used again: in steady state
/// nothing is allocated. A generation number tells the users of one place apart.
extension Worker {
  func takeSession() -> Session {
    if let session = freeSessions.popLast() {
      loop.timers.setToken(session.timer, session.token.bits)
      return session
    }
    let session = Session(index: sessions.count, timer: loop.timers.allocate(token: 0))
    loop.timers.setToken(session.timer, session.token.bits)
    sessions.append(session)
    return session
  }
  func giveBack(_ session: Session) {
    session.generation &+= 1
    loop.timers.arm(session.timer, at: TimerWheel.never)
    session.listener = nil
    session.stream = nil
    session.input.release()
    session.mux = nil
    if !session.serverMuxes.isEmpty { session.serverMuxes.removeAll() }
    if session.carrier != nil { letGoOfShared(session) }
    session.carrier = nil
    session.hasLocal = false
    session.hasNetScalerHeader = false
    session.isAskedForProxyHeader = false
    session.isAskedForNetScalerHeader = false
    session.switchedBackend = nil
    if session.countsTLS { process.tls.end() }
    session.countsTLS = false
    session.proxyNames?.clear()
    session.requestCount = 0
    session.failure = .none
    session.drained = 0
    session.isLast = false
    session.waitsForBuffer = false
    session.handshakeTime = 0
    untrack(&session.tracked)
    if session.variables != 0 {
      evaluator.variables.drop(session.variables)
      session.variables = 0
    }
    freeSessions.append(session)
  }

  func takeStream() -> Stream {
    if let stream = freeStreams.popLast() {
      loop.timers.setToken(stream.timer, stream.token.bits)
      return stream
    }
    let stream = Stream(
      index: streams.count, timer: loop.timers.allocate(token: 0), limits: tune.limits, uriLength: tune.logURILength,
      textCapacity: hasRules ? max(2048, tune.bufferSize) : 2048)
    loop.timers.setToken(stream.timer, stream.token.bits)
    streams.append(stream)
    return stream
  }
  func giveBack(_ stream: Stream) {
    stream.generation &+= 1
    loop.timers.arm(stream.timer, at: TimerWheel.never)
    if stream.variables.transaction != 0 { dropVariables(stream) }
    untrack(&stream.tracked)
    stream.clear()
    freeStreams.append(stream)
  }

  private func dropVariables(_ stream: Stream) {
    evaluator.variables.drop(stream.variables.transaction)
    evaluator.variables.drop(stream.variables.request)
    evaluator.variables.drop(stream.variables.response)
    stream.variables = .init()
  }

  func takeServerConnection() -> ServerConnection {
    process.serverConnections.add(1)
    if let connection = freeServerConnections.popLast() { return connection }
    let connection = ServerConnection(index: serverConnections.count)
    serverConnections.append(connection)
    return connection
  }
  func giveBack(_ connection: ServerConnection) {
    process.serverConnections.add(-1)
    connection.generation &+= 1
    connection.connection.close()
    connection.stream = nil
    if let mux = connection.muxOfTally, let row = connection.backend?.counters {
      mux.tally?.add(mux.protocolSession, served: mux.served, to: row)
      mux.tally?.end(row)
    }
    connection.muxOfTally = nil
    connection.server = nil
    connection.backend = nil
    connection.uses = 0
    connection.isConnected = false
    connection.isPrivate = false
    connection.isIdle = false
    connection.preface = Bytes()
    connection.socksBytesLeft = 0
    connection.socksCode = 0
    connection.isSecure = false
    connection.hasSavedSession = false
    connection.failure = .none
    connection.earlyLimit = 0
    connection.hasSentEarly = false
    if connection.countsTLS { process.tls.end() }
    connection.countsTLS = false
    connection.nameHash = 0
    connection.identity = 0
    connection.mux = nil
    connection.carrier = nil
    freeServerConnections.append(connection)
  }
}
