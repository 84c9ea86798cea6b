/// Why an expression, an ACL or a condition was refused, in HAProxy's words.
public struct SampleError: Error {
  public let message: String
  public init(_ message: String) { self.message = message }
}

/// An expression that was read and compiled, with what the checks of its place need.
public struct ParsedExpression: Sendable {
  public let expression: Expression
  public let fetch: FetchDescriptor
  /// The type it declares to return.
  public let type: SampleType
  /// The text it was read from.
  public let text: String

  /// Whether it may be asked for at a place.
  public func isAvailable(at place: CheckPoint) -> Bool { fetch.places.contains(place) }
}

/// What uses an expression, as HAProxy's messages tell it. Actions that it does not tell apart (`capture` of HTTP rules,
/// `set-src`, `set-priority-*`, tracking in HTTP rules ...) count as `accessList` there.
public struct ExpressionUser: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// "log-format string" and the like; empty for what HAProxy calls an ACL.
  public let name: String
  public init(stringLiteral name: String) { self.name = name }
  public static let accessList: ExpressionUser = ""
  public static let httpRequest: ExpressionUser = "http-request expression"
  public static let httpResponse: ExpressionUser = "http-response response"
  public static let tcpRequestConnection: ExpressionUser = "tcp-request connection expression"
  public static let tcpRequestSession: ExpressionUser = "tcp-request session expression"
  public static let tcpRequestContent: ExpressionUser = "tcp-request content expression"
  public static let tcpResponseContent: ExpressionUser = "tcp-response content expression"
  public static let tracking: ExpressionUser = "tracking rule"
  public static let logFormat: ExpressionUser = "log-format string"
  public static let logFormatStructured: ExpressionUser = "log-format-sd string"
  public static let uniqueID: ExpressionUser = "unique-id-format string"
  public static let useBackend: ExpressionUser = "use_backend expression"
  public static let useServer: ExpressionUser = "use-server or balance expression"
  public static let stick: ExpressionUser = "stick rule"
  public static let redirect: ExpressionUser = "redirect format string"
  public static let capture: ExpressionUser = "capture rule"
  public static let server: ExpressionUser = "server directive"
  public static let check: ExpressionUser = "tcp-check expression"
  public static let httpError: ExpressionUser = "http-error directive"
}

/// Where an expression stands in the configuration: for messages about what is only found when all is read.
public struct ExpressionSite: Sendable {
  public var file: String
  public var line: Int
  /// The proxy in which it stands; empty outside of proxies.
  public var proxy: String
  public var user: ExpressionUser

  public init(file: String, line: Int, proxy: String = "", user: ExpressionUser = .accessList) {
    self.file = file
    self.line = line
    self.proxy = proxy
    self.user = user
  }
}

/// A name in the arguments of a fetch or converter that stands for something of the whole configuration, to be found
/// when all of it was read.
public struct PendingArgument: Sendable {
  enum Target: Sendable {
    case fetch(expression: Int, argument: Int)
    case converter(Int, argument: Int)
  }
  public let type: ArgumentType
  /// Empty where the configuration names none: the current proxy is meant (or nothing can be, for some types).
  public let name: String
  /// Counted from one, as in messages.
  public let position: Int
  public let keyword: String
  public let converter: String?
  public let site: ExpressionSite
  let target: Target

  /// "arg 1 of conversion keyword 'in_table' for ACL keyword 'str' in proxy 'f'": how messages name the place.
  public var place: String {
    let conversion = converter.map { "conversion keyword '\($0)' for " } ?? ""
    let kind = site.user == .accessList ? "ACL" : "sample fetch"
    let user = site.user == .accessList ? "" : "in \(site.user.name) "
    return "arg \(position) of \(conversion)\(kind) keyword '\(keyword)' \(user)in proxy '\(site.proxy)'"
  }
}
