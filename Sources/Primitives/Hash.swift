/// The hash functions of the configuration language: `hash-type`, and the converters of the same names. All of them
/// give the numbers HAProxy gives, so that a client keeps its server.
public enum Hash {
  /// The sdbm library's function: `h = h * 65599 + c`.
  @inlinable public static func sdbm(_ bytes: some ByteView) -> UInt32 {
    var h: UInt32 = 0
    for i in 0..<bytes.count { h = h &* 65599 &+ UInt32(bytes[i]) }
    return h
  }

  /// Bernstein's function: `h = h * 33 + c`, from 5381.
  @inlinable public static func djb2(_ bytes: some ByteView) -> UInt32 {
    var h: UInt32 = 5381
    for i in 0..<bytes.count { h = h &* 33 &+ UInt32(bytes[i]) }
    return h
  }

  /// HAProxy's wt6: two words that trade places after rotations whose widths depend on the data.
  @inlinable public static func wt6(_ bytes: some ByteView) -> UInt32 {
    var a: UInt32 = 0xa53c_965a
    var b: UInt32 = 0x5ca6_953a
    var turns: (UInt32, UInt32) = (6, 18)
    for i in 0..<bytes.count {
      let c = UInt32(bytes[i])
      a = ~(a ^ c)
      b = ~(b &+ c)
      (a, b) = (rotateLeft(b, turns.0), rotateLeft(a, turns.1))
      let mixed = (a >> 16 ^ b) & 0xffff
      turns = (mixed & 31, mixed >> 11)
    }
    return a ^ b
  }

  /// Bob Jenkins's avalanche of four bytes, then a multiplication by a large odd number that spreads neighbours over
  /// the whole range: the `avalanche` modifier, and the place of a server's points on the ring of a consistent hash.
  @inlinable public static func avalanche(_ value: UInt32) -> UInt32 {
    var a = value
    a = a &+ 0x7ed5_5d16 &+ (a << 12)
    a = (a ^ 0xc761_c23c) ^ (a >> 19)
    a = a &+ 0x1656_67b1 &+ (a << 5)
    a = (a &+ 0xd3a2_646c) ^ (a << 9)
    a = a &+ 0xfd70_46c5 &+ (a << 3)
    a = (a ^ 0xb55a_4f09) ^ (a >> 16)
    return a &* 3_221_225_473
  }

  /// The 32-bit function of Fowler, Noll and Vo, variant 1a.
  @inlinable public static func fnv1a32(_ bytes: some ByteView) -> UInt32 {
    var h: UInt32 = 0x811c_9dc5
    for i in 0..<bytes.count { h = (h ^ UInt32(bytes[i])) &* 0x0100_0193 }
    return h
  }
  /// The 64-bit function of Fowler, Noll and Vo, variant 1a.
  @inlinable public static func fnv1a64(_ bytes: some ByteView) -> UInt64 {
    var h: UInt64 = 0xcbf2_9ce4_8422_2325
    for i in 0..<bytes.count { h = (h ^ UInt64(bytes[i])) &* 0x0000_0100_0000_01b3 }
    return h
  }

  @inlinable static func rotateLeft(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 &- n) }
  @inlinable static func rotateLeft(_ x: UInt64, _ n: UInt64) -> UInt64 { x << n | x >> (64 &- n) }
}

extension HashFunction {
  @inlinable public func hash(_ bytes: some ByteView) -> UInt32 {
    switch self {
    case .sdbm: Hash.sdbm(bytes)
    case .djb2: Hash.djb2(bytes)
    case .wt6: Hash.wt6(bytes)
    case .crc32: Hash.crc32(bytes)
    }
  }
}
