import ConfigSyntax
import Configuration
import Rules
import Samples

/// `http-request`, `http-response`, `http-after-response`, `tcp-request`, `tcp-response` (manual section 4.2).
let ruleKeywords: [KeywordEntry] = [
  KeywordEntry("http-request", .proxies) { RuleLines.http($0, $1, .httpRequest) },
  KeywordEntry("http-response", .proxies) { RuleLines.http($0, $1, .httpResponse) },
  KeywordEntry("http-after-response", .proxies) { RuleLines.http($0, $1, .httpAfterResponse) },
  KeywordEntry("tcp-request", .proxies, parse: RuleLines.tcpRequest),
  KeywordEntry("tcp-response", .proxies, parse: RuleLines.tcpResponse),
]

enum RuleLines {
  static func http(_ context: LoadContext, _ line: ConfigLine, _ list: RuleList) {
    let keyword = list.rawValue
    if context.isInDefaults && context.proxy.name.isEmpty {
      return context.alert("'\(keyword)' not allowed in anonymous 'defaults' section.")
    }
    if let last = context.proxy.rules[keyPath: list.path].last, last.action.isFinal, last.condition == nil {
      context.warningTight(
        "previous '\(keyword)' action is final and has no condition attached, further entries are NOOP.")
    }
    guard let name = list.action(line[1]) else {
      var text = "'\(keyword)' expects \(list.expectation), but got '\(line[1])'"
      if line[1].isEmpty {
        text += " (missing argument)."
      } else if let near = list.suggestion(for: line[1]) {
        text += ". Did you mean '\(near)' maybe ?"
      } else {
        text += "."
      }
      return context.abort(tight: text)
    }
    var parsing = RuleParsing(context, list, Array(line.words.dropFirst()))
    let action: RuleAction
    do throws(RuleProblem) {
      action = try parsing.action(name)
    } catch {
      switch error.kind {
      case .experimental: return context.abort(error.text)
      case .notImplemented: return context.refuse("\(keyword) \(error.text)")
      case .action, .bare:
        return context.abort(
          "error detected in \(context.proxy.title) while parsing '\(keyword) \(line[1])' rule : \(error.text).")
      }
    }
    if !parsing.isAtEnd {
      return context.abort(
        tight:
          "'\(keyword) \(line[1])' expects either 'if' or 'unless' followed by a condition but found '\(parsing.word)'."
      )
    }
    do throws(RuleProblem) {
      append(action, try parsing.condition(), list, context)
    } catch {
      context.abort(
        name == "redirect"
          ? "error detected in \(context.proxy.title) while parsing '\(keyword) redirect' rule : error in condition: "
            + "\(error.text)." : "error detected while parsing an '\(keyword) \(line[1])' condition : \(error.text).")
    }
    context.takeSampleWarnings()
  }

  private static func append(_ action: RuleAction, _ condition: Condition?, _ list: RuleList, _ context: LoadContext) {
    warnMisplaced(list.rawValue, context)
    context.proxy.rules[keyPath: list.path].append(
      Rule(action, if: condition, line: context.line.number, file: context.ruleState.name(of: context.line.file)))
  }

  /// Warns where a rule stands behind others that are evaluated later.
  static func warnMisplaced(_ keyword: String, _ context: LoadContext) {
    let rules = context.proxy.rules
    let order: [(name: String, has: Bool)] = [
      ("tcp-request connection", !rules.tcpConnection.isEmpty), ("tcp-request session", !rules.tcpSession.isEmpty),
      ("tcp-request content", !rules.tcpRequest.isEmpty), ("monitor fail", false),
      ("http-request", !rules.httpRequest.isEmpty),
      ("redirect", !rules.redirects.isEmpty),
      ("use_backend", !rules.switching.isEmpty || !context.proxy.switchingRules.isEmpty),
      ("use-server", !rules.servers.isEmpty),
    ]
    guard let place = order.firstIndex(where: { $0.name == keyword }) else { return }
    guard let later = order[(place + 1)...].first(where: \.has) else { return }
    let short = keyword.hasPrefix("tcp-request") ? "tcp-request" : keyword
    let article = later.name.hasPrefix("http") ? "an" : "a"
    context.warning(
      "a '\(short)' rule placed after \(article) '\(later.name)' rule will still be processed before.")
  }

  // MARK: - TCP

