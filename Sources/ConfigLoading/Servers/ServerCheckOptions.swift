import Configuration
import Primitives

/// `inter` and the like: at least 1 ms.
private func interval(_ server: inout ServerOptionContext) throws(OptionError) -> Int {
  let keyword = server.cursor.name
  let word = try server.cursor.take(orFail: "'\(keyword)' expects a delay as argument.")
  switch server.time(word) {
  case .value(0): throw .text("invalid value 0 for argument '\(keyword)' of server \(server.name).")
  case .value(let value): return value
  // HAProxy speaks of `agent-inter` whichever the keyword.
  case .unexpected(let scalar):
    throw .text("unexpected character '\(scalar)' in 'agent-inter' argument of server \(server.name).")
  case .overflow:
    throw .text(
      "timer overflow in argument <\(word)> to <\(keyword)> of server \(server.name), maximum value is 2147483647 ms "
        + "(~24.8 days).")
  }
}

private func count(_ server: inout ServerOptionContext) throws(OptionError) -> Int {
  let keyword = server.cursor.name
  let value = CInteger.leading(try server.cursor.take(orFail: "'\(keyword)' expects an integer argument."))
  if value <= 0 { throw .text("'\(keyword)' has to be > 0.") }
  return value
}

private func port(_ server: inout ServerOptionContext) throws(OptionError) -> UInt16 {
  let keyword = server.cursor.name
  let word = try server.cursor.take(orFail: "'\(keyword)' expects a port number as argument.")
  return UInt16(truncatingIfNeeded: CInteger.leading(word))
}

/// The options of `server` lines that speak of health and agent checks (manual section 5.2).
let serverCheckOptions: [ServerOption] = [
  ServerOption("addr") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'addr' expects <ipv4|ipv6> as argument.")
    do throws(AddressError) {
      let parsed = try AddressParsing.parse(word, [.resolveNow, .portAllowed, .stream, .connect])
      if case .ip(let address) = parsed.host { server.settings.checkAddress = address }
      if parsed.firstPort != 0 { server.settings.checkPort = UInt16(clamping: parsed.firstPort) }
    } catch {
      throw .text("'addr' : \(error.text.droppingLastLineFeed)")
    }
  },
  ServerOption("check") { server in server.settings.checkEnabled = true },
  ServerOption("no-check") { server in server.settings.checkEnabled = false },
  ServerOption("check-proto") { server throws(OptionError) in
    server.settings.checkProto = try multiplexer(&server, "check-proto")
  },
  ServerOption("check-send-proxy") { server in server.settings.checkSendProxy = true },
  ServerOption("check-via-socks4") { server in server.settings.checkViaSocks4 = true },
  ServerOption("no-check-send-proxy") { server in server.settings.checkSendProxy = false },
  ServerOption("downinter") { server throws(OptionError) in server.settings.downInter = try interval(&server) },
  ServerOption("fastinter") { server throws(OptionError) in server.settings.fastInter = try interval(&server) },
  ServerOption("inter") { server throws(OptionError) in server.settings.inter = try interval(&server) },
  ServerOption("fall") { server throws(OptionError) in server.settings.fall = try count(&server) },
  ServerOption("rise") { server throws(OptionError) in server.settings.rise = try count(&server) },
  ServerOption("port") { server throws(OptionError) in server.settings.checkPort = try port(&server) },
  ServerOption("observe") { server throws(OptionError) in
    switch try server.cursor.take(orFail: "'observe' expects <mode> as argument.") {
    case "none": server.settings.observe = .none
    case "layer4": server.settings.observe = .layer4
    case "layer7":
      if server.proxy.mode == .http {
        server.settings.observe = .layer7
      } else {
        // An alert after which HAProxy goes on, without observing.
        server.alert("'layer7' can only be used in http proxies..", .alert)
      }
    case let word: throw .text("'observe' expects one of 'none', 'layer4', 'layer7' but got '\(word)'")
    }
  },
  ServerOption("on-error") { server throws(OptionError) in
    switch server.cursor.take() {
    case "fastinter": server.settings.onError = .fastInter
    case "fail-check": server.settings.onError = .failCheck
    case "sudden-death": server.settings.onError = .suddenDeath
    case "mark-down": server.settings.onError = .markDown
    case let word:
      throw .text(
        "'on-error' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down' but got '\(word)'")
    }
  },
  ServerOption("on-marked-down") { server throws(OptionError) in
    let word = server.cursor.take()
    if word != "shutdown-sessions" {
      throw .text("'on-marked-down' expects 'shutdown-sessions' but got '\(word)'")
    }
    server.settings.onMarkedDown = .shutdownSessions
  },
  ServerOption("on-marked-up") { server throws(OptionError) in
    let word = server.cursor.take()
    if word != "shutdown-backup-sessions" {
      throw .text("'on-marked-up' expects 'shutdown-backup-sessions' but got '\(word)'")
    }
    server.settings.onMarkedUp = .shutdownBackupSessions
  },
  ServerOption("agent-addr") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'agent-addr' expects an address as argument.")
    guard let address = AddressParsing.literal(word[...], .any) ?? AddressParsing.resolve(word, .any) else {
      throw .text("parsing agent-addr failed. Check if '\(word)' is correct address.")
    }
    server.settings.agentAddress = address
  },
  ServerOption("agent-inter") { server throws(OptionError) in server.settings.agentInter = try interval(&server) },
  ServerOption("agent-port") { server throws(OptionError) in server.settings.agentPort = try port(&server) },
  ServerOption("agent-send") { server throws(OptionError) in
    server.settings.agentSend = try server.cursor.take(orFail: "'agent-send' expects a string as argument.")
  },
  ServerOption("agent-check") { server in server.settings.agentEnabled = true },
  ServerOption("no-agent-check") { server in server.settings.agentEnabled = false },
]
