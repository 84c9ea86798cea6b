import Configuration
import Primitives
import Proxies

/// `set server ... addr`, and where its checks go.
extension CommandRunner {
  /// `addr <ip> [port <port>]`: answers what changed.
  mutating func setAddress(_ arguments: CommandArguments, _ server: ServerRuntime) -> CommandReply {
    if arguments[1].isEmpty { return .error("set server <b>/<s> addr requires an address and optionally a port.") }
    let by = " by 'stats socket command'\n"
    guard let address = IPAddress(text: arguments[1]) else {
      return .message(.warning, "Invalid addr '\(arguments[1])'" + by)
    }
    let old = server.currentEndpoint.address
    // A name that nobody has resolved is no address of another family.
    if old == nil, case .socket = server.settings.address {
      let text = "Update for the current server address family is only supported through configuration file"
      return .message(.warning, text + by)
    }
    var answer = "no need to change the addr"
    if old != address {
      answer = "IP changed from '\(old.map { "\($0)" } ?? "")' to '\(arguments[1])'"
      apply(server) { $0 = Endpoint(address, port: $0.port) }
    }
    if arguments[2] == "port" { answer += ", " + setPort(arguments[3], server) }
    return .message(.warning, answer + by)
  }

  /// A number, which may begin with a sign: then it is added to the port that the client went to.
  private mutating func setPort(_ word: String, _ server: ServerRuntime) -> String {
    guard let number = LeadingNumber(word), number.value.magnitude < 1_000_000_000_000_000 else {
      return "problem converting port '\(word)' to an int"
    }
    let isMapped = word.hasPrefix("+") || word.hasPrefix("-")
    let map = server.portOffset
    let before = map.map { UInt16(truncatingIfNeeded: $0) } ?? server.currentEndpoint.port
    let new = UInt16(truncatingIfNeeded: number.value)
    if isMapped && map == nil {
      let hasCheckPort = server.checkOverrides.current.checkPort ?? server.settings.checkPort ?? 0 != 0
      if !hasCheckPort {
        return "can't change <port> to port map because it is incompatible with current health check port configuration"
          + " (use 'port' statement from the 'server' directive."
      }
    } else if new == before {
      return "no need to change the port"
    }
    apply(server) { $0.port = isMapped ? 0 : new }
    server.portOffset = isMapped ? Int(new) : nil
    let shown = isMapped ? "\(word.prefix(1))\(UInt16(truncatingIfNeeded: number.value.magnitude))" : "\(new)"
    return "port changed from '\(map == nil ? "" : "+")\(before)' to '\(shown)'"
  }

  private mutating func apply(_ server: ServerRuntime, _ edit: (inout Endpoint) -> Void) {
    var endpoint = server.currentEndpoint
    edit(&endpoint)
    server.currentEndpoint = endpoint
    for mailbox in process.mailboxes {
      mailbox.post(.dropIdle(backend: server.backendIndex, server: server.index))
    }
    if server.adminState.contains(.resolutionMaintenance) {
      let place = ServerPlace(backend: server.backendIndex, server: server.index)
      change { $0.clear(.resolutionMaintenance, place) }
    }
  }

  mutating func setCheckPlace(_ arguments: CommandArguments, _ server: ServerRuntime) -> CommandReply {
    let what = arguments[0]
    let value = arguments[1]
    let isAgent = what.hasPrefix("agent")
    if what.hasSuffix("addr") && value.isEmpty {
      return .error("set server <b>/<s> \(what) requires an address and optionally a port.")
    }
    if what.hasSuffix("port") && value.isEmpty { return .error("set server <b>/<s> \(what) requires a port.") }
    let record = server.record(isAgent: isAgent)
    if !record.current.isEnabled {
      if what == "agent-send" { return .error("agent checks are not enabled on this server.") }
      return .message(.warning, "\(isAgent ? "agent" : "health") checks are not enabled on this server")
    }
    var override = server.checkOverrides.current
    switch what {
    case "agent-send":
      override.agentSend = value
    case "agent-port", "check-port":
      switch Self.port(value) {
      case .success(let port): if isAgent { override.agentPort = port } else { override.checkPort = port }
      case .failure(let failure): return .message(.warning, failure.text)
      }
    default:
      guard let address = IPAddress(text: value) else { return .message(.warning, "invalid addr '\(value)'") }
      if isAgent { override.agentAddress = address } else { override.checkAddress = address }
      if arguments[2] == "port" {
        switch Self.port(arguments[3]) {
        case .success(let port): if isAgent { override.agentPort = port } else { override.checkPort = port }
        case .failure(let failure): return .message(.warning, failure.text)
        }
      }
    }
    server.checkOverrides.current = override
    return .empty
  }

  private struct PortFailure: Error { let text: String }
  private static func port(_ text: String) -> Result<UInt16, PortFailure> {
    guard let number = LeadingNumber(text), number.rest.isEmpty, !text.hasPrefix("+"),
      Int32(exactly: number.value) != nil
    else {
      return .failure(PortFailure(text: "provided port is not an integer"))
    }
    guard let port = UInt16(exactly: number.value) else {
      return .failure(PortFailure(text: "provided port is invalid"))
    }
    return .success(port)
  }
}

extension IPAddress {
  /// An address of either family from its text, one of version 6 with or without brackets; `*`: any.
  init?(text: String) {
    var text = text
    if text == "*" { text = "0.0.0.0" }
    if text.hasPrefix("[") && text.hasSuffix("]") {
      guard let v6 = IPv6Address(String(text.dropFirst().dropLast())) else { return nil }
      self = .v6(v6)
    } else if let v4 = IPv4Address(text) {
      self = .v4(v4)
    } else if let v6 = IPv6Address(text) {
      self = .v6(v6)
    } else {
      return nil
    }
  }
}
