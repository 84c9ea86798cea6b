import Configuration
import Connections
import EventLoop
import Memory
import Proxies

/// The end of an exchange: counters, the log line, and what becomes of the two connections.
extension Worker {
  /// Ends the stream where its answer is with the client. True: the stream is gone.
  func finishIfOver(_ stream: Stream) -> Bool {
    guard stream.responsePhase == .done else { return false }
    // The server has answered before it took all of the request: what still comes is passed on while it listens.
    if stream.requestPhase == .forward && !stream.requestChannel.isComplete && !stream.isTunnel
      && !stream.isIntercepted,
      stream.connector == .established, let server = stream.serverConnection, !server.connection.endReceived,
      !server.connection.hungUp, stream.session?.connection.endReceived == false
    {
      return false
    }
    finish(stream)
    return true
  }

  private func finish(_ stream: Stream) {
    guard let session = stream.session else { return }
    endCompression(stream)
    finishStoring(stream)
    accountBytes(stream)
    if isTracing && stream.headReceivedTick >= 0 { traceEnd(stream) }
    if tracedSources.value != 0 { traceFinish(stream) }
    if stream.service == nil { countTimes(stream) } else { countServiceStatus(stream) }
    // As in HAProxy, the line shows the backend and the server without this stream.
    releasePlace(stream)
    leaveBackend(stream)
    let requestOver = stream.requestChannel.isComplete && stream.requestChannel.isFlushed
    if !requestOver, let server = stream.serverConnection, server.carrier != nil, server.connection.hungUp {
      // Its stream was reset behind the answer.
      setEnd(stream, .server, .data)
    }
    logStream(stream)
    if stream.serverConnection != nil {
      if stream.serverKeepsAlive && requestOver && !stream.isTunnel && stream.connector == .established
        && stream.responseChannel.input.isEmpty
      {
        keepServerConnection(stream)
      } else if let connection = stream.serverConnection {
        dropServerConnection(stream, connection, abort: stream.backend?.options.contains(.noLinger) == true)
      }
    }
    if stream.isQueued { _ = leaveQueue(stream) }
    let keep =
      stream.clientKeepsAlive && requestOver && !stream.isTunnel && session.connection.endSent == false
      && session.carrier == nil
    if keep {
      // What has come of the next request stays; an empty buffer goes back.
      stream.requestChannel.releaseHead()
      if stream.requestChannel.input.count > 0 { session.input = stream.requestChannel.input.take() }
    }
    let mustDrain = !requestOver && !stream.isBrokenOff && stream.isHTTP && !stream.isTunnel
    let graceful = !stream.isBrokenOff && stream.isHTTP
    let resets = stream.resetsClient
    giveBack(stream)
    if keep {
      session.stream = nil
      sessionIdle(session)
    } else if (mustDrain && session.carrier == nil)
      || (graceful && session.connection.canReceive == true && session.connection.peerClosed == false
        && session.connection.isRegistered == true)
    {
      drainThenClose(session)
    } else {
      session.stream = nil
      closeSession(session, reset: resets)
    }
  }

  /// Ends a stream that counts for nothing: no log, no answer.
  func abandon(_ stream: Stream) {
    leaveServer(stream)
    leaveBackend(stream)
    stream.session?.stream = nil
    giveBack(stream)
  }

  private func leaveBackend(_ stream: Stream) {
    guard stream.countedInBackend, let backend = stream.backend else { return }
    stream.countedInBackend = false
    backend.sessions.add(-1)
  }

  /// Adds the bytes moved since the last call to the statistics.
  func accountBytes(_ stream: Stream) {
    // A frontend that answers itself stands for its backend, where it is one.
    let backend = stream.backend ?? stream.frontend.flatMap { backends[$0.index] }
    let up = stream.requestChannel.transferred - stream.requestChannel.accounted
    let down = stream.responseChannel.transferred - stream.responseChannel.accounted
    stream.requestChannel.accounted = stream.requestChannel.transferred
    stream.responseChannel.accounted = stream.responseChannel.transferred
    countTrackedBytes(stream, up: up, down: down)
    if up > 0 {
      stream.frontend?.counters.count(.bytesIn, up)
      stream.session?.listener?.counters.count(.bytesIn, up)
      backend?.counters.count(.bytesIn, up)
      stream.server?.counters.count(.bytesIn, up)
    }
    if down > 0 {
      stream.frontend?.counters.count(.bytesOut, down)
      stream.session?.listener?.counters.count(.bytesOut, down)
      backend?.counters.count(.bytesOut, down)
      stream.server?.counters.count(.bytesOut, down)
    }
  }

  private func countTimes(_ stream: Stream) {
    guard let backend = stream.backend, stream.connectedTick >= 0 else { return }
    let start = stream.headReceivedTick >= 0 ? stream.headReceivedTick : stream.acceptedTick
    let queue = UInt64(max(0, (stream.queueEndTick >= 0 ? stream.queueEndTick : start) - start))
    let connect = UInt64(max(0, stream.connectedTick - max(start, stream.queueEndTick)))
    let response = UInt64(max(0, stream.responseTick >= 0 ? stream.responseTick - stream.connectedTick : 0))
    let total = UInt64(max(0, loop.now - start))
    let times = ExchangeTimes(queue: queue, connect: connect, response: response, total: total)
    if let latency = backend.latency { times.observe(in: latency) }
    times.count(in: backend.counters)
    guard let server = stream.server else { return }
    if let latency = server.latency { times.observe(in: latency) }
    times.count(in: server.counters)
  }
}

/// Milliseconds that the parts of one exchange took.
private struct ExchangeTimes {
  let queue: UInt64
  let connect: UInt64
  let response: UInt64
  let total: UInt64

  func observe(in row: CounterRow) {
    row.observe(.queue, queue)
    row.observe(.connect, connect)
    row.observe(.response, response)
    row.observe(.total, total)
  }
  func count(in row: CounterRow) {
    row.count(.queueTime, queue)
    row.count(.connectTime, connect)
    row.count(.responseTime, response)
    row.count(.totalTime, total)
    row.count(.timedExchanges)
    row.raise(.queueTimeMax, to: queue)
    row.raise(.connectTimeMax, to: connect)
    row.raise(.responseTimeMax, to: response)
    row.raise(.totalTimeMax, to: total)
  }
}

extension Channel {
  /// The head is not needed any more: its bytes may go.
  mutating func releaseHead() {
    isPinned = false
    if input.isEmpty { input.release() }
  }
}
