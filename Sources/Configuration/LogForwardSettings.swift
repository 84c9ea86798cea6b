/// A `log-forward` section (manual section 3.10): messages of other programs that are sent on.
public struct LogForwardSettings: Sendable {
  public let name: String
  public let location: SourceLocation
  /// Where connections come in, and where datagrams do.
  public var binds: [BindSettings] = []
  public var datagramBinds: [BindSettings] = []
  public var logTargets: [LogTarget] = []
  /// The most connections at a time.
  public var maxConnections = 10
  /// nil: as `maxConnections`.
  public var backlog: Int?
  /// Milliseconds of silence after which a connection is closed; nil for none.
  public var clientTimeout: Int?

  public init(name: String, location: SourceLocation) {
    self.name = name
    self.location = location
  }
}
