import Memory
import Primitives

/// Networks by prefix length: a lookup probes one hash table for each length that occurs, longest first. Masks that
/// are no prefixes are compared one by one behind them.
struct NetworkIndex: Sendable {
  private var slots4: [UInt32] = []
  private var slots6: [UInt32] = []
  /// Prefix lengths that occur, longest first.
  private var lengths4: [Int] = []
  private var lengths6: [Int] = []
  private var odd: [Int] = []

  init(_ patterns: [Pattern]) {
    var (count4, count6) = (0, 0)
    for pattern in patterns {
      switch pattern {
      case .ipv4: count4 += 1
      case .ipv6: count6 += 1
      default: continue
      }
    }
    if count4 > 0 { slots4 = Array(repeating: 0, count: NetworkIndex.size(count4)) }
    if count6 > 0 { slots6 = Array(repeating: 0, count: NetworkIndex.size(count6)) }
    var (seen4, seen6) = (Array(repeating: false, count: 33), Array(repeating: false, count: 129))
    for (i, pattern) in patterns.enumerated() {
      switch pattern {
      case .ipv4(let address, let mask):
        let length = (~mask).leadingZeroBitCount
        if NetworkMask.prefix4(length) != mask {
          odd.append(i)
          continue
        }
        seen4[length] = true
        NetworkIndex.insert(i, NetworkIndex.hash(UInt64(address.bits & mask), 0, length), &slots4)
      case .ipv6(let address, let mask):
        let length = mask.high == .max ? 64 + (~mask.low).leadingZeroBitCount : (~mask.high).leadingZeroBitCount
        seen6[length] = true
        NetworkIndex.insert(
          i, NetworkIndex.hash(address.high & mask.high, address.low & mask.low, length), &slots6)
      default: continue
      }
    }
    lengths4 = (0...32).reversed().filter { seen4[$0] }
    lengths6 = (0...128).reversed().filter { seen6[$0] }
  }

  private static func size(_ count: Int) -> Int {
    var size = 16
    while size < count * 2 { size *= 2 }
    return size
  }
  private static func hash(_ high: UInt64, _ low: UInt64, _ length: Int) -> UInt64 {
    var h = high &* 0x9e37_79b9_7f4a_7c15 ^ low &* 0xc2b2_ae3d_27d4_eb4f ^ UInt64(length) &* 0x1656_67b1_9e37_79f9
    h = (h ^ h >> 32) &* 0xd6e8_feb8_6659_fd93
    return h ^ h >> 29
  }
  private static func insert(_ i: Int, _ hash: UInt64, _ slots: inout [UInt32]) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(i + 1)
  }

  /// The most precise network around an address. An IPv4 address is tried as `::ffff:a.b.c.d` after that, and an IPv6
  /// address that carries an IPv4 one (mapped, compatible or 6to4) as that.
  func find(_ value: SampleData, _ entries: [PatternTable.Entry], _ removed: borrowing NumberSet) -> Int? {
    switch value {
    case .ipv4(let address):
      return find4(address.bits, entries, removed)
        ?? find6(IPv6Address(high: 0, low: 0xffff_0000_0000 | UInt64(address.bits)), entries, removed)
    case .ipv6(let address):
      if let found = find6(address, entries, removed) { return found }
      if address.high == 0 && (address.low >> 32 == 0 || address.low >> 32 == 0xffff) {
        return find4(UInt32(truncatingIfNeeded: address.low), entries, removed)
      }
      if address.high >> 48 == 0x2002 {
        return find4(UInt32(truncatingIfNeeded: address.high >> 16), entries, removed)
      }
      return nil
    default: return nil
    }
  }

  private func find4(_ bits: UInt32, _ entries: [PatternTable.Entry], _ removed: borrowing NumberSet) -> Int? {
    for length in lengths4 {
      let masked = bits & NetworkMask.prefix4(length)
      var slot = Int(truncatingIfNeeded: NetworkIndex.hash(UInt64(masked), 0, length)) & (slots4.count - 1)
      var best: Int?
      while slots4[slot] != 0 {
        let i = Int(slots4[slot]) - 1
        if case .ipv4(let address, let mask) = entries[i].pattern, mask == NetworkMask.prefix4(length),
          address.bits & mask == masked, !removed.contains(entries[i].number),
          best == nil || entries[i].number < entries[best!].number
        {
          best = i
        }
        slot = (slot + 1) & (slots4.count - 1)
      }
      if let best { return best }
    }
    for i in odd {
      if case .ipv4(let address, let mask) = entries[i].pattern, (address.bits ^ bits) & mask == 0,
        !removed.contains(entries[i].number)
      {
        return i
      }
    }
    return nil
  }

  private func find6(_ wanted: IPv6Address, _ entries: [PatternTable.Entry], _ removed: borrowing NumberSet) -> Int? {
    for length in lengths6 {
      let prefix = NetworkMask.prefix6(length)
      let (high, low) = (wanted.high & prefix.high, wanted.low & prefix.low)
      var slot = Int(truncatingIfNeeded: NetworkIndex.hash(high, low, length)) & (slots6.count - 1)
      var best: Int?
      while slots6[slot] != 0 {
        let i = Int(slots6[slot]) - 1
        if case .ipv6(let address, let mask) = entries[i].pattern, mask == prefix,
          address.high & mask.high == high, address.low & mask.low == low, !removed.contains(entries[i].number),
          best == nil || entries[i].number < entries[best!].number
        {
          best = i
        }
        slot = (slot + 1) & (slots6.count - 1)
      }
      if let best { return best }
    }
    return nil
  }
}
