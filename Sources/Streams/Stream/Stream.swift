import Compression
import Configuration
import EventLoop
import HTTP
import HTTP1
import Memory
import Primitives
import Proxies
import Rules
import Samples

/// One exchange between a client and a server: an HTTP request with its answer, or the whole of a TCP connection.
/// Streams are pooled by their worker and keep their storage.
final class Stream {
  let index: Int
  var generation: UInt32 = 1
  let timer: TimerWheel.Slot
  var session: Session?
  var frontend: FrontendReplica?
  var backend: BackendReplica?
  var server: ServerReplica?
  var serverConnection: ServerConnection?

  var isHTTP = false
  var requestPhase = RequestPhase.head
  var responsePhase = ResponsePhase.head
  var connector = ConnectorState.idle
  var requestChannel = Channel()
  var responseChannel = Channel()
  var request: HTTPMessage
  var response: HTTPMessage
  var requestParser: H1HeadParser
  var responseParser: H1HeadParser
  /// What the heads came to that HTTP/2 has handed over, until they are looked at.
  var handedRequest: H1HeadResult?
  var handedResponse: H1HeadResult?
  var requestFraming = H1Framing()
  var responseFraming = H1Framing()

  // Facts of the exchange
  var isTunnel = false
  var isFirstRequest = true
  var clientKeepsAlive = false
  var serverKeepsAlive = false
  /// The proxy made the answer.
  var isIntercepted = false
  var connectionReused = false
  /// At least one byte of this try reached the server's socket.
  var requestBytesSent = false
  var endCause = EndCause.none
  var endPhase = EndPhase.none
  var status = 0
  /// The server was not chosen by balancing: a cookie, a rule or a table said so.
  var isBound = false
  /// The server that was tried before, to be avoided by a redispatch.
  var avoidedServer: Int?
  var wasRedispatched = false
  var firstConnectFailure = EndCause.none
  var retriesLeft = 0
  var retriesTotal = 0
  var holdsPlace = false
  var isQueued = false
  /// The server in whose queue it waits; nil: the backend's.
  var queuedServer: Int?
  var queueMark = 0
  var queuePositionServer = 0
  var queuePositionBackend = 0
  var countedInBackend = false
  var logged = false
  var isSpliceAllowed = false
  /// Client and server were seen to be silent since these ticks.
  var clientDeadline = TimerWheel.never
  var serverDeadline = TimerWheel.never
  var connectDeadline = TimerWheel.never
  var queueDeadline = TimerWheel.never

  // Times (milliseconds of the worker's clock; -1: not reached)
  /// Wall clock of the accept or of the first byte of this request, microseconds.
  var acceptedAt: Int64 = 0
  var acceptedTick: Int64 = 0
  var handshakeTime: Int64 = 0
  var idleTime: Int64 = 0
  var requestTick: Int64 = -1
  var headReceivedTick: Int64 = -1
  var queueEndTick: Int64 = -1
  var connectedTick: Int64 = -1
  var responseTick: Int64 = -1
  var uniqueID: UInt64 = 0
  /// Connections at the time of the log line: actconn, feconn, beconn, srv_conn as HAProxy counts them.
  /// Method, target and version, for the log.
  var requestLine: CapturedText
  /// Text that was added to the heads: header values that the proxy made.
  let text: ByteArena
  var requestCaptures = CaptureSlots()
  var responseCaptures = CaptureSlots()
  /// PROXY header for the server.
  let preface: ByteArena
  /// Made when first needed, for longer ones.
  private var longPreface: ByteArena?
  var isBrokenOff = false
  /// The client is told by a reset that its answer was cut: the end of the connection is all that delimits it.
  var resetsClient = false
  var connectionMode = HTTPConnectionMode.keepAlive
  var isMonitor = false
  /// `option http-buffer-request` has had its wait.
  var bodyWaited = false
  var requestHeadWritten = false
  /// An idle connection has just failed: the next try is on a new one.
  var forcesNewConnection = false
  var isRetryDisabled = false
  var isInReadyList = false
  /// It stands on the list of those that need a buffer.
  var waitsForBuffer = false
  /// What answers in a server's place.
  var service: RunningService?
  /// How often the machine had its turn for this exchange.
  var turns: UInt32 = 0
  /// Nanoseconds that its turns took, and waited for, while profiling was on.
  var timeTaken: Int64 = 0
  var timeWaited: Int64 = 0

  // Stick tables
  var tracked = TrackedEntries()
  var pendingStores: [PendingStore] = []
  /// The server that a table named.
  var stickServer: Int?
  var hasRunStickRules = false
  var hasStoredServer = false

