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

  public init(
    settings: ProxySettings, index: Int, servers: [ServerRuntime], threads: Int, fullConnections: Int? = nil,
    measuresLatency: Bool = false
  ) {
    self.settings = settings
    self.index = index
    roster = ServerRoster(servers)
    name = Bytes(permanent: settings.name)
    counters = CounterSet(threads: threads)
    latency = measuresLatency ? LatencyHistograms(threads: threads) : nil
    dynamicCookies = DynamicCookies(settings)
    // Written for each request.
    var cells = CellPack(lines: 3)
    load = BackendLoad(fullConnections: settings.fullConnections ?? fullConnections ?? 0, in: &cells)
    sessionsMax = cells.cell()
    lastSession = cells.cell(-1)
    queue = PendingQueue(in: &cells)
    sessionRate = FrequencyCounter(in: &cells)
    sessionRateMax = cells.cell()
    // Mostly read.
    cells.nextLine()
    activeServers = cells.cell()
    backupServers = cells.cell()
    lastChange = cells.cell()
    downSeconds = cells.cell()
    downTransitions = cells.cell()
    generation = cells.cell(1)
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
}
