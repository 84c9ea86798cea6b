public import Primitives

/// A `mailers` section (manual section 3.6).
public struct MailersSettings: Sendable {
  public struct Mailer: Sendable {
    public let name: String
    public let endpoint: Endpoint
    public init(name: String, endpoint: Endpoint) {
      self.name = name
      self.endpoint = endpoint
    }
  }
  public let name: String
  public let location: SourceLocation
  public var mailers: [Mailer] = []
  /// `timeout mail`: milliseconds for one message, from the connection to the end.
  public var timeout = 10000
  public init(name: String, location: SourceLocation) {
    self.name = name
    self.location = location
  }
}

/// `email-alert` of a proxy (manual section 4.2).
public struct EmailAlertSettings: Sendable, Hashable {
  public var mailers: String?
  public var from: String?
  public var to: String?
  /// Messages up to this severity are sent; 1 stands for `alert`.
  public var level = 1
  /// What is said after HELO; nil for the name of the machine.
  public var hostName: String?
  /// Anything was said at all.
  public var isMentioned = false
  /// Where the section stands in the model, once everything was read; nil where nothing is sent.
  public var mailersIndex: Int?
  public init() {}
}
