public import Configuration
import LoadBalancing
public import Memory
import Primitives
public import Synchronization

/// A backend (or the backend side of a `listen`) while the process runs.
public final class BackendRuntime: Sendable {
  public let settings: ProxySettings
  /// Place in `ConfigurationModel.proxies`.
  public let index: Int
  public let name: Bytes
  public let servers: [ServerRuntime]
  /// Streams waiting for any server.
  public let queue = PendingQueue()
  public let counters: CounterSet

  public let sessions = SharedCell()
  public let sessionsMax = SharedCell()
  /// Streams that hold a place on some server.
  public let served = SharedCell()
  public let sessionRate = FrequencyCounter()
  public let sessionRateMax = SharedCell()
  public let lastSession = SharedCell(-1)
  /// Usable servers, and their summed weights: kept by the state changes.
  public let activeServers = SharedCell()
  public let backupServers = SharedCell()
  public let lastChange = SharedCell()
  public let downSeconds = SharedCell()
  public let downTransitions = SharedCell()
  /// Bumped with each change of a server's usability or weight: workers then rebuild what they derived.
  public let generation = SharedCell(1)
  /// Serialises state changes of the servers.
  public let stateLock = Mutex(())

  public init(settings: ProxySettings, index: Int, servers: [ServerRuntime], threads: Int) {
    self.settings = settings
    self.index = index
    self.servers = servers
    name = Bytes(permanent: settings.name)
    counters = CounterSet(threads: threads)
  }

  /// Connections a server may have now: `maxconn`, or between `minconn` and it in proportion to the backend's load
  /// (manual section 5.2, `minconn`; section 4, `fullconn`).
  public func dynamicLimit(of server: ServerRuntime, fullConnections: Int) -> Int {
    let limit = server.maxConnections.value
    let least = server.settings.minConnections
    if limit == 0 || least == 0 || least >= limit { return limit }
    let now = sessions.value
    if fullConnections <= 0 || now >= fullConnections { return limit }
    return max(least, limit * now / fullConnections)
  }
}
