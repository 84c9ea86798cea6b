public import Primitives

/// A `resolvers` section (manual section 5.3.2). Times are milliseconds.
public struct ResolverSettings: Sendable {
  public struct Nameserver: Sendable, Hashable {
    public let name: String
    public let address: IPAddress
    public let port: UInt16
    public let location: SourceLocation
    public init(name: String, address: IPAddress, port: UInt16, location: SourceLocation) {
      self.name = name
      self.address = address
      self.port = port
      self.location = location
    }
  }
  /// How long a server keeps its address after an answer of each kind.
  public struct Hold: Sendable, Hashable {
    public var other = 30_000
    public var refused = 30_000
    public var noDomain = 30_000
    public var timeout = 30_000
    public var valid = 10_000
    public var obsolete = 0
    public init() {}
  }

  public let name: String
  public var nameservers: [Nameserver] = []
  public var hold = Hold()
  /// Queries sent before giving up.
  public var retries = 3
  /// Between two resolutions where the last one failed, and between two queries without an answer.
  public var resolveTimeout = 1000
  public var retryTimeout = 1000
  /// The largest answer, in bytes.
  public var payloadSize = 512
  public let location: SourceLocation

  public init(name: String, location: SourceLocation) {
    self.name = name
    self.location = location
  }
}

/// `resolve-opts` of a server.
public struct ResolveOptions: Sendable, Hashable {
  /// Several servers may have the same address.
  public var allowsDuplicates = false
  public var ignoresWeight = false
  public init() {}
}

/// One network of `resolve-net`.
public struct PreferredNetwork: Sendable, Hashable {
  public let address: IPAddress
  public let prefix: Int
  public init(address: IPAddress, prefix: Int) {
    self.address = address
    self.prefix = prefix
  }
  public func contains(_ other: IPAddress) -> Bool {
    switch (address, other) {
    case (.v4(let a), .v4(let b)):
      let mask: UInt32 = prefix <= 0 ? 0 : prefix >= 32 ? .max : ~(UInt32.max >> UInt32(prefix))
      return a.bits & mask == b.bits & mask
    case (.v6(let a), .v6(let b)):
      let high: UInt64 = prefix <= 0 ? 0 : prefix >= 64 ? .max : ~(UInt64.max >> UInt64(prefix))
      let low: UInt64 = prefix <= 64 ? 0 : prefix >= 128 ? .max : ~(UInt64.max >> UInt64(prefix - 64))
      return a.high & high == b.high & high && a.low & low == b.low & low
    default: return false
    }
  }
}
