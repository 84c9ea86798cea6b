import ConfigSyntax
public import Configuration

/// A server that the runtime API adds (`add server`, management guide section 9.3): a server line with fewer options,
/// which takes nothing from `default-server`.
public enum DynamicServerLine {
  public enum Outcome {
    case server(ServerSettings)
    /// What is wrong, in HAProxy's words.
    case refused(String)
  }

  /// Reads `words`, which begin with the name, for a backend that has `servers` now.
  public static func parse(
    _ words: [String], for backend: ProxySettings, servers: [ServerSettings], in model: ConfigurationModel
  ) -> Outcome {
    let diagnostics = Diagnostics(version: "", printing: false)
    let facts = BuildFacts(compatibleVersion: "", features: [])
    let context = LoadContext(options: LoadOptions(facts: facts, localPeer: ""), diagnostics: diagnostics)
    context.model = model
    var proxy = backend
    proxy.servers = servers
    proxy.defaultServer = ServerSettings(name: "", address: .unresolved(""))
    context.model.proxies = [proxy]
    context.current = .proxy(0)
    context.section = .backend
    for (place, server) in servers.enumerated() { context.serversByID[server.id] = place }
    context.line = ConfigLine(file: "(null)", number: 0, words: ["server"] + words)
    ServerLine.parse(context, context.line, .dynamic)
    guard context.isUsable, context.model.proxies[0].servers.count > servers.count else {
      return .refused(message(diagnostics, backend, context.line[1]))
    }
    let place = servers.count
    var messages = ServerMessages(proxy: context.proxy, server: context.proxy.servers[place])
    ServerTLSValidation(validation: ProxyValidation(context: context, index: 0)).run(place, &messages)
    if !context.isUsable { return .refused(message(diagnostics, backend, context.line[1])) }
    if servers.contains(where: { $0.name == context.line[1] }) {
      return .refused("Already exists a server with the same name in backend.")
    }
    var server = context.model.proxies[0].servers[place]
    completeLimits(&server)
    if server.id == 0 {
      let used = Set(servers.map { $0.id })
      server.id = (1...servers.count + 1).first { !used.contains($0) } ?? servers.count + 1
    }
    return .server(server)
  }

  private static func completeLimits(_ server: inout ServerSettings) {
    if server.minConnections > server.maxConnections {
      server.maxConnections = server.minConnections
    } else if server.maxConnections > 0 && server.minConnections == 0 {
      server.minConnections = server.maxConnections
    }
  }

  /// The first alert without the place that it begins with.
  private static func message(_ diagnostics: Diagnostics, _ backend: ProxySettings, _ name: String) -> String {
    var text = diagnostics.entries.first { $0.severity == .alert }?.text ?? "The server cannot be added."
    for prefix in ["[(null):0] : ", "'server \(backend.name)/\(name)' : "] where text.hasPrefix(prefix) {
      text.removeFirst(prefix.count)
    }
    return text
  }

  /// The options that such a server may have.
  static let options: Set<String> = [
    "agent-addr", "agent-check", "agent-inter", "agent-port", "agent-send", "allow-0rtt", "alpn", "addr", "backup",
    "ca-file", "check", "check-alpn", "check-proto", "check-send-proxy", "check-sni", "check-ssl", "check-via-socks4",
    "ciphers", "ciphersuites", "crl-file", "crt", "disabled", "downinter", "enabled", "error-limit", "fall",
    "fastinter", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "id", "inter",
    "maxconn", "maxqueue", "minconn", "no-backup", "no-send-proxy", "no-send-proxy-v2", "no-ssl-reuse", "no-sslv3",
    "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13",
    "no-tfo", "no-tls-tickets", "npn", "observe", "on-error", "on-marked-down", "on-marked-up", "pool-low-conn",
    "pool-max-conn",
    "pool-purge-delay", "port", "proto", "proxy-v2-options", "rise", "send-proxy", "send-proxy-v2",
    "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "slowstart", "sni", "source", "ssl", "ssl-max-ver", "ssl-min-ver",
    "tfo", "tls-tickets", "track", "usesrc", "verify", "verifyhost", "weight", "ws",
  ]
}
