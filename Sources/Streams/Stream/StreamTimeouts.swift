import Configuration
import EventLoop
import Memory
import Primitives
import Proxies

/// What happens when a stream has waited too long (manual section 8.5 names the states that logs then show).
extension Worker {
  func streamTimeout(_ stream: Stream) {
    let now = loop.now
    if stream.connectDeadline <= now { return connectTimeout(stream) }
    if stream.queueDeadline <= now { return queueTimeout(stream) }
    if stream.requestPhase == .route && min(stream.ruleDeadline, stream.nameDeadline) <= now { return advance(stream) }
    if (stream.inspectsResponse || stream.waitsInResponseRules) && stream.responseRuleDeadline <= now {
      return advance(stream)
    }
    // Where both sides of a tunnel have been silent for long, it was the client's turn.
    if stream.isTunnel && stream.expectsClient && stream.clientDeadline <= now { return clientTimeout(stream) }
    if stream.expectsServer && stream.serverDeadline <= now { return serverTimeout(stream) }
    if stream.expectsClient && stream.clientDeadline <= now { return clientTimeout(stream) }
    advance(stream)
  }

  private func connectTimeout(_ stream: Stream) {
    stream.connectDeadline = TimerWheel.never
    if stream.connector == .turnaround {
      stream.connector = stream.server == nil && stream.avoidedServer != nil ? .assign : .assigned
      return advance(stream)
    }
    connectFailed(stream, timedOut: true)
    if stream.session != nil { advance(stream) }
  }

  private func queueTimeout(_ stream: Stream) {
    stream.queueDeadline = TimerWheel.never
    // A place reserved in this very moment goes on to the next when its message arrives.
    _ = leaveQueue(stream)
    stream.backend?.counters.count(.connectionErrors)
    stream.queueEndTick = loop.now
    setEnd(stream, .serverTimeout, .queue)
    if stream.isHTTP { reply(stream, status: 503) } else { endTCP(stream) }
    advance(stream)
  }

  private func serverTimeout(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    if stream.waitsInResponseRules {
      // A server that is silent will not send the body that a rule waits for.
      stream.responseRuleDeadline = loop.now
    } else if stream.isTunnel || stream.responsePhase == .forward {
      backend.counters.count(.serverAborts)
      stream.server?.counters.count(.serverAborts)
      stream.frontend?.counters.count(.serverAborts)
      setEnd(stream, .serverTimeout, .data)
      if stopsReading(stream, fromClient: false) {
        stream.serverConnection?.connection.stopReceiving()
      } else if stream.isHTTP {
        breakOff(stream)
      } else {
        endTCP(stream)
      }
    } else if stream.requestPhase == .forward
      && !(stream.requestChannel.isFlushed && stream.requestChannel.plainBytes == 0)
    {
      backend.counters.count(.serverAborts)
      setEnd(stream, .serverTimeout, .data)
      reply(stream, status: 504)
    } else if retriesOnTimeout(stream, backend) {
      retryResponse(stream)
    } else {
      backend.counters.count(.responseErrors)
      stream.server?.counters.count(.responseErrors)
      observeFailure(stream, .readTimeout)
      countTrackedFailure(stream)
      setEnd(stream, .serverTimeout, .headers)
      reply(stream, status: 504)
    }
    advance(stream)
  }

  private func clientTimeout(_ stream: Stream) {
    if stream.requestPhase == .head {
      requestHeadTimeout(stream)
    } else if stream.requestPhase == .route && stream.isHTTP && stream.ruleDeadline != TimerWheel.never {
      requestBodyTimeout(stream)
    } else if stream.requestPhase == .waitBody {
      stream.requestChannel.transferred += UInt64(stream.requestChannel.input.count)
      setEnd(stream, .clientTimeout, .request)
      stream.frontend?.counters.count(.requestErrors)
      reply(stream, status: 408)
    } else {
      stream.frontend?.counters.count(.clientAborts)
      stream.backend?.counters.count(.clientAborts)
      stream.server?.counters.count(.clientAborts)
      setEnd(stream, .clientTimeout, .data)
      if stopsReading(stream, fromClient: true) {
        stream.session?.connection.stopReceiving()
      } else if stream.isHTTP && stream.responsePhase == .done {
        breakOff(stream)
      } else if stream.isHTTP && stream.responsePhase == .head && !stream.isTunnel {
        reply(stream, status: 408)
      } else if stream.isHTTP {
        breakOff(stream)
      } else {
        endTCP(stream)
      }
    }
    if stream.session != nil { advance(stream) }
  }

  /// Whether a silent side of a TCP connection ends its own direction alone: as if it had sent its end, so that the
  /// other direction lives on for as long as its own timeout lets it. A side that owes us room for bytes ends both.
  private func stopsReading(_ stream: Stream, fromClient: Bool) -> Bool {
    guard stream.isTunnel, !stream.isHTTP else { return false }
    return fromClient
      ? !stream.requestChannel.endForwarded && !stream.owes(stream.responseChannel)
      : !stream.responseChannel.endForwarded && !stream.owes(stream.requestChannel)
  }
}
