import ConfigSyntax
import Configuration

/// What frontends log and where to (manual sections 4.2 and 8).
let logKeywords: [KeywordEntry] = [
  KeywordEntry("log", .proxies, parse: LogKeywords.log),
  KeywordEntry("log-format", .proxies, parse: LogKeywords.format),
  KeywordEntry("log-format-sd", .proxies, parse: LogKeywords.structuredData),
  KeywordEntry("error-log-format", .proxies, parse: LogKeywords.errorFormat),
  KeywordEntry("log-tag", .proxies, parse: LogKeywords.tag),
  KeywordEntry("unique-id-format", .proxies, parse: LogKeywords.uniqueIDFormat),
  KeywordEntry("unique-id-header", .proxies, parse: LogKeywords.uniqueIDHeader),
]

enum LogKeywords {
  @Sendable static func log(_ context: LoadContext, _ line: ConfigLine) {
    if line.prefix == .no {
      if !line[1].isEmpty { return context.alert("log : 'no log' does not expect arguments") }
      context.proxy.logTargets = []
      return
    }
    if line[1] == "global" && line[2].isEmpty {
      let known = Set(context.proxy.logTargets)
      context.proxy.logTargets += context.model.global.logTargets.filter { !known.contains($0) }
      return
    }
    do throws(LogLineError) {
      context.proxy.logTargets.append(try LogLineParsing.parse(line, at: context.location))
    } catch {
      switch error {
      case .invalid(let text): context.alert("log : \(text)")
      case .notImplemented(let what): context.refuse(what)
      }
    }
  }

  /// One argument, exactly; nil after a message. `ignoredIn` backends say so.
  private static func argument(_ context: LoadContext, _ line: ConfigLine) -> String? {
    if line[1].isEmpty {
      context.alert("\(line.keyword) expects an argument.")
      return nil
    }
    if !line[2].isEmpty {
      context.alert("\(line.keyword) expects only one argument, don't forget to escape spaces!")
      return nil
    }
    return line[1]
  }

  private static func warnInBackend(_ context: LoadContext, _ directive: String) {
    if context.proxy.accepts(.frontend) { return }
    context.warning("backend '\(context.proxy.name)' : '\(directive)' directive is ignored in backends.")
  }

  @Sendable static func format(_ context: LoadContext, _ line: ConfigLine) {
    guard let text = argument(context, line) else { return }
    context.warnOverridingLogFormat(with: "log-format")
    context.proxy.logFormat = .custom(text)
    context.proxy.logFormatLocation = context.location
    warnInBackend(context, "log-format")
  }

  @Sendable static func structuredData(_ context: LoadContext, _ line: ConfigLine) {
    guard let text = argument(context, line) else { return }
    context.proxy.logFormatSD = text
    warnInBackend(context, "log-format-sd")
  }

  @Sendable static func errorFormat(_ context: LoadContext, _ line: ConfigLine) {
    guard let text = argument(context, line) else { return }
    if context.isInDefaults && context.proxy.errorLogFormat != nil {
      context.warningTight("'error-log-format' overrides previous 'error-log-format' in 'defaults' section.")
    }
    context.proxy.errorLogFormat = text
    context.proxy.errorLogFormatLocation = context.location
    warnInBackend(context, "error-log-format")
  }

  @Sendable static func tag(_ context: LoadContext, _ line: ConfigLine) {
    if line[1].isEmpty { return context.alert("'log-tag' expects a tag for use in syslog.") }
    context.proxy.logTag = line[1]
  }

  @Sendable static func uniqueIDFormat(_ context: LoadContext, _ line: ConfigLine) {
    guard let text = argument(context, line) else { return }
    context.proxy.uniqueIDFormat = text
    context.proxy.uniqueIDLocation = context.location
  }

  @Sendable static func uniqueIDHeader(_ context: LoadContext, _ line: ConfigLine) {
    if line[1].isEmpty { return context.alert("unique-id-header expects an argument.") }
    context.proxy.uniqueIDHeader = line[1]
  }
}

/// `option httplog`, `option httpslog`, `option tcplog`.
enum LogOptions {
  /// What `option httpslog` stands for (manual section 8.2.4).
  static let httpsFormat =
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r "
    + "%[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc"

  static func httplog(_ context: LoadContext, _ line: ConfigLine) {
    var choice = LogFormatChoice.http
    var title = "option httplog"
    if !line[2].isEmpty {
      guard line[2] == "clf" else { return context.alert("keyword 'httplog' only supports option 'clf'.") }
      if !line[3].isEmpty {
        return context.alert("'option httplog' cannot handle unexpected argument '\(line[3])'.")
      }
      choice = .clf
      title = "option httplog clf"
    }
    choose(choice, title, "httplog", context)
  }

  static func httpslog(_ context: LoadContext, _ line: ConfigLine) {
    choose(.custom(httpsFormat), "option httplog", "httpslog", context)
  }

  static func tcplog(_ context: LoadContext, _ line: ConfigLine) {
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    choose(.tcp, "option tcplog", "tcplog", context)
  }

  private static func choose(_ choice: LogFormatChoice, _ title: String, _ name: String, _ context: LoadContext) {
    context.warnOverridingLogFormat(with: title)
    context.proxy.logFormat = choice
    context.proxy.logFormatLocation = context.location
    if !context.proxy.accepts(.frontend) {
      context.warning("backend '\(context.proxy.name)' : 'option \(name)' directive is ignored in backends.")
    }
  }
}

extension LogFormatChoice {
  /// The directive that made the choice; nil for none.
  var directive: String? {
    switch self {
    case .none: nil
    case .tcp: "option tcplog"
    case .http: "option httplog"
    case .clf: "option httplog clf"
    case .custom(LogOptions.httpsFormat): "option httpslog"
    case .custom: "log-format"
    }
  }
}

extension LoadContext {
  /// In `defaults` a second choice of log format is pointed out.
  func warnOverridingLogFormat(with directive: String) {
    guard isInDefaults, let previous = proxy.logFormat.directive else { return }
    warningTight("'\(directive)' overrides previous '\(previous)' in 'defaults' section.")
  }
}
