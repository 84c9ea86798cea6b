import ConfigSyntax
import Configuration

/// `timeout <name> <time>` (manual section 4.2).
let timeoutKeywords: [KeywordEntry] = [KeywordEntry("timeout", .proxies, parse: TimeoutLine.parse)]

/// One of the timeouts: where it is kept and which side it belongs to.
private struct TimeoutName {
  let name: String
  let capability: ProxyCapabilities
  let path: WritableKeyPath<Timeouts, Int?> & Sendable
  init(_ name: String, _ capability: ProxyCapabilities, _ path: WritableKeyPath<Timeouts, Int?> & Sendable) {
    self.name = name
    self.capability = capability
    self.path = path
  }
}

enum TimeoutLine {
  private static let names: [TimeoutName] = [
    TimeoutName("client", .frontend, \.client), TimeoutName("server", .backend, \.server),
    TimeoutName("connect", .backend, \.connect), TimeoutName("check", .backend, \.check),
    TimeoutName("queue", .backend, \.queue), TimeoutName("http-keep-alive", .listen, \.httpKeepAlive),
    TimeoutName("http-request", .listen, \.httpRequest), TimeoutName("tunnel", .backend, \.tunnel),
    TimeoutName("tarpit", .listen, \.tarpit), TimeoutName("client-fin", .frontend, \.clientFin),
    TimeoutName("server-fin", .backend, \.serverFin),
  ]

  private static let removedNames = [
    "clitimeout": "timeout client", "contimeout": "timeout connect", "srvtimeout": "timeout server",
  ]

  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    if let successor = removedNames[line[1]] {
      return context.alert(
        "the '\(line[1])' directive is not supported anymore since HAProxy 2.1. Use '\(successor)'.")
    }
    guard let timeout = names.first(where: { $0.name == line[1] }) else {
      return context.alert(
        "'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', "
          + "'tunnel', 'tarpit', 'client-fin' and 'server-fin' (got '\(line[1])')")
    }
    let title = "timeout \(timeout.name)"
    if line[2].isEmpty { return context.alert("'\(title)' expects an integer value (in milliseconds)") }
    switch context.time(line[2]) {
    case .overflow:
      context.alert(
        "timer overflow in argument '\(line[2])' to '\(title)' (maximum value is 2147483647 ms or ~24.8 days)")
    case .unexpected(let scalar): context.alert("unexpected character '\(scalar)' in '\(title)'")
    case .value(let milliseconds): store(milliseconds, timeout, context, line)
    }
  }

  private static func store(_ value: Int, _ timeout: TimeoutName, _ context: LoadContext, _ line: ConfigLine) {
    let title = "timeout \(timeout.name)"
    let inherited = context.parentSettings.flatMap { $0.timeouts[keyPath: timeout.path] }
    let old = context.proxy.timeouts[keyPath: timeout.path]
    context.proxy.timeouts[keyPath: timeout.path] = value == 0 ? nil : value
    if !line[3].isEmpty {
      context.alert("'\(title)' : unexpected extra argument '\(line[3])' after value '\(line[2])'.")
    } else if !context.proxy.accepts(timeout.capability) {
      context.warning(
        "'\(title)' will be ignored because \(context.proxy.title) has no \(timeout.capability.name) capability")
    } else if !context.isInDefaults, old != inherited {
      context.warning("overwriting '\(title)' which was already specified")
    }
  }
}

extension LoadContext {
  /// What the current proxy started from.
  var parentSettings: ProxySettings? {
    proxyIndex.flatMap { defaultsOfProxy[$0] }.map { defaults[$0].settings }
  }
}
