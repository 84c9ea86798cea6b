/// An IPv4 address as a number in host order: 127.0.0.1 is `0x7f000001`.
public struct IPv4Address: Hashable, Sendable {
  public var bits: UInt32
  @inlinable public init(bits: UInt32) { self.bits = bits }
  public static let any = IPv4Address(bits: 0)
  public static let loopback = IPv4Address(bits: 0x7f00_0001)
}

/// An IPv6 address as two numbers in host order; `high` holds the first eight bytes of the wire form.
public struct IPv6Address: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64
  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
  public static let any = IPv6Address(high: 0, low: 0)
  public static let loopback = IPv6Address(high: 0, low: 1)

  /// The IPv4 address inside `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2), or nil.
  @inlinable public var mappedIPv4: IPv4Address? {
    high == 0 && low >> 32 == 0xffff ? IPv4Address(bits: UInt32(truncatingIfNeeded: low)) : nil
  }
}

/// An address of either family.
public enum IPAddress: Hashable, Sendable {
  case v4(IPv4Address)
  case v6(IPv6Address)
}

/// A transport endpoint without any heap storage: what the data path keeps of a peer.
public struct Endpoint: Hashable, Sendable {
  public enum Family: UInt8, Sendable { case none, ipv4, ipv6, unix }
  public var family: Family
  /// Host order; 0 for `unix` and `none`.
  public var port: UInt16
  /// IPv4 addresses are kept in the low 32 bits of `low`.
  public var high: UInt64
  public var low: UInt64

  @inlinable public init(family: Family = .none, port: UInt16 = 0, high: UInt64 = 0, low: UInt64 = 0) {
    self.family = family
    self.port = port
    self.high = high
    self.low = low
  }
  @inlinable public init(_ address: IPAddress, port: UInt16) {
    switch address {
    case .v4(let a): self.init(family: .ipv4, port: port, low: UInt64(a.bits))
    case .v6(let a): self.init(family: .ipv6, port: port, high: a.high, low: a.low)
    }
  }
  @inlinable public var address: IPAddress? {
    switch family {
    case .ipv4: .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: low)))
    case .ipv6: .v6(IPv6Address(high: high, low: low))
    case .unix, .none: nil
    }
  }
  public static let none = Endpoint()
}
