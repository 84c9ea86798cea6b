import Connections
public import EventLoop
import HTTP1
import HTTP2
import LogFormat
public import Memory
public import Observability
import Primitives
public import Proxies
import Rules
import Samples
import StickTables
public import System

/// One worker thread's share of the proxy: its loop, its connections, sessions and streams, and its replicas of the
/// configuration. Nothing in it is touched by another thread, except through the mailbox.
///
/// The owner of the loop hands in events by their token kind; the path of a request starts in `Listening`.
public final class Worker {
  public let process: ProcessRuntime
  public let index: Int
  public var loop: EventLoop
  public let buffers: BufferPool
  /// Text built while one event is handled.
  let arena: ByteArena
  var frontends: [FrontendReplica?] = []
  var backends: [BackendReplica?] = []
  var listeners: [ListenerReplica] = []
  let stickTables: LentReferences<StickTable>
  /// By the references of rules: numbers of tables.
  let tableReferences: [Int32]
  let tune: WorkerTuning
  let resources: PumpResources
  /// `h1-case-adjust`; nil without rules.
  let headerCase: HeaderCase?
  /// What HTTP/2 connections share, their streams' links that somebody has used, and those with something to send.
  let http2Tools: HTTP2Tools
  /// One for all generations of the thread, as streams and their connections may be of different ones.
  let linkBoard: LinkBoard
  /// Its place among the generations that the thread has served.
  let number: Int
  var dirtyMuxes: [Session] = []
  /// Streams of the connection being read whose users have something to see.
  var noted: [HTTP2Stream] = []
  var isSettling = false
  var readAgain: [Session] = []
  var dirtyServerMuxes: [ServerConnection] = []
  var readAgainFromServers: [ServerConnection] = []
  public var logs: LogSender
  let builtInAnswers = ErrorAnswerTable()
  /// What rules refer to.
  let rules: RuleResources
  let hasRules: Bool
  let cacheNames: [Bytes]
  let namespaces: [ClientNamespace]
  let evaluator: Evaluator
  /// Expressions ask for the line of requests.
  let readsRequestLine: Bool
  let matcher = RegexMatcher()
  /// For unique identifiers, which may be asked for while a log line is written.
  var identifierContext: LogContext
  let identifierArena = ByteArena(capacity: 1024)
  /// Texts of TLS on their way into a PROXY header.
  let proxyArena = ByteArena(capacity: 4096)
  /// The files among the answers of rules.
  let fileReplies: [PreparedAnswer?]

  // Tables by token index, and what of them is free.
  var sessions: [Session] = []
  var freeSessions: [Session] = []
  var streams: [Stream] = []
  var freeStreams: [Stream] = []
  var serverConnections: [ServerConnection] = []
  var freeServerConnections: [ServerConnection] = []

  /// Streams and clients that had to do without a buffer.
  var shortStreams: [Token] = []
  var shortSessions: [Token] = []
  /// The stream that may exceed the limit of buffers.
  var overdrawn = Token(bits: .max)
  /// What `buffers.returns` was when they last tried.
  var returnsSeen = 0
  /// Streams that stopped for fairness with work left.
  var ready: [Stream] = []
  /// Those of them that have their turn now.
  private var turn: [Stream] = []
  /// This worker's timer for everything that is not of one stream: idle purge, resuming listeners.
  var houseTimer: TimerWheel.Slot = 0
  /// Of the worker that samples rates for the page.
  var sampleTimer: TimerWheel.Slot = 0
  /// Of HTTP/2 connections that rest.
  var trimTimer: TimerWheel.Slot = 0
  var trimsLater = false
  var listenersPaused = false
  /// Some `bind` line has a `nice` of its own.
  var hasNice = false
  /// Tick before which no shortage of descriptors is told again.
  var nextShortageReport: Int64 = 0
  /// The address space has a limit (`-m`, `ulimit -v`).
  let isMemoryLimited = MemoryRoom.isLimited
  /// The last source port taken of a `source` range.
  var sourcePort: UInt16 = 0
  public internal(set) var activeSessions = 0
  public internal(set) var idleServerConnections = 0
  public internal(set) var isStopping = false { didSet { isLeaving = isStopping || succession.hasSuccessor } }
  /// It takes no new work: the process stops, or another configuration has taken this one's place.
  var isLeaving = false
  /// How a soft stop spreads the end of client connections.
  var closing: ClosingSpread
  /// Servers whose next check shall come soon: for the owner of the loop, which empties it.
  /// Changes of server states that traffic brought about, to be reported by the owner of the loop.
  public var stateMessages: [StateMessage] = []
  /// What services tell of the process.
  public var facts = ProcessFacts.none
  public var checkRequests: [ServerPlace] = []
  /// Names that streams of all workers ask for: for the owner of the loop.
  public var nameQuestions: [NameQuestion] = []
  /// `show peers`: for the owner of the loop.
  public var peerQuestions: [WorkerReport] = []
  /// Servers that came and went, for the checks.
  public var serverChanges: [ServerChange] = []
  /// Some answer to the runtime API's questions is there: for the owner of the loop.
  public var hasReports = false
  public var activity = ActivityCounts()
  public var profile: TaskProfile
  /// `-d`: traffic is shown on standard output.
  let isTracing: Bool
  /// Not 0: something is traced (`trace`).
  let tracedSources: SharedCell
  /// Reloads in place.
  var succession = SuccessionState()

