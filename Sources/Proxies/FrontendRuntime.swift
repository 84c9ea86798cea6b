public import Configuration
public import Memory
import Primitives

/// A frontend (or the frontend side of a `listen`) while the process runs.
public final class FrontendRuntime: Sendable {
  public let settings: ProxySettings
  public let index: Int
  public let name: Bytes
  public let counters: CounterSet
  /// Connections open now.
  public let sessions: SharedCell
  public let sessionsMax: SharedCell
  public let maxConnections: SharedCell
  public let sessionRate: FrequencyCounter
  public let sessionRateMax: SharedCell
  public let connectionRate: FrequencyCounter
  public let connectionRateMax: SharedCell
  public let requestRate: FrequencyCounter
  public let requestRateMax: SharedCell
  public let rateLimit: SharedCell
  /// Lines logged for it.
  public let logCounter: SharedCell
  /// 1 while some listener of it rests because it is full.
  public let waitingForRoom: SharedCell
  public enum State: Int, Sendable { case ready, paused, stopped, full }
  public let state = SharedCell(State.ready.rawValue)
  /// `maxconn` and `rate-limit sessions` as configured: where they are the same, what an operator set holds on.
  private let limits: (connections: Int, rate: Int)
  private let figures: FrontendTotals

  /// `predecessor`: the same frontend in the configuration that this one takes the place of, with whose figures it goes
  /// on.
  public init(
    settings: ProxySettings, index: Int, maxConnections: Int, threads: Int, predecessor: FrontendRuntime? = nil
  ) {
    let old = predecessor
    self.settings = settings
    self.index = index
    name = Bytes(permanent: settings.name)
    figures = old?.figures ?? FrontendTotals(threads: threads)
    counters = figures.memory.counters
    sessions = figures.sessions
    sessionsMax = figures.sessionsMax
    sessionRate = figures.sessionRate
    sessionRateMax = figures.sessionRateMax
    connectionRate = figures.connectionRate
    connectionRateMax = figures.connectionRateMax
    requestRate = figures.requestRate
    requestRateMax = figures.requestRateMax
    logCounter = figures.logCounter
    waitingForRoom = figures.waitingForRoom
    limits = (maxConnections, settings.rateLimitSessions)
    let keepsConnections = old?.limits.connections == maxConnections
    self.maxConnections = SharedCell(keepsConnections ? old?.maxConnections.value ?? 0 : maxConnections)
    let keepsRate = old?.limits.rate == settings.rateLimitSessions
    rateLimit = SharedCell(keepsRate ? old?.rateLimit.value ?? 0 : settings.rateLimitSessions)
  }
  deinit { for cell in [maxConnections, rateLimit, state] { cell.giveBack() } }
}

/// One listening socket while the process runs.
public final class ListenerRuntime: Sendable {
  public let settings: BindSettings
  public let frontendIndex: Int
  /// Place in the process's list of listeners.
  public let index: Int
  public let sessions: SharedCell
  public let sessionsMax: SharedCell
  public let counters: CounterSet
  /// The same for as long as the line is: configurations come and go meanwhile.
  public let identity: Int
  private let figures: ListenerTotals
  private static let identities = SharedCell()

  /// `predecessor`: the same under the configuration before, whose connections are as good as new ones.
  public init(
    settings: BindSettings, frontendIndex: Int, index: Int, threads: Int, predecessor: ListenerRuntime? = nil
  ) {
    self.settings = settings
    self.frontendIndex = frontendIndex
    self.index = index
    identity = predecessor?.identity ?? Self.identities.add(1)
    figures = predecessor?.figures ?? ListenerTotals(threads: threads)
    sessions = figures.sessions
    sessionsMax = figures.sessionsMax
    counters = figures.memory.counters
  }
}