  // Rules
  var ruleStage = RuleStage.start
  var ruleIndex = 0
  /// When what a rule waits for is over: an inspection, a tarpit, a body.
  var ruleDeadline = TimerWheel.never
  var isTarpitted = false
  /// `do-resolve`
  var nameAnswer = NameAnswer.none
  var nameDeadline = TimerWheel.never
  /// The same for `tcp-response content`.
  var responseInspection = ResponseInspection.pending
  var responseRuleIndex = 0
  /// The rules of the backend have been evaluated, those of the frontend have not.
  var isPastBackendResponseRules = false
  /// A response rule waits for the answer's body.
  var waitsInResponseRules = false
  var responseRuleDeadline = TimerWheel.never
  var lastRuleLine: Int32 = 0
  var lastRuleFile = Bytes()
  var variables = VariableScopes()
  /// `set-log-level`: 0...7, or -1 for no line.
  var logLevel: Int8?
  var chosenBackend: Int?
  var chosenServer: Int?
  /// `set-timeout`, milliseconds.
  var serverTimeout: Int64?
  var tunnelTimeout: Int64?
  /// `set-src`
  var sourceOverride: Endpoint?
  /// `strict-mode`: a rewriting that fails is an error.
  var isStrict = true
  /// The form in which the client takes the answer's body.
  var compression: CompressionForm?
  /// The answer goes out in that form.
  var isCompressed = false
  /// The log shows no time of the request: as in HAProxy after `reject` and `tarpit`.
  var hidesRequestTime = false
  /// What `set-method` made of the method: the server's answer belongs to that.
  var sentMethod: HTTPMethod?
  /// `unique-id-format`, once it was asked for.
  var identifier: CapturedText?
  var hasIdentifier = false
  /// The server that the client's cookie names, and the letters that logs show of the cookies.
  var effects = StreamEffects()
  var lostConnection = LostConnection()
  /// `capture cookie`: of the request, and of the answer.
  var cookieCaptures = CaptureSlots()
  var cookieServer: Int?
  var showsCookies = false
  var cookieClient = UInt8(ascii: "-")
  var cookieResponse = UInt8(ascii: "-")

  init(index: Int, timer: TimerWheel.Slot, limits: H1Limits, uriLength: Int, textCapacity: Int) {
    self.index = index
    self.timer = timer
    request = HTTPMessage(capacity: limits.maxHeaders + 32)
    response = HTTPMessage(capacity: limits.maxHeaders + 32)
    requestParser = H1HeadParser(.request, limits: limits)
    responseParser = H1HeadParser(.response, limits: limits)
    requestLine = CapturedText(capacity: uriLength)
    text = ByteArena(capacity: textCapacity)
    preface = ByteArena(capacity: 256)
  }
  /// Memory for a header of that many bytes.
  func prefaceMemory(for size: Int) -> ByteArena {
    if size <= preface.capacity { return preface }
    let long = longPreface ?? ByteArena(capacity: 2048)
    longPreface = long
    return long
  }
  /// Its arenas are another stream's from now on.
  func giveBackMemory() {
    text.giveBack()
    preface.giveBack()
    longPreface?.giveBack()
    requestLine.giveBack()
    requestCaptures.giveBack()
    responseCaptures.giveBack()
    cookieCaptures.giveBack()
    identifier?.giveBack()
  }
  var token: Token { Token(kind: TokenKind.streamTimer, index: index, generation: generation) }

  /// Ready for another exchange; storage is kept.
  func clear() {
    waitsForBuffer = false
    session = nil
    frontend = nil
    backend = nil
    server = nil
    serverConnection = nil
    if lostConnection.isKnown { lostConnection = LostConnection() }
    isHTTP = false
    requestPhase = .head
    responsePhase = .head
    connector = .idle
    requestChannel.reset()
    responseChannel.reset()
    requestParser.reset()
    responseParser.reset()
    handedRequest = nil
    handedResponse = nil
    isTunnel = false
    isFirstRequest = true
    clientKeepsAlive = false
    serverKeepsAlive = false
    isIntercepted = false
    connectionReused = false
    requestBytesSent = false
    endCause = .none
    endPhase = .none
    status = 0
    isBound = false
    avoidedServer = nil
    wasRedispatched = false
    firstConnectFailure = .none
    retriesLeft = 0
    retriesTotal = 0
    holdsPlace = false
    isQueued = false
    queuePositionServer = 0
    queuePositionBackend = 0
    countedInBackend = false
    logged = false
    isSpliceAllowed = false
    clientDeadline = TimerWheel.never
    serverDeadline = TimerWheel.never
    connectDeadline = TimerWheel.never
    queueDeadline = TimerWheel.never
    requestTick = -1
    headReceivedTick = -1
    queueEndTick = -1
    connectedTick = -1
    responseTick = -1
    requestLine.clear()
    requestCaptures.clear()
    responseCaptures.clear()
    connectionMode = .keepAlive
    turns = 0
    (timeTaken, timeWaited) = (0, 0)
    compression = nil
    isCompressed = false
    isMonitor = false
    bodyWaited = false
    queueMark = 0
    isBrokenOff = false
    resetsClient = false
    requestHeadWritten = false
    forcesNewConnection = false
    isRetryDisabled = false
    queuedServer = nil
    service = nil
    clearRules()
  }

  /// A client that meets a dead connection with it would not send it again by itself. Those of HTTP/2 would.
  var isFirstOfClient: Bool { isFirstRequest && session?.carrier == nil }

  /// There is something to send at once when the connection is up.
  var hasSomethingForServer: Bool { isHTTP || requestChannel.input.count > 0 }
}
