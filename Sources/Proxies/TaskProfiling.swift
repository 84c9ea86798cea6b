public import Configuration
public import Memory

/// Whether workers measure what their time goes to (`profiling.tasks`, `set profiling tasks`): the switch that all share.
public struct TaskProfilingSwitch: Sendable {
  private let mode: SharedCell
  /// Changes where the workers' sums begin anew.
  private let resets = SharedCell()
  /// Threads that measure now.
  private let active = SharedCell()
  /// Average microseconds of a round of the loop from which on, and below which, `auto` has a thread measure.
  public static let slowRound = 1000
  public static let fastRound = 990

  private static let modes: [GlobalSettings.TaskProfiling] = [.off, .automatic, .on]

  public init(_ mode: GlobalSettings.TaskProfiling) { self.mode = SharedCell(Self.modes.firstIndex(of: mode) ?? 0) }

  public var current: GlobalSettings.TaskProfiling { Self.modes[min(max(0, mode.value), 2)] }
  /// Sums begin anew with `on`, as in HAProxy.
  public func set(_ new: GlobalSettings.TaskProfiling) {
    if new == .on { resets.add(1) }
    mode.set(Self.modes.firstIndex(of: new) ?? 0)
  }
  @inline(__always) public var isOff: Bool { mode.value == 0 }
  public var resetCount: Int { resets.value }
  public func note(active isActive: Bool) { active.add(isActive ? 1 : -1) }

  /// `on`, `off`, `auto-on` where some thread measures, or `auto-off`.
  public var text: String {
    switch current {
    case .on: "on"
    case .off: "off"
    case .automatic: active.value > 0 ? "auto-on" : "auto-off"
    }
  }
}

/// What a worker's time goes to, in the order of its sums (`show profiling`).
public enum ProfiledTask: Int, CaseIterable, Sendable {
  case accept, client, server, stream, streamTimer, mailbox, housekeeping, check, runtimeAPI, logForwarding, resolver,
    peers, mail, forward

  public var name: String {
    switch self {
    case .accept: "accept_connections"
    case .client: "client_connection"
    case .server: "server_connection"
    case .stream: "stream_turn"
    case .streamTimer: "stream_timeout"
    case .mailbox: "mailbox"
    case .housekeeping: "housekeeping"
    case .check: "health_check"
    case .runtimeAPI: "runtime_api"
    case .logForwarding: "log_forwarding"
    case .resolver: "resolvers"
    case .peers: "peers"
    case .mail: "mailers"
    case .forward: "log_forward"
    }
  }
}
