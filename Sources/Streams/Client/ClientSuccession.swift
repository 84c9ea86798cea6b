import Connections
import EventLoop
import Memory
import Primitives
import Proxies
import Samples
import System

/// What a worker knows of the generations of the configuration before and after its own (`reload-mode in-place`).
struct SuccessionState {
  /// A successor is ready: for the owner of the loop.
  var isAsked = false
  /// This thread's worker of the generation that is served now.
  var successor: Worker?
  var hasSuccessor: Bool { successor != nil }
  /// Clients between two requests, on their way to it.
  var leaving: [Session] = []
  /// This thread's workers of former generations, which have streams yet.
  var former: [Worker] = []
  /// Another generation has had something for it since.
  var wasVisited = false
  /// By their identity; made when the first client moves.
  var listeners: [Int: ListenerReplica] = [:]
}

/// A reload in place. The worker of the new generation accepts from now on; that of the former one serves its streams to
/// their ends, and gives its clients away as soon as they are between two requests. Both are of the same thread.
extension Worker {
  /// The owner of the loop shall make a successor.
  public var isAskedToSucceed: Bool { succession.isAsked }

  /// The worker's mail, outside of an event of its own.
  public func takeMail() {
    defer { if mustSettle { settleLinks() } }
    takeMessages()
  }

  /// Lets go of the listening sockets, of idle connections to servers and of clients between two requests.
  public func handOver(to successor: Worker) {
    succession.isAsked = false
    succession.successor = successor
    isLeaving = true
    for listener in listeners {
      unregister(listener)
      listener.isStopped = true
    }
    for session in sessions where session.connection.isOpen && session.carrier == nil {
      if session.mux != nil {
        if !passOn(session) { stopMux(session) }
      } else if session.state == .idle {
        _ = passOn(session)
      }
    }
    settleLinks()
    for case let backend? in backends {
      for server in backend.servers { dropIdle(backend: backend.index, server: server.index) }
    }
  }

  /// Where clients go from now on: a still newer generation.
  public func follow(_ successor: Worker) { succession.successor = successor }
  /// The workers of this thread whose streams have not ended yet.
  public func setFormer(_ workers: [Worker]) { succession.former = workers }

  /// Nothing is left to do.
  public var isDone: Bool { activeSessions == 0 && succession.leaving.isEmpty }

  /// The end of a worker that is done.
  public func finish() {
    for connection in serverConnections where connection.connection.isOpen {
      closeServerConnection(connection, used: !connection.isIdle)
    }
    dropSpares()
    succession = SuccessionState()
  }

  // MARK: - Clients

  /// A client without a request goes to the successor. False: it stays.
  func passOn(_ session: Session) -> Bool {
    guard let next = succession.successor, !next.isStopping, session.carrier == nil, !session.isLast else {
      return false
    }
    succession.leaving.append(session)
    return true
  }

  /// Whether the client's next request can be served by the successor.
  func mayPassOn(_ session: Session) -> Bool {
    guard let next = succession.successor, !session.isLast, session.carrier == nil, session.switchedBackend == nil,
      session.namespace == ClientNamespace.own || process.model.namespaces == next.process.model.namespaces,
      let listener = session.listener, let place = next.place(for: listener)
    else { return session.carrier != nil }
    if listener.frontend.mode != .http || place.frontend.mode != .http { return false }
    return !session.tracked.isAny || holdsSameTables(session, next)
  }

  private func place(for listener: ListenerReplica) -> ListenerReplica? {
    if succession.listeners.isEmpty {
      for listener in listeners { succession.listeners[listener.identity] = listener }
    }
    return succession.listeners[listener.identity]
  }

  private func holdsSameTables(_ session: Session, _ next: Worker) -> Bool {
    for i in 0..<TrackedEntries.count where session.tracked[i].isUsed {
      guard let own = table(session.tracked[i].table), let other = next.table(session.tracked[i].table),
        own.with({ table in other.with { table === $0 } })
      else { return false }
    }
    return true
  }

  /// A connection that another thread has accepted. It may have been on its way when this generation ended.
  func startHanded(_ socket: Socket, peer: Endpoint, listener: ListenerReplica) {
    guard let next = succession.successor, !next.isStopping, let place = next.place(for: listener) else {
      return startSession(socket, peer: peer, listener: listener)
    }
    next.move(from: listener, to: place)
    next.startSession(socket, peer: peer, listener: place)
    if next.mustSettle { next.settleLinks() }
  }

