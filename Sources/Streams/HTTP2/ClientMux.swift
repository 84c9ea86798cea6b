import Connections
import EventLoop
import HTTP2
import Memory
import Primitives

/// The HTTP/2 of one client connection. Its session owns the socket; each of its streams is a session and a stream of
/// their own, whose connection is a link.
final class ClientMux {
  let protocolSession: HTTP2Session
  var intake = FrameIntake()
  /// It waits for one of its streams to end before it reads on.
  var isFull = false
  /// The client sends nothing more, and may still wait for answers.
  var hasInputEnded = false
  /// In the worker's list of those that have something to send.
  var isDirty = false
  var served = 0
  var tally: MuxTally?
  /// When a soft stop ends it, where that is spread over a time.
  var stopsAt = TimerWheel.never

  init(_ protocolSession: HTTP2Session) { self.protocolSession = protocolSession }
}

extension Worker {
  /// The connection speaks HTTP/2 from here on; what has come of it is in `session.input`.
  func startMux(_ session: Session) {
    guard let listener = session.listener,
      let made = HTTP2Session(limits: tune.http2, tools: http2Tools, pool: buffers)
    else { return closeSession(session) }
    let mux = ClientMux(made)
    session.mux = mux
    if tracedSources.value != 0 { traceConnection(session, .connectionNew, "new connection", isHTTP2: true) }
    mux.tally = MuxTally(listener.frontend.counters)
    session.state = .multiplexing
    session.headDeadline = loop.deadline(after: listener.frontend.timeouts.httpRequest)
    _ = localEndpoint(of: session)
    if session.input.isBacked { mux.intake.put(session.input.take()) }
    // The handshake ended behind a reload: what comes is of the new configuration.
    if succession.hasSuccessor && passOn(session) { return }
    muxEvent(session)
  }

  /// Takes everything that can be taken from the client and lets the streams go on; what they make is sent at the end
  /// of the loop's turn.
  func muxEvent(_ session: Session) {
    guard let mux = session.mux else { return }
    let goesOn = readMux(session, mux)
    mux.protocolSession.block.release()
    wakeNoted(.server)
    if !goesOn { return endMux(session) }
    setDirty(session, mux)
  }

  /// False: the connection is over.
  private func readMux(_ session: Session, _ mux: ClientMux) -> Bool {
    mux.intake.begin()
    while true {
      switch mux.intake.next(mux.protocolSession, from: &session.connection, buffers, now: loop.now) {
      case .events: handleEvents(session, mux)
      case .tooManyStreams, .yields:
        // The socket is looked at again with the next settling.
        mux.isFull = true
        return true
      case .failed:
        // What is to be told of it goes out if it can.
        handleEvents(session, mux)
        wakeNoted(.server)
        sendMux(session, mux)
        return false
      case .waits: return true
      case .ended: return endInput(session, mux)
      }
    }
  }

  /// The client has ended its direction: its streams see that as they would of a connection of their own, and what was
  /// asked for wholly is answered. False: there is nobody left.
  private func endInput(_ session: Session, _ mux: ClientMux) -> Bool {
    if session.connection.hasFailed || session.connection.hungUp || session.state != .multiplexing { return false }
    let streams = mux.protocolSession.streams.values.filter { !$0.link.isClosed }
    if streams.isEmpty { return false }
    if mux.hasInputEnded { return true }
    mux.hasInputEnded = true
    for stream in streams {
      stream.link.incomingEnded = true
      note(stream)
    }
    return true
  }

  private func handleEvents(_ session: Session, _ mux: ClientMux) {
    let made = mux.protocolSession
    for i in made.events.indices {
      switch made.events[i] {
      case .head(let id, true, let ends): openExchange(session, mux, id, ends: ends)
      case .head(let id, false, let ends):
        guard let stream = made.streams[id] else { continue }
        if !ends {
          made.reset(stream, HTTP2Error.protocolError)
          stream.link.isBroken = true
        } else {
          made.end(stream, trailers: true)
        }
        note(stream)
      case .closed(let id, let code):
        guard let stream = made.streams[id] else { continue }
        if stream.link.isClosed {
          forget(stream, mux)
        } else if code != HTTP2Error.none || !stream.isSent {
          // What came before it counts.
          if stream.isNoted { wake(stream) }
          stream.link.isBroken = true
          wake(stream)
        }
      case .data, .ended: takeBody(made.events[i], made)
      case .settings: break
      }
    }
    made.events.removeAll()
  }

