public import Memory
public import Primitives

/// Addresses from and to bytes, without `String`: for the data path.
public enum AddressText {
  /// A dotted quad, as `inet_pton` reads it.
  public static func ipv4(_ text: Bytes) -> IPv4Address? {
    if text.count < 7 || text.count > 15 { return nil }
    var bits: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var parts = 0
    for i in 0..<text.count {
      let c = text[i]
      if c &- 48 < 10 {
        if digits > 0 && part == 0 { return nil }
        part = part &* 10 &+ UInt32(c &- 48)
        digits += 1
        if part > 255 || digits > 3 { return nil }
      } else if c == UInt8(ascii: ".") {
        if digits == 0 || parts == 3 { return nil }
        bits = bits << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      } else {
        return nil
      }
    }
    return digits == 0 || parts != 3 ? nil : IPv4Address(bits: bits << 8 | part)
  }

  /// The dotted quad at the start of `text`, whatever follows it but a fifth part; zeros may lead a part. This is how
  /// casts read addresses ("1.2.3.4:80" is 1.2.3.4).
  public static func leadingIPv4(_ text: Bytes) -> IPv4Address? {
    var bits: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var parts = 0
    var i = 0
    while let c = text.at(i) {
      if c &- 48 < 10 {
        part = part &* 10 &+ UInt32(c &- 48)
        digits += 1
        if part > 255 { return nil }
      } else if c == UInt8(ascii: ".") {
        if digits == 0 || parts == 3 { return nil }
        bits = bits << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      } else {
        break
      }
      i += 1
    }
    return digits == 0 || parts != 3 ? nil : IPv4Address(bits: bits << 8 | part)
  }

  /// The text forms of RFC 4291 section 2.2, as `inet_pton` reads them.
  public static func ipv6(_ text: Bytes) -> IPv6Address? {
    if text.count < 2 || text.count > 45 { return nil }
    // Sixteen bytes are collected most significant first; the part after "::" moves to the end afterwards.
    var (high, low): (UInt64, UInt64) = (0, 0)
    func shiftedIn(_ group: UInt64) -> Void {
      high = high << 16 | low >> 48
      low = low << 16 | group
    }
    var groups = 0
    var gap = -1
    var i = 0
    if text[0] == UInt8(ascii: ":") {
      if text[1] != UInt8(ascii: ":") { return nil }
      gap = 0
      i = 2
    }
    while i < text.count {
      var value: UInt64 = 0
      var digits = 0
      let start = i
      while let c = text.at(i), let digit = NumberText.hexDigit(c) {
        value = value << 4 | UInt64(digit)
        digits += 1
        if digits > 4 { return nil }
        i += 1
      }
      if text.at(i) == UInt8(ascii: ".") {
        guard groups <= 6, let v4 = ipv4(text.slice(start, text.count - start)) else { return nil }
        shiftedIn(UInt64(v4.bits >> 16))
        shiftedIn(UInt64(v4.bits & 0xffff))
        groups += 2
        i = text.count
        break
      }
      if digits == 0 || groups == 8 { return nil }
      shiftedIn(value)
      groups += 1
      guard let c = text.at(i) else { break }
      if c != UInt8(ascii: ":") { return nil }
      i += 1
      if text.at(i) == UInt8(ascii: ":") {
        if gap >= 0 { return nil }
        gap = groups
        i += 1
      } else if i == text.count {
        return nil
      }
    }
    if gap < 0 { return groups == 8 ? IPv6Address(high: high, low: low) : nil }
    if groups > 7 { return nil }
    // Groups read so far are right-aligned: those before the gap go to the front.
    let after = groups - gap
    let (backHigh, backLow) = mask(high, low, keepLowGroups: after)
    let (frontHigh, frontLow) = shiftRight(high, low, groups: after)
    let (placedHigh, placedLow) = shiftLeft(frontHigh, frontLow, groups: 8 - gap)
    return IPv6Address(high: placedHigh | backHigh, low: placedLow | backLow)
  }

  private static func mask(_ high: UInt64, _ low: UInt64, keepLowGroups n: Int) -> (UInt64, UInt64) {
    n >= 4 ? (n >= 8 ? high : high & ((1 << UInt64(16 * (n - 4))) &- 1), low) : (0, low & ((1 << UInt64(16 * n)) &- 1))
  }
  private static func shiftRight(_ high: UInt64, _ low: UInt64, groups n: Int) -> (UInt64, UInt64) {
    if n == 0 { return (high, low) }
    if n >= 4 { return (0, high >> UInt64(16 * (n - 4))) }
    return (high >> UInt64(16 * n), low >> UInt64(16 * n) | high << UInt64(64 - 16 * n))
  }
  private static func shiftLeft(_ high: UInt64, _ low: UInt64, groups n: Int) -> (UInt64, UInt64) {
    if n == 0 { return (high, low) }
    if n >= 4 { return (low << UInt64(16 * (n - 4)), 0) }
    return (high << UInt64(16 * n) | low >> UInt64(64 - 16 * n), low << UInt64(16 * n))
  }

  /// Appends the dotted quad to the piece being built.
  public static func append(_ address: IPv4Address, to arena: ByteArena) -> Bool {
    // A decimal is appended only where 20 bytes are free, so room for the longest form is asked with a margin.
    if arena.room < 36 { return false }
    return appendQuad(address.bits, arena)
  }
  private static func appendQuad(_ bits: UInt32, _ arena: ByteArena) -> Bool {
    arena.append(decimal: Int64(bits >> 24))
    arena.append(byte: UInt8(ascii: "."))
    arena.append(decimal: Int64(bits >> 16 & 255))
    arena.append(byte: UInt8(ascii: "."))
    arena.append(decimal: Int64(bits >> 8 & 255))
    arena.append(byte: UInt8(ascii: "."))
    return arena.append(decimal: Int64(bits & 255))
  }

  /// Appends RFC 5952 text, as `inet_ntop` prints it.
  public static func append(_ address: IPv6Address, to arena: ByteArena) -> Bool {
    if arena.room < 64 { return false }
    if address.high == 0 && (address.low >> 32 == 0xffff || address.low >> 32 == 0 && address.low > 0xffff) {
      arena.append(address.low >> 32 == 0xffff ? "::ffff:" : "::")
      return appendQuad(UInt32(truncatingIfNeeded: address.low), arena)
    }
    func group(_ i: Int) -> UInt16 {
      UInt16(truncatingIfNeeded: (i < 4 ? address.high : address.low) >> UInt64(48 - 16 * (i & 3)))
    }
    var (bestStart, bestCount) = (-1, 1)
    var i = 0
    while i < 8 {
      var end = i
      while end < 8 && group(end) == 0 { end += 1 }
      if end - i > bestCount { (bestStart, bestCount) = (i, end - i) }
      i = max(end, i + 1)
    }
    i = 0
    while i < 8 {
      if i == bestStart {
        arena.append("::")
        i += bestCount
        continue
      }
      if i > 0 && i != bestStart + bestCount || i > 0 && bestStart < 0 { arena.append(byte: UInt8(ascii: ":")) }
      appendHex(group(i), arena)
      i += 1
    }
    return true
  }
  private static func appendHex(_ value: UInt16, _ arena: ByteArena) {
    var shift: UInt16 = 12
    while shift > 0 && value >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
      arena.append(byte: digit < 10 ? 48 + digit : 87 + digit)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
