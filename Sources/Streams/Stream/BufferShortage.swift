import Configuration
import EventLoop

/// What happens where there is no buffer to be had: `tune.buffers.limit` is reached, or the system has no memory.
/// Whoever needs one stops, and has another turn once some have come back.
extension Worker {
  /// A client may have sent something, and there is no room to look at it.
  func waitForBuffer(_ session: Session) {
    buffers.isShort = false
    loop.timers.arm(session.timer, at: session.headDeadline)
    if session.waitsForBuffer { return }
    session.waitsForBuffer = true
    shortSessions.append(session.token)
  }

  /// Some phase of the stream could not go on in this turn.
  func waitForBuffer(_ stream: Stream) {
    buffers.isShort = false
    if stream.waitsForBuffer { return }
    stream.waitsForBuffer = true
    shortStreams.append(stream.token)
  }

  /// The most buffers that one stream holds: both ends of both directions.
  private static var buffersOfStream: Int { 4 }

  /// Whether those that wait for buffers should try again: some have come back, or one may exceed the limit.
  var mayServeShort: Bool {
    if shortStreams.isEmpty && shortSessions.isEmpty { return false }
    return buffers.returns != returnsSeen || buffers.refusesAtRandom || (!shortStreams.isEmpty && canOverdraw)
  }

  /// All that hold buffers may wait for others to give theirs back: so that this ends, one stream at a time may have
  /// what it needs beyond the limit.
  private var canOverdraw: Bool { isOverdrawnGone || streams[overdrawn.index].waitsForBuffer }
  private var isOverdrawnGone: Bool {
    overdrawn.index >= streams.count || streams[overdrawn.index].generation != overdrawn.generation
  }

  /// Lets all that wait try again, in the order in which they came.
  func serveShort() {
    let tokens = shortStreams
    shortStreams.removeAll(keepingCapacity: true)
    for token in tokens where token.index < streams.count && streams[token.index].generation == token.generation {
      let stream = streams[token.index]
      stream.waitsForBuffer = false
      if isOverdrawnGone { overdrawn = token }
      buffers.overdraft = token == overdrawn ? Self.buffersOfStream : 0
      if stream.session != nil { advance(stream) }
    }
    buffers.overdraft = 0
    if buffers.hasRoomForMore {
      let tokens = shortSessions
      shortSessions.removeAll(keepingCapacity: true)
      for token in tokens where token.index < sessions.count && sessions[token.index].generation == token.generation {
        sessions[token.index].waitsForBuffer = false
        if sessions[token.index].state == .idle { readIdle(sessions[token.index]) }
      }
    }
    returnsSeen = buffers.returns
  }
}

/// One worker's part of `tune.buffers.limit`.
enum BufferShare {
  /// nil: as many as it needs. Never so few that nothing could be done.
  static func limit(of tune: TuneSettings, threads: Int) -> Int? {
    tune.buffersLimit > 0 ? max(tune.buffersReserve + 1, tune.buffersLimit / max(1, threads)) : nil
  }
}