  /// Lets the stream of an exchange see what has come.
  func wake(_ stream: HTTP2Stream) {
    stream.isNoted = false
    if stream.home == number { wakeOwn(stream) } else { wakeElsewhere(stream) }
  }
  func wakeOwn(_ stream: HTTP2Stream) {
    if stream.isForgotten || stream.link.isClosed || stream.user >= sessions.count { return }
    let own = sessions[stream.user]
    own.connection.noteLink()
    clientEvent(own)
  }

  /// A request begins: a session and a stream of its own, as if it had come over a connection of its own.
  private func openExchange(_ session: Session, _ mux: ClientMux, _ id: Int32, ends: Bool) {
    let made = mux.protocolSession
    guard let listener = session.listener else { return }
    if made.goesAway || (isStopping && closing.isAtOnce) {
      made.noteRefused(id)
      return made.reset(id, HTTP2Error.refusedStream)
    }
    if made.block.isOver {
      return made.terminate(HTTP2Error.enhanceYourCalm)
    }
    guard let head = HTTP2RequestHead(made.block), !(ends && (head.length ?? 0) > 0) else {
      made.noteRefused(id)
      made.reset(id, HTTP2Error.protocolError)
      return logMalformed(session)
    }
    guard var buffer = buffers.takeScratch() else { return made.reset(id, HTTP2Error.refusedStream) }
    guard made.write(head, ends: ends, to: &buffer) else {
      made.noteRefused(id)
      made.reset(id, HTTP2Error.enhanceYourCalm)
      return logMalformed(session)
    }
    let link = linkBoard.makeLink(pool: buffers)
    let own = takeSession()
    (link.owner, link.slot, link.home) = (session.index, Int(id), number)
    let stream = made.open(id, link, head, ends: ends)
    (stream.user, stream.home) = (own.index, number)
    own.connection = Connection(link)
    own.carrier = session
    shareSession(session, with: own)
    own.listener = listener
    own.peer = session.peer
    (own.local, own.hasLocal) = (session.local, true)
    own.acceptedAt = loop.wallClock
    own.acceptedTick = loop.now
    own.idleSince = loop.now
    own.handshakeTime = mux.served == 0 ? session.handshakeTime : 0
    own.headDeadline = loop.deadline(after: listener.frontend.timeouts.httpRequest)
    // Of one client only the first request is one that it would not send again by itself.
    own.requestCount = mux.served
    own.state = .idle
    own.input = buffer
    activeSessions += 1
    mux.served += 1
    session.requestCount += 1
    // It could not go on under the configuration that is served now: the next requests come over a new connection.
    if succession.hasSuccessor { made.goAway() }
    beginExchange(own, made)
  }

  /// A line for what never became a request: nothing else tells of it.
  func logMalformed(_ session: Session) {
    let own = takeSession()
    own.carrier = session
    own.listener = session.listener
    own.peer = session.peer
    (own.local, own.hasLocal) = (session.local, true)
    own.acceptedAt = loop.wallClock
    own.acceptedTick = loop.now
    own.idleSince = loop.now
    own.connection = Connection(ByteLink(pool: buffers, board: linkBoard))
    activeSessions += 1
    let stream = startStream(own)
    stream.isHTTP = true
    stream.requestTick = -1
    stream.status = 0
    // As in HAProxy it counts as no request.
    setEnd(stream, .proxy, .request)
    logStream(stream)
    abandon(stream)
    closeSession(own)
  }

  func forget(_ stream: HTTP2Stream, _ mux: ClientMux) {
    mux.protocolSession.forget(stream)
    linkBoard.giveBack(stream.link)
  }
}
