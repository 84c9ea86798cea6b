import Configuration
import Connections
import EventLoop
import Memory
import Primitives
import Proxies
import System

/// From a listening socket to a session: admission, accept, and the worker that serves the connection.
extension Worker {
  func register(_ listener: ListenerReplica) {
    if listener.isWaiting || listener.isStopped { return }
    listener.isWaiting = true
    if !listener.isListening {
      listener.isListening = true
      listenAgain(listener)
    }
    let place = listeners.firstIndex { $0 === listener } ?? listeners.count
    let token = Token(kind: TokenKind.listener, index: place, generation: 0)
    // Without `exclusive` every worker would wake for every connection.
    loop.poller.add(listener.socket.descriptor, process.threads > 1 ? [.read, .exclusive] : .read, token: token.bits)
  }
  /// Where its frontend was paused or shut down before.
  private func listenAgain(_ listener: ListenerReplica) {
    if listener.socket.isListening { return }
    let frontend = listener.frontend
    let own = listener.shared.with { $0.settings.backlog }
    let backlog = frontend.shared.with { $0.settings.backlog ?? $0.maxConnections.value }
    try? listener.socket.listen(backlog: own > 0 ? own : backlog)
  }
  func unregister(_ listener: ListenerReplica) {
    if !listener.isWaiting { return }
    listener.isWaiting = false
    loop.poller.remove(listener.socket.descriptor)
  }

  /// Accepts a batch. What may not be accepted now stays in the kernel's queue.
  func acceptConnections(_ listener: ListenerReplica) {
    var left = tune.maxAccept
    while left > 0 && !listener.isStopped {
      left -= 1
      if isMemoryLimited && !hasMemoryForClient() {
        reportShortage(SystemError(code: SystemError.noMemory), listener.frontend)
        return pauseListeners(for: 1000)
      }
      guard admit(listener) else { return }
      switch listener.socket.accept() {
      case .success((let socket, let peer)):
        activity.accepted &+= 1
        hand(socket, peer: peer, listener: listener)
      case .failure(let error):
        release(listener)
        if error.isOutOfResources {
          reportShortage(error, listener.frontend)
          pauseListeners(for: 1000)
        }
        if error.isInterrupted { continue }
        return
      }
    }
  }

  /// Takes a place in every limit that applies; false leaves none taken and stops waiting until a place is free.
  private func admit(_ listener: ListenerReplica) -> Bool {
    if process.connectionRateLimit.value > 0 || process.sessionRateLimit.value > 0 || process.tls.rateLimit.value > 0
      || rateLimit(of: listener.frontend) > 0
    {
      let delay = admissionDelay(listener)
      if delay > 0 {
        unregister(listener)
        loop.timers.arm(houseTimer, at: min(loop.timers.deadline(houseTimer), loop.now + delay))
        listenersPaused = true
        return false
      }
    }
    if listener.tlsContext != nil && process.tls.isFull {
      full(listener)
      return false
    }
    if !process.connections.addIfBelow(process.maxConnections.value) {
      full(listener)
      return false
    }
    if !listener.frontend.sessions.addIfBelow(listener.frontend.shared.with { $0.maxConnections.value }) {
      process.connections.add(-1)
      full(listener)
      return false
    }
    if listener.maxConnections > 0 {
      if !listener.sessions.addIfBelow(listener.maxConnections) {
        process.connections.add(-1)
        listener.frontend.sessions.add(-1)
        full(listener)
        return false
      }
    } else {
      listener.sessions.add(1)
    }
    return true
  }
  private func rateLimit(of frontend: FrontendReplica) -> Int { frontend.shared.with { $0.rateLimit.value } }

