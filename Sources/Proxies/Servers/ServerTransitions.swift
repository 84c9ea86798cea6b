import Configuration
import Memory
import Primitives

/// Why a server changes, for its message.
public enum TransitionCause: Sendable {
  case none
  /// What a check just found.
  case check(CheckValues)
  case text(String)
}

/// Changes of the servers' states with all that follows from them: counts of usable servers, weights, queues, streams
/// to end, servers that track, messages. A value that is made for one event and read for its `messages` afterwards.
///
/// One server changes at a time, under the lock of its backend; the servers that track it follow after the lock is
/// free again, each under its own, so that no two locks are ever held together.
public struct ServerTransitions {
  let process: ProcessRuntime
  /// Seconds of the process clock.
  let now: Int
  public private(set) var messages: [StateMessage] = []
  /// The process is only starting: what is not news then is not said.
  var isStarting = false

  /// `now`: monotonic milliseconds.
  public init(process: ProcessRuntime, now: Int64) {
    self.process = process
    self.now = Int(now / 1000)
  }
  public mutating func takeMessages() -> [StateMessage] {
    defer { messages = [] }
    return messages
  }

  // MARK: Operational state

  /// No check succeeds any more (or the agent or an operator said so).
  public mutating func setStopped(_ place: ServerPlace, _ cause: TransitionCause = .none) {
    follow(place, cause) { transitions, server, backend, cause in
      if server.state == .stopped { return false }
      transitions.stop(server, backend, cause)
      return true
    }
  }
  /// The checks succeed again.
  public mutating func setRunning(_ place: ServerPlace, _ cause: TransitionCause = .none) {
    follow(place, cause) { transitions, server, backend, cause in
      if server.isInMaintenance || server.state == .running || server.state == .starting { return false }
      transitions.start(server, backend, cause)
      return true
    }
  }
  /// The server finishes what it has and takes nothing new (404 with `disable-on-404`, or an agent's word).
  public mutating func setStopping(_ place: ServerPlace, _ cause: TransitionCause = .none) {
    follow(place, cause) { transitions, server, backend, cause in
      if server.isInMaintenance || server.state == .stopping { return false }
      transitions.pause(server, backend, cause)
      return true
    }
  }

  /// Makes one change and then the same with the servers that follow, for no cause of their own.
  private mutating func follow(
    _ place: ServerPlace, _ cause: TransitionCause,
    _ change: (inout ServerTransitions, ServerRuntime, BackendRuntime, TransitionCause) -> Bool
  ) {
    var waiting: [(ServerPlace, TransitionCause)] = [(place, cause)]
    while let (place, cause) = waiting.popLast() {
      guard let (backend, server) = process.server(at: place) else { continue }
      let changed = backend.stateLock.withLock { _ in change(&self, server, backend, cause) }
      if changed { waiting += (process.tracking.followers[place] ?? []).reversed().map { ($0, .none) } }
    }
  }

  private mutating func stop(_ server: ServerRuntime, _ backend: BackendRuntime, _ cause: TransitionCause) {
    let wasUsable = backend.hasUsableServer
    let wasStopping = server.state == .stopping || server.isDraining
    if server.isInMaintenance {
      server.operational.set(OperationalState.stopped.rawValue)
      return
    }
    server.lastChange.set(now)
    server.operational.set(OperationalState.stopped.rawValue)
    changed(server, backend)
    killStreams(of: server)
    let moved = redistribute(server, backend)
    report(wasStopping ? .notice : .alert, server, backend, " is DOWN", cause, moved: moved)
    noteBackend(backend, wasUsable)
    remindOfDrain(server, backend)
    server.downTransitions.add(1)
  }

  private mutating func pause(_ server: ServerRuntime, _ backend: BackendRuntime, _ cause: TransitionCause) {
    let wasUsable = backend.hasUsableServer
    server.lastChange.set(now)
    server.operational.set(OperationalState.stopping.rawValue)
    changed(server, backend)
    let moved = redistribute(server, backend)
    report(.notice, server, backend, " is stopping", cause, moved: moved)
    noteBackend(backend, wasUsable)
    remindOfDrain(server, backend)
  }

  private mutating func start(_ server: ServerRuntime, _ backend: BackendRuntime, _ cause: TransitionCause) {
    let wasUsable = backend.hasUsableServer
    if !wasUsable {
      if backend.lastChange.value < now { backend.downSeconds.add(now - backend.lastChange.value) }
      backend.lastChange.set(now)
    }
    countDowntime(server, only: server.state == .stopped)
    server.lastChange.set(now)
    server.operational.set(startState(of: server).rawValue)
    server.recomputeWeight(isDynamic: backend.settings.balance.isDynamic, now: now)
    changed(server, backend)
    killBackupStreams(for: server, backend)
    let moved = grabQueued(server, backend)
    report(.notice, server, backend, " is UP", cause, moved: moved)
    noteBackend(backend, wasUsable)
    remindOfDrain(server, backend)
  }

  func startState(of server: ServerRuntime) -> OperationalState { server.slowStartSeconds > 0 ? .starting : .running }

  // MARK: Weight

