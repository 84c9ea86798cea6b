import Connections
import EventLoop
import HTTP2
import Memory

/// What the streams of multiplexed connections have done reaches the wire, and room on the wire reaches the streams.
extension Worker {
  func setDirty(_ session: Session, _ mux: ClientMux) {
    if mux.isDirty { return }
    mux.isDirty = true
    dirtyMuxes.append(session)
  }

  var mustSettle: Bool { !linkBoard.isEmpty || !dirtyMuxes.isEmpty || !dirtyServerMuxes.isEmpty }

  /// To be called at the end of a turn of the loop: nothing else looks at the links. One message for a connection
  /// carries what all its streams have written in that turn.
  func settleLinks() {
    if isSettling { return }
    isSettling = true
    while mustSettle {
      while let link = linkBoard.takeFirst() { if link.home == number { settle(link) } else { settleElsewhere(link) } }
      if let carrier = dirtyServerMuxes.popLast() {
        flushServerMux(carrier)
        continue
      }
      guard let session = dirtyMuxes.popLast(), let mux = session.mux else { continue }
      mux.isDirty = false
      flush(session, mux)
    }
    http2Tools.recycle()
    isSettling = false
  }

  /// Reads on where a connection had more than its turn, or waited for one of its streams to end.
  func runMuxes() {
    if readAgain.isEmpty { return }
    let turn = readAgain
    readAgain.removeAll(keepingCapacity: true)
    for session in turn where session.mux != nil { muxEvent(session) }
  }

  func settle(_ link: ByteLink) {
    if link.owner < 0 { return settleServerLink(link) }
    guard link.owner < sessions.count else { return }
    let session = sessions[link.owner]
    guard let mux = session.mux, let stream = mux.protocolSession.settle(link) else { return }
    if link.isClosed && stream.isClosed { forget(stream, mux) }
    setDirty(session, mux)
  }

  private func flush(_ session: Session, _ mux: ClientMux) {
    sendMux(session, mux)
    let made = mux.protocolSession
    // Streams end while their last frames are made.
    closeFinished(mux)
    if let row = session.listener?.frontend.counters { mux.tally?.add(made, served: mux.served, to: row) }
    if session.connection.hasFailed || made.isOver || (made.goesAway && made.streams.isEmpty && made.output.isEmpty) {
      return endMux(session)
    }
    if mux.hasInputEnded && made.output.isEmpty && made.streams.values.allSatisfy({ $0.link.isClosed }) {
      return endMux(session)
    }
    var i = 0
    while i < made.drained.count {
      if let stream = made.streams[made.drained[i]] {
        made.update(stream)
        // An answer that breaks off is reset behind what there was of it.
        if stream.link.isClosed { setDirty(session, mux) } else { wake(stream) }
      }
      i += 1
    }
    made.drained.removeAll()
    if session.mux == nil { return }
    if mux.isFull && !made.isAtLimit {
      mux.isFull = false
      readAgain.append(session)
    }
    if made.streams.isEmpty { rest(made) }
    waitMux(session, mux)
  }

  /// A connection without streams keeps as little as it can.
  func rest(_ made: HTTP2Session) {
    if !made.rest() || trimsLater { return }
    trimsLater = true
    loop.timers.arm(trimTimer, at: loop.now + 250)
  }
  func trimSessions() {
    trimsLater = http2Tools.trim()
    if trimsLater { loop.timers.arm(trimTimer, at: loop.now + 250) }
  }

  private func closeFinished(_ mux: ClientMux) {
    let made = mux.protocolSession
    for i in made.events.indices {
      guard case .closed(let id, let code) = made.events[i], let stream = made.streams[id] else { continue }
      if stream.link.isClosed {
        forget(stream, mux)
      } else if code != HTTP2Error.none || !stream.isSent {
        stream.link.isBroken = true
        made.drained.append(id)
      }
    }
    made.events.removeAll()
  }

  func sendMux(_ session: Session, _ mux: ClientMux) {
    let made = mux.protocolSession
    while true {
      made.produce(limit: 32768)
      made.refuseRest()
      if made.output.isEmpty { made.produce(limit: 32768) }
      if made.output.isEmpty || !session.connection.canSend { return }
      let (first, second) = (made.output.front, made.output.second)
      guard case .bytes(let n) = session.connection.send(first, second) else { return }
      made.output.consume(n)
    }
  }

  private func waitMux(_ session: Session, _ mux: ClientMux) {
    session.connection.register(with: loop.poller, token: session.token)
    guard let frontend = session.listener?.frontend else { return }
    let limit: Int64
    if mux.protocolSession.streams.isEmpty {
      limit = mux.served > 0 ? frontend.timeouts.httpKeepAlive : frontend.timeouts.httpRequest
    } else {
      limit = frontend.timeouts.client
    }
    loop.timers.arm(session.timer, at: min(loop.deadline(after: limit), mux.stopsAt))
  }

  /// Nothing has moved for too long. Streams with work of their own have their own deadlines.
  func muxTimeout(_ session: Session) {
    guard let mux = session.mux else { return }
    if loop.now >= mux.stopsAt {
      mux.stopsAt = TimerWheel.never
      mux.protocolSession.goAway()
      return setDirty(session, mux)
    }
    let waits = mux.protocolSession.streams.values.contains { !$0.link.isClosed }
    if waits { return waitMux(session, mux) }
    mux.protocolSession.terminate(HTTP2Error.none)
    sendMux(session, mux)
    endMux(session)
  }

  /// The process stops: no other requests, and the end once those under way are over.
  func stopMux(_ session: Session) {
    guard let mux = session.mux else { return }
    if let end = closing.endOfIdle(at: loop.now) {
      mux.stopsAt = end
      return waitMux(session, mux)
    }
    mux.protocolSession.goAway()
    setDirty(session, mux)
  }

  /// The connection is over: so is every stream of it.
  func endMux(_ session: Session) {
    guard let mux = session.mux else { return }
    session.mux = nil
    if tracedSources.value != 0 { traceConnection(session, .connectionEnd, "end of connection", isHTTP2: true) }
    if let row = session.listener?.frontend.counters {
      mux.tally?.add(mux.protocolSession, served: mux.served, to: row)
      mux.tally?.end(row)
    }
    mux.intake.release()
    switch mux.protocolSession.blame {
    case HTTP2Error.none, HTTP2Error.streamClosed, HTTP2Error.flowControlError: break
    default: logMalformed(session)
    }
    for stream in mux.protocolSession.streams.values where !stream.link.isClosed {
      stream.link.isBroken = true
      wake(stream)
    }
    mux.protocolSession.output.clear()
    closeSession(session)
  }
}
