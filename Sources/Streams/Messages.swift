import EventLoop
import Primitives
import Proxies
import System

/// What other threads, signals and the worker's own timer ask for.
extension Worker {
  func takeMessages() {
    for message in process.mailboxes[index].take() {
      switch message {
      case .connection(let socket, let listener, let peer):
        if let own = listeners.first(where: { $0.index == listener }) {
          startHanded(socket, peer: peer, listener: own)
        }
      case .dequeued(let token, let backend, let server): dequeued(token: token, backend: backend, server: server)
      case .killStream(let token, let reason): killStream(token, reason)
      case .killStreamsOfServer(let backend, let server, let reason):
        killStreams(backend: backend, server: server, reason)
        killStreamsOfFormer(backend: backend, server: server, reason)
      case .killStreamsOfBackups(let backend): killStreamsOfBackups(backend)
      case .dropIdle(let backend, let server): dropIdle(backend: backend, server: server)
      case .chooseAgain(let token): chooseAgain(token)
      case .checkSoon(let backend, let server): checkRequests.append(ServerPlace(backend: backend, server: server))
      case .serverAdded(let place):
        refreshServers(of: place.backend)
        serverChanges.append(.added(place))
      case .serverRemoved(let place):
        refreshServers(of: place.backend)
        serverChanges.append(.removed(place))
      case .serverTLSChanged(let place): refreshTLS(of: place)
      case .serverRenamed(let place, let old): serverChanges.append(.renamed(place, from: old))
      case .resumeListeners: resumeListeners()
      case .pauseFrontend(let i): stopListeners(of: i, forGood: false)
      case .resumeFrontend(let i): restartListeners(of: i)
      case .stopFrontend(let i): stopListeners(of: i, forGood: true)
      case .softStop: softStop()
      case .stop: isStopping = true
      case .resolve(let question): nameQuestions.append(question)
      case .resolved(let token, let address): resolved(token, address)
      case .report(let question): answer(question)
      case .reportReady: hasReports = true
      case .tell(let message): stateMessages.append(message)
      case .succeed: succession.isAsked = true
      }
    }
  }

  /// The server that the stream was queued for went away.
  private func chooseAgain(_ bits: UInt64) {
    let token = Token(bits: bits)
    guard token.index < streams.count, streams[token.index].generation == token.generation else { return }
    let stream = streams[token.index]
    if !stream.isQueued { return }
    stream.isQueued = false
    stream.queuedServer = nil
    stream.queueDeadline = TimerWheel.never
    stream.connector = .assign
    advance(stream)
  }

  /// False: there is no such stream any more.
  @discardableResult func killStream(_ bits: UInt64, _ reason: KillReason) -> Bool {
    let token = Token(bits: bits)
    guard token.index < streams.count, streams[token.index].generation == token.generation,
      streams[token.index].session != nil
    else { return false }
    kill(streams[token.index], reason)
    return true
  }
  func killStreams(backend: Int, server: Int, _ reason: KillReason) {
    for stream in streams
    where stream.session != nil && stream.backend?.index == backend && stream.server?.index == server {
      kill(stream, reason)
    }
  }
  private func killStreamsOfBackups(_ backend: Int) {
    for stream in streams where stream.session != nil && stream.backend?.index == backend {
      if stream.server?.shared.with({ $0.settings.isBackup }) == true { kill(stream, .backupsUp) }
    }
  }
  private func kill(_ stream: Stream, _ reason: KillReason) {
    let isConnected = stream.connector == .established
    // In TCP mode the log tells no phase of a connection that was made.
    let phase: EndPhase =
      !isConnected ? .connect : !stream.isHTTP ? .none : stream.responsePhase == .forward ? .data : .headers
    switch reason {
    case .down: setEnd(stream, .down, phase)
    case .killed: setEnd(stream, .killed, phase)
    case .backupsUp: setEnd(stream, .backupsUp, phase)
    }
    if stream.isHTTP && stream.responsePhase == .head {
      reply(stream, status: isConnected ? 502 : 503)
    } else {
      endTCP(stream)
    }
    advance(stream)
  }

  /// Closes what is idle and answers with `connection: close` from now on.
  public func softStop() {
    isStopping = true
    closing.begin(at: loop.now)
    for listener in listeners {
      unregister(listener)
      listener.isStopped = true
    }
    for session in sessions where session.connection.isOpen && session.state == .idle && !session.input.isBacked {
      // `option idle-close-on-response`: the next answer says that it was the last.
      if session.listener?.frontend.options.contains(.idleCloseOnResponse) == true { continue }
      // The first request of a new connection may be on its way: closing now would lose it.
      if session.requestCount == 0 { continue }
      guard let end = closing.endOfIdle(at: loop.now, since: session.idleSince) else {
        closeIdle(session)
        continue
      }
      session.headDeadline = min(session.headDeadline, end)
      loop.timers.arm(session.timer, at: session.headDeadline)
    }
    for session in sessions where session.mux != nil { stopMux(session) }
    settleLinks()
    // The last worker to let go of the listening sockets closes them.
    if !succession.hasSuccessor && process.stoppedWorkers.add(1) == process.threads {
      for listener in listeners { listener.socket.close() }
    }
    for backend in backends {
      for server in backend?.servers ?? [] { dropIdle(backend: backend!.index, server: server.index) }
    }
  }

  /// From now on clients are refused. A pause leaves local sockets alone, as in HAProxy.
  private func stopListeners(of frontend: Int, forGood: Bool) {
    for listener in listeners where listener.frontend.index == frontend && (forGood || !listener.isUnix) {
      unregister(listener)
      listener.isStopped = true
      listener.isListening = false
      // Where it goes on already, other workers may accept by now.
      let state = FrontendRuntime.State(rawValue: listener.frontend.shared.with { $0.state.value })
      if !listener.isElsewhere && (state == .paused || state == .stopped) { listener.socket.shutdown(.read) }
    }
  }
  private func restartListeners(of frontend: Int) {
    if isLeaving { return }
    for listener in listeners where listener.frontend.index == frontend && !listener.isElsewhere {
      listener.isStopped = false
      register(listener)
    }
  }

  func houseKeeping() {
    if listenersPaused { resumeListeners() }
    purgeIdle()
    purgeSpares()
  }

  /// Takes a sample for the page's curves.
  func sampleRates() {
    if isLeaving { return }
    process.rateHistory?.sample(process, now: loop.now)
    loop.timers.arm(sampleTimer, at: loop.now + RateHistory.period)
  }

  func serverEvent(_ connection: ServerConnection) {
    if connection.mux != nil && connection.stream == nil { return serverMuxEvent(connection) }
    if let stream = connection.stream { advance(stream) } else { idleEvent(connection) }
  }
}
