import Configuration
import Connections
import EventLoop
import Memory
import Primitives
import Proxies
import System

/// Server connections between two requests (`http-reuse`, `pool-*`, `max-reuse`). Each worker has its own.
extension Worker {
  /// An idle connection that this request may use.
  func takeIdle(_ stream: Stream, _ server: ServerReplica, _ backend: BackendReplica) -> ServerConnection? {
    guard let session = stream.session?.transport else { return nil }
    let identity = connectionIdentity(stream, server)
    if let at = session.privateServers.lastIndex(where: {
      $0.server === server && $0.isIdle && $0.identity == identity && !$0.isOutdated
    }) {
      let own = session.privateServers.remove(at: at)
      own.isIdle = false
      return own
    }
    if backend.reuse == .never || server.idle.isEmpty { return nil }
    // A request that must not be lost to a connection that the server just closed: the first of a client, which the
    // client would not send again by itself.
    let isFirst = stream.isFirstOfClient
    switch backend.reuse {
    case .never: return nil
    case .safe: if isFirst { return nil }
    case .aggressive:
      if isFirst {
        guard
          let at = server.idle.lastIndex(where: { ($0.uses > 0 || $0.mux != nil) && $0.identity == identity })
        else { return nil }
        let found = server.idle.remove(at: at)
        return claim(found, server)
      }
    case .always: break
    }
    guard let at = server.idle.lastIndex(where: { $0.identity == identity }) else { return nil }
    return claim(server.idle.remove(at: at), server)
  }

  private func claim(_ connection: ServerConnection, _ server: ServerReplica) -> ServerConnection {
    connection.isIdle = false
    idleServerConnections -= 1
    noteIdle(server, -1)
    server.shared.with { _ = $0.usedConnections.add(1) }
    return connection
  }
  private func noteIdle(_ server: ServerReplica, _ n: Int) { server.shared.with { _ = $0.idleConnections.add(n) } }

  /// The exchange is over and both sides keep the connection: it waits for the next request.
  func keepServerConnection(_ stream: Stream) {
    guard let connection = stream.serverConnection, let server = stream.server, let backend = stream.backend,
      let session = stream.session?.transport
    else { return }
    rememberSessionOnce(connection.transport)
    if connection.carrier != nil { return dropServerConnection(stream, connection) }
    stream.serverConnection = nil
    connection.stream = nil
    let reuses = server.settings.maxReuse
    let exhausted = reuses >= 0 && connection.uses >= reuses
    // A server in maintenance keeps nothing: it may be on its way out.
    let isOut = server.shared.with { $0.isInMaintenance }
    if exhausted || connection.connection.peerClosed || connection.isOutdated || isLeaving || isOut
      || process.hasFewDescriptors
    {
      return closeServerConnection(connection, used: true)
    }
    if connection.isPrivate || backend.reuse == .never {
      // Goes with its client.
      if session.privateServers.count >= session.listener?.frontend.privateConnections ?? 0 {
        return closeServerConnection(connection, used: true)
      }
      connection.isIdle = true
      session.privateServers.append(connection)
      connection.connection.register(with: loop.poller, token: connection.token)
      return
    }
    if !keepIdle(connection, server) { closeServerConnection(connection, used: true) }
  }

  /// Any request may have it from now on. False: the server has as many as it may.
  func keepIdle(_ connection: ServerConnection, _ server: ServerReplica) -> Bool {
    let limit = server.settings.poolMax
    if limit == 0 || (limit > 0 && server.shared.with({ $0.idleConnections.value }) >= limit) { return false }
    connection.isIdle = true
    connection.idleSince = loop.now
    server.idle.append(connection)
    idleServerConnections += 1
    noteIdle(server, 1)
    server.shared.with { _ = $0.usedConnections.add(-1) }
    connection.connection.register(with: loop.poller, token: connection.token)
    // An armed house timer looks at the ages from time to time.
    let due = loop.now + server.settings.purgeDelay
    if loop.timers.deadline(houseTimer) > due { loop.timers.arm(houseTimer, at: due) }
    return true
  }

