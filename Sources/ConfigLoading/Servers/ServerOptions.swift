import Configuration
import Primitives

private func number(_ server: inout ServerOptionContext) -> Int { CInteger.leading(server.cursor.take()) }

/// The options of `server` lines other than those of checks, sources and TLS (manual section 5.2).
let serverOptions: [ServerOption] = [
  ServerOption("backup") { server in server.settings.isBackup = true },
  ServerOption("no-backup") { server in server.settings.isBackup = false },
  ServerOption("cookie") { server throws(OptionError) in
    server.settings.cookie = try server.cursor.take(orFail: "'cookie' expects <value> as argument.")
  },
  ServerOption("disabled") { server in server.settings.disabled = true },
  ServerOption("enabled") { server in server.settings.disabled = false },
  ServerOption("error-limit") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'error-limit' expects an integer argument.")
    let value = CInteger.leading(word)
    if value <= 0 { throw .text("error-limit has to be > 0.") }
    server.settings.errorLimit = value
  },
  ServerOption("id", defaults: false, parse: serverID),
  ServerOption("init-addr", parse: initialAddress),
  ServerOption("log-proto") { server throws(OptionError) in
    let word = server.cursor.take()
    guard word == "legacy" || word == "octet-count" else {
      throw .text("'log-proto' expects one of 'legacy' or 'octet-count' but got '\(word)'")
    }
    server.settings.logProto = word
  },
  ServerOption("max-reuse") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'max-reuse' expects <value> as argument.")
    server.settings.maxReuse = CInteger.leading(word)
  },
  ServerOption("maxconn") { server in server.settings.maxConnections = number(&server) },
  ServerOption("maxqueue") { server in server.settings.maxQueue = number(&server) },
  ServerOption("minconn") { server in server.settings.minConnections = number(&server) },
  ServerOption("namespace") { server throws(OptionError) in
    let name = try server.cursor.take(orFail: "'namespace' : expects <name> as argument")
    server.settings.namespaceFromClient = name == "*"
    if name == "*" { return server.settings.namespace = nil }
    if !server.context.addNamespace(name) { throw .text("Cannot open namespace '\(name)'") }
    server.settings.namespace = name
  },
  ServerOption("non-stick") { server in server.settings.isSticky = false },
  ServerOption("stick") { server in server.settings.isSticky = true },
  ServerOption("pool-low-conn") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'pool-low-conn' expects <value> as argument.")
    server.settings.poolLowConnections = max(0, CInteger.leading(word))
  },
  ServerOption("pool-max-conn") { server throws(OptionError) in
    let value = CInteger.leading(try server.cursor.take(orFail: "'pool-max-conn' expects <value> as argument."))
    if value < -1 { throw .text("'pool-max-conn' must be >= -1") }
    server.settings.poolMaxConnections = value
  },
  ServerOption("pool-purge-delay") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'pool-purge-delay' expects <value> as argument.")
    switch server.time(word) {
    case .value(let value): server.settings.poolPurgeDelay = value
    case .unexpected(let scalar):
      throw .text("unexpected character '\(scalar)' in argument to <pool-purge-delay>.")
    case .overflow:
      throw .text(
        "timer overflow in argument '\(word)' to 'pool-purge-delay' (maximum value is 2147483647 ms or ~24.8 days)")
    }
  },
  ServerOption("proto") { server throws(OptionError) in
    server.settings.proto = try multiplexer(&server, "proto")
  },
  ServerOption("proxy-v2-options", parse: proxyHeaderOptions),
  ServerOption("resolve-prefer") { server throws(OptionError) in
    switch server.cursor.take() {
    case "ipv4": server.settings.resolvePreference = .v4
    case "ipv6": server.settings.resolvePreference = .v6
    default: throw .text("'resolve-prefer' expects either ipv4 or ipv6 as argument.")
    }
  },
  ServerOption("send-proxy") { server in
    if server.settings.sendProxy != .v2 { server.settings.sendProxy = .v1 }
  },
  ServerOption("redir") { server throws(OptionError) in
    server.settings.redirectPrefix = try server.cursor.take(orFail: "'redir' expects <prefix> as argument.")
  },
  ServerOption("send-proxy-v2") { server in server.settings.sendProxy = .v2 },
  ServerOption("no-send-proxy") { server in
    if server.settings.sendProxy == .v1 { server.settings.sendProxy = .none }
  },
  ServerOption("no-send-proxy-v2") { server in
    if server.settings.sendProxy == .v2 { server.settings.sendProxy = .none }
  },
  ServerOption("slowstart", parse: slowStart),
  ServerOption("socks4") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'socks4' expects <addr>:<port> as argument.")
    do throws(AddressError) {
      let parsed = try AddressParsing.parse(word, [.resolveNow, .portMandatory, .portAllowed, .stream, .connect])
      server.settings.socks4 = parsed.socketAddress
    } catch {
      throw .text("'socks4 \(word)' : \(error.text)")
    }
  },
  ServerOption("tcp-ut") { server throws(OptionError) in
    let word = try server.cursor.take(orFail: "'tcp-ut' : missing TCP User Timeout value")
    server.settings.tcpUserTimeout = try UserTimeoutText.parse(word, server.context)
  },
  ServerOption("tfo") { server in server.settings.tcpFastOpen = true },
  ServerOption("no-tfo") { server in server.settings.tcpFastOpen = false },
  ServerOption("track") { server throws(OptionError) in
    server.settings.track = try server.cursor.take(orFail: "'track' expects [<proxy>/]<server> as argument.")
  },
  ServerOption("weight") { server throws(OptionError) in
    let value = number(&server)
    if !(0...256).contains(value) {
      throw .text("weight of server \(server.name) is not within 0 and 256 (\(value)).")
    }
    server.settings.weight = value
  },
  ServerOption("ws") { server throws(OptionError) in
    switch server.cursor.take() {
    case "auto": server.settings.webSocketProtocol = .auto
    case "h1": server.settings.webSocketProtocol = .h1
    case "h2": server.settings.webSocketProtocol = .h2
    default: throw .text("'ws' has to be 'auto', 'h1' or 'h2'")
    }
  },
]

