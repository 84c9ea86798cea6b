import Configuration
import EventLoop
import Proxies

/// Connections to servers that could not be made, and where the next try goes (`retries`, `option redispatch`).
extension Worker {
  /// Again here after a pause, elsewhere, or not at all.
  /// `isImmediate`: it never left this machine, or was refused in the same moment. Then there is no pause.
  func connectFailed(_ stream: Stream, timedOut: Bool = false, isImmediate: Bool = false) {
    guard let backend = stream.backend else { return }
    if let connection = stream.serverConnection { dropServerConnection(stream, connection) }
    stream.connectDeadline = TimerWheel.never
    if let server = stream.server { reportConnectFailure(server, backend) }
    // The first failure is the one that is told.
    if stream.firstConnectFailure == .none { stream.firstConnectFailure = timedOut ? .serverTimeout : .server }
    let retryable = backend.retryOn.contains(.connFailure)
    if stream.retriesLeft <= 0 || !retryable || isAbortedByClient(stream) {
      if let server = stream.server { server.counters.count(.connectionErrors) }
      backend.counters.count(.connectionErrors)
      releasePlace(stream)
      return connectionGivenUp(stream)
    }
    stream.retriesLeft -= 1
    stream.retriesTotal += 1
    rewindRequest(stream)
    tryAgain(stream, backend)
    // The same server at once would most likely refuse again.
    if !timedOut && !isImmediate && (stream.connector == .assigned || !hasOthers(backend)) {
      stream.connector = .turnaround
      stream.connectDeadline = loop.now + min(1000, backend.timeouts.connect)
    }
  }

  /// The next try goes to the same server, or to another one that is chosen then.
  func tryAgain(_ stream: Stream, _ backend: BackendReplica) {
    if mayRedispatch(stream, backend) {
      // What is counted depends on the server that is found.
      stream.avoidedServer = stream.server?.index
      releasePlace(stream)
      stream.server = nil
      stream.connector = .assign
    } else {
      countRetry(stream, backend)
      stream.connector = .assigned
    }
  }

  func countRetry(_ stream: Stream, _ backend: BackendReplica) {
    backend.counters.count(.retries)
    stream.server?.counters.count(.retries)
  }
  func countRedispatch(_ stream: Stream, from former: Int, _ backend: BackendReplica) {
    backend.counters.count(.redispatches)
    if former < backend.servers.count { backend.servers[former].counters.count(.redispatches) }
    stream.wasRedispatched = true
  }

  /// Whether `option redispatch` lets a try go elsewhere: from a server that is down, every n-th one, or the n-th before
  /// the last for a negative n; and any of a client that nothing binds, where other servers are as good.
  private func mayRedispatch(_ stream: Stream, _ backend: BackendReplica) -> Bool {
    let interval = redispatchInterval(of: stream, backend)
    guard interval != 0, !stream.effects.forcesPersistence, let server = stream.server else { return false }
    if !server.shared.with({ $0.isRunning }) || (!stream.isBound && mayLeaveAtOnce(backend)) { return true }
    let total = retries(of: stream, backend)
    let done = total &- stream.retriesLeft
    let divisor = interval > 0 ? interval : total &+ 1 &+ interval
    // HAProxy ends by a division by zero.
    return divisor != 0 && done % divisor == 0
  }

  /// Whether balancing takes any server, so that the next one is most likely another.
  private func mayLeaveAtOnce(_ backend: BackendReplica) -> Bool {
    !backend.balance.algorithm.usesKey && hasOthers(backend)
  }
  private func hasOthers(_ backend: BackendReplica) -> Bool { backend.shared.with { $0.activeServers.value > 1 } }

  /// `retries`: the backend's own, else the frontend's own (a deliberate difference from HAProxy), else the defaults'.
  func retries(of stream: Stream, _ backend: BackendReplica) -> Int {
    if !backend.hasOwnRetries, let frontend = stream.frontend, frontend.hasOwnRetries { return frontend.retries ?? 3 }
    return backend.retries ?? 3
  }
  private func redispatchInterval(of stream: Stream, _ backend: BackendReplica) -> Int {
    if !backend.hasOwnRedispatch, let frontend = stream.frontend, frontend.hasOwnRedispatch {
      return frontend.redispatch ?? 0
    }
    return backend.redispatch ?? 0
  }

  /// All tries are used up: 503, or the end of a TCP connection.
  private func connectionGivenUp(_ stream: Stream) {
    setEnd(stream, stream.firstConnectFailure, .connect)
    if stream.isHTTP { reply(stream, status: 503) } else { endTCP(stream) }
  }
}
