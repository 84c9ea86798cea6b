import Configuration
import Connections
import LogFormat
import Memory
import Primitives
import Proxies
import Samples
import System
import TLS

/// TLS of connections to servers.
extension Worker {
  /// Brings the handshake forward. False: it is not over yet, or it failed and was dealt with.
  func secure(_ stream: Stream, _ connection: ServerConnection) -> Bool {
    guard let server = connection.server, !connection.isSecure else { return true }
    // What began with TLS ends with it, whatever the server's setting has become.
    if !server.settings.hasTLS && !connection.connection.isTLS { return true }
    if !connection.connection.isTLS && !startTLS(stream, connection, server) {
      // No memory, or as many as `maxsslconn` allows: another try would find the same.
      setEnd(stream, .insideError, .connect)
      if stream.isHTTP { reply(stream, status: 500) } else { endTCP(stream) }
      return false
    }
    if connection.earlyLimit > 0 && !sendEarly(stream, connection) { return false }
    switch connection.connection.handshake() {
    case .done:
      connection.isConnected = true
      connection.isSecure = true
      countHandshake(connection, server)
      return settleEarly(stream, connection)
    case .wantsRead:
      connection.isConnected = true
      return false
    case .wantsWrite: return false
    case .failed(let failure):
      // One that was never there has not failed in TLS. A reset tells that it was, even where it came with the first bytes.
      if connection.isConnected || failure.systemError == 0 || SystemError(code: failure.systemError).isConnectionReset
      {
        connection.failure = ConnectionFailure(failure)
        server.counters.count(.tlsFailures)
        connection.backend?.counters.count(.tlsFailures)
      }
      // It would show the same certificate again.
      if failure.kind == .serverNameMismatch {
        stream.retriesTotal += stream.retriesLeft
        stream.retriesLeft = 0
      }
      connectError(stream, connection.connection.error ?? SystemError(code: SystemError.protocolFailure))
      return false
    }
  }

  private func countHandshake(_ connection: ServerConnection, _ server: ServerReplica) {
    let isResumed = connection.connection.withTLS { $0.isResumed } == true
    if !isResumed { process.tls.countBackendKey(at: loop.now) }
    server.counters.count(isResumed ? .tlsResumed : .tlsSessions)
    connection.backend?.counters.count(isResumed ? .tlsResumed : .tlsSessions)
    rememberSession(connection)
  }

  private func startTLS(_ stream: Stream, _ connection: ServerConnection, _ server: ServerReplica) -> Bool {
    if !connection.countsTLS {
      if !process.tls.begin() { return false }
      connection.countsTLS = true
    }
    guard let context = server.shared.with({ $0.settings.tlsTarget?.context }), connection.connection.startTLS(context)
    else {
      return false
    }
    let name = serverName(stream, server)
    connection.nameHash = name.map { Hash.xxh64($0) } ?? 0
    let offer = stream.requestFraming.isWebSocket && stream.isHTTP ? server.settings.http2.webSocketOffer : nil
    connection.connection.prepareTLS { session in
      if let name { _ = session.setServerName(name) }
      server.resume(&session, connection.nameHash)
      if let offer {
        let name = Bytes(offer)
        session.setApplicationProtocols([UInt8(truncatingIfNeeded: name.count)] + name.array)
      }
    }
    connection.earlyLimit = earlyLimit(stream, connection, server)
    return true
  }

  /// What `sni` comes to for the stream; nil where there is none.
  private func serverName(_ stream: Stream, _ server: ServerReplica) -> Bytes? {
    guard let expression = server.settings.serverName else { return nil }
    var view = StreamLogView(stream: stream, worker: self)
    guard let name = evaluator.text(expression, .final, from: &view), !name.isEmpty else { return nil }
    return name
  }
  /// Connections with one name may not serve requests for another.
  func serverNameHash(_ stream: Stream, _ server: ServerReplica) -> UInt64 {
    serverName(stream, server).map { Hash.xxh64($0) } ?? 0
  }

  /// The next connection may resume this one's session, as soon as there is one: from the handshake on with TLS 1.2,
  /// with 1.3 once tickets have come; and when it goes, as there may be newer ones.
  func rememberSession(_ connection: ServerConnection) {
    guard connection.isSecure, let server = connection.server, server.settings.resumesTLS else { return }
    let isSaved = connection.connection.withTLS { server.remember($0, connection.nameHash) }
    connection.hasSavedSession = isSaved == true
  }
  /// After an exchange.
  func rememberSessionOnce(_ connection: ServerConnection) {
    if connection.isSecure && !connection.hasSavedSession { rememberSession(connection) }
  }

  /// Whether an idle connection that has something to tell only told of TLS itself: tickets, for one.
  func stillIdle(_ connection: ServerConnection) -> Bool {
    guard connection.connection.isTLS, !connection.connection.hungUp, !connection.connection.peerClosed,
      var scratch = buffers.takeScratch()
    else { return false }
    if case .wouldBlock = connection.connection.receive(into: &scratch, limit: 1) { return true }
    return false
  }
}