  /// `predecessor`: this thread's worker of the configuration whose place this one takes.
  public init(
    process: ProcessRuntime, index: Int, loop: consuming EventLoop, routes: LogRoutes, predecessor: Worker? = nil
  ) {
    self.process = process
    self.index = index
    isTracing = process.isTracing.value != 0
    tracedSources = process.traces.active
    profile = TaskProfile(process.taskProfiling)
    self.loop = loop
    let t = process.model.global.tune
    stickTables = LentReferences(process.tables)
    tableReferences = process.model.tableReferences.map { Int32(clamping: $0) }
    tune = WorkerTuning(process.model.global, threads: process.threads)
    closing = ClosingSpread(process.model.global.closeSpreadTime)
    buffers =
      predecessor?.buffers
      ?? BufferPool(
        bufferSize: t.bufferSize, limit: BufferShare.limit(of: t, threads: process.threads),
        reserve: t.buffersReserve, poison: t.poisonByte, failures: t.failAlloc)
    if isMemoryLimited { buffers.sparedBytes = Worker.sparedMemory / 2 }
    logs = LogSender(
      routes, global: process.model.global, hostName: process.model.global.localPeer ?? OwnProcess.hostName,
      processID: Int(OwnProcess.id))
    resources = PumpResources(
      pool: buffers, bulk: predecessor?.resources.bulk ?? BulkBuffers.pool(t), limits: tune.limits)
    http2Tools = predecessor?.http2Tools ?? HTTP2Tools(limits: tune.limits, pool: buffers, sharesMemory: true)
    linkBoard = predecessor?.linkBoard ?? LinkBoard()
    number = (predecessor?.number ?? -1) &+ 1
    headerCase = HeaderCase(process.model.global.headerCaseAdjust)
    arena = ByteArena(capacity: max(64 << 10, t.bufferSize * 4))
    identifierContext = LogContext(
      hostName: Bytes(permanent: process.model.global.localPeer ?? OwnProcess.hostName), processID: Int(OwnProcess.id))
    rules = process.model.ruleResources.replica()
    namespaces = process.model.namespaces.map { ClientNamespace($0) }
    cacheNames = process.model.caches.map { Bytes(permanent: $0.name) }
    fileReplies = process.model.ruleResources.replies.map { reply in
      if case .file(let bytes) = reply.body { PreparedAnswer(status: reply.status, raw: bytes) } else { nil }
    }
    hasRules = process.model.proxies.contains {
      $0.rules.touchesRequest || $0.rules.touchesResponse || !$0.rules.monitorFailures.isEmpty
        || $0.cookie != nil || $0.options.contains(.checkCache)
    }
    var limits = VariableLimits()
    limits.global = t.varsGlobalMaxSize
    limits.process = t.varsProcMaxSize
    limits.session = t.varsSessMaxSize
    limits.transaction = t.varsTxnMaxSize
    limits.requestResponse = t.varsReqresMaxSize
    limits.check = t.varsCheckMaxSize
    readsRequestLine = process.model.program?.readsRequestLine == true
    evaluator = Evaluator(
      program: process.model.program?.replica() ?? SampleCompiler().makeProgram(),
      arena: ByteArena(capacity: max(64 << 10, t.bufferSize * 4)),
      variables: VariablePool(process: process.model.processVariables, limits: limits), thread: index)
    frontends = process.frontends.map { $0.map { FrontendReplica($0, worker: index, routes: routes) } }
    backends = process.backends.map { $0.map { BackendReplica($0, worker: index) } }
    houseTimer = self.loop.timers.allocate(token: Token(kind: TokenKind.worker, index: 0, generation: 0).bits)
    trimTimer = self.loop.timers.allocate(token: Token(kind: TokenKind.worker, index: 2, generation: 0).bits)
    if index == 0 && process.rateHistory != nil {
      sampleTimer = self.loop.timers.allocate(token: Token(kind: TokenKind.worker, index: 1, generation: 0).bits)
      sampleRates()
    }
  }

