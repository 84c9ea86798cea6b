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
  public let sessions = SharedCell()
  public let sessionsMax = SharedCell()
  public let maxConnections: SharedCell
  public let sessionRate = FrequencyCounter()
  public let sessionRateMax = SharedCell()
  public let connectionRate = FrequencyCounter()
  public let connectionRateMax = SharedCell()
  public let requestRate = FrequencyCounter()
  public let requestRateMax = SharedCell()
  public let rateLimit: SharedCell
  /// Lines logged for it.
  public let logCounter = SharedCell()
  /// 1 while some listener of it rests because it is full.
  public let waitingForRoom = SharedCell()
  public enum State: Int, Sendable { case ready, paused, stopped, full }
  public let state = SharedCell(State.ready.rawValue)

  public init(settings: ProxySettings, index: Int, maxConnections: Int, threads: Int) {
    self.settings = settings
    self.index = index
    name = Bytes(permanent: settings.name)
    counters = CounterSet(threads: threads)
    self.maxConnections = SharedCell(maxConnections)
    rateLimit = SharedCell(settings.rateLimitSessions)
  }
}

/// One listening socket while the process runs.
public final class ListenerRuntime: Sendable {
  public let settings: BindSettings
  public let frontendIndex: Int
  /// Place in the process's list of listeners.
  public let index: Int
  public let sessions = SharedCell()
  public let sessionsMax = SharedCell()
  public let counters: CounterSet
  public init(settings: BindSettings, frontendIndex: Int, index: Int, threads: Int) {
    self.settings = settings
    self.frontendIndex = frontendIndex
    self.index = index
    counters = CounterSet(threads: threads)
  }
}
