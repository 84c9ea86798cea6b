import Connections
import EventLoop
import LogFormat
import Memory
import Primitives

/// One connection to a server: in use by a stream, or idle in its server's list.
final class ServerConnection {
  let index: Int
  var generation: UInt32 = 1
  var connection = Connection()
  /// nil while idle.
  var stream: Stream?
  var server: ServerReplica?
  /// The server's `era` when it was made.
  var era: UInt32 = 0
  var backend: BackendReplica?
  var remote = Endpoint.none
  /// Requests sent over it before the one now.
  var uses = 0
  var isConnected = false
  /// Tick since when it is idle.
  var idleSince: Int64 = 0
  /// May serve its own client only.
  var isPrivate = false
  var isIdle = false
  /// Bytes of a PROXY header that go out before anything else.
  var preface = Bytes()
  /// Bytes of a SOCKS4 proxy's answer that have not come yet, and what it said.
  var socksBytesLeft = 0
  var socksCode: UInt8 = 0
  /// It has a place among the process's TLS connections.
  var countsTLS = false
  /// Why its handshakes failed.
  var failure = ConnectionFailure.none
  /// How much of a request may be sent before the TLS handshake; whether it was.
  var earlyLimit = 0
  var hasSentEarly = false
  /// The TLS handshake is over.
  var isSecure = false
  /// The next connection can resume its TLS session.
  var hasSavedSession = false
  /// Hash of the name that was sent as SNI; 0 for none.
  var nameHash: UInt64 = 0
  /// What it was made for (`connectionIdentity`).
  var identity: UInt64 = 0
  /// It speaks HTTP/2, and belongs to none of its streams.
  var mux: ServerMux? { didSet { if mux != nil { muxOfTally = mux } } }
  /// The same until the connection is given back, when its counts are closed.
  var muxOfTally: ServerMux?
  /// This is one stream of that connection.
  var carrier: ServerConnection?
  /// The connection that has the socket.
  var transport: ServerConnection { carrier ?? self }

  init(index: Int) { self.index = index }
  /// Its server is now reached otherwise.
  var isOutdated: Bool { server.map { $0.era != era } ?? false }
  var token: Token { Token(kind: TokenKind.server, index: index, generation: generation) }
}
