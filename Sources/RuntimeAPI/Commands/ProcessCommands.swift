import Configuration
import Memory
import Primitives
import Proxies

/// Commands that change frontends, limits and counters.
extension CommandRunner {
  mutating func changeProcess(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    switch command {
    case .setMaxconnGlobal: return setGlobalLimit(arguments[0])
    case .setRateLimit: return setRateLimit(arguments)
    default: break
    }
    if arguments[0].isEmpty { return .error("A frontend name is expected.") }
    guard let frontend = frontend(named: arguments[0]) else { return .error("No such frontend.") }
    switch command {
    case .setMaxconnFrontend: return setLimit(of: frontend, arguments[1])
    case .disableFrontend: return pause(frontend)
    case .enableFrontend: return resume(frontend)
    case .shutdownFrontend: return stop(frontend)
    default: return .empty
    }
  }

  private func state(of frontend: FrontendRuntime) -> FrontendRuntime.State {
    FrontendRuntime.State(rawValue: frontend.state.value) ?? .ready
  }
  private func kind(of frontend: FrontendRuntime) -> String {
    frontend.settings.capabilities.isSuperset(of: .listen) ? "proxy" : "frontend"
  }
  private mutating func note(_ frontend: FrontendRuntime, _ text: String) {
    messages.append(StateMessage(level: .warning, text: text, proxyIndex: frontend.index))
  }

  private mutating func pause(_ frontend: FrontendRuntime) -> CommandReply {
    switch state(of: frontend) {
    case .stopped: return .error("Frontend was previously shut down, cannot disable.")
    case .paused: return .message(.notice, "All sockets are already disabled.\n")
    case .ready, .full: break
    }
    frontend.state.set(FrontendRuntime.State.paused.rawValue)
    for mailbox in process.mailboxes { mailbox.post(.pauseFrontend(frontend.index)) }
    note(frontend, "Paused \(kind(of: frontend)) \(frontend.settings.name).")
    return .empty
  }
  private mutating func resume(_ frontend: FrontendRuntime) -> CommandReply {
    switch state(of: frontend) {
    case .stopped: return .error("Frontend was previously shut down, cannot enable.")
    case .ready, .full: return .message(.notice, "All sockets are already enabled.\n")
    case .paused: break
    }
    frontend.state.set(FrontendRuntime.State.ready.rawValue)
    for mailbox in process.mailboxes { mailbox.post(.resumeFrontend(frontend.index)) }
    note(frontend, "Resumed \(kind(of: frontend)) \(frontend.settings.name).")
    return .empty
  }
  private mutating func stop(_ frontend: FrontendRuntime) -> CommandReply {
    if state(of: frontend) == .stopped { return .error("Frontend was already shut down.") }
    frontend.state.set(FrontendRuntime.State.stopped.rawValue)
    for mailbox in process.mailboxes { mailbox.post(.stopFrontend(frontend.index)) }
    let sessions = process.backends[frontend.index]?.counters.total(.sessionsTotal) ?? 0
    let connections = frontend.counters.total(.connectionsTotal)
    note(
      frontend,
      "Proxy \(frontend.settings.name) stopped (cumulated conns: FE: \(connections), BE: \(sessions)).")
    return .empty
  }

  private func wakeListeners() { for mailbox in process.mailboxes { mailbox.post(.resumeListeners) } }

  private mutating func setLimit(of frontend: FrontendRuntime, _ text: String) -> CommandReply {
    if text.isEmpty { return .error("Integer value expected.") }
    let value = LeadingNumber(text)?.wrapped ?? 0
    if value < 0 { return .error("Value out of range.") }
    frontend.maxConnections.set(value)
    wakeListeners()
    return .empty
  }
  private mutating func setGlobalLimit(_ text: String) -> CommandReply {
    if text.isEmpty { return .error("Expects an integer value.") }
    let value = LeadingNumber(text)?.wrapped ?? 0
    if value > process.hardMaxConnections { return .error("Value out of range.") }
    process.maxConnections.set(value <= 0 ? process.hardMaxConnections : value)
    wakeListeners()
    return .empty
  }

  private static let rateLimitUsage = """
    'set rate-limit' only supports :
       - 'connections global' to set the per-process maximum connection rate
       - 'sessions global' to set the per-process maximum session rate
       - 'ssl-sessions global' to set the per-process maximum SSL session rate
       - 'http-compression global' to set the per-process maximum compression speed in kB/s
    """

  private mutating func setRateLimit(_ arguments: CommandArguments) -> CommandReply {
    let cell: SharedCell
    switch arguments[0] {
    case "connections": cell = process.connectionRateLimit
    case "sessions": cell = process.sessionRateLimit
    case "ssl-sessions": cell = process.tls.rateLimit
    case "http-compression": cell = process.compressionRateLimit
    default: return .error(Self.rateLimitUsage)
    }
    if arguments[1] != "global" { return .error(Self.rateLimitUsage) }
    if arguments[2].isEmpty { return .error("Expects an integer value.") }
    let value = LeadingNumber(arguments[2])?.wrapped ?? 0
    if value < 0 { return .error("Value out of range.") }
    // Kilobytes for the user, bytes inside.
    cell.set(arguments[0] == "http-compression" ? value &* 1024 : value)
    wakeListeners()
    return .empty
  }

  // MARK: - Counters

  /// `clear counters`: the highest values, with `all` everything that counts.
  mutating func clearCounters(_ arguments: CommandArguments) -> CommandReply {
    let all = arguments[0] == "all"
    if access.level == .user || (all && access.level != .admin) { return .permissionDenied }
    for frontend in process.frontends.compactMap({ $0 }) {
      clear(frontend.counters, all: all)
      for cell in [frontend.sessionsMax, frontend.sessionRateMax, frontend.connectionRateMax, frontend.requestRateMax] {
        cell.set(0)
      }
    }
    for listener in process.listeners {
      clear(listener.counters, all: all)
      listener.sessionsMax.set(0)
    }
    for backend in process.backends.compactMap({ $0 }) {
      clear(backend.counters, all: all)
      for cell in [backend.sessionsMax, backend.sessionRateMax, backend.queue.longest] { cell.set(0) }
      if all { backend.downTransitions.set(0) }
      for server in backend.servers { clear(server, all: all) }
    }
    for cell in [
      process.connectionRateMax, process.sessionRateMax, process.tls.rateMax, process.tls.frontendKeysMax,
      process.tls.backendKeysMax,
    ] { cell.set(0) }
    return .empty
  }

  private func clear(_ server: ServerRuntime, all: Bool) {
    clear(server.counters, all: all)
    for cell in [server.sessionsMax, server.sessionRateMax, server.queue.longest, server.servedMax] { cell.set(0) }
    if !all { return }
    server.downTransitions.set(0)
    server.observedFailures.set(0)
    server.lastSession.set(-1)
  }

  private func clear(_ counters: CounterSet, all: Bool) {
    let highest: [TrafficCounter] = [.queueTimeMax, .connectTimeMax, .responseTimeMax, .totalTimeMax]
    for counter in all ? TrafficCounter.allCases : highest { counters.clear(counter) }
  }
}
