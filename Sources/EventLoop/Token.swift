/// What an event of the poller or of a timer belongs to: a kind, an index into the owner's table and a generation that
/// tells a new holder of the index from an old one, so that an event for something that is gone is dropped.
public struct Token: Hashable, Sendable {
  public let bits: UInt64
  @inlinable public init(bits: UInt64) { self.bits = bits }
  /// `kind` 0...255, `index` 0...2^24-1.
  @inlinable public init(kind: UInt8, index: Int, generation: UInt32) {
    bits = UInt64(kind) << 56 | UInt64(truncatingIfNeeded: index & 0xff_ffff) << 32 | UInt64(generation)
  }
  @inlinable public var kind: UInt8 { UInt8(truncatingIfNeeded: bits >> 56) }
  @inlinable public var index: Int { Int(truncatingIfNeeded: bits >> 32 & 0xff_ffff) }
  @inlinable public var generation: UInt32 { UInt32(truncatingIfNeeded: bits) }
}

/// Who an event belongs to: the owner of the loop hands it on by this number.
public enum TokenKind {
  public static let wakeUp: UInt8 = 0
  public static let listener: UInt8 = 1
  public static let client: UInt8 = 2
  public static let server: UInt8 = 3
  public static let streamTimer: UInt8 = 4
  public static let idleServer: UInt8 = 5
  public static let worker: UInt8 = 6
  public static let check: UInt8 = 7
  public static let runtimeAPI: UInt8 = 8
  public static let log: UInt8 = 9
  public static let resolver: UInt8 = 10
  public static let peers: UInt8 = 11
  public static let mail: UInt8 = 12
  public static let forward: UInt8 = 13
  /// The poller of a former generation of the configuration has events.
  public static let generation: UInt8 = 14
}
