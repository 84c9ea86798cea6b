import Configuration
import LoadBalancing
import Memory
import Primitives
import Proxies

/// Commands that change one server.
extension CommandRunner {
  mutating func changeServer(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    onServer(arguments[0]) { runner, place, backend, server in
      switch command {
      case .disableServer: runner.change { $0.setMaintenance(place) }
      case .enableServer:
        runner.change { transitions in
          transitions.clear(.forcedDrain, place)
          transitions.clear(.forcedMaintenance, place)
        }
      case .disableHealth: server.check.update { $0.isEnabled = false }
      case .enableHealth:
        if !server.check.current.isConfigured {
          return .error("Health check was not configured on this server, cannot enable.")
        }
        server.check.update { $0.isEnabled = true }
      case .disableAgent: server.agent.update { $0.isEnabled = false }
      case .enableAgent:
        if !server.agent.current.isConfigured {
          return .error("Agent was not configured on this server, cannot enable.")
        }
        server.agent.update { $0.isEnabled = true }
      case .setWeight: return runner.setWeight(arguments[1], place, backend, server)
      case .setMaxconnServer: return runner.setLimit(arguments[1], server, backend)
      case .setServer:
        return runner.setServer(CommandArguments(Array(arguments.words.dropFirst())), place, backend, server)
      case .shutdownSessionsServer:
        for mailbox in runner.process.mailboxes {
          mailbox.post(.killStreamsOfServer(backend: place.backend, server: place.server, .killed))
        }
      default: break
      }
      return .empty
    }
  }

  mutating func getWeight(_ arguments: CommandArguments) -> CommandReply {
    // A backend without a name is none, where other commands ask for both names.
    if arguments[0].hasPrefix("/") && arguments[0].count > 1 { return .error("No such backend.") }
    return onServer(arguments[0]) { _, _, _, server in
      .text("\(server.userWeight.value) (initial \(server.initialWeight))\n")
    }
  }

  private mutating func setWeight(
    _ text: String, _ place: ServerPlace, _ backend: BackendRuntime, _ server: ServerRuntime
  ) -> CommandReply {
    if text.isEmpty { return .error("Require <weight> or <weight%>.") }
    guard var weight = LeadingNumber(text) else {
      return .message(.error, "Empty weight string empty or preceded by garbage")
    }
    if weight.rest == "%" {
      if weight.value < 0 { return .error("Relative weight must be positive.") }
      weight.value = min(256, max(0, weight.value) * server.initialWeight / 100)
    } else if !weight.rest.isEmpty {
      return .message(.error, "Trailing garbage in weight string")
    } else if !(0...256).contains(weight.value) {
      return .error("Absolute weight can only be between 0 and 256 inclusive.")
    }
    if !backend.settings.balance.isDynamic && weight.value != 0 && weight.value != server.initialWeight {
      return .message(
        .error, "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n")
    }
    change { $0.setWeight(place, weight.value) }
    return .empty
  }

  private mutating func setLimit(_ text: String, _ server: ServerRuntime, _ backend: BackendRuntime) -> CommandReply {
    if text.isEmpty { return .error("Require <maxconn>.") }
    guard let limit = LeadingNumber(text) else {
      return .message(.error, "maxconn string empty or preceded by garbage")
    }
    if !limit.rest.isEmpty { return .message(.error, "Trailing garbage in maxconn string") }
    server.load.setLimits(minimum: server.settings.minConnections, maximum: max(0, limit.value))
    return .empty
  }

  private static let setServerUsage =
    "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port "
    + "| fqdn | health | ssl | state | weight"

  private mutating func setServer(
    _ arguments: CommandArguments, _ place: ServerPlace, _ backend: BackendRuntime, _ server: ServerRuntime
  ) -> CommandReply {
    let value = arguments[1]
    switch arguments[0] {
    case "weight": return setWeight(value, place, backend, server)
    case "state":
      switch value {
      case "ready": change { $0.setReady(place) }
      case "drain": change { $0.setDrain(place) }
      case "maint": change { $0.setMaintenance(place) }
      default: return .error("'set server <srv> state' expects 'ready', 'drain' and 'maint'.")
      }
      return .empty
    case "health": return setHealth(value, place, server)
    case "agent": return setAgent(value, place, server)
    case "addr": return setAddress(arguments, server)
    case "check-addr", "check-port", "agent-addr", "agent-port", "agent-send": return setCheckPlace(arguments, server)
    case "fqdn":
      if value.isEmpty { return .error("set server <b>/<s> fqdn requires a FQDN.") }
      return setName(value, place, backend, server)
    case "ssl":
      if server.isDynamic { return .error("'set server <srv> ssl' not supported on dynamic servers") }
      return setTLS(value, place, server)
    default: return .error(Self.setServerUsage)
    }
  }

  private mutating func setHealth(_ value: String, _ place: ServerPlace, _ server: ServerRuntime) -> CommandReply {
    if server.settings.track != nil { return .error("cannot change health on a tracking server.") }
    let cause = TransitionCause.text("changed from CLI")
    switch value {
    case "up":
      server.check.update { $0.health = $0.fullHealth }
      change { $0.setRunning(place, cause) }
    case "stopping":
      server.check.update { $0.health = $0.fullHealth }
      change { $0.setStopping(place, cause) }
    case "down":
      server.check.update { $0.health = 0 }
      change { $0.setStopped(place, cause) }
    default: return .error("'set server <srv> health' expects 'up', 'stopping', or 'down'.")
    }
    return .empty
  }

  private mutating func setAgent(_ value: String, _ place: ServerPlace, _ server: ServerRuntime) -> CommandReply {
    if !server.agent.current.isEnabled { return .error("agent checks are not enabled on this server.") }
    let cause = TransitionCause.text("changed from CLI")
    switch value {
    case "up":
      server.agent.update { $0.health = $0.fullHealth }
      change { $0.setRunning(place, cause) }
    case "down":
      server.agent.update { $0.health = 0 }
      change { $0.setStopped(place, cause) }
    default: return .error("'set server <srv> agent' expects 'up' or 'down'.")
    }
    return .empty
  }
}

/// The whole number at the start of a text, with what follows it.
struct LeadingNumber {
  var value: Int
  var rest: Substring

  /// In 64 bits, the largest number for what is longer.
  private(set) var whole: Int
  /// As HAProxy reads it where it does not look how long a number is.
  var wrapped: Int { Int(Int32(truncatingIfNeeded: whole)) }

  init?(_ text: String) {
    var body = Substring(text)
    let isNegative = body.first == "-"
    if isNegative || body.first == "+" { body = body.dropFirst() }
    let digits = body.prefix { $0.isASCII && $0.isNumber }
    if digits.isEmpty { return nil }
    // Whatever is longer is out of every range.
    let magnitude = Int(digits.prefix(15)) ?? 0
    value = isNegative ? -magnitude : magnitude
    let full = Int(digits) ?? .max
    whole = isNegative ? -full : full
    rest = body.dropFirst(digits.count)
  }
}