  /// Something happened on a connection that nobody uses: the server closed it, or spoke out of turn. Either way it is
  /// of no use any more.
  func idleEvent(_ connection: ServerConnection) {
    // Room to send is no news.
    if !connection.connection.canReceive && !connection.connection.hungUp && !connection.connection.peerClosed {
      return
    }
    if stillIdle(connection) { return }
    closeServerConnection(connection, used: !removeIdle(connection))
  }

  /// Takes it from where idle connections are. True: any request could have had it.
  @discardableResult func removeIdle(_ connection: ServerConnection) -> Bool {
    connection.isIdle = false
    if let server = connection.server, let at = server.idle.firstIndex(where: { $0 === connection }) {
      server.idle.remove(at: at)
      idleServerConnections -= 1
      noteIdle(server, -1)
      return true
    }
    for session in sessions { session.privateServers.removeAll { $0 === connection } }
    return false
  }

  func closeServerConnection(_ connection: ServerConnection, used: Bool = true) {
    if let mux = connection.mux { takeLeave(connection, mux) }
    rememberSession(connection)
    if used, let server = connection.server { server.shared.with { _ = $0.usedConnections.add(-1) } }
    connection.connection.closeOpened()
    giveBack(connection)
  }

  /// A connection that failed or must not be used again.
  func dropServerConnection(_ stream: Stream, _ connection: ServerConnection, abort: Bool = false) {
    stream.serverConnection = nil
    connection.stream = nil
    if connection.carrier != nil {
      // Its socket serves others as well.
      if abort { connection.connection.abort() } else { connection.connection.close() }
      return giveBack(connection)
    }
    if let mux = connection.mux, abandonMux(connection, mux) { return }
    if !abort { rememberSession(connection) }
    if let server = connection.server { server.shared.with { _ = $0.usedConnections.add(-1) } }
    if !abort && endsEarly(connection, of: stream) {
      remember(connection, lostBy: stream)
    } else if abort {
      connection.connection.abort()
    } else {
      dissolve(connection)
    }
    giveBack(connection)
  }

  /// Closes half of what has been idle for longer than `pool-purge-delay`, like the periodic purge of HAProxy.
  func purgeIdle() {
    for backend in backends {
      guard let backend else { continue }
      for server in backend.servers where !server.idle.isEmpty {
        let oldest = loop.now - server.settings.purgeDelay
        while let first = server.idle.first, first.idleSince <= oldest {
          server.idle.removeFirst()
          idleServerConnections -= 1
          noteIdle(server, -1)
          closeServerConnection(first, used: false)
        }
        if let first = server.idle.first {
          let due = first.idleSince + server.settings.purgeDelay
          if loop.timers.deadline(houseTimer) > due { loop.timers.arm(houseTimer, at: due) }
        }
      }
    }
  }
  /// Closes one connection that this worker keeps, of `server` rather than of another one.
  func dropOldestIdle(_ server: ServerReplica?) {
    if dropSpares() || idleServerConnections == 0 { return }
    var target = server
    if target?.idle.isEmpty != false {
      target = backends.lazy.compactMap { $0?.servers.first { !$0.idle.isEmpty } }.first
    }
    guard let target, !target.idle.isEmpty else { return }
    let connection = target.idle.removeFirst()
    idleServerConnections -= 1
    noteIdle(target, -1)
    closeServerConnection(connection, used: false)
  }
  func dropIdle(backend: Int, server: Int) {
    guard let backend = backends[backend], server < backend.servers.count else { return }
    let server = backend.servers[server]
    // Those in use end with their requests, and take no others.
    server.era &+= 1
    process.serverConnections.add(-server.spares.close())
    while let connection = server.idle.popLast() {
      idleServerConnections -= 1
      noteIdle(server, -1)
      closeServerConnection(connection, used: false)
    }
  }
}
