extension IPv4Address: CustomStringConvertible {
  /// Reads exactly four decimal parts of 0 to 255, as `inet_pton` does (no octal, no missing parts).
  public init?(_ text: some StringProtocol) {
    var bits: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var parts = 0
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39:
        if digits > 0 && part == 0 { return nil }
        part = part * 10 + UInt32(byte - 0x30)
        digits += 1
        if part > 255 || digits > 3 { return nil }
      case UInt8(ascii: "."):
        if digits == 0 || parts == 3 { return nil }
        bits = bits << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      default: return nil
      }
    }
    if digits == 0 || parts != 3 { return nil }
    self.bits = bits << 8 | part
  }

  public var description: String { "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }
}

extension IPv6Address: CustomStringConvertible {
  /// The eight 16-bit groups in order.
  public var groups: [UInt16] {
    (0..<8).map { i in UInt16(truncatingIfNeeded: (i < 4 ? high : low) >> UInt64(48 - 16 * (i % 4))) }
  }

  public init(groups: [UInt16]) {
    precondition(groups.count == 8)
    self.init(
      high: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) }, low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
  }

  /// Reads the text forms of RFC 4291 section 2.2: full, `::`-compressed, and with a dotted IPv4 tail.
  public init?(_ text: some StringProtocol) {
    var front: [UInt16] = []
    var back: [UInt16] = []
    var compressed = false
    var rest = Substring(text)
    if rest.hasPrefix("::") {
      compressed = true
      rest = rest.dropFirst(2)
    } else if rest.hasPrefix(":") {
      return nil
    }
    while !rest.isEmpty {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      let part = rest[..<end]
      if end == rest.endIndex, part.contains(".") {
        guard let v4 = IPv4Address(part) else { return nil }
        let two = [UInt16(truncatingIfNeeded: v4.bits >> 16), UInt16(truncatingIfNeeded: v4.bits)]
        if compressed { back += two } else { front += two }
        rest = ""
        break
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 0x2b && $0 != 0x2d }),
        let value = UInt16(part, radix: 16)
      else { return nil }
      if compressed { back.append(value) } else { front.append(value) }
      if end == rest.endIndex { break }
      rest = rest[rest.index(after: end)...]
      if rest.isEmpty { return nil }
      if rest.hasPrefix(":") {
        if compressed { return nil }
        compressed = true
        rest = rest.dropFirst()
      }
    }
    let total = front.count + back.count
    guard compressed ? total <= 7 : total == 8 else { return nil }
    self.init(groups: front + Array(repeating: 0, count: 8 - total) + back)
  }

  /// RFC 5952 text, as `inet_ntop` prints it.
  public var description: String {
    let groups = self.groups
    if high == 0 && low >> 32 == 0xffff { return "::ffff:\(IPv4Address(bits: UInt32(truncatingIfNeeded: low)))" }
    if high == 0 && low >> 32 == 0 && low > 0xffff { return "::\(IPv4Address(bits: UInt32(truncatingIfNeeded: low)))" }
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && groups[end] == 0 { end += 1 }
      if end - start > best.count && end - start > 1 { best = start..<end }
      start = max(end, start + 1)
    }
    func hex(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
    if best.isEmpty { return hex(groups[...]) }
    return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
  }
}

extension IPAddress: CustomStringConvertible {
  public init?(_ text: some StringProtocol) {
    if let v4 = IPv4Address(text) {
      self = .v4(v4)
    } else if let v6 = IPv6Address(text) {
      self = .v6(v6)
    } else {
      return nil
    }
  }
  public var description: String {
    switch self {
    case .v4(let a): a.description
    case .v6(let a): a.description
    }
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String {
    switch family {
    case .none: "-"
    case .unix: "unix"
    case .ipv4, .ipv6: address.map { "\($0):\(port)" } ?? "-"
    }
  }
}
