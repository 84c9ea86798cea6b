import Connections
import LogFormat
import Primitives
import Samples
import TLS

/// A connection to a server that ended before the exchange over it was over: what fetches and log lines tell of it
/// (`bc_err`, `ssl_bc_err` and their like). Kept until the next try or the end of the stream.
struct LostConnection: ~Copyable {
  var isKnown = false
  /// It was there, its handshakes included.
  var wasEstablished = false
  var failure = ConnectionFailure.none
  /// Its two ends, for log lines.
  var local = Endpoint.none
  var remote = Endpoint.none
  /// Closed: only its TLS can still be asked.
  var connection = Connection()
}

extension Worker {
  /// Before the stream lets go of its connection: whether it is worth remembering.
  func endsEarly(_ connection: ServerConnection, of stream: Stream) -> Bool {
    if stream.logged || connection.carrier != nil || connection.mux != nil { return false }
    if connection.connection.isTLS && !connection.isSecure { return true }
    return !connection.isConnected || connection.connection.hasFailed || connection.connection.isTruncated
      || connection.failure != .none || (stream.isHTTP && stream.responsePhase == .head)
  }

  func remember(_ connection: ServerConnection, lostBy stream: Stream) {
    stream.lostConnection.isKnown = true
    stream.lostConnection.failure = connection.failure
    stream.lostConnection.local = connection.connection.socket.localEndpoint
    stream.lostConnection.remote = connection.remote
    stream.lostConnection.wasEstablished =
      connection.isConnected && (connection.isSecure || connection.server?.settings.hasTLS != true)
    stream.lostConnection.connection = connection.connection.closeOpenedKeepingTLS()
  }

  /// One that was refused has agreed on nothing; what its handshake would have begun with can be told all the same.
  func prepareLost(_ stream: Stream) {
    guard stream.lostConnection.isKnown, !stream.lostConnection.connection.isTLS, let server = stream.server,
      server.settings.hasTLS, let context = server.shared.with({ $0.settings.tlsTarget?.context })
    else { return }
    _ = stream.lostConnection.connection.startTLS(context)
  }
}
