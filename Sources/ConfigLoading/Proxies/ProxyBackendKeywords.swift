import ConfigSyntax
import Configuration
import Primitives

/// Keywords of the side that goes to servers (manual section 4.2).
let proxyBackendKeywords: [KeywordEntry] = [
  KeywordEntry("fullconn", .proxies) { context, line in
    context.requires(.backend, "fullconn", hint: "Maybe you want 'maxconn' instead ?")
    if line[1].isEmpty { return context.alert("'fullconn' expects an integer argument.") }
    let limit = CInteger.leading(line[1])
    context.proxy.fullConnections = limit > 0 ? limit : nil
    _ = context.checkArgumentCount(line, atMost: 1)
  },
  KeywordEntry("retries", .proxies, parse: BackendLines.retries),
  KeywordEntry("retry-on", .proxies, parse: BackendLines.retryOn),
  KeywordEntry("http-reuse", .proxies) { context, line in
    context.requires(.backend, "http-reuse")
    guard let reuse = HTTPReuse(rawValue: line[1]) else {
      return context.alert("'http-reuse' only supports 'never', 'safe', 'aggressive', 'always'.")
    }
    context.proxy.httpReuse = reuse
    _ = context.checkArgumentCount(line, atMost: 0, after: 1)
  },
  KeywordEntry("http-send-name-header", .proxies) { context, line in
    context.requires(.backend, "http-send-name-header")
    if line[1].isEmpty { return context.alert("'http-send-name-header' requires a header string.") }
    context.proxy.httpSendNameHeader = line[1]
  },
  KeywordEntry("max-keep-alive-queue", .proxies, parse: BackendLines.maxKeepAliveQueue),
  KeywordEntry("source", .proxies, parse: BackendLines.source),
  KeywordEntry("dispatch", .proxies, parse: BackendLines.dispatch),
  KeywordEntry("transparent", .proxies) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    context.requires(.backend, "transparent")
    context.proxy.options.insert(.transparent)
  },
  KeywordEntry("load-server-state-from-file", .proxies) { context, line in
    context.requires(.backend, "load-server-state-from-file")
    switch line[1] {
    case "none": context.proxy.serverStateSource = .none
    case "global": context.proxy.serverStateSource = .global
    case "local": context.proxy.serverStateSource = .local
    default:
      context.alert("'load-server-state-from-file' expects 'global', 'local' or 'none'. Got '\(line[1])'")
    }
  },
  KeywordEntry("server-state-file-name", .proxies) { context, line in
    context.requires(.backend, "server-state-file-name")
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    let ownName = line[1].isEmpty || line[1] == "use-backend-name"
    context.proxy.serverStateFileName = ownName ? context.proxy.name : line[1]
  },
]

enum BackendLines {
  /// In a frontend HAProxy ignores it. Weir takes it for the frontend's requests, and says so.
  @Sendable static func retries(_ context: LoadContext, _ line: ConfigLine) {
    if !context.proxy.accepts(.backend) {
      if line[1].isEmpty || !line[2].isEmpty {
        context.requires(.backend, "retries")
      } else {
        context.warning(context.frontendRetryText("retries"))
      }
    }
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty {
      return context.alert("'retries' expects an integer argument (dispatch counts for one).")
    }
    context.proxy.hasOwnRetries = !context.proxy.capabilities.contains(.defaults)
    context.proxy.retries = max(0, CInteger.leading(line[1]))
  }

  private static let conditions: [String: RetryConditions] = [
    "conn-failure": .connFailure, "empty-response": .emptyResponse, "junk-response": .junkResponse,
    "response-timeout": .responseTimeout, "0rtt-rejected": .zeroRTTRejected, "401": .status401, "403": .status403,
    "404": .status404, "408": .status408, "425": .status425, "500": .status500, "501": .status501, "502": .status502,
    "503": .status503, "504": .status504,
    "all-retryable-errors": [
      .connFailure, .emptyResponse, .junkResponse, .responseTimeout, .zeroRTTRejected, .status500, .status502,
      .status503, .status504,
    ],
  ]

  @Sendable static func retryOn(_ context: LoadContext, _ line: ConfigLine) {
    if line[1].isEmpty {
      return context.alert("'retry-on' needs at least one keyword to specify when to retry")
    }
    if !context.proxy.accepts(.backend) {
      return context.alert("'retry-on' only available in backend or listen section")
    }
    if line[1] == "none" {
      if !line[2].isEmpty { return context.alert("'retry-on' 'none' keyworld only usable alone") }
      context.proxy.retryOn = []
      return
    }
    var chosen: RetryConditions = []
    for word in line.arguments where !word.isEmpty {
      guard let condition = conditions[word] else { return context.alert("'retry-on': unknown keyword '\(word)'") }
      chosen.formUnion(condition)
    }
    context.proxy.retryOn = chosen
  }

  @Sendable static func maxKeepAliveQueue(_ context: LoadContext, _ line: ConfigLine) {
    if line[1].isEmpty {
      return context.alert("'max-keep-alive-queue' expects expects an integer value (or -1 to disable)")
    }
    let (value, rest) = CInteger.long(line[1])
    if let odd = rest.unicodeScalars.first {
      return context.alert("'max-keep-alive-queue' : unexpected character '\(odd)' in integer value '\(line[1])'")
    }
    if !context.proxy.accepts(.backend) {
      context.warning(
        "max-keep-alive-queue will be ignored because \(context.proxy.title) has no backend capability")
    }
    context.proxy.maxKeepAliveQueue = max(-1, Int(Int32(clamping: value)))
  }

  @Sendable static func dispatch(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("dispatch") else { return }
    context.requires(.backend, "dispatch")
    do throws(AddressError) {
      let parsed = try AddressParsing.parse(line[1], [.resolveNow, .portMandatory, .portAllowed, .stream, .connect])
      guard context.checkArgumentCount(line, atMost: 1) else { return }
      context.proxy.dispatch = parsed.socketAddress
    } catch {
      context.alert("'dispatch' : \(error.text)")
    }
  }

  @Sendable static func source(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, "source")
    if line[1].isEmpty {
      return context.alert(
        "'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.")
    }
    var source = SourceSettings()
    do throws(AddressError) {
      try SourceParsing.setAddress(line[1], &source, allowsRange: false)
    } catch {
      return context.alert("'source \(line[1])' : \(error.text)")
    }
    var at = 2
    while !line[at].isEmpty {
      switch line[at] {
      case "usesrc":
        if line[at + 1].isEmpty {
          return context.alert("'usesrc' expects <addr>[:<port>], 'client', or 'clientip' as argument.")
        }
        do throws(AddressError) {
          source.useSource = try SourceParsing.useSource(line[at + 1])
        } catch {
          return context.alert("'usesrc \(line[at + 1])' : \(error.text)")
        }
      case "interface":
        if line[at + 1].isEmpty { return context.alert("'source' : missing interface name.") }
        source.interface = line[at + 1]
      default: return context.alert("'source' only supports optional keywords 'interface' and 'usesrc'.")
      }
      at += 2
    }
    context.proxy.source = source
  }
}
