/// A `ring` section (manual section 3.9): a buffer in memory that takes log lines, to be read on the runtime socket and
/// sent on to syslog servers over TCP.
public struct RingSettings: Sendable {
  public let name: String
  public var description: String
  /// The form of lines whose `log` line names none; nil for the default form.
  public var format: LogTarget.Format?
  /// The longest line, header included, in bytes.
  public var maxLength: Int
  /// Bytes of the buffer, at least that of `tune.bufsize`'s default.
  public var size: Int
  /// Milliseconds; nil for none.
  public var connectTimeout: Int?
  public var serverTimeout: Int?
  /// Where the lines are sent on to.
  public var servers: [ServerSettings] = []
  public let location: SourceLocation
  /// Made by a `log` line that names a stream.
  public var isImplicit = false

  public init(name: String, size: Int, location: SourceLocation) {
    self.name = name
    self.description = name
    self.size = size
    self.maxLength = size
    self.location = location
  }
}
