import Configuration
import Connections
import EventLoop
import LoadBalancing
import Memory
import Primitives
import Proxies
import System

/// The way from a stream to a server connection: choice, queue, connection, and what is done when it fails.
extension Worker {
  func stepConnector(_ stream: Stream) {
    let generation = stream.generation
    while stream.generation == generation {
      switch stream.connector {
      case .assign: assignServer(stream)
      case .assigned: openConnection(stream)
      case .connecting:
        checkConnecting(stream)
        if stream.connector == .connecting { return }
      case .idle, .queued, .turnaround, .established, .closed: return
      }
    }
  }

  // MARK: Choice

  private func assignServer(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    if backend.isStale { backend.refresh(worker: index) }
    if !backend.rules.sticking.isEmpty { runStickRules(stream, backend) }
    stream.isBound = false
    if stream.cookieServer != nil, stream.avoidedServer == nil, let server = serverByCookie(stream, backend) {
      stream.isBound = true
      return server.shared.with({ $0.load.hasRoom(in: backend.load) })
        ? take(server, stream) : queue(stream, on: server)
    }
    if !backend.rules.servers.isEmpty, stream.avoidedServer == nil, let server = serverByRule(stream, backend) {
      stream.isBound = true
      if server.shared.with({ $0.load.hasRoom(in: backend.load) || $0.load.maximum == 0 }) {
        return take(server, stream)
      }
      return queue(stream, on: server)
    }
    if backend.rdpCookie != nil, stream.avoidedServer == nil, let server = serverByRDPCookie(stream, backend) {
      stream.isBound = true
      return server.shared.with({ $0.load.hasRoom(in: backend.load) })
        ? take(server, stream) : queue(stream, on: server)
    }
    if stream.avoidedServer == nil, let server = serverByTable(stream, backend) {
      stream.isBound = true
      return server.shared.with({ $0.load.hasRoom(in: backend.load) })
        ? take(server, stream) : queue(stream, on: server)
    }
    if let own = stickToLastServer(stream, backend) {
      let hasRoom = own.shared.with { $0.load.hasRoom(in: backend.load) }
      return hasRoom ? take(own, stream) : queue(stream, on: own)
    }
    if backend.servers.isEmpty {
      if backend.dispatch != nil || backend.transparent {
        stream.connector = .assigned
        return
      }
      backend.counters.count(.connectionErrors)
      return noServer(stream, backendKnown: true)
    }
    switch backend.balancer.pick(hash: balanceHash(stream, backend), avoiding: stream.avoidedServer) {
    case .server(let place):
      // It may have been added a moment ago.
      if backend.isStale { backend.refresh(worker: index) }
      guard place < backend.servers.count else { return noServer(stream, backendKnown: true) }
      let server = backend.servers[place]
      if server.shared.with({ $0.load.hasRoom(in: backend.load) || $0.load.maximum == 0 }) {
        return take(server, stream)
      }
      queue(stream, on: server)
    case .full: queue(stream, on: nil)
    case .none:
      backend.counters.count(.connectionErrors)
      noServer(stream, backendKnown: true)
    }
  }

  /// `option prefer-last-server`, and a connection that only this client may use.
  private func stickToLastServer(_ stream: Stream, _ backend: BackendReplica) -> ServerReplica? {
    guard let own = stream.session?.privateServers.last(where: { $0.backend === backend }), let server = own.server,
      backend.options.contains(.preferLastServer), stream.avoidedServer == nil
    else { return nil }
    let limit = backend.keepAliveQueue
    return server.shared.with { s in
      if !s.isUsable { return nil }
      // `max-keep-alive-queue`: where too many wait already, any server is better than the own one.
      if limit >= 0 && !s.load.hasRoom(in: backend.load) && s.load.queued.value >= limit { return nil }
      return server
    }
  }

  /// Takes a place on the server.
  private func take(_ server: ServerReplica, _ stream: Stream) {
    guard let backend = stream.backend else { return }
    stream.server = server
    holdPlace(stream, server, backend)
    let isAnother = server.index != stream.avoidedServer
    if let former = stream.avoidedServer {
      if isAnother { countRedispatch(stream, from: former, backend) } else { countRetry(stream, backend) }
    }
    // `lbtot` counts what balancing chose, not what a cookie did.
    if !stream.isBound && isAnother {
      server.counters.count(.selectedTotal)
      backend.counters.count(.selectedTotal)
    }
    stream.connector = .assigned
  }

  func holdPlace(_ stream: Stream, _ server: ServerReplica, _ backend: BackendReplica) {
    stream.holdsPlace = true
    server.shared.with { s in
      s.servedMax.raise(to: s.load.served.add(1))
      s.sessionsMax.raise(to: s.sessions.add(1))
      s.sessionRateMax.raise(to: s.sessionRate.count(at: loop.now))
      s.lastSession.set(Int(loop.now))
    }
    backend.load.served.add(1)
    backend.shared.with {
      $0.lastSession.set(Int(loop.now))
      $0.balancer.loadChanged(server.index)
    }
  }

  /// Gives the place back, and to the next in the queue.
  func releasePlace(_ stream: Stream) {
    guard stream.holdsPlace, let server = stream.server, let backend = stream.backend else { return }
    stream.holdsPlace = false
    backend.load.served.add(-1)
    server.shared.with { s in
      s.load.served.add(-1)
      s.sessions.add(-1)
    }
    backend.shared.with { $0.balancer.loadChanged(server.index) }
    serveQueue(server, backend)
  }