  /// Gives a server a new weight, 0...256. The caller has made sure that the algorithm can change weights.
  public mutating func setWeight(_ place: ServerPlace, _ weight: Int) {
    guard let (backend, server) = process.server(at: place) else { return }
    server.userWeight.set(weight)
    // In maintenance nothing is weighed: it counts from its end on.
    if !server.isInMaintenance { refreshWeight(server, backend) }
  }
  /// A step of slow start; returns whether another one is due.
  public mutating func warmUp(_ place: ServerPlace) -> Bool {
    guard let (backend, server) = process.server(at: place), server.state == .starting, !server.isInMaintenance else {
      return false
    }
    refreshWeight(server, backend)
    return server.state == .starting
  }
  private mutating func refreshWeight(_ server: ServerRuntime, _ backend: BackendRuntime) {
    backend.stateLock.withLock { _ in
      let wasUsable = backend.hasUsableServer
      let wasStarting = server.state == .starting
      server.recomputeWeight(isDynamic: backend.settings.balance.isDynamic, now: now)
      changed(server, backend)
      let moved = grabQueued(server, backend)
      if wasStarting && server.state == .running {
        server.lastChange.set(now)
        killBackupStreams(for: server, backend)
        report(.notice, server, backend, " is UP", .none, moved: moved)
      }
      noteBackend(backend, wasUsable)
      remindOfDrain(server, backend)
    }
  }

  // MARK: What all changes share (callers hold the lock)

  func changed(_ server: ServerRuntime, _ backend: BackendRuntime) {
    backend.recountServers()
    backend.serverChanged(server.index)
  }
  func countDowntime(_ server: ServerRuntime, only condition: Bool = true) {
    if condition && server.lastChange.value < now { server.downSeconds.add(now - server.lastChange.value) }
  }
  func killStreams(of server: ServerRuntime) {
    if server.settings.onMarkedDown != .shutdownSessions { return }
    for mailbox in process.mailboxes {
      mailbox.post(.killStreamsOfServer(backend: server.backendIndex, server: server.index, .down))
    }
  }
  func dropIdle(of server: ServerRuntime) {
    for mailbox in process.mailboxes { mailbox.post(.dropIdle(backend: server.backendIndex, server: server.index)) }
  }
  func killBackupStreams(for server: ServerRuntime, _ backend: BackendRuntime) {
    if server.settings.onMarkedUp != .shutdownBackupSessions || server.settings.isBackup { return }
    if server.effectiveWeight.value == 0 { return }
    for mailbox in process.mailboxes { mailbox.post(.killStreamsOfBackups(backend: backend.index)) }
  }

  /// The backend's own message once its last server is gone.
  mutating func noteBackend(_ backend: BackendRuntime, _ wasUsable: Bool) {
    if !wasUsable || backend.hasUsableServer { return }
    backend.lastChange.set(now)
    backend.downTransitions.add(1)
    if isStarting { return }
    let kind = backend.settings.capabilities.isSuperset(of: .listen) ? "proxy" : "backend"
    let name = backend.settings.name
    var message = StateMessage(
      level: .emergency, text: "\(kind) \(name) has no server available!", proxyIndex: backend.index)
    message.consoleText = "\(kind) '\(name)' has no server available!"
    message.isConsoleAlert = true
    messages.append(message)
  }

  mutating func report(
    _ level: StateMessage.Level, _ server: ServerRuntime, _ backend: BackendRuntime, _ what: String,
    _ cause: TransitionCause, moved: Int?, forced: Bool = false
  ) {
    var text = "\(server.titleText) \(backend.settings.name)/\(server.settings.name)\(what)"
    text += statusText(server, backend, cause, moved: moved, forced: forced)
    var message = StateMessage(level: level, text: text + ".", proxyIndex: backend.index)
    // Of maintenance, and of servers that stop, nobody is told by mail.
    if what == " is DOWN" || what == " is UP" || what.hasPrefix(" enters drain state") {
      message.mailLevel = level.rawValue
    }
    messages.append(message)
  }
  /// A message of a check's own outcome (`option log-health-checks`).
  public mutating func reportCheck(_ place: ServerPlace, isAgent: Bool, _ values: CheckValues) {
    guard let (backend, server) = process.server(at: place) else { return }
    let passed = values.result == .passed || values.result == .conditional
    var text = "\(isAgent ? "Agent" : "Health") check for \(server.settings.isBackup ? "backup " : "")server "
    text += "\(backend.settings.name)/\(server.settings.name) "
    text += "\(values.result == .conditional ? "conditionally " : "")\(passed ? "succeeded" : "failed")"
    text += statusText(server, backend, .check(values), moved: nil, forced: false)
    let points = values.isUp ? values.health - values.rise + 1 : values.health
    let state = values.isUp ? (server.userWeight.value > 0 ? "UP" : "DRAIN") : "DOWN"
    text += ", status: \(points)/\(values.isUp ? values.fall : values.rise) \(state)."
    var message = StateMessage(level: .notice, text: text, proxyIndex: backend.index)
    message.mailLevel = 6
    messages.append(message)
  }
}

extension ProcessRuntime {
  public func server(at place: ServerPlace) -> (BackendRuntime, ServerRuntime)? {
    guard place.backend >= 0, place.backend < backends.count, let backend = backends[place.backend] else { return nil }
    guard let server = backend.roster.server(at: place.server) else { return nil }
    return (backend, server)
  }
}
