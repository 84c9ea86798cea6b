import Connections
import EventLoop
import LogFormat
import Memory
import Primitives
import System

/// One client connection. Between two requests it holds no buffer and no stream: that is all an idle client costs.
final class Session {
  enum State {
    /// The PROXY header has not come yet.
    case proxyHeader
    /// TLS is being agreed on.
    case tlsHandshake
    /// Between requests, or before the first.
    case idle
    /// The connection speaks HTTP/2, or has begun to.
    case multiplexing
    case preface
    /// A stream owns the connection.
    case active
    /// The answer is out and the connection ends: what still comes is thrown away until the client has closed.
    case draining
  }

  let index: Int
  var generation: UInt32 = 1
  var state = State.idle
  var connection = Connection()
  var listener: ListenerReplica?
  var stream: Stream?
  /// Bytes that came before anybody asked for them: the next request of a pipeline.
  var input = Buffer()
  var peer = Endpoint.none
  var local = Endpoint.none
  var hasLocal = false
  /// The network namespace of the listener, or the one that a PROXY header named: a place in `Worker.namespaces`, or
  /// `ClientNamespace.own`.
  var namespace = ClientNamespace.own
  let timer: TimerWheel.Slot
  /// Wall clock of the accept, microseconds since 1970.
  var acceptedAt: Int64 = 0
  var acceptedTick: Int64 = 0
  /// When the wait for the next request began.
  var idleSince: Int64 = 0
  /// Tick by which the head of the request must be there, once it has begun or where there was none before.
  var headDeadline = TimerWheel.never
  /// Milliseconds of the accept and its handshakes (`%Th`).
  var handshakeTime: Int64 = 0
  /// The NetScaler header has come; a PROXY header may be next.
  var hasNetScalerHeader = false
  /// Bytes of a PROXY header that still stand in the socket.
  var peeked = 0
  /// A rule asks for a PROXY header where the listener does not (`expect-proxy`).
  var isAskedForProxyHeader = false
  /// The same for a NetScaler header (`expect-netscaler-cip`).
  var isAskedForNetScalerHeader = false
  /// The magic number of the NetScaler header that has to come first; nil for none.
  var netScalerMagic: UInt32? { listener?.netScalerMagic ?? (isAskedForNetScalerHeader ? 0 : nil) }
  /// The backend for whose sake a connection in TCP mode was switched to HTTP: the next request goes there.
  var switchedBackend: Int?
  var expectsProxyHeader: Bool { isAskedForProxyHeader || listener?.acceptsProxyHeader == true }
  /// It has a place among the process's TLS connections.
  var countsTLS = false
  /// What a PROXY header told; kept for the next session.
  var proxyNames: ProxyNames?
  var requestCount = 0
  /// Why it ended before there could be a request.
  var failure = ConnectionFailure.none
  /// The HTTP/2 of this connection.
  var mux: ClientMux?
  /// This is one stream of that session's connection.
  var carrier: Session?
  /// The session that has the socket.
  var transport: Session { carrier ?? self }
  /// It stands on the list of those that need a buffer.
  var waitsForBuffer = false
  var drained = 0
  /// The connection ends with the next answer: its listener is of a configuration that is gone.
  var isLast = false
  /// The set of variables of the session; 0 for none.
  var variables: UInt32 = 0
  var tracked = TrackedEntries()
  /// Idle server connections that only this client may use again (`http-reuse never`, or a server that marks its
  /// connections), as many as `max-session-srv-conns` lets it keep.
  var privateServers: [ServerConnection] = []
  /// HTTP/2 connections to servers with requests of this client, which only others of it may join.
  var serverMuxes: [ServerConnection] = []

  init(index: Int, timer: TimerWheel.Slot) {
    self.index = index
    self.timer = timer
  }
  var token: Token { Token(kind: TokenKind.client, index: index, generation: generation) }
}