  deinit { giveBackMemory() }

  /// Starts to accept on a listening socket that all workers share.
  public func addListener(_ runtime: ListenerRuntime, socket: Socket) {
    guard let frontend = frontends[runtime.frontendIndex] else { return }
    let listener = ListenerReplica(
      runtime, socket: socket, frontend: frontend, worker: index,
      namespace: ClientNamespace.place(of: runtime.settings.namespace, in: process.model))
    listeners.append(listener)
    if listener.nice != 0 { hasNice = true }
    let state = frontend.shared.with { $0.state.value }
    if state == FrontendRuntime.State.paused.rawValue && !listener.isUnix { listener.isStopped = true }
    let threads = runtime.settings.threads
    if !threads.isEmpty && !threads.contains(index + 1) {
      listener.isStopped = true
      listener.isElsewhere = true
      return
    }
    register(listener)
  }

  /// Handles one event of this worker's kinds. Events for what is gone are dropped.
  public func handle(_ event: Poller.Event) {
    let token = Token(bits: event.token)
    switch token.kind {
    case TokenKind.client:
      guard token.index < sessions.count else { return }
      let session = sessions[token.index]
      if session.generation != token.generation { return }
      session.connection.note(event)
      clientEvent(session)
    case TokenKind.server:
      guard token.index < serverConnections.count else { return }
      let connection = serverConnections[token.index]
      if connection.generation != token.generation { return }
      connection.connection.note(event)
      serverEvent(connection)
    case TokenKind.listener:
      if token.index < listeners.count { acceptConnections(listeners[token.index]) }
    case TokenKind.wakeUp:
      loop.wakeUp.drain()
      takeMessages()
    default: break
    }
  }

  /// Handles one timer of this worker's kinds.
  public func handleTimer(_ bits: UInt64) {
    let token = Token(bits: bits)
    switch token.kind {
    case TokenKind.client:
      guard token.index < sessions.count else { return }
      let session = sessions[token.index]
      if session.generation == token.generation { sessionTimeout(session) }
    case TokenKind.streamTimer:
      guard token.index < streams.count else { return }
      let stream = streams[token.index]
      if stream.generation == token.generation { streamTimeout(stream) }
    case TokenKind.worker:
      switch token.index {
      case 1: sampleRates()
      case 2: trimSessions()
      default: houseKeeping()
      }
    default: break
    }
  }

  /// Whether the loop must not sleep: streams wait for their next turn.
  public var hasReadyWork: Bool {
    !ready.isEmpty || !readAgain.isEmpty || !readAgainFromServers.isEmpty || mayServeShort
  }

  /// The end of a turn of the loop: every stream that stopped for fairness has another turn, and what all events of
  /// the turn have given to multiplexed connections goes out at once.
  public func runReady() {
    defer { if mustSettle { settleLinks() } }
    if mayServeShort { serveShort() }
    if !readAgain.isEmpty { runMuxes() }
    if !readAgainFromServers.isEmpty { runServerMuxes() }
    if ready.isEmpty { return }
    // Both lists keep their storage.
    swap(&ready, &turn)
    if hasNice { turn.sort { $0.nice < $1.nice } }
    if turn.count > tune.runQueueDepth {
      // The rest keeps its place before what becomes ready meanwhile.
      ready.append(contentsOf: turn[tune.runQueueDepth...])
      turn.removeLast(turn.count - tune.runQueueDepth)
    }
    for i in turn.indices {
      let stream = turn[i]
      stream.isInReadyList = false
      if stream.session != nil { advance(stream) }
    }
    turn.removeAll(keepingCapacity: true)
  }

  func runLater(_ stream: Stream) {
    if stream.effects.nice != nil { hasNice = true }
    if stream.isInReadyList { return }
    stream.isInReadyList = true
    ready.append(stream)
  }
}

/// `tune.*` values that the data path reads.
struct WorkerTuning {
  let limits: H1Limits
  let maxAccept: Int
  let bufferSize: Int
  let maxRewrite: Int
  let pipeSize: Int?
  let logURILength: Int
  let multiQueue: Bool
  /// `tune.comp.maxlevel`
  let compressionLevel: Int
  /// Streams that may have another turn between two looks at the sockets, at least 1.
  let runQueueDepth: Int
  /// `tune.h2.*`
  let http2: HTTP2Limits
  let splices: Bool
  let clientReceiveBuffer: Int?
  let clientSendBuffer: Int?
  let serverReceiveBuffer: Int?
  let serverSendBuffer: Int?
}
