public import Configuration
public import LoadBalancing
public import Memory
public import Primitives

/// What health checks know of a server (management guide, `srv_op_state`).
public enum OperationalState: Int, Sendable { case stopped = 0, starting = 1, running = 2, stopping = 3 }

/// Why an operator or the configuration keeps a server out (management guide, `srv_admin_state`).
public struct AdminState: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let forcedMaintenance = AdminState(rawValue: 0x01)
  /// Through `track`.
  public static let inheritedMaintenance = AdminState(rawValue: 0x02)
  /// `disabled` on the server line: says only why `forcedMaintenance` was set first.
  public static let configuredMaintenance = AdminState(rawValue: 0x04)
  public static let forcedDrain = AdminState(rawValue: 0x08)
  public static let inheritedDrain = AdminState(rawValue: 0x10)
  /// No address: the resolver found none.
  public static let resolutionMaintenance = AdminState(rawValue: 0x20)
  /// The name was changed while the process ran; keeps nothing out.
  public static let hostnameChanged = AdminState(rawValue: 0x40)
  public static let maintenance: AdminState = [
    .forcedMaintenance, .inheritedMaintenance, .resolutionMaintenance,
  ]
  public static let drain: AdminState = [.forcedDrain, .inheritedDrain]
}

/// A server while the process runs: shared by all workers, changed by checks and operators, under its backend's lock
/// where several values must move together. Cells are read without a lock on the data path.
public final class ServerRuntime: Sendable {
  public let settings: ServerSettings
  public let backendIndex: Int
  /// Place in the backend's list.
  public let index: Int
  public let name: Bytes

  /// Added by a command, and starts as such a server does.
  public let isDynamic: Bool
  /// 1 once it was deleted.
  public let deleted: SharedCell
  /// Workers that have not let go of it since.
  public let keepers: SharedCell

  // State
  public let operational: SharedCell
  public let admin: SharedCell
  public let consecutiveErrors: SharedCell
  /// Weight as configured or set by an operator (0...256).
  public let userWeight: SharedCell
  public let initialWeight: Int
  /// Weight that balancing uses now, in steps of 1/16 of a weight, slow start included; 0: not usable.
  public let effectiveWeight: SharedCell
  /// Seconds of the process clock at the last change.
  public let lastChange: SharedCell
  public let downSeconds: SharedCell
  public let downTransitions: SharedCell
  /// Address now: it can be changed by an operator or a resolver.
  private let endpoint: Lock<Endpoint>
  private let portMap: Lock<Int?>
  /// The name that an SRV record gave it.
  private let serviceName = Lock<String?>(nil)
  /// Where its cells are.
  private let cells: CellPack
  /// Bumped with each change of `endpoint`, so that workers keep a copy.
  public let endpointGeneration: SharedCell

  /// Whether connections speak TLS now, as state files say it: 1, 0, or -1 for `no-ssl`.
  public let tlsUse: SharedCell

  // Load
  /// Streams that hold a place on the server, those that wait for one, and how many may have one.
  public let load: ServerLoad
  public var served: SharedCell { load.served }
  public let servedMax: SharedCell
  /// Sessions as `scur` counts them.
  public let sessions: SharedCell
  public let sessionsMax: SharedCell
  public let queue: PendingQueue
  public let idleConnections: SharedCell
  public let usedConnections: SharedCell
  public let lastSession: SharedCell
  public let sessionRate: FrequencyCounter
  public let sessionRateMax: SharedCell
  public let counters: CounterSet
  /// Where an exporter tells of them.
  public let latency: LatencyHistograms?

  // Checks
  public let check: CheckRecord
  public let agent: CheckRecord
  /// The agent's, or that of the server's own check.
  public func record(isAgent: Bool) -> CheckRecord { isAgent ? agent : check }
  /// Actions that errors of the traffic caused (`observe`): column `hanafail`.
  public let observedFailures: SharedCell
  /// What the agent is sent, where an operator changed it (`set server ... agent-send`), and where it is.
  public let checkOverrides = CheckOverrides()
  private let figures: ServerTotals

