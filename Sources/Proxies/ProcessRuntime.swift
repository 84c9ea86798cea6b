public import Cache
public import Configuration
public import Memory
import Primitives
public import StickTables

/// Everything that the workers of this process share: one per generation of the configuration. What counts for the whole
/// process is taken over from the generation before (`reload-mode in-place`).
public final class ProcessRuntime: Sendable {
  public let model: ConfigurationModel
  public let threads: Int
  /// By index into `ConfigurationModel.proxies`; nil where that proxy has no such side.
  public let frontends: [FrontendRuntime?]
  public let backends: [BackendRuntime?]
  public let listeners: [ListenerRuntime]
  public let mailboxes: [WorkerMailbox]
  public let rings: [RingBuffer]
  /// Counts by section of `resolvers`, name server and kind (see `NameserverCounter` of Resolution).
  public let nameserverCounters: [[[SharedCell]]]
  /// Wall clock at start, microseconds since 1970, and the monotonic clock at the same moment.
  public let startedAt: Int64
  public let startedAtTick: Int64

  public let maxConnections: SharedCell
  public let hardMaxConnections: Int
  public let connections: SharedCell
  public let connectionsTotal: SharedCell
  /// Connections to servers, idle ones included.
  public let serverConnections: SharedCell
  /// Descriptors in use from which on no connection to a server is kept idle, and from which on idle ones make room
  /// for new ones (`tune.pool-low-fd-ratio`, `tune.pool-high-fd-ratio`).
  private let lowDescriptors: Int
  private let highDescriptors: Int
  private let fixedDescriptors: Int
  public let requestsTotal: SharedCell
  public let connectionRate: FrequencyCounter
  public let connectionRateMax: SharedCell
  public let sessionRate: FrequencyCounter
  public let sessionRateMax: SharedCell
  public let connectionRateLimit: SharedCell
  public let sessionRateLimit: SharedCell
  public let tls: TLSCounts
  public let droppedLogs: SharedCell
  /// Messages that came to be sent on (`log-forward`).
  public let receivedLogs: SharedCell
  /// Bytes a second into and out of compression, and the limit of what goes in, 0 for none (`maxcomprate`).
  public let compressionIn: FrequencyCounter
  public let compressionOut: FrequencyCounter
  public let compressionRateLimit: SharedCell
  /// `maxcompcpuusage`, percent.
  public let compressionProcessorLimit: Int
  public let processorShare: ProcessorShare
  public let failedResolutions: SharedCell
  /// Unique over the process: what `%rt` counts.
  public let requestCounter: SharedCell
  public let jobs: SharedCell
  /// `profiling.tasks`
  public let taskProfiling: TaskProfilingSwitch
  /// `-d`: 1 where traffic is shown; set before the workers begin.
  public let isTracing: SharedCell
  /// What `trace` shows.
  public let traces: TraceControl
  public let stopping: SharedCell
  public let operations: OperationCounts
  /// Workers that have let go of the listening sockets for good.
  public let stoppedWorkers = SharedCell()
  /// 1 while some listener rests because the process is full.
  public let waitingForRoom: SharedCell
  /// Descriptors that worker pipes use now, and the most they may use.
  public let pipesUsed: SharedCell
  public let maxPipes: Int
  /// Descriptors that the process may need in all, for messages.
  public let maxSockets: Int
  /// Threads' connection counts, to hand a new connection to the least loaded.
  public let workerConnections: [SharedCell]
  /// Invalid messages, for `show errors`.
  public let errorCaptures: ErrorCaptures
  /// The rates of the last minutes, where some proxy has a page that shows them.
  public let rateHistory: RateHistory?
  /// Which servers follow which.
  public var tracking: TrackingTable { trackingTable.withLock { $0 } }
  private let trackingTable: Lock<TrackingTable>
  public let tables: [StickTable]
  public let caches: [ResponseCache]
  /// The names of servers that tables keep.
  public let serverNames: ServerNames

  /// Where a reload in place is asked for; nil where there is none.
  public let reloads: ReloadRequests?
  /// Workers that have taken this generation's place by the next.
  public let succeededWorkers = SharedCell()

  private let startMessages = Lock<[StateMessage]>([])

