extension Hash {
  /// xxHash's XXH3 function with 64 bits of result, by its published specification.
  public static func xxh3(_ bytes: some ByteView, seed: UInt64 = 0) -> UInt64 {
    switch bytes.count {
    case 0: return xxAvalanche64(seed ^ secret64(56) ^ secret64(64))
    case 1...3: return xxh3Tiny(bytes, seed)
    case 4...8: return xxh3Small(bytes, seed)
    case 9...16: return xxh3Medium(bytes, seed)
    case 17...128: return xxh3To128(bytes, seed)
    case 129...240: return xxh3To240(bytes, seed)
    default: return xxh3Long(bytes, seed)
    }
  }

  private static func xxAvalanche64(_ value: UInt64) -> UInt64 {
    var h = value
    h = (h ^ h >> 33) &* xxPrime64.1
    h = (h ^ h >> 29) &* xxPrime64.2
    return h ^ h >> 32
  }
  private static func xxh3Avalanche(_ value: UInt64) -> UInt64 {
    var h = value ^ value >> 37
    h = h &* 0x1656_6791_9e37_79f9
    return h ^ h >> 32
  }
  /// The two halves of the 128-bit product, folded into one.
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
  private static func secret64(_ i: Int) -> UInt64 { xxh3Secret.littleEndian64(at: i) }
  private static func secret32(_ i: Int) -> UInt64 { UInt64(xxh3Secret.littleEndian32(at: i)) }

  private static func xxh3Tiny(_ bytes: some ByteView, _ seed: UInt64) -> UInt64 {
    let n = bytes.count
    let combined =
      UInt64(bytes[0]) << 16 | UInt64(bytes[n >> 1]) << 24 | UInt64(bytes[n - 1]) | UInt64(n) << 8
    return xxAvalanche64(combined ^ ((secret32(0) ^ secret32(4)) &+ seed))
  }

  private static func xxh3Small(_ bytes: some ByteView, _ seed: UInt64) -> UInt64 {
    let n = bytes.count
    let turned = seed ^ UInt64(UInt32(truncatingIfNeeded: seed).byteSwapped) << 32
    let first = UInt64(bytes.littleEndian32(at: 0))
    let last = UInt64(bytes.littleEndian32(at: n - 4))
    var h = (last &+ first << 32) ^ ((secret64(8) ^ secret64(16)) &- turned)
    h ^= rotateLeft(h, 49) ^ rotateLeft(h, 24)
    h = h &* 0x9fb2_1c65_1e98_df25
    h ^= (h >> 35) &+ UInt64(n)
    h = h &* 0x9fb2_1c65_1e98_df25
    return h ^ h >> 28
  }

  private static func xxh3Medium(_ bytes: some ByteView, _ seed: UInt64) -> UInt64 {
    let n = bytes.count
    let low = bytes.littleEndian64(at: 0) ^ ((secret64(24) ^ secret64(32)) &+ seed)
    let high = bytes.littleEndian64(at: n - 8) ^ ((secret64(40) ^ secret64(48)) &- seed)
    return xxh3Avalanche(UInt64(n) &+ low.byteSwapped &+ high &+ fold(low, high))
  }

  /// Sixteen bytes against sixteen bytes of the secret.
  private static func mix(_ bytes: some ByteView, _ at: Int, _ secret: Int, _ seed: UInt64) -> UInt64 {
    fold(
      bytes.littleEndian64(at: at) ^ (secret64(secret) &+ seed),
      bytes.littleEndian64(at: at + 8) ^ (secret64(secret + 8) &- seed))
  }

  private static func xxh3To128(_ bytes: some ByteView, _ seed: UInt64) -> UInt64 {
    let n = bytes.count
    var h = UInt64(n) &* xxPrime64.0
    for i in (0...(n - 1) / 32).reversed() {
      h = h &+ mix(bytes, 16 * i, 32 * i, seed)
      h = h &+ mix(bytes, n - 16 * (i + 1), 32 * i + 16, seed)
    }
    return xxh3Avalanche(h)
  }

  private static func xxh3To240(_ bytes: some ByteView, _ seed: UInt64) -> UInt64 {
    let n = bytes.count
    var h = UInt64(n) &* xxPrime64.0
    for i in 0..<8 { h = h &+ mix(bytes, 16 * i, 16 * i, seed) }
    h = xxh3Avalanche(h)
    for i in 8..<n / 16 { h = h &+ mix(bytes, 16 * i, 16 * (i - 8) + 3, seed) }
    h = h &+ mix(bytes, n - 16, 136 - 17, seed)
    return xxh3Avalanche(h)
  }

  private static func xxh3Long(_ bytes: some ByteView, _ seed: UInt64) -> UInt64 {
    let (p1, p2, p3, p4, p5) = xxPrime64
    let (q1, q2, q3) = (UInt64(xxPrime32.0), UInt64(xxPrime32.1), UInt64(xxPrime32.2))
    let n = bytes.count
    let secret = seeded(seed)
    var lanes: [UInt64] = [q3, p1, p2, p3, p4, q2, p5, q1]
    func stripe(_ at: Int, _ offset: Int) {
      for i in 0..<8 {
        let value = bytes.littleEndian64(at: at + 8 * i)
        let keyed = value ^ secret.littleEndian64(at: offset + 8 * i)
        lanes[i ^ 1] = lanes[i ^ 1] &+ value
        lanes[i] = lanes[i] &+ (keyed & 0xffff_ffff) &* (keyed >> 32)
      }
    }
    let stripes = (secret.count - 64) / 8
    let blocks = (n - 1) / (64 * stripes)
    for block in 0..<blocks {
      for i in 0..<stripes { stripe(block * 64 * stripes + 64 * i, 8 * i) }
      for i in 0..<8 {
        let lane = lanes[i]
        lanes[i] = (lane ^ lane >> 47 ^ secret.littleEndian64(at: secret.count - 64 + 8 * i)) &* q1
      }
    }
    let start = blocks * 64 * stripes
    for i in 0..<(n - 1 - start) / 64 { stripe(start + 64 * i, 8 * i) }
    stripe(n - 64, secret.count - 64 - 7)
    var h = UInt64(n) &* p1
    for i in 0..<4 {
      let offset = 11 + 16 * i
      h =
        h
        &+ fold(
          lanes[2 * i] ^ secret.littleEndian64(at: offset), lanes[2 * i + 1] ^ secret.littleEndian64(at: offset + 8))
    }
    return xxh3Avalanche(h)
  }

  /// The secret moved by the seed, for long inputs.
  private static func seeded(_ seed: UInt64) -> [UInt8] {
    if seed == 0 { return xxh3Secret }
    var secret: [UInt8] = []
    for i in stride(from: 0, to: xxh3Secret.count, by: 8) {
      let word = i % 16 == 0 ? secret64(i) &+ seed : secret64(i) &- seed
      for shift in stride(from: UInt64(0), to: 64, by: 8) { secret.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return secret
  }

  /// The constant of the specification that keys the function.
  private static let xxh3Secret: [UInt8] = [
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
  ]
}