  // MARK: Queue

  private func queue(_ stream: Stream, on server: ServerReplica?) {
    guard let backend = stream.backend else { return }
    let reference = StreamReference(worker: index, token: stream.token.bits)
    if let server {
      let limit = server.shared.with { $0.settings.maxQueue }
      if limit > 0 && server.shared.with({ $0.queue.length.value }) >= limit && backend.servers.count > 1 {
        // This queue is full: any other server will do.
        stream.queuedServer = nil
        stream.queueMark = backend.shared.with { $0.queue.processed.value }
        backend.shared.with { _ = $0.queue.append(reference, priority: queuePriority(of: stream)) }
        backend.load.queued.add(1)
      } else {
        stream.queuedServer = server.index
        stream.queueMark = server.shared.with { $0.queue.processed.value }
        server.shared.with { s in
          s.queue.append(reference, priority: queuePriority(of: stream))
          s.load.queued.add(1)
        }
      }
    } else {
      stream.queuedServer = nil
      stream.queueMark = backend.shared.with { $0.queue.processed.value }
      backend.shared.with { _ = $0.queue.append(reference, priority: queuePriority(of: stream)) }
      backend.load.queued.add(1)
    }
    stream.isQueued = true
    stream.connector = .queued
    stream.queueDeadline = loop.deadline(after: backend.timeouts.queue)
    // A place may have become free in between, and nobody is left to notice: look once more.
    if let server {
      serveQueue(server, backend)
    } else {
      for server in backend.servers where stream.isQueued { serveQueue(server, backend) }
    }
  }

  /// How many were served while it waited, itself included (`%sq`, `%bq`).
  private func noteQueuePosition(_ stream: Stream, _ backend: BackendReplica, leaving: Bool) {
    let own = leaving ? 1 : 0
    if let place = stream.queuedServer {
      stream.queuePositionServer +=
        backend.servers[place].shared.with { $0.queue.processed.value } - stream.queueMark + own
    } else {
      stream.queuePositionBackend += backend.shared.with { $0.queue.processed.value } - stream.queueMark + own
    }
  }

  /// Takes the stream out of its queue. False where a place has been reserved for it already: the message is on its way.
  func leaveQueue(_ stream: Stream) -> Bool {
    guard stream.isQueued, let backend = stream.backend else { return true }
    noteQueuePosition(stream, backend, leaving: true)
    stream.isQueued = false
    stream.queueDeadline = TimerWheel.never
    let reference = StreamReference(worker: index, token: stream.token.bits)
    if let place = stream.queuedServer {
      return backend.servers[place].shared.with { s in
        let found = s.queue.remove(reference)
        if found { s.load.queued.add(-1) }
        return found
      }
    }
    let found = backend.shared.with { $0.queue.remove(reference) }
    if found { backend.load.queued.add(-1) }
    return found
  }

  /// Gives free places of the server to the streams that wait the longest, in its own queue or the backend's.
  func serveQueue(_ server: ServerReplica, _ backend: BackendReplica) {
    server.shared.with { s in
      backend.shared.with { b in
        if s.queue.length.value == 0 && b.queue.length.value == 0 { return }
        if !s.isUsable { return }
        var reserved = false
        defer { if reserved { b.balancer.loadChanged(server.index) } }
        let sharesLoad = b.balancer.sharesLoad(server.index, isBackup: s.settings.isBackup)
        while true {
          let limit = s.load.limit(in: backend.load)
          if limit > 0 && s.load.served.value >= limit { return }
          let own = s.queue.next
          // A backup server has no part in the backend's queue while others do the work.
          let shared = sharesLoad ? b.queue.next : nil
          let entry: PendingQueue.Entry?
          if let own,
            shared == nil || own.priority < shared!.priority
              || (own.priority == shared!.priority && own.ticket < shared!.ticket)
          {
            entry = s.queue.popFirst()
            if entry != nil { s.load.queued.add(-1) }
          } else if shared != nil {
            entry = b.queue.popFirst()
            if entry != nil { backend.load.queued.add(-1) }
          } else {
            return
          }
          guard let entry else { return }
          // Reserved here; the stream's worker makes it the stream's own.
          reserved = true
          s.load.served.add(1)
          backend.load.served.add(1)
          process.mailboxes[entry.stream.worker].post(
            .dequeued(entry.stream.token, backend: backend.index, server: server.index))
        }
      }
    }
  }

  /// A place on `server` was reserved for the stream.
  func dequeued(token bits: UInt64, backend backendIndex: Int, server serverIndex: Int) {
    guard let backend = backends[backendIndex] else { return }
    if backend.isStale { backend.refresh(worker: index) }
    guard serverIndex < backend.servers.count else { return }
    let server = backend.servers[serverIndex]
    // The reservation becomes the stream's place, or goes to the next one.
    backend.load.served.add(-1)
    _ = server.shared.with { $0.load.served.add(-1) }
    let token = Token(bits: bits)
    if token.index < streams.count, streams[token.index].generation == token.generation, streams[token.index].isQueued {
      let stream = streams[token.index]
      noteQueuePosition(stream, backend, leaving: false)
      stream.isQueued = false
      stream.queueDeadline = TimerWheel.never
      stream.queueEndTick = loop.now
      take(server, stream)
      advance(stream)
    } else {
      backend.shared.with { $0.balancer.loadChanged(server.index) }
      serveQueue(server, backend)
    }
  }
}
