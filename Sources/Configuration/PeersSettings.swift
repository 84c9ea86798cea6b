public import Primitives

/// A `peers` section (manual section 3.5).
public struct PeersSettings: Sendable {
  public struct Peer: Sendable {
    public var name: String
    public var location: SourceLocation
    /// Where to connect to; none for the local peer and for those without an IP address.
    public var endpoint = Endpoint.none
    /// What its line and `default-server` say of connections to it; nil where the line could not be read.
    public var transport: ServerSettings?
    /// `sni`, which has no connection of a client to look at: a constant.
    public var serverName: String?
    public init(name: String, location: SourceLocation) {
      self.name = name
      self.location = location
    }
  }
  public var name: String
  public var location: SourceLocation
  public var peers: [Peer] = []
  /// The one that is this process (`-L`, `localpeer`, or the host's name).
  public var localPeer: Peer?
  /// Where the local peer listens.
  public var binds: [BindSettings] = []
  public var isDisabled = false
  /// Nothing but tables stands in it.
  public var isEmpty = true
  public var hasBind = false
  public var hasPeerLine = false
  public var bindLocation: SourceLocation?
  public init(name: String, location: SourceLocation) {
    self.name = name
    self.location = location
  }
}
