import ConfigSyntax
import Configuration
import Primitives

/// `option <name> ...`, with `no` and `default` before it (manual section 4.2).
let optionKeywords: [KeywordEntry] = [KeywordEntry("option", .proxies, parse: OptionLine.parse)]

enum OptionLine {
  /// Options with arguments or effects of their own. Those of checks and logs have files of their own.
  static let special: [String: @Sendable (LoadContext, ConfigLine) -> Void] = [
    "httpclose": { connectionMode(.close, $0, $1) },
    "http-server-close": { connectionMode(.serverClose, $0, $1) },
    "http-keep-alive": { connectionMode(.keepAlive, $0, $1) },
    "redispatch": redispatch,
    "tcpka": tcpKeepAlive,
    "forwardfor": { ForwardedHeaderOption.forwardFor($0, $1) },
    "originalto": { ForwardedHeaderOption.originalTo($0, $1) },
    "http-restrict-req-hdr-names": restrictHeaderNames,
    "httplog": { LogOptions.httplog($0, $1) },
    "httpslog": { LogOptions.httpslog($0, $1) },
    "tcplog": { LogOptions.tcplog($0, $1) },
    "httpchk": { CheckOptions.httpchk($0, $1) },
    "tcp-check": { CheckOptions.tcpCheck($0, $1) },
    "smtpchk": CheckProtocols.smtp, "ldap-check": CheckProtocols.ldap, "mysql-check": CheckProtocols.mysql,
    "pgsql-check": CheckProtocols.postgres, "redis-check": CheckProtocols.redis, "spop-check": CheckProtocols.spop,
    "ssl-hello-chk": CheckProtocols.sslHello, "external-check": CheckProtocols.external,
  ]
  /// Special options that `no` may precede.
  private static let negatable: Set<String> = ["httpclose", "http-server-close", "http-keep-alive", "redispatch"]
  private static let removed: [String: String] = [
    "http-tunnel":
      "option 'http-tunnel' is not supported any more since HAProxy 2.1, please just remove it, it shouldn't be needed.",
    "forceclose":
      "option 'forceclose' is not supported any more since HAProxy 2.0, please just remove it, or use "
      + "'option httpclose' if absolutely needed.",
    "http_proxy":
      "option 'http_proxy' is not supported any more since HAProxy 2.5. This option stopped working in HAProxy 1.9 and "
      + "usually had nasty side effects. It can be more reliably implemented with combinations of 'http-request set-dst' "
      + "and 'http-request set-uri', and even 'http-request do-resolve' if DNS resolution is desired.",
  ]

  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    let name = line[1]
    if name.isEmpty { return context.alertTight("'option' expects an option name.") }
    if let known = SwitchOption.all.first(where: { $0.name == name }) { return set(known, context, line) }
    if let text = removed[name] { return context.alertTight(text) }
    if line.prefix != .none && !negatable.contains(name) {
      return context.alertTight("negation/default is not supported for option '\(name)'.")
    }
    if let parse = special[name] { return parse(context, line) }
    let names = SwitchOption.all.map(\.name) + special.keys.sorted().map { $0 == "originalto" ? "original-to" : $0 }
    let advice = WordSimilarity.bestMatch(for: name, among: names).map { "; did you mean '\($0)' maybe ?" } ?? "."
    context.alert("unknown option '\(name)'\(advice)")
  }

  private static func set(_ known: SwitchOption, _ context: LoadContext, _ line: ConfigLine) {
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    context.requires(known.capability, known.name)
    guard context.proxy.accepts(known.capability) else { return }
    if line.prefix == .none {
      if UnservedKeywords.options.contains(known.name) { return context.refuse("option \(known.name)") }
      context.proxy.options.insert(known.option)
    } else {
      context.proxy.options.remove(known.option)
    }
    if known.option == .tcpSmartAccept {
      if line.prefix == .no {
        context.proxy.options.insert(.tcpSmartAcceptRefused)
      } else {
        context.proxy.options.remove(.tcpSmartAcceptRefused)
      }
    }
    if known.option == .allBackups { context.proxy.balance.allBackups = line.prefix == .none }
  }

  /// The last of the three modes counts; `no` takes one back only while it is the one in force.
  private static func connectionMode(_ mode: HTTPConnectionMode, _ context: LoadContext, _ line: ConfigLine) {
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    if line.prefix == .none {
      context.proxy.httpConnectionMode = mode
    } else if context.proxy.httpConnectionMode == mode {
      context.proxy.httpConnectionMode = nil
    }
  }

  /// In a frontend HAProxy ignores it. Weir takes it for the frontend's requests, and says so.
  @Sendable private static func redispatch(_ context: LoadContext, _ line: ConfigLine) {
    context.proxy.hasOwnRedispatch = !context.proxy.capabilities.contains(.defaults)
    if !context.proxy.accepts(.backend) {
      context.warning(context.frontendRetryText("redispatch"))
    }
    if line.prefix != .none {
      context.proxy.redispatch = 0
    } else if line[2].isEmpty {
      context.proxy.redispatch = -1
    } else {
      let interval = CInteger.leading(line[2])
      // Of 0 no try is a multiple; 0 here is off.
      context.proxy.redispatch = interval == 0 ? .max : interval
    }
  }

  @Sendable private static func tcpKeepAlive(_ context: LoadContext, _ line: ConfigLine) {
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    if context.proxy.accepts(.frontend) { context.proxy.options.insert(.clientTCPKeepAlive) }
    if context.proxy.accepts(.backend) { context.proxy.options.insert(.serverTCPKeepAlive) }
  }

  @Sendable private static func restrictHeaderNames(_ context: LoadContext, _ line: ConfigLine) {
    let expected = "option 'http-restrict-req-hdr-names' expects 'preserve', 'reject' or 'delete' option."
    if line[2].isEmpty { return context.alert("missing parameter. \(expected)") }
    let choice: ProxyOptions
    switch line[2] {
    case "preserve": choice = .httpRestrictReqHdrPreserve
    case "reject": choice = .httpRestrictReqHdrReject
    case "delete": choice = .httpRestrictReqHdrDelete
    default: return context.alert("invalid parameter '\(line[2])'. \(expected)")
    }
    if !line[3].isEmpty { return context.alert("'option' cannot handle unexpected argument '\(line[3])'.") }
    if UnservedKeywords.options.contains(line[1]) { return context.refuse("option \(line[1])") }
    context.proxy.options.subtract([
      .httpRestrictReqHdrPreserve, .httpRestrictReqHdrReject, .httpRestrictReqHdrDelete,
    ])
    context.proxy.options.insert(choice)
  }

}

