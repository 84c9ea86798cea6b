import Configuration
import Memory
import Primitives
import Proxies
import System
import TLS

/// A listening socket as one worker sees it. The descriptor is shared by the workers, which wait for it exclusively.
final class ListenerReplica {
  let shared: LentReference<ListenerRuntime>
  let index: Int
  /// The same under every configuration that keeps it as it is.
  let identity: Int
  let socket: Socket
  let frontend: FrontendReplica
  let counters: CounterRow
  let sessions: SharedCell
  let maxConnections: Int
  let acceptsProxyHeader: Bool
  /// The magic number of `accept-netscaler-cip`.
  let netScalerMagic: UInt32?
  /// nil in clear text.
  let tlsContext: TLSContext?
  /// `proto`
  let proto: String?
  let isUnix: Bool
  /// Where the socket is, as `Session.namespace`.
  let namespace: Int
  /// `nice`: streams of lower ones come first where there is a choice.
  let nice: Int
  let id: Int
  let name: Bytes
  /// The local address of every connection, where the listener is bound to one address: saves asking the kernel.
  let fixedLocal: Endpoint?
  var isWaiting = false
  var isStopped = false
  /// Whether the kernel was asked, since the last pause, to let clients connect.
  var isListening = false
  /// Other workers accept for it (`thread` on the `bind` line, or a shard of another worker).
  var isElsewhere = false

  init(_ runtime: ListenerRuntime, socket: Socket, frontend: FrontendReplica, worker: Int, namespace: Int) {
    let s = runtime.settings
    shared = LentReference(runtime)
    index = runtime.index
    identity = runtime.identity
    self.socket = socket
    self.frontend = frontend
    counters = runtime.counters.row(worker)
    sessions = runtime.sessions
    maxConnections = s.maxConnections
    nice = s.nice
    acceptsProxyHeader = s.acceptProxy
    netScalerMagic = s.acceptNetscalerCIP
    tlsContext = s.tlsContext
    proto = s.proto
    self.namespace = namespace
    let local = socket.localEndpoint
    isUnix = local.family == .unix
    id = s.id
    name = s.name.map { Bytes(permanent: $0) } ?? Bytes()
    let wildcard = local.high == 0 && local.low == 0
    fixedLocal = wildcard || s.transparent ? nil : local
  }
}
