public import Configuration
public import LogFormat
public import Memory
public import Samples

/// All that decides the log lines of one frontend: its formats, its policy and where lines go. Compiled once, then
/// copied for each worker.
public struct FrontendLog {
  public let policy: LogPolicy
  public let route: LogRoutes.Route
  /// `log-tag`; nil for the global one.
  public let tag: Bytes?
  /// The traffic log; nil writes the `Connect from` line at the accept.
  public let format: LogFormat?
  /// `error-log-format`: connections that failed in their handshakes.
  public let errorFormat: LogFormat?
  /// `log-format-sd`.
  public let structuredData: LogFormat?
  /// `unique-id-format`.
  public let uniqueID: LogFormat?

  /// A format that was refused: the directive it belongs to, and HAProxy's words.
  public struct Refusal: Error, Sendable {
    public let directive: String
    public let message: String
  }

  /// `index` is the proxy's place in the model that `routes` were made of.
  public init(
    _ frontend: ProxySettings, index: Int, routes: LogRoutes, compiler: SampleCompiler
  ) throws(Refusal) {
    policy = LogPolicy(frontend)
    route = routes.route(ofProxy: index)
    tag = frontend.logTag.map { Bytes(permanent: $0) }
    let isHTTP = frontend.mode == .http
    func compile(
      _ text: String, _ directive: String, _ flags: LogFieldFlags = .logLine, _ place: CheckPoint = .log
    ) throws(Refusal) -> LogFormat {
      let site = ExpressionSite(
        file: frontend.logFormatLocation.file, line: frontend.logFormatLocation.line, proxy: frontend.name,
        user: "\(directive) string")
      do {
        return try LogFormat(
          text, flags: flags, isHTTP: isHTTP, places: CheckPoints(place), site: site, compiler: compiler)
      } catch {
        throw Refusal(directive: directive, message: error.description)
      }
    }
    var format: LogFormat?
    if let text = FrontendLog.text(frontend.logFormat, isHTTP: isHTTP) { format = try compile(text, "log-format") }
    format?.logsAsSoonAsPossible = frontend.options.contains(.logASAP)
    self.format = format
    errorFormat = if let text = frontend.errorLogFormat { try compile(text, "error-log-format") } else { nil }
    structuredData = if let text = frontend.logFormatSD { try compile(text, "log-format-sd") } else { nil }
    let place: CheckPoint = isHTTP ? .frontendRequestHeader : .frontendRequestContent
    uniqueID =
      if let text = frontend.uniqueIDFormat {
        try compile(text, "unique-id", isHTTP ? [.mergeSpaces, .http] : .mergeSpaces, place)
      } else { nil }
  }

  /// The format string of a choice; the HTTP formats fall back to `option tcplog` in TCP mode.
  private static func text(_ choice: LogFormatChoice, isHTTP: Bool) -> String? {
    switch choice {
    case .none: nil
    case .tcp: StandardLogFormat.tcp
    case .http: isHTTP ? StandardLogFormat.http : StandardLogFormat.tcp
    case .clf: isHTTP ? StandardLogFormat.clf : StandardLogFormat.tcp
    case .custom(let text): text
    }
  }

  /// Whether connections that fail in their handshakes are logged: by a frontend with a format of any kind.
  public var logsFailedConnections: Bool { format != nil || errorFormat != nil }
  /// The traffic log is written at the response headers or the server connection, not at the end.
  public var isEarly: Bool { format?.isLoggedEarly ?? false }
}