func multiplexer(_ server: inout ServerOptionContext, _ keyword: String) throws(OptionError) -> String {
  let name = try server.cursor.take(orFail: "'\(keyword)' : missing value")
  guard MultiplexerNames.known.contains(name) else { throw .text("'\(keyword)' :  unknown MUX protocol '\(name)'") }
  if !MultiplexerNames.implemented.contains(name) {
    throw .text("'\(keyword) \(name)' is not implemented by Weir yet")
  }
  return name
}

@Sendable private func serverID(_ server: inout ServerOptionContext) throws(OptionError) {
  let value = CInteger.leading(try server.cursor.take(orFail: "'id' : expects an integer argument"))
  if value <= 0 { throw .text("'id' : custom id has to be > 0") }
  if let index = server.context.serverIndex(ownID: value) {
    let twin = server.proxy.servers[index]
    throw .text(
      "'id' : custom id \(value) already used at \(twin.location.file):\(twin.location.line) ('server \(twin.name)')")
  }
  server.settings.id = value
  server.settings.hasOwnID = true
  server.context.noteServerID(value)
}

@Sendable private func initialAddress(_ server: inout ServerOptionContext) throws(OptionError) {
  var methods: [InitialAddress] = []
  for part in server.cursor.take().split(separator: ",") {
    switch part {
    case "libc": methods.append(.libc)
    case "last": methods.append(.last)
    case "none": methods.append(.none)
    default:
      guard let address = AddressParsing.literal(part, .any) else {
        throw .text(
          "'init-addr' : unknown init-addr method '\(part)', supported methods are 'libc', 'last', 'none'.")
      }
      if methods.contains(where: { if case .ip = $0 { true } else { false } }) {
        throw .text("'init-addr' : initial address already specified, cannot add '\(part)'.")
      }
      methods.append(.ip(address))
    }
  }
  server.settings.initialAddress = methods
}

@Sendable private func slowStart(_ server: inout ServerOptionContext) throws(OptionError) {
  let word = server.cursor.take()
  // HAProxy prints the NUL that ends an empty word, which cuts its message off.
  if word.isEmpty { throw .text("unexpected character '") }
  switch server.time(word) {
  case .value(let value):
    // HAProxy counts whole seconds.
    server.settings.slowStart = (value + 999) / 1000 * 1000
  case .unexpected(let scalar):
    throw .text("unexpected character '\(scalar)' in 'slowstart' argument of server \(server.name).")
  case .overflow:
    throw .text(
      "overflow in argument <\(word)> to <slowstart> of server \(server.name), maximum value is 2147483647 ms "
        + "(~24.8 days).")
  }
}

@Sendable private func proxyHeaderOptions(_ server: inout ServerOptionContext) throws(OptionError) {
  for word in server.cursor.take().split(separator: ",", omittingEmptySubsequences: false) {
    switch word {
    case "ssl": server.settings.proxyOptions.insert(.tls)
    case "cert-cn": server.settings.proxyOptions.formUnion([.tls, .commonName])
    case "ssl-cipher": server.settings.proxyOptions.formUnion([.tls, .cipher])
    case "cert-sig": server.settings.proxyOptions.formUnion([.tls, .signature])
    case "cert-key": server.settings.proxyOptions.formUnion([.tls, .key])
    case "authority": server.settings.proxyOptions.insert(.authority)
    case "crc32c": server.settings.proxyOptions.insert(.checksum)
    case "unique-id": server.settings.proxyOptions.insert(.uniqueID)
    default: throw .text("'\(word)' : proxy v2 option not implemented")
    }
  }
}
