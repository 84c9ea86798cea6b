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

/// Where an expression stands in the configuration: for messages about what is only found when all is read.
public struct ExpressionSite: Sendable {
  public var file: String
  public var line: Int
  /// The proxy in which it stands; empty outside of proxies.
  public var proxy: String
  /// What uses it, as HAProxy calls it ("ACL keyword", "log-format string" ...).
  public var user: String

  public init(file: String, line: Int, proxy: String = "", user: String = "ACL keyword") {
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
    return "arg \(position) of \(conversion)\(site.user) '\(keyword)' in proxy '\(site.proxy)'"
  }
}
