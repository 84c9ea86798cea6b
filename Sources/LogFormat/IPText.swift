import Memory

/// Addresses as text, appended without a `String`.
enum IPText {
  /// Four decimal numbers and dots.
  static func append(v4 bits: UInt32, to arena: ByteArena) {
    appendByte(UInt8(truncatingIfNeeded: bits >> 24), arena)
    arena.append(byte: UInt8(ascii: "."))
    appendByte(UInt8(truncatingIfNeeded: bits >> 16), arena)
    arena.append(byte: UInt8(ascii: "."))
    appendByte(UInt8(truncatingIfNeeded: bits >> 8), arena)
    arena.append(byte: UInt8(ascii: "."))
    appendByte(UInt8(truncatingIfNeeded: bits), arena)
  }
  private static func appendByte(_ value: UInt8, _ arena: ByteArena) {
    if value >= 100 { arena.append(byte: 48 &+ value / 100) }
    if value >= 10 { arena.append(byte: 48 &+ value / 10 % 10) }
    arena.append(byte: 48 &+ value % 10)
  }

  /// The form of RFC 5952, with a dotted quad for mapped and compatible addresses, as `inet_ntop` writes.
  static func append(v6 high: UInt64, _ low: UInt64, to arena: ByteArena) {
    if high == 0 && (low >> 32 == 0xffff || low >> 32 == 0 && low > 0xffff) {
      arena.append(low >> 32 == 0xffff ? "::ffff:" : "::")
      return append(v4: UInt32(truncatingIfNeeded: low), to: arena)
    }
    let (gapStart, gapCount) = longestZeroRun(high, low)
    var i = 0
    while i < 8 {
      if i == gapStart {
        arena.append("::")
        i &+= gapCount
        continue
      }
      if i > 0 && i != gapStart &+ gapCount { arena.append(byte: UInt8(ascii: ":")) }
      appendHexadecimal(group(i, high, low), arena)
      i &+= 1
    }
  }
  private static func group(_ i: Int, _ high: UInt64, _ low: UInt64) -> UInt64 {
    (i < 4 ? high : low) &>> UInt64(48 &- 16 &* (i & 3)) & 0xffff
  }
  /// The first of the longest runs of two or more zero groups; (-9, 0) where there is none.
  private static func longestZeroRun(_ high: UInt64, _ low: UInt64) -> (start: Int, count: Int) {
    var (bestStart, bestCount) = (-9, 1)
    var i = 0
    while i < 8 {
      var end = i
      while end < 8 && group(end, high, low) == 0 { end &+= 1 }
      if end &- i > bestCount { (bestStart, bestCount) = (i, end &- i) }
      i = max(end, i &+ 1)
    }
    return bestStart < 0 ? (-9, 0) : (bestStart, bestCount)
  }
  private static func appendHexadecimal(_ value: UInt64, _ arena: ByteArena) {
    var shift: UInt64 = 12
    while shift > 0 && value &>> shift == 0 { shift &-= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: value &>> shift & 15)
      arena.append(byte: digit < 10 ? 48 &+ digit : 87 &+ digit)
      if shift == 0 { return }
      shift &-= 4
    }
  }
}