  public init(
    model: ConfigurationModel, threads: Int, frontends: [FrontendRuntime?], backends: [BackendRuntime?],
    listeners: [ListenerRuntime], mailboxes: [WorkerMailbox], startedAt: Int64, startedAtTick: Int64,
    maxConnections: Int, maxPipes: Int, maxSockets: Int = 0, predecessor: ProcessRuntime? = nil,
    reloads: ReloadRequests? = nil
  ) {
    let old = predecessor
    self.reloads = old?.reloads ?? reloads
    self.model = model
    self.threads = threads
    self.frontends = frontends
    self.backends = backends
    self.listeners = listeners
    self.mailboxes = mailboxes
    nameserverCounters = model.resolvers.map { section in
      section.nameservers.map { _ in (0..<16).map { _ in SharedCell() } }
    }
    rings = model.rings.map { ring in
      old?.rings.first { $0.settings.isTheSame(as: ring) } ?? RingBuffer(ring, reader: mailboxes.first)
    }
    self.startedAt = old?.startedAt ?? startedAt
    self.startedAtTick = old?.startedAtTick ?? startedAtTick
    connections = old?.connections ?? SharedCell()
    connectionsTotal = old?.connectionsTotal ?? SharedCell()
    serverConnections = old?.serverConnections ?? SharedCell()
    requestsTotal = old?.requestsTotal ?? SharedCell()
    connectionRate = old?.connectionRate ?? FrequencyCounter()
    connectionRateMax = old?.connectionRateMax ?? SharedCell()
    sessionRate = old?.sessionRate ?? FrequencyCounter()
    sessionRateMax = old?.sessionRateMax ?? SharedCell()
    droppedLogs = old?.droppedLogs ?? SharedCell()
    receivedLogs = old?.receivedLogs ?? SharedCell()
    compressionIn = old?.compressionIn ?? FrequencyCounter()
    compressionOut = old?.compressionOut ?? FrequencyCounter()
    processorShare = old?.processorShare ?? ProcessorShare()
    failedResolutions = old?.failedResolutions ?? SharedCell()
    requestCounter = old?.requestCounter ?? SharedCell()
    jobs = old?.jobs ?? SharedCell()
    traces = TraceControl(reader: mailboxes.first)
    isTracing = old?.isTracing ?? SharedCell()
    stopping = old?.stopping ?? SharedCell()
    operations = old?.operations ?? OperationCounts(threads: threads)
    waitingForRoom = old?.waitingForRoom ?? SharedCell()
    pipesUsed = old?.pipesUsed ?? SharedCell()
    serverNames = old?.serverNames ?? ServerNames()
    self.maxConnections = old?.maxConnections ?? SharedCell(maxConnections)
    hardMaxConnections = maxConnections
    taskProfiling = old?.taskProfiling ?? TaskProfilingSwitch(model.global.taskProfiling)
    connectionRateLimit = old?.connectionRateLimit ?? SharedCell(model.global.maxConnectionRate)
    compressionProcessorLimit = model.global.dormant["maxcompcpuusage"].flatMap { Int($0) } ?? 100
    compressionRateLimit =
      old?.compressionRateLimit ?? SharedCell((model.global.dormant["maxcomprate"].flatMap { Int($0) } ?? 0) * 1024)
    sessionRateLimit = old?.sessionRateLimit ?? SharedCell(model.global.maxSessionRate)
    tls =
      old?.tls ?? TLSCounts(connectionLimit: model.global.maxSSLConnections ?? 0, rateLimit: model.global.maxSSLRate)
    self.maxPipes = maxPipes
    self.maxSockets = maxSockets
    let tune = model.global.tune
    lowDescriptors =
      maxSockets > 0 ? maxSockets / 100 * tune.poolLowFDRatio + maxSockets % 100 * tune.poolLowFDRatio / 100 : .max
    highDescriptors =
      maxSockets > 0 ? maxSockets / 100 * tune.poolHighFDRatio + maxSockets % 100 * tune.poolHighFDRatio / 100 : .max
    // Standard streams, listening sockets, pollers with their wake-ups.
    fixedDescriptors = 3 + listeners.count + 2 * threads
    workerConnections = old?.workerConnections ?? (0..<threads).map { _ in SharedCell() }
    let hasPage = model.proxies.contains { $0.stats.enabled && !$0.disabled && $0.mode == .http }
    let isSameList = old.map { Self.proxyNames($0.model) == Self.proxyNames(model) } ?? false
    rateHistory = hasPage ? (isSameList ? old?.rateHistory : nil) ?? RateHistory(proxies: model.proxies.count) : nil
    trackingTable = Lock(TrackingTable(model: model))
    tables = model.tables.map { table in
      old?.tables.first { $0.settings.holdsTheSame(as: table) } ?? StickTable(table)
    }
    caches = model.caches.map { cache in
      old?.caches.first { "\($0.settings)" == "\(cache)" } ?? ResponseCache(cache)
    }
    errorCaptures = (isSameList ? old?.errorCaptures : nil) ?? ErrorCaptures(proxies: model.proxies.count)
    let messages = prepareServers()
    startMessages.withLock { $0 = messages }
  }

  deinit {
    for reference in model.patternReferences { reference.dismantle() }
    for cell in [stoppedWorkers, succeededWorkers] + nameserverCounters.joined().joined() { cell.giveBack() }
  }

  /// Names and sides of the proxies, by their places.
  private static func proxyNames(_ model: ConfigurationModel) -> [String] {
    model.proxies.map { "\($0.name) \($0.capabilities.rawValue)" }
  }

  /// What the states that an earlier process left of its servers had to say.
  public func takeStartMessages() -> [StateMessage] {
    startMessages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }

  /// Descriptors that connections and what is always there take up.
  private var descriptorsInUse: Int { connections.value + serverConnections.value + fixedDescriptors }
  /// Connections to servers are better closed than kept.
  public var hasFewDescriptors: Bool { descriptorsInUse >= lowDescriptors }
  /// An idle connection has to make room for a new one.
  public var hasFewestDescriptors: Bool { descriptorsInUse > highDescriptors }

  /// Whether another answer may be compressed now.
  public func compressionRateAllows(at now: Int64) -> Bool {
    if compressionProcessorLimit < 100
      && processorShare.idlePercent(threads: threads, at: now) < 100 - compressionProcessorLimit
    {
      return false
    }
    let limit = compressionRateLimit.value
    return limit <= 0 || compressionIn.rate(at: now) <= limit
  }

  func changeTracking(_ change: @Sendable (inout TrackingTable) -> Void) { trackingTable.withLock { change(&$0) } }

  public func backend(named name: String) -> BackendRuntime? {
    backends.lazy.compactMap { $0 }.first { $0.settings.name == name }
  }
  public func frontend(named name: String) -> FrontendRuntime? {
    frontends.lazy.compactMap { $0 }.first { $0.settings.name == name }
  }
}