extension LoadContext {
  /// The warning about `retries` and `option redispatch` in a frontend: HAProxy ignores them, Weir does not.
  func frontendRetryText(_ keyword: String) -> String {
    ignoredText(.backend, keyword)
      + " (That is what HAProxy does; Weir applies it to the requests of this frontend whose backend does not set it.)"
  }
}

/// `option forwardfor` and `option originalto`.
enum ForwardedHeaderOption {
  static func forwardFor(_ context: LoadContext, _ line: ConfigLine) {
    context.proxy.forwardFor = read(ForwardedHeader(header: "x-forwarded-for"), context, line, allowsIfNone: true)
  }

  static func originalTo(_ context: LoadContext, _ line: ConfigLine) {
    context.proxy.originalTo = read(ForwardedHeader(header: "x-original-to"), context, line, allowsIfNone: false)
  }

  private static func read(
    _ start: ForwardedHeader, _ context: LoadContext, _ line: ConfigLine, allowsIfNone: Bool
  ) -> ForwardedHeader {
    var setting = start
    let title = "option \(line[1])"
    var at = 2
    while !line[at].isEmpty {
      switch line[at] {
      case "except":
        guard let network = NetworkText.parse(line[at + 1]) else {
          context.alert("'\(title) except' expects <address>[/mask] as argument.")
          return setting
        }
        setting.except = network
        at += 2
      case "header":
        if line[at + 1].isEmpty {
          context.alert("'\(title) header' expects <header_name> as argument.")
          return setting
        }
        setting.header = line[at + 1]
        at += 2
      case "if-none" where allowsIfNone:
        setting.ifNone = true
        at += 1
      default:
        let values = allowsIfNone ? "'except', 'header' and 'if-none'" : "'except' and 'header'"
        context.alert("'\(title)' only supports optional values: \(values).")
        return setting
      }
    }
    return setting
  }
}

/// `address[/mask]`, the mask as a number of bits or, for IPv4, in dotted form.
enum NetworkText {
  static func parse(_ text: String) -> IPNetwork? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(first) else { return nil }
    let width = if case .v4 = address { 32 } else { 128 }
    guard parts.count == 2 else { return IPNetwork(address: address, prefix: width) }
    if case .v4 = address, let mask = IPv4Address(parts[1]) {
      let prefix = (~mask.bits).leadingZeroBitCount
      guard mask.bits.nonzeroBitCount == prefix else { return nil }
      return IPNetwork(address: address, prefix: prefix)
    }
    guard parts[1].utf8.count <= 3, let prefix = Int(parts[1]), (0...width).contains(prefix),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return IPNetwork(address: address, prefix: prefix)
  }
}
