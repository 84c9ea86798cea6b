import Configuration
import EventLoop
import Primitives
import Proxies
import System

/// One check, agent or slow start that a worker runs.
struct CheckEntry {
  enum Role { case check, agent, slowStart }
  enum Phase { case idle, connecting, tunnelling, securing, running, sending, receiving }

  let role: Role
  let place: ServerPlace
  /// Those at that place, which are not looked up for each step.
  let backend: BackendRuntime
  let server: ServerRuntime
  let plan: CheckPlan
  let slot: TimerWheel.Slot
  /// Where its first run lies among the checks of the whole process.
  let position: Int
  var phase = Phase.idle
  /// The server was deleted: another one may have this entry.
  var isVacant = false
  var socket: Socket?
  /// The socket has no options of its own and may serve another check of that family: the poller tells it one event at
  /// a time. `.none` where it must be closed.
  var spareFamily = Endpoint.Family.none
  var tls: CheckTLS?
  var http2: CheckHTTP2?
  /// The program of an external check.
  var child: ChildProcess?
  /// Tells events of this connection from those of one before.
  var generation: UInt32 = 0
  /// The step of the script that runs or comes next.
  var step = 0
  /// The rule that this connection is made by, and its step; nil for the one that is implied.
  var connect: CheckConnect?
  var connectStep: Int?
  var isConnected = false
  /// What the server said of itself, and a code of its own.
  var note = ""
  var code = 0
  /// The poller told that the server has ended its side; and all that came before that was read.
  var peerHasEnded = false
  var sawEnd = false
  /// Nothing more will come; the error that ended it behind what had come.
  var hasEnded = false
  var readError: SystemError?
  /// The last request asked for a head only.
  var asksForHead = false
  /// The PROXY header that this connection begins with.
  var proxyHeader = ProxyProtocolVersion.none
  var isSecure = false
  /// The connection runs through the server's SOCKS proxy; what has come of its answer.
  var isTunnelled = false
  var tunnelReply: [UInt8] = []
  /// Where the check goes, which is behind that proxy then.
  var target = Endpoint.none
  var output: [UInt8] = []
  var sent = 0
  var received: [UInt8] = []
  var startedAt: Int64 = 0
  var connectDeadline: Int64 = 0
  /// Sets of variables: of the check, emptied with each run, and of its session, which stay.
  var variables: UInt32 = 0
  var sessionVariables: UInt32 = 0

  init(
    role: Role, of server: ServerRuntime, _ backend: BackendRuntime, plan: CheckPlan, slot: TimerWheel.Slot,
    position: Int
  ) {
    self.role = role
    place = ServerPlace(backend: backend.index, server: server.index)
    self.backend = backend
    self.server = server
    self.plan = plan
    self.slot = slot
    self.position = position
  }
  @inline(__always) var isAgent: Bool { role == .agent }
}
