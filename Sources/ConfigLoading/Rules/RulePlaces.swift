import ConfigSyntax
import Configuration
import Rules
import Samples

/// The lists of rules that a proxy has, by the words that begin their lines.
enum RuleList: String, CaseIterable {
  case tcpConnection = "tcp-request connection"
  case tcpSession = "tcp-request session"
  case tcpRequest = "tcp-request content"
  case httpRequest = "http-request"
  case httpResponse = "http-response"
  case httpAfterResponse = "http-after-response"
  case tcpResponse = "tcp-response content"

  var isHTTP: Bool { self == .httpRequest || self == .httpResponse || self == .httpAfterResponse }
  var isResponse: Bool { self == .httpResponse || self == .httpAfterResponse || self == .tcpResponse }

  var path: WritableKeyPath<ProxyRules, [Rule]> {
    switch self {
    case .tcpConnection: \.tcpConnection
    case .tcpSession: \.tcpSession
    case .tcpRequest: \.tcpRequest
    case .httpRequest: \.httpRequest
    case .httpResponse: \.httpResponse
    case .httpAfterResponse: \.httpAfterResponse
    case .tcpResponse: \.tcpResponse
    }
  }

  /// What messages call an expression of the action `written`.
  func user(of written: String) -> ExpressionUser {
    if written.hasPrefix("track-sc") { return .tracking }
    if written == "capture" { return .capture }
    if written == "redirect" { return .redirect }
    switch self {
    case .tcpConnection: return .tcpRequestConnection
    case .tcpSession: return .tcpRequestSession
    case .tcpRequest: return .tcpRequestContent
    case .tcpResponse: return .tcpResponseContent
    case .httpRequest: return .httpRequest
    case .httpResponse, .httpAfterResponse: return .httpResponse
    }
  }

  private var sides: (frontend: CheckPoint, backend: CheckPoint) {
    switch self {
    case .tcpConnection: (.frontendConnection, .frontendConnection)
    case .tcpSession: (.frontendSession, .frontendSession)
    case .tcpRequest: (.frontendRequestContent, .backendRequestContent)
    case .httpRequest: (.frontendRequestHeader, .backendRequestHeader)
    case .httpResponse, .httpAfterResponse: (.frontendResponseHeader, .backendResponseHeader)
    case .tcpResponse: (.frontendResponseContent, .backendResponseContent)
    }
  }
  /// Where its rules are evaluated, in a proxy of these capabilities.
  func places(_ proxy: ProxySettings) -> CheckPoints {
    var places = CheckPoints()
    if proxy.accepts(.frontend) { places.insert(CheckPoints(sides.frontend)) }
    if proxy.accepts(.backend) { places.insert(CheckPoints(sides.backend)) }
    return places
  }
  /// The one place that warnings about conditions name.
  func mainPlace(_ proxy: ProxySettings) -> CheckPoint {
    proxy.accepts(isResponse ? .backend : .frontend) == isResponse ? sides.backend : sides.frontend
  }

  /// The names of its actions in HAProxy's order; `(*)` stands for anything that follows.
  var actionNames: [String] {
    let variables = ["set-var-fmt(*)", "set-var(*)", "unset-var(*)"]
    let counters = ["sc-inc-gpc(*)", "sc-inc-gpc0(*)", "sc-inc-gpc1(*)", "sc-set-gpt(*)", "sc-set-gpt0(*)"]
    switch self {
    case .httpRequest:
      return ["wait-for-handshake", "ot-group", "set-log-level", "set-nice", "use-service"] + counters + [
        "send-spoe-group", "do-resolve(*)", "cache-use", "add-acl(*)", "add-header", "allow", "auth", "capture",
        "del-acl(*)", "del-header", "del-map(*)", "deny", "disable-l7-retry", "early-hint", "normalize-uri",
        "redirect", "reject", "replace-header", "replace-path", "replace-pathq", "replace-uri", "replace-value",
        "return", "set-header", "set-map(*)", "set-method", "set-path", "set-pathq", "set-query", "set-uri",
        "strict-mode", "tarpit", "track-sc(*)", "set-timeout", "wait-for-body",
      ] + variables + [
        "set-dst", "set-dst-port", "set-mark", "set-src", "set-src-port", "set-tos", "silent-drop",
        "set-priority-class", "set-priority-offset",
      ]
    case .httpResponse:
      return ["ot-group", "set-log-level", "set-nice"] + counters + [
        "send-spoe-group", "cache-store", "add-acl(*)", "add-header", "allow", "capture", "del-acl(*)", "del-header",
        "del-map(*)", "deny", "redirect", "replace-header", "replace-value", "return", "set-header", "set-map(*)",
        "set-status", "strict-mode", "track-sc(*)", "wait-for-body",
      ] + variables + ["set-mark", "set-tos", "silent-drop"]
    case .httpAfterResponse:
      return [
        "ot-group", "add-header", "allow", "capture", "del-header", "replace-header", "replace-value", "set-header",
        "set-status", "strict-mode",
      ] + variables
    case .tcpConnection, .tcpSession:
      return counters + variables + [
        "set-dst", "set-dst-port", "set-mark", "set-src", "set-src-port", "set-tos", "silent-drop",
      ]
    case .tcpRequest:
      return ["ot-group", "set-log-level", "set-nice", "switch-mode", "use-service"] + counters + [
        "send-spoe-group", "do-resolve(*)",
      ] + variables + [
        "set-src", "set-src-port", "set-dst", "set-dst-port", "set-mark", "set-tos", "silent-drop",
        "set-priority-class", "set-priority-offset",
      ]
    case .tcpResponse:
      return ["ot-group", "set-log-level", "set-nice"] + counters + ["send-spoe-group"] + variables + [
        "set-mark", "set-tos", "silent-drop",
      ]
    }
  }

  /// The action that `word` was meant to be; names that arguments follow may differ more.
  func suggestion(for word: String) -> String? {
    // The names that stand before the list's own come last.
    let names = actionNames + basicNames
    return WordSimilarity.bestMatch(for: word, among: names.map { String($0.prefix { $0 != "(" }) }) { index in
      names[index].hasSuffix("(*)")
    }
  }

  /// Those of them that are refused.
  static let unservedActions: Set<String> = ["ot-group", "send-spoe-group"]

  /// Those that come before the names of the list in messages.
  var basicNames: [String] {
    switch self {
    case .tcpConnection, .tcpSession, .tcpRequest:
      ["accept", "reject", "capture", "expect-proxy", "expect-netscaler-cip", "track-sc"]
    case .tcpResponse: ["accept", "close", "reject"]
    default: []
    }
  }
  /// `'a', 'b', ...` as HAProxy's messages have it.
  var expectation: String {
    let basic: String
    switch self {
    case .tcpConnection, .tcpSession, .tcpRequest:
      basic = "'accept', 'reject', 'capture', 'expect-proxy', 'expect-netscaler-cip', 'track-sc0' ... 'track-sc2', "
    case .tcpResponse: basic = "'accept', 'close', 'reject', "
    default: basic = ""
    }
    return basic + actionNames.map { "'\($0)'" }.joined(separator: ", ")
  }

  /// Whether `word` is one of its actions, and which.
  func action(_ word: String) -> String? {
    if basicNames.contains(word) { return word }
    if !isHTTP && word.hasPrefix("track-sc") && basicNames.contains("track-sc") { return "track-sc" }
    return actionNames.first { name in
      name.hasSuffix("(*)") ? word.hasPrefix(name.dropLast(3)) : name == word
    }.map { $0.hasSuffix("(*)") ? String($0.dropLast(3)) : $0 }
  }
}
