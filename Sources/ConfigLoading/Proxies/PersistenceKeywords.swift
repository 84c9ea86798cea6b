import ConfigSyntax
import Configuration

/// `persist`, `dynamic-cookie-key` and `max-session-srv-conns` (manual section 4.2).
let persistenceKeywords: [KeywordEntry] = [
  KeywordEntry("persist", .proxies) { context, line in
    if line[1].isEmpty { return context.alert("missing persist method.") }
    guard line[1].hasPrefix("rdp-cookie") else { return context.alert("unknown persist method.") }
    guard context.checkArgumentCount(line, atMost: line[1].unicodeScalars.contains("(") ? 1 : 2) else { return }
    let argument = Array(line[1].unicodeScalars.dropFirst(10))
    if argument.isEmpty {
      context.proxy.persistentRDPCookie = "msts"
      return
    }
    guard argument.first == "(", let close = argument.firstIndex(of: ")"), close > 1 else {
      return context.alert("persist rdp-cookie(name)' requires an rdp cookie name.")
    }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: argument[1..<close])
    context.proxy.persistentRDPCookie = String(name)
  },
  KeywordEntry("dynamic-cookie-key", .proxies) { context, line in
    context.requires(.backend, "dynamic-cookie-key")
    if line[1].isEmpty { return context.alert("'dynamic-cookie-key' expects <secret_key> as argument.") }
    context.proxy.dynamicCookieKey = line[1]
  },
  KeywordEntry("max-session-srv-conns", .proxies) { context, line in
    context.requires(.frontend, "max-session-srv-conns")
    if line[1].isEmpty {
      return context.alertPlain(
        "parsine [\(line.file):\(line.number)] : 'max-session-srv-conns' expects a number. Got no argument")
    }
    context.proxy.maxPrivateConnections = max(0, CInteger.leading(line[1]))
  },
]
