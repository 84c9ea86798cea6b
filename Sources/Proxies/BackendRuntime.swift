public import Configuration
public import LoadBalancing
public import Memory
import Primitives

/// A backend (or the backend side of a `listen`) while the process runs.
public final class BackendRuntime: Sendable {
  public let settings: ProxySettings
  /// Place in `ConfigurationModel.proxies`.
  public let index: Int
  public let name: Bytes
  public let roster: ServerRoster
  /// The servers that there are, in the order in which they are listed.
  public var servers: [ServerRuntime] { roster.servers }
  /// Streams waiting for any server.
  public let queue: PendingQueue
  public let counters: CounterSet
  /// Where an exporter tells of them.
  public let latency: LatencyHistograms?
  public let dynamicCookies: DynamicCookies
  private let figures: BackendTotals
  private let cells: CellPack

  /// What the backend carries now.
  public let load: BackendLoad
  public var sessions: SharedCell { load.sessions }
  public let sessionsMax: SharedCell
  /// The choice of a server.
  public let balancer: Balancer
  public let sessionRate: FrequencyCounter
  public let sessionRateMax: SharedCell
  public let lastSession: SharedCell
  /// Usable servers, and their summed weights: kept by the state changes.
  public let activeServers: SharedCell
  public let backupServers: SharedCell
  public let lastChange: SharedCell
  public let downSeconds: SharedCell
  public let downTransitions: SharedCell
  /// Bumped with each change of a server's usability or weight: workers then rebuild what they derived.
  public let generation: SharedCell
  /// Serialises state changes of the servers.
  public let stateLock = Lock(())

  /// `predecessor`: the same backend in the configuration that this one takes the place of, with whose figures it goes
  /// on.
  public init(
    settings: ProxySettings, index: Int, servers: [ServerRuntime], threads: Int, fullConnections: Int? = nil,
    measuresLatency: Bool = false, predecessor: BackendRuntime? = nil
  ) {
    // Histograms are there or not for all proxies alike.
    let old = (predecessor?.latency != nil) == measuresLatency ? predecessor : nil
    self.settings = settings
    self.index = index
    roster = ServerRoster(servers)
    name = Bytes(permanent: settings.name)
    figures = old?.figures ?? BackendTotals(threads: threads, measuresLatency: measuresLatency)
    counters = figures.memory.counters
    latency = figures.memory.latency
    if let old, old.settings.dynamicCookieKey == settings.dynamicCookieKey,
      old.settings.cookie?.isDynamic == settings.cookie?.isDynamic
    {
      dynamicCookies = old.dynamicCookies
    } else {
      dynamicCookies = DynamicCookies(settings)
    }
    sessionsMax = figures.sessionsMax
    lastSession = figures.lastSession
    sessionRate = figures.sessionRate
    sessionRateMax = figures.sessionRateMax
    // Written for each request.
    var cells = CellPack(lines: 2)
    load = BackendLoad(
      fullConnections: settings.fullConnections ?? fullConnections ?? 0, sessions: figures.sessions, in: &cells)
    queue = PendingQueue(in: &cells)
    // Mostly read.
    cells.nextLine()
    activeServers = cells.cell()
    backupServers = cells.cell()
    lastChange = cells.cell()
    downSeconds = cells.cell()
    downTransitions = cells.cell()
    generation = cells.cell(1)
    self.cells = cells
    balancer = Balancer(
      settings.balance,
      servers: servers.map {
        BalancedServer(
          id: $0.settings.id, weight: $0.settings.weight, isBackup: $0.settings.isBackup, isUsable: $0.isUsable,
          maximumQueue: $0.settings.maxQueue, load: $0.load)
      }, backend: load)
    activeServers.set(balancer.activeCount)
    backupServers.set(balancer.backupCount)
  }
  deinit { cells.giveBack() }
}