  /// Takes over the clients that a former worker has given away.
  public func adoptClients(of former: Worker) {
    if former.succession.leaving.isEmpty { return }
    let leaving = former.succession.leaving
    former.succession.leaving.removeAll(keepingCapacity: true)
    for session in leaving where session.connection.isOpen && session.stream == nil {
      let mux = session.mux
      if session.state != .idle && mux == nil { continue }
      if former.mayPassOn(session) {
        adopt(session, of: former)
      } else if mux == nil {
        former.endSoon(session)
      } else {
        // A request that has come already is answered.
        former.muxEvent(session)
        former.stopMux(session)
      }
    }
    if mustSettle { settleLinks() }
    if former.mustSettle { former.settleLinks() }
  }

  /// The client cannot stay: what it has asked already is answered, and then its connection ends.
  private func endSoon(_ session: Session) {
    session.isLast = true
    if session.requestCount > 0 && !session.input.isBacked && !session.connection.canReceive {
      return closeSession(session)
    }
    // The first request of a new connection may be on its way: closing now would lose it.
    readIdle(session)
  }

  private func adopt(_ old: Session, of former: Worker) {
    guard let before = old.listener, let listener = place(for: before) else { return former.closeSession(old) }
    while let own = old.privateServers.popLast() { former.closeServerConnection(own) }
    old.connection.unregister(from: former.loop.poller)
    let session = takeSession()
    swap(&session.connection, &old.connection)
    session.state = .idle
    session.listener = listener
    if old.input.isBacked { session.input = old.input.take() }
    session.peer = old.peer
    (session.local, session.hasLocal) = (old.local, old.hasLocal)
    session.namespace = old.namespace
    (session.acceptedAt, session.acceptedTick, session.idleSince) = (old.acceptedAt, old.acceptedTick, old.idleSince)
    session.headDeadline = old.headDeadline
    session.handshakeTime = old.handshakeTime
    (session.hasNetScalerHeader, session.peeked) = (old.hasNetScalerHeader, old.peeked)
    session.isAskedForProxyHeader = old.isAskedForProxyHeader
    session.isAskedForNetScalerHeader = old.isAskedForNetScalerHeader
    (session.countsTLS, old.countsTLS) = (old.countsTLS, false)
    swap(&session.proxyNames, &old.proxyNames)
    session.requestCount = old.requestCount
    (session.tracked, old.tracked) = (old.tracked, TrackedEntries())
    session.variables = copyVariables(old.variables, of: former)
    move(from: before, to: listener)
    let mux = takeMux(of: old, for: session)
    former.giveBack(old)
    former.activeSessions -= 1
    activeSessions += 1
    if mux { muxEvent(session) } else { readIdle(session) }
  }

  /// The variables of a session, whose names may have other numbers here.
  private func copyVariables(_ set: UInt32, of former: Worker) -> UInt32 {
    let values = former.evaluator.variables.values(of: set)
    if values.isEmpty { return 0 }
    var scopes = VariableScopes()
    scopes.session = evaluator.variables.makeSet()
    let names = former.process.model.variableNames
    for (name, value) in values {
      let text = names.text(VariableID(scope: .session, name: name))
      if let id = try? process.model.variableNames.find(text) { evaluator.variables.set(id, scopes, to: value) }
    }
    return scopes.session
  }

  /// A connection counts for another listener, which is mostly the same.
  private func move(from old: ListenerReplica, to new: ListenerReplica) {
    new.frontend.sessions.add(1)
    new.sessions.add(1)
    old.frontend.sessions.add(-1)
    old.sessions.add(-1)
  }

  // MARK: - Operators

  /// `shutdown sessions server` and its like reach the streams that began under former configurations.
  func killStreamsOfFormer(backend: Int, server: Int, _ reason: KillReason) {
    if succession.former.isEmpty || backend >= backends.count || server < 0 { return }
    guard let own = backends[backend], server < own.servers.count else { return }
    for former in succession.former {
      for case let other? in former.backends where other.name.equals(own.name) {
        for place in other.servers where place.name.equals(own.servers[server].name) {
          former.killStreams(backend: other.index, server: place.index, reason)
        }
      }
    }
  }

  // MARK: - Memory

  /// Memory that is never unmapped goes to the workers that come.
  func giveBackMemory() {
    arena.giveBack()
    identifierArena.giveBack()
    proxyArena.giveBack()
    evaluator.arena.giveBack()
    evaluator.variables.giveBack()
    for stream in streams { stream.giveBackMemory() }
  }
}
