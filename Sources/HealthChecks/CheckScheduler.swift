import Configuration
public import EventLoop
import HTTP1
public import Memory
import Primitives
public import Proxies
public import System

/// The checks that one worker runs, on its loop. The owner of the loop hands it events and timers of `TokenKind.check`
/// and takes the `messages` afterwards.
public struct CheckScheduler: ~Copyable {
  let process: ProcessRuntime
  let worker: Int
  let buffers: BufferPool
  var entries: [CheckEntry] = []
  var spares = SpareSockets()
  let answers: CheckAnswer
  var patterns = CheckPatterns()
  /// Made when the first log-format or expression is met.
  var tools: CheckTools?
  var random: UInt64
  private var isStopped = false
  /// What has been found since the last `takeMessages`.
  var messages: [StateMessage] = []

  public init(process: ProcessRuntime, worker: Int, buffers: BufferPool) {
    self.process = process
    self.worker = worker
    self.buffers = buffers
    let tune = process.model.global.tune
    let room = max(1024, tune.bufferSize - tune.maxRewrite)
    answers = CheckAnswer(limits: H1Limits(maxHeaders: tune.maxHTTPHeaders, maxHeadLength: room))
    random = UInt64(truncatingIfNeeded: process.startedAt) &+ UInt64(worker) | 1
  }

  public var hasMessages: Bool { !messages.isEmpty }
  public mutating func takeMessages() -> [StateMessage] {
    if messages.isEmpty { return [] }
    defer { messages = [] }
    return messages
  }

  // MARK: - Start and end

  /// Makes the entries of this worker and arms their first runs, spread as HAProxy spreads them: over the shortest
  /// interval of a second or more.
  public mutating func start(_ loop: inout EventLoop) {
    var count = 0
    var shortest = 0
    var found: [(CheckEntry.Role, BackendRuntime, ServerRuntime, CheckPlan, Int)] = []
    for case let backend? in process.backends where !backend.settings.disabled {
      // The servers of a backend share the script.
      let script = CheckScriptPlan(of: backend.settings)
      for server in backend.servers {
        let place = ServerPlace(backend: backend.index, server: server.index)
        let isOurs = process.checkingWorker(of: place) == worker
        for (role, plan) in Self.plans(server, backend, script) {
          if role != .slowStart {
            let first = firstInterval(role, plan, server)
            if first >= 1000 && (shortest == 0 || first < shortest) { shortest = first }
            count += 1
          }
          if isOurs { found.append((role, backend, server, plan, count - 1)) }
        }
      }
    }
    if !loop.poller.needsRearming { spares.limit = min(512, found.count / 4) }
    let limit = process.model.global.maxSpreadChecks
    for (role, backend, server, plan, position) in found {
      let index = entries.count
      let slot = loop.timers.allocate(token: Token(kind: TokenKind.check, index: index, generation: 0).bits)
      entries.append(CheckEntry(role: role, of: server, backend, plan: plan, slot: slot, position: position))
      if role == .slowStart {
        loop.timers.arm(slot, at: loop.now + Int64(plan.inter))
        continue
      }
      var span = max(shortest, firstInterval(role, plan, server))
      if limit > 0 { span = min(span, limit) }
      loop.timers.arm(slot, at: loop.now + Int64(span) * Int64(position) / Int64(max(1, count)))
    }
  }

  /// The interval that a check has before its first run: a server is not quite up at the start, unless `fall` is 1.
  func firstInterval(_ role: CheckEntry.Role, _ plan: CheckPlan, _ server: ServerRuntime) -> Int {
    plan.interval(server.record(isAgent: role == .agent).current, serverState: server.state)
  }

  static func plans(
    _ server: ServerRuntime, _ backend: BackendRuntime, _ script: CheckScriptPlan?
  ) -> [(CheckEntry.Role, CheckPlan)] {
    var plans: [(CheckEntry.Role, CheckPlan)] = []
    let settings = server.settings
    if settings.checkEnabled && settings.track == nil {
      plans.append((.check, CheckPlan(check: settings, of: backend.settings, script: script)))
    }
    if settings.agentEnabled { plans.append((.agent, CheckPlan(agent: settings, of: backend.settings))) }
    if settings.slowStart > 0 {
      let every = max(1000, settings.slowStart / 20)
      plans.append((.slowStart, CheckPlan(agent: settings, of: backend.settings, every: every)))
    }
    return plans
  }

  /// Ends all checks: nothing is armed or open afterwards.
  public mutating func stop(_ loop: inout EventLoop) {
    isStopped = true
    for i in entries.indices where !entries[i].isVacant {
      entries[i].child?.end()
      forgetProgram(i, &loop)
      close(i, &loop)
      loop.timers.release(entries[i].slot)
    }
    spares.closeAll()
    entries = []
  }

  // MARK: - Events

  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    let i = token.index
    if isStopped || i >= entries.count || entries[i].isVacant { return }
    if entries[i].role == .slowStart { return warmUp(i, &loop) }
    entries[i].phase == .idle ? begin(i, &loop) : timeOut(i, &loop)
  }

  public mutating func handleEvent(_ event: Poller.Event, _ loop: inout EventLoop) {
    let token = Token(bits: event.token)
    let i = token.index
    if isStopped || i >= entries.count || entries[i].isVacant || entries[i].generation != token.generation { return }
    if event.isPeerClosed { entries[i].peerHasEnded = true }
    switch entries[i].phase {
    case .idle: break
    case .connecting: connected(i, event, &loop)
    case .tunnelling: tunnel(i, &loop)
    case .securing: handshake(i, &loop)
    case .sending: resume(i, &loop)
    case .receiving: runScript(i, &loop)
    case .running: programEvent(i, &loop)
    }
  }

  /// The message `WorkerMessage.checkSoon`.
  public mutating func checkSoon(backend: Int, server: Int, _ loop: inout EventLoop) {
    let place = ServerPlace(backend: backend, server: server)
    for entry in entries
    where entry.place == place && entry.role == .check && entry.phase == .idle && !entry.isVacant {
      guard let fast = entry.plan.fastInter else { return }
      let soon = loop.now + Int64(fast)
      if soon < loop.timers.deadline(entry.slot) { loop.timers.arm(entry.slot, at: soon) }
    }
  }

  private mutating func warmUp(_ i: Int, _ loop: inout EventLoop) {
    var transitions = ServerTransitions(process: process, now: loop.now)
    _ = transitions.warmUp(entries[i].place)
    messages += transitions.takeMessages()
    loop.timers.arm(entries[i].slot, at: loop.now + Int64(entries[i].plan.inter))
  }
}
