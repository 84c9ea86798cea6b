import Configuration
import Connections
import EventLoop
import HTTP2
import Memory
import Proxies

/// Which requests may use which HTTP/2 connection to a server (`http-reuse`, `max-reuse`, `pool-*`), as HAProxy has it:
/// while others are under way on it, those of the same client where reuse is safe, and any where it is always allowed, or
/// once it was idle; without requests it is an idle connection like others.
extension Worker {
  /// A connection that the request may join. Nothing for an ordinary HTTP/1.1 server.
  func takeMux(_ stream: Stream, _ server: ServerReplica, _ backend: BackendReplica) -> ServerConnection? {
    guard server.settings.speaksHTTP2, let session = stream.session?.transport else { return nil }
    let identity = connectionIdentity(stream, server)
    for own in session.serverMuxes where own.server === server && own.identity == identity {
      if let mux = own.mux, hasRoom(own, mux) { return own }
    }
    if backend.reuse == .never { return nil }
    guard let at = server.shareable.lastIndex(where: { $0.identity == identity }) else { return nil }
    let found = server.shareable[at]
    guard let mux = found.mux else { return nil }
    if hasRoom(found, mux) { return found }
    unlist(found, mux)
    return nil
  }

  /// The stream becomes one of the connection's. True: it is there already, else it is waited for.
  func joinMux(_ stream: Stream, _ carrier: ServerConnection) -> Bool {
    guard let mux = carrier.mux else { return false }
    let isReady = carrier.stream == nil
    join(stream, carrier, mux)
    if !isReady { mux.waiting.append(stream) }
    return isReady
  }

  /// Of an idle connection that was just taken out of its list.
  func shareTaken(_ carrier: ServerConnection, _ stream: Stream) {
    guard let mux = carrier.mux, let backend = stream.backend else { return }
    if backend.reuse == .safe || backend.reuse == .never || carrier.isPrivate {
      own(carrier, mux, stream)
    } else {
      list(carrier, mux)
    }
  }

  /// Of a new connection. Where TLS had to tell first what it speaks, HAProxy gives it to its session only later.
  func share(_ carrier: ServerConnection, _ mux: ServerMux, _ stream: Stream, isKnownFirst: Bool) {
    guard let backend = stream.backend else { return }
    if backend.reuse == .always && !carrier.isPrivate {
      list(carrier, mux)
    } else if carrier.isPrivate || backend.reuse == .never || (backend.reuse == .safe && isKnownFirst) {
      own(carrier, mux, stream)
    }
  }

  func hasRoom(_ carrier: ServerConnection, _ mux: ServerMux) -> Bool {
    if !mux.protocolSession.hasRoom || carrier.connection.peerClosed || carrier.isOutdated { return false }
    // A server that takes nothing any more gets nothing more.
    if mux.stuckSince >= 0 && loop.now - mux.stuckSince > 1000 { return false }
    guard let limit = carrier.server?.settings.maxReuse, limit >= 0 else { return true }
    return mux.served <= limit
  }

  private func own(_ carrier: ServerConnection, _ mux: ServerMux, _ stream: Stream) {
    guard let session = stream.session?.transport else { return }
    mux.owner = session
    mux.ownerGeneration = session.generation
    mux.place = session.serverMuxes.count
    session.serverMuxes.append(carrier)
  }
  private func list(_ carrier: ServerConnection, _ mux: ServerMux) {
    guard let server = carrier.server, !mux.isShared else { return }
    mux.isShared = true
    mux.place = server.shareable.count
    server.shareable.append(carrier)
  }
  func unlist(_ carrier: ServerConnection, _ mux: ServerMux) {
    if !mux.isShared { return }
    mux.isShared = false
    if let server = carrier.server { take(carrier, mux, outOf: &server.shareable) }
  }
  /// The last of the list stands in its place then.
  private func take(_ carrier: ServerConnection, _ mux: ServerMux, outOf list: inout [ServerConnection]) {
    guard mux.place < list.count, list[mux.place] === carrier, let last = list.popLast() else { return }
    if last === carrier { return }
    list[mux.place] = last
    last.mux?.place = mux.place
  }
  /// A stream of several has ended: there is room again.
  func relist(_ carrier: ServerConnection, _ mux: ServerMux) {
    if mux.isShared || mux.owner != nil || carrier.isPrivate { return }
    guard let backend = carrier.backend, backend.reuse == .always || backend.reuse == .aggressive, hasRoom(carrier, mux)
    else { return }
    list(carrier, mux)
  }
  /// No request joins any more.
  func withdraw(_ carrier: ServerConnection, _ mux: ServerMux) {
    unlist(carrier, mux)
    if let owner = mux.owner {
      if owner.generation == mux.ownerGeneration { take(carrier, mux, outOf: &owner.serverMuxes) }
      mux.owner = nil
    }
  }

  /// The last stream has gone.
  func restServerMux(_ carrier: ServerConnection, _ mux: ServerMux) {
    guard let server = carrier.server, let backend = carrier.backend, carrier.stream == nil, !carrier.isIdle else {
      return
    }
    let owner = mux.owner.flatMap { $0.generation == mux.ownerGeneration ? $0 : nil }
    withdraw(carrier, mux)
    carrier.uses = mux.served
    // One that never told its limits would keep the next request waiting as well.
    if isLeaving || !mux.protocolSession.hasPeerSettings || !hasRoom(carrier, mux) {
      return endServerMux(carrier, inOrder: true)
    }
    if carrier.isPrivate || backend.reuse == .never {
      guard let owner, let frontend = owner.listener?.frontend,
        owner.privateServers.count < frontend.privateConnections
      else {
        return endServerMux(carrier, inOrder: true)
      }
      carrier.isIdle = true
      owner.privateServers.append(carrier)
      return
    }
    if !keepIdle(carrier, server) { endServerMux(carrier, inOrder: true) }
  }

  /// The connection could not be made, or the stream that made it has gone: another one goes on with it, or all fail.
  func abandonMux(_ carrier: ServerConnection, _ mux: ServerMux) -> Bool {
    let others = mux.waiting.filter { $0.serverConnection?.carrier === carrier }
    mux.waiting.removeAll()
    if let next = others.first, !carrier.connection.hasFailed, carrier.preface.isEmpty, carrier.socksBytesLeft == 0,
      let link = next.serverConnection
    {
      mux.waiting = Array(others.dropFirst())
      next.serverConnection = nil
      link.stream = nil
      link.connection.close()
      giveBack(link)
      attach(carrier, to: next)
      runLater(next)
      return true
    }
    withdraw(carrier, mux)
    carrier.mux = nil
    mux.intake.release()
    for other in others {
      connectFailed(other)
      runLater(other)
    }
    return false
  }
}