  private func admissionDelay(_ listener: ListenerReplica) -> Int64 {
    var delay: Int64 = 0
    let connectionLimit = process.connectionRateLimit.value
    if connectionLimit > 0 { delay = max(delay, process.connectionRate.wait(limit: connectionLimit, at: loop.now)) }
    let sessionLimit = process.sessionRateLimit.value
    if sessionLimit > 0 { delay = max(delay, process.sessionRate.wait(limit: sessionLimit, at: loop.now)) }
    let tlsLimit = process.tls.rateLimit.value
    if tlsLimit > 0 && listener.tlsContext != nil {
      delay = max(delay, process.tls.rate.wait(limit: tlsLimit, at: loop.now))
    }
    let limit = rateLimit(of: listener.frontend)
    if limit > 0 {
      delay = max(delay, listener.frontend.shared.with { $0.sessionRate.wait(limit: limit, at: loop.now) })
    }
    return delay
  }

  /// Gives back what `admit` took.
  private func release(_ listener: ListenerReplica) {
    process.connections.add(-1)
    listener.frontend.sessions.add(-1)
    listener.sessions.add(-1)
  }

  /// A limit is reached: the listener rests until a connection ends.
  private func full(_ listener: ListenerReplica) {
    unregister(listener)
    listenersPaused = true
    listener.frontend.shared.with { $0.waitingForRoom.set(1) }
    process.waitingForRoom.set(1)
    // A connection may have ended between the check and the mark: look again soon rather than never.
    loop.timers.arm(houseTimer, at: min(loop.timers.deadline(houseTimer), loop.now + 100))
  }

  /// Out of descriptors or memory: accepting again at once would only spin.
  func pauseListeners(for milliseconds: Int64) {
    for listener in listeners { unregister(listener) }
    listenersPaused = true
    // Whoever ends a connection gives a descriptor back, and wakes us.
    process.waitingForRoom.set(1)
    loop.timers.arm(houseTimer, at: min(loop.timers.deadline(houseTimer), loop.now + milliseconds))
  }

  func resumeListeners() {
    if !listenersPaused { return }
    listenersPaused = false
    for listener in listeners where !listener.isStopped && !listener.isWaiting {
      register(listener)
    }
  }

  /// Chooses the worker for a new connection: this one, unless another has clearly less to do.
  private func hand(_ socket: Socket, peer: Endpoint, listener: ListenerReplica) {
    countConnection(listener)
    if process.threads > 1 && tune.multiQueue && listener.shared.with({ $0.settings.threads.isEmpty }) {
      let mine = process.workerConnections[index].value
      var best = index
      var least = mine
      for other in 0..<process.threads where other != index {
        let load = process.workerConnections[other].value
        if load < least { (best, least) = (other, load) }
      }
      if best != index && mine > least + 1 {
        process.workerConnections[best].add(1)
        activity.handedOver &+= 1
        process.mailboxes[best].post(.connection(socket, listener: listener.index, peer: peer))
        return
      }
    }
    process.workerConnections[index].add(1)
    startSession(socket, peer: peer, listener: listener)
  }

  private func countConnection(_ listener: ListenerReplica) {
    let now = loop.now
    process.connectionsTotal.add(1)
    process.connectionRateMax.raise(to: process.connectionRate.count(at: now))
    if listener.tlsContext != nil { process.tls.countClient(at: now) }
    listener.frontend.shared.with { frontend in
      frontend.connectionRateMax.raise(to: frontend.connectionRate.count(at: now))
      frontend.sessionsMax.raise(to: frontend.sessions.value)
    }
    listener.shared.with { $0.sessionsMax.raise(to: $0.sessions.value) }
    listener.frontend.counters.count(.connectionsTotal)
    listener.counters.count(.connectionsTotal)
  }

  /// The counterpart of `admit`, when the connection has ended.
  func connectionEnded(_ listener: ListenerReplica) {
    release(listener)
    process.workerConnections[index].add(-1)
    activeSessions -= 1
    if process.waitingForRoom.value != 0 || listener.frontend.shared.with({ $0.waitingForRoom.value }) != 0 {
      process.waitingForRoom.set(0)
      listener.frontend.shared.with { $0.waitingForRoom.set(0) }
      let current = succession.successor ?? self
      for (i, mailbox) in current.process.mailboxes.enumerated() where i != index { mailbox.post(.resumeListeners) }
      current.resumeListeners()
    }
  }
}