  @Sendable static func tcpRequest(_ context: LoadContext, _ line: ConfigLine) {
    let title = context.proxy.title
    if line[1].isEmpty { return context.alert("missing argument for 'tcp-request' in \(title)") }
    switch line[1] {
    case "inspect-delay": inspectDelay(context, line, \.requestInspectDelay)
    case "content": tcp(context, line, .tcpRequest)
    case "connection", "session":
      if !context.proxy.accepts(.frontend) {
        return context.alert(
          "tcp-request \(line[1]) is not allowed because \(context.proxy.capabilities.typeName) \(context.proxy.name) "
            + "is not a frontend")
      }
      tcp(context, line, line[1] == "session" ? .tcpSession : .tcpConnection)
    default:
      context.alert("'tcp-request' expects 'inspect-delay', 'connection', or 'content' in \(title) (got '\(line[1])')")
    }
  }

  @Sendable static func tcpResponse(_ context: LoadContext, _ line: ConfigLine) {
    let title = context.proxy.title
    if line[1].isEmpty { return context.alert("missing argument for 'tcp-response' in \(title)") }
    guard line[1] == "inspect-delay" || line[1] == "content" else {
      return context.alert("'tcp-response' expects 'inspect-delay' or 'content' in \(title) (got '\(line[1])')")
    }
    if !context.proxy.accepts(.backend) || (context.isInDefaults && context.proxy.name.isEmpty) {
      return context.alert(
        "tcp-response \(line[1]) is only allowed in 'backend' sections or 'defaults' section with a name")
    }
    if line[1] == "inspect-delay" {
      inspectDelay(context, line, \.responseInspectDelay)
    } else {
      tcp(context, line, .tcpResponse)
    }
  }

  private static func inspectDelay(
    _ context: LoadContext, _ line: ConfigLine, _ path: WritableKeyPath<ProxyRules, Int64?>
  ) {
    let keyword = "\(line[0]) inspect-delay"
    if context.isInDefaults && context.proxy.name.isEmpty {
      return context.alert("\(keyword) is not allowed in anonymous 'defaults' sections")
    }
    let what = "'\(keyword)' expects a positive delay in milliseconds, in \(context.proxy.title)"
    if line[2].isEmpty { return context.alert(what) }
    switch context.time(line[2]) {
    case .value(let delay): context.proxy.rules[keyPath: path] = Int64(delay)
    case .unexpected(let scalar): context.alert("\(what) (unexpected character '\(scalar)')")
    case .overflow:
      context.alert(
        "\(what) (timer overflow in '\(line[2])', maximum value is 2147483647 ms or ~24.8 days)")
    }
  }

  private static func tcp(_ context: LoadContext, _ line: ConfigLine, _ list: RuleList) {
    let keyword = list.rawValue
    if context.isInDefaults && context.proxy.name.isEmpty {
      return context.alert("\(keyword) is not allowed in anonymous 'defaults' sections")
    }
    let title = context.proxy.title
    guard let name = list.action(line[2]) else {
      var text = "'\(keyword)' expects \(list.expectation) in \(title) (got '\(line[2])')"
      if !line[2].isEmpty, let near = list.suggestion(for: line[2]) {
        text += ". Did you mean '\(near)' maybe ?"
      } else {
        text += "."
      }
      // Only the lists of requests end so.
      return context.alert(list == .tcpResponse ? text : text + "\n")
    }
    var parsing = RuleParsing(context, list, Array(line.words.dropFirst(2)))
    let action: RuleAction
    do throws(RuleProblem) {
      if name == "capture" && list != .tcpRequest {
        let what = "'capture \(line[3])' is not allowed in '\(keyword)' rules in \(title)"
        throw RuleProblem(what, .bare)
      }
      action = try parsing.action(name)
    } catch {
      switch error.kind {
      case .notImplemented: return context.refuse("\(keyword) \(error.text)")
      // Only the actions of these rules themselves are named in messages.
      case .action where list.basicNames.contains(name) || name == "track-sc":
        return context.alert("'\(keyword) \(line[2])' : \(error.text)")
      default: return context.alert(error.text)
      }
    }
    if !parsing.isAtEnd {
      return context.alert(
        "'\(keyword) \(line[2])' only accepts 'if' or 'unless', in \(title) (got '\(parsing.word)')")
    }
    let word = parsing.word
    do throws(RuleProblem) {
      append(action, try parsing.condition(), list, context)
    } catch {
      context.alert(
        "'\(keyword) \(line[2])' : error detected in \(title) while parsing '\(word)' condition : \(error.text)")
    }
    context.takeSampleWarnings()
  }
}
