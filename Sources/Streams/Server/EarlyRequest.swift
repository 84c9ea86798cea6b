import Configuration
import Connections
import HTTP
import Memory
import Proxies
import System
import TLS

/// Requests that leave with the first bytes of a TLS handshake (`allow-0rtt` of a server, manual section 5.2). Whoever
/// records them may send them again, so only those go that change nothing (RFC 8470, section 3).
extension Worker {
  /// How many bytes may go out early on the new connection; 0 for none.
  func earlyLimit(_ stream: Stream, _ connection: ServerConnection, _ server: ServerReplica) -> Int {
    guard server.settings.allowsEarlyData, stream.isHTTP, connection.mux == nil, let backend = stream.backend,
      stream.request.method.isSafe, !stream.requestFraming.wantsUpgrade
    else { return 0 }
    let isAsked = stream.session?.transport.connection.withTLS { $0.acceptedEarlyData } == true
    if !isAsked && !backend.retryOn.contains(.zeroRTTRejected) { return 0 }
    return connection.connection.withTLS { $0.earlyDataLimit } ?? 0
  }

  /// Sends the request early, if all of it is there. False: the socket takes nothing yet, or the stream has ended.
  func sendEarly(_ stream: Stream, _ connection: ServerConnection) -> Bool {
    if !stream.requestHeadWritten {
      writeRequestHead(stream)
      if stream.connector != .connecting || stream.serverConnection !== connection { return false }
    }
    let bytes = stream.requestChannel.output.readable
    guard stream.requestChannel.isComplete, !bytes.isEmpty, bytes.count <= connection.earlyLimit else {
      connection.earlyLimit = 0
      return true
    }
    switch connection.connection.sendEarly(bytes) {
    case .bytes:
      connection.earlyLimit = 0
      connection.hasSentEarly = true
      return true
    case .wantsWrite, .wantsRead: return false
    // The handshake meets the same, and tells it.
    case .closed, .truncated, .failed:
      connection.earlyLimit = 0
      return true
    }
  }

  /// The handshake is over: the server has taken the early request, or has dropped it. False: the stream was answered.
  func settleEarly(_ stream: Stream, _ connection: ServerConnection) -> Bool {
    if !connection.hasSentEarly { return true }
    connection.hasSentEarly = false
    if connection.connection.withTLS({ $0.acceptedEarlyData }) == true {
      stream.requestChannel.sent(stream.requestChannel.output.count)
      stream.requestBytesSent = true
      return true
    }
    guard let backend = stream.backend else { return true }
    if backend.retryOn.contains(.zeroRTTRejected) && stream.retriesLeft > 0 {
      // Nothing of it was looked at, and the connection is good: it goes out once more.
      stream.retriesLeft -= 1
      stream.retriesTotal += 1
      backend.counters.count(.retries)
      stream.server?.counters.count(.retries)
      return true
    }
    connection.failure = .tlsEarlyDataRefused
    backend.counters.count(.responseErrors)
    stream.server?.counters.count(.responseErrors)
    setEnd(stream, .server, .headers)
    reply(stream, status: 425)
    return false
  }
}
