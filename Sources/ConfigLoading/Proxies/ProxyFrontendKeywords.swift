import ConfigSyntax
import Configuration

/// Keywords of the side that accepts connections (manual section 4.2).
let proxyFrontendKeywords: [KeywordEntry] = [
  KeywordEntry("maxconn", .proxies) { context, line in
    context.requires(.frontend, "maxconn", hint: "Maybe you want 'fullconn' instead ?")
    if line[1].isEmpty { return context.alert("'maxconn' expects an integer argument.") }
    let limit = CInteger.leading(line[1])
    context.proxy.maxConnections = limit > 0 ? limit : nil
    _ = context.checkArgumentCount(line, atMost: 1)
  },
  KeywordEntry("backlog", .proxies) { context, line in
    context.requires(.frontend, "backlog")
    if line[1].isEmpty { return context.alert("'backlog' expects an integer argument.") }
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    context.proxy.backlog = max(0, CInteger.leading(line[1]))
  },
  KeywordEntry("rate-limit", .proxies, parse: FrontendLines.rateLimit),
  KeywordEntry("default_backend", .proxies) { context, line in
    context.requires(.frontend, "default_backend")
    if line[1].isEmpty { return context.alert("'default_backend' expects a backend name.") }
    context.proxy.defaultBackend = line[1]
    _ = context.checkArgumentCount(line, atMost: 1)
  },
  KeywordEntry("monitor-uri", .proxies) { context, line in
    context.requires(.frontend, "monitor-uri")
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("'monitor-uri' expects an URI.") }
    context.proxy.monitorURI = line[1]
  },
]

enum FrontendLines {
  @Sendable static func rateLimit(_ context: LoadContext, _ line: ConfigLine) {
    guard line[1] == "sessions" else {
      return context.alert("'rate-limit' only supports 'sessions' (got '\(line[1])')")
    }
    if line[2].isEmpty {
      return context.alert("'rate-limit sessions' expects expects an integer value (in sessions/second)")
    }
    let (value, rest) = CInteger.long(line[2], radix: 0)
    if let odd = rest.unicodeScalars.first {
      return context.alert("'rate-limit sessions' : unexpected character '\(odd)' in integer value '\(line[2])'")
    }
    let inherited = context.parentSettings?.rateLimitSessions ?? 0
    let old = context.proxy.rateLimitSessions
    context.proxy.rateLimitSessions = max(0, Int(Int32(clamping: value)))
    if !context.proxy.accepts(.frontend) {
      context.warning(
        "rate-limit sessions will be ignored because \(context.proxy.title) has no frontend capability")
    } else if !context.isInDefaults && old != inherited {
      context.warning("overwriting rate-limit sessions which was already specified")
    }
  }
}
