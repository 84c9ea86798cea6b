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
    var endpoint = server.currentEndpoint
    let old = endpoint.address
    var answer = "no need to change the addr"
    if old != address {
      answer = "IP changed from '\(old.map { "\($0)" } ?? "")' to '\(address)'"
      endpoint = Endpoint(address, port: endpoint.port)
    }
    if arguments[2] == "port" {
      guard let port = LeadingNumber(arguments[3]), port.rest.isEmpty else {
        apply(endpoint, server)
        return .message(.warning, answer + ", problem converting port '\(arguments[3])' to an int" + by)
      }
      let new = UInt16(truncatingIfNeeded: port.value)
      if new == endpoint.port {
        answer += ", no need to change the port"
      } else {
        answer += ", port changed from '\(endpoint.port)' to '\(new)'"
        endpoint.port = new
      }
    }
    apply(endpoint, server)
    return .message(.warning, answer + by)
  }

  private mutating func apply(_ endpoint: Endpoint, _ server: ServerRuntime) {
    if endpoint == server.currentEndpoint { return }
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
    let record = isAgent ? server.agent : server.check
    if !record.current.isEnabled {
      if what == "agent-send" { return .error("agent checks are not enabled on this server.") }
      return .message(.error, "\(isAgent ? "agent" : "health") checks are not enabled on this server")
    }
    var override = server.checkOverrides.current
    switch what {
    case "agent-send":
      if value.isEmpty { return .error("set server <b>/<s> agent-send requires a string.") }
      override.agentSend = value
    case "agent-port", "check-port":
      switch Self.port(value) {
      case .success(let port): if isAgent { override.agentPort = port } else { override.checkPort = port }
      case .failure(let failure): return .message(.error, failure.text)
      }
    default:
      guard let address = IPAddress(text: value) else { return .message(.error, "invalid addr '\(value)'") }
      if isAgent { override.agentAddress = address } else { override.checkAddress = address }
      if arguments[2] == "port" {
        switch Self.port(arguments[3]) {
        case .success(let port): if isAgent { override.agentPort = port } else { override.checkPort = port }
        case .failure(let failure): return .message(.error, failure.text)
        }
      }
    }
    server.checkOverrides.current = override
    return .empty
  }

  private struct PortFailure: Error { let text: String }
  private static func port(_ text: String) -> Result<UInt16, PortFailure> {
    guard let number = LeadingNumber(text), number.rest.isEmpty else {
      return .failure(PortFailure(text: "provided port is not an integer"))
    }
    guard let port = UInt16(exactly: number.value) else {
      return .failure(PortFailure(text: "provided port is invalid"))
    }
    return .success(port)
  }
}

extension IPAddress {
  /// An address of either family from its text.
  init?(text: String) {
    if let v4 = IPv4Address(text) {
      self = .v4(v4)
    } else if let v6 = IPv6Address(text) {
      self = .v6(v6)
    } else {
      return nil
    }
  }
}
