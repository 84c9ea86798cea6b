extension Hash {
  @inlinable static var xxPrime32: (UInt32, UInt32, UInt32, UInt32, UInt32) {
    (0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1)
  }
  @inlinable static var xxPrime64: (UInt64, UInt64, UInt64, UInt64, UInt64) {
    (
      0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63,
      0x27d4_eb2f_1656_67c5
    )
  }

  /// xxHash's 32-bit function, by its published specification.
  public static func xxh32(_ bytes: some ByteView, seed: UInt32 = 0) -> UInt32 {
    let (p1, p2, p3, p4, p5) = xxPrime32
    var at = 0
    var h: UInt32
    if bytes.count >= 16 {
      var (a, b, c, d) = (seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1)
      func round(_ lane: UInt32, _ i: Int) -> UInt32 {
        rotateLeft(lane &+ bytes.littleEndian32(at: i) &* p2, 13) &* p1
      }
      while at <= bytes.count - 16 {
        a = round(a, at)
        b = round(b, at + 4)
        c = round(c, at + 8)
        d = round(d, at + 12)
        at += 16
      }
      h = rotateLeft(a, 1) &+ rotateLeft(b, 7) &+ rotateLeft(c, 12) &+ rotateLeft(d, 18)
    } else {
      h = seed &+ p5
    }
    h = h &+ UInt32(truncatingIfNeeded: bytes.count)
    while at <= bytes.count - 4 {
      h = rotateLeft(h &+ bytes.littleEndian32(at: at) &* p3, 17) &* p4
      at += 4
    }
    while at < bytes.count {
      h = rotateLeft(h &+ UInt32(bytes[at]) &* p5, 11) &* p1
      at += 1
    }
    h = (h ^ h >> 15) &* p2
    h = (h ^ h >> 13) &* p3
    return h ^ h >> 16
  }

  /// xxHash's 64-bit function, by its published specification.
  public static func xxh64(_ bytes: some ByteView, seed: UInt64 = 0) -> UInt64 {
    let (p1, p2, p3, p4, p5) = xxPrime64
    func round(_ lane: UInt64, _ value: UInt64) -> UInt64 { rotateLeft(lane &+ value &* p2, 31) &* p1 }
    var at = 0
    var h: UInt64
    if bytes.count >= 32 {
      var (a, b, c, d) = (seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1)
      while at <= bytes.count - 32 {
        a = round(a, bytes.littleEndian64(at: at))
        b = round(b, bytes.littleEndian64(at: at + 8))
        c = round(c, bytes.littleEndian64(at: at + 16))
        d = round(d, bytes.littleEndian64(at: at + 24))
        at += 32
      }
      h = rotateLeft(a, 1) &+ rotateLeft(b, 7) &+ rotateLeft(c, 12) &+ rotateLeft(d, 18)
      for lane in [a, b, c, d] { h = (h ^ round(0, lane)) &* p1 &+ p4 }
    } else {
      h = seed &+ p5
    }
    h = h &+ UInt64(bytes.count)
    while at <= bytes.count - 8 {
      h = rotateLeft(h ^ round(0, bytes.littleEndian64(at: at)), 27) &* p1 &+ p4
      at += 8
    }
    if at <= bytes.count - 4 {
      h = rotateLeft(h ^ UInt64(bytes.littleEndian32(at: at)) &* p1, 23) &* p2 &+ p3
      at += 4
    }
    while at < bytes.count {
      h = rotateLeft(h ^ UInt64(bytes[at]) &* p5, 11) &* p1
      at += 1
    }
    h = (h ^ h >> 33) &* p2
    h = (h ^ h >> 29) &* p3
    return h ^ h >> 32
  }
}