  /// `predecessor`: the same server in the configuration that this one takes the place of, with whose figures it goes on.
  public init(
    settings: ServerSettings, backendIndex: Int, index: Int, endpoint: Endpoint, threads: Int,
    measuresLatency: Bool = false, isDynamic: Bool = false, predecessor: ServerRuntime? = nil
  ) {
    let old = (predecessor?.latency != nil) == measuresLatency ? predecessor : nil
    self.isDynamic = isDynamic
    self.settings = settings
    self.backendIndex = backendIndex
    self.index = index
    name = Bytes(permanent: settings.name)
    check = CheckRecord(rise: settings.rise, fall: settings.fall, enabled: settings.checkEnabled)
    agent = CheckRecord(rise: 1, fall: 1, enabled: settings.agentEnabled)
    initialWeight = settings.weight
    figures = old?.figures ?? ServerTotals(threads: threads, measuresLatency: measuresLatency)
    counters = figures.memory.counters
    latency = figures.memory.latency
    servedMax = figures.servedMax
    sessions = figures.sessions
    sessionsMax = figures.sessionsMax
    idleConnections = figures.idleConnections
    usedConnections = figures.usedConnections
    lastSession = figures.lastSession
    sessionRate = figures.sessionRate
    sessionRateMax = figures.sessionRateMax
    observedFailures = figures.observedFailures
    var cells = CellPack(lines: 3)
    // Written for each request.
    load = ServerLoad(in: &cells)
    queue = PendingQueue(in: &cells)
    // Mostly read.
    cells.nextLine()
    operational = cells.cell(OperationalState.running.rawValue)
    admin = cells.cell()
    effectiveWeight = cells.cell(settings.weight * 16)
    userWeight = cells.cell(settings.weight)
    endpointGeneration = cells.cell(1)
    tlsUse = cells.cell(settings.tls.isUsed ? 1 : settings.tls.isRefused ? -1 : 0)
    deleted = cells.cell()
    keepers = cells.cell()
    consecutiveErrors = cells.cell()
    lastChange = cells.cell()
    downSeconds = cells.cell()
    downTransitions = cells.cell()
    self.cells = cells
    load.setLimits(minimum: settings.minConnections, maximum: settings.maxConnections)
    self.endpoint = Lock(endpoint)
    portMap = Lock(settings.portOffset)
    if settings.disabled { admin.set(AdminState([.configuredMaintenance, .forcedMaintenance]).rawValue) }
  }
  deinit {
    cells.giveBack()
  }

  public var currentEndpoint: Endpoint {
    get { endpoint.withLock { $0 } }
    set {
      endpoint.withLock { $0 = newValue }
      endpointGeneration.add(1)
    }
  }
  /// What is added to the port that the client went to, where ports are mapped; the endpoint has none then.
  public var portOffset: Int? {
    get { portMap.withLock { $0 } }
    set {
      portMap.withLock { $0 = newValue }
      endpointGeneration.add(1)
    }
  }
  public var resolvedName: String? {
    get { serviceName.withLock { $0 } }
    set { serviceName.withLock { $0 = newValue } }
  }
  /// The name of the host: as configured, or what an SRV record said.
  public var hostname: String? {
    resolvedName ?? settings.hostname.flatMap { $0.hasPrefix("_") ? nil : $0 }
  }
  public var state: OperationalState { OperationalState(rawValue: operational.value) ?? .stopped }
  public var adminState: AdminState { AdminState(rawValue: admin.value) }
  public var isInMaintenance: Bool { !adminState.isDisjoint(with: .maintenance) }
  public var isDraining: Bool { !adminState.isDisjoint(with: .drain) }
  /// Whether new streams may be sent there by persistence or balancing.
  public var isRunning: Bool { !isInMaintenance && state != .stopped }
  /// Whether balancing may choose it now.
  public var isUsable: Bool { isRunning && state != .stopping && !isDraining && effectiveWeight.value > 0 }
}
