public import Memory
import Primitives
public import Samples

/// Keys of tables as bytes: addresses and numbers in network order, text as it is, blocks padded with zeroes.
extension TableSettings {
  /// The key that a sample stands for, in `arena`; nil where it has no form of the table's type.
  public func key(_ sample: Sample, arena: ByteArena) -> Bytes? {
    var sample = sample
    guard sample.cast(to: sampleType, arena: arena) else { return nil }
    return key(sample.data, arena: arena)
  }

  /// The key of an address, for the fetches of the `src_` family; nil for tables of other types than addresses.
  public func key(address: IPAddress, arena: ByteArena) -> Bytes? {
    guard keyType == .ip || keyType == .ipv6 else { return nil }
    switch address {
    case .v4(let v4): return key(Sample(.ipv4(v4)), arena: arena)
    case .v6(let v6): return key(Sample(.ipv6(v6)), arena: arena)
    }
  }

  public var sampleType: SampleType {
    switch keyType {
    case .integer: .integer
    case .ip: .ipv4
    case .ipv6: .ipv6
    case .string: .string
    case .binary: .binary
    }
  }

  private func key(_ data: SampleData, arena: ByteArena) -> Bytes? {
    switch data {
    case .integer(let value): return number(UInt64(UInt32(truncatingIfNeeded: value)), 4, arena)
    case .ipv4(let address): return number(UInt64(address.bits), 4, arena)
    case .ipv6(let address):
      if arena.room < 16 { return nil }
      arena.begin()
      append(address.high, 8, arena)
      append(address.low, 8, arena)
      return arena.finish()
    case .string(let text): return text.prefix(keyLength)
    case .binary(let block):
      if block.count >= keyLength { return block.prefix(keyLength) }
      if arena.room < keyLength { return nil }
      arena.begin()
      arena.append(block)
      for _ in block.count..<keyLength { arena.append(byte: 0) }
      return arena.finish()
    default: return nil
    }
  }
  private func number(_ value: UInt64, _ count: Int, _ arena: ByteArena) -> Bytes? {
    if arena.room < count { return nil }
    arena.begin()
    append(value, count, arena)
    return arena.finish()
  }
  private func append(_ value: UInt64, _ count: Int, _ arena: ByteArena) {
    for i in 0..<count { arena.append(byte: UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - i)))) }
  }
}

/// Keys as commands show and read them.
extension TableSettings {
  /// The text of a key. Bytes of strings that are not printable are shown as HAProxy does: `\xHH`.
  public func text(of key: [UInt8]) -> String {
    switch keyType {
    case .integer: return String(bigEndian(key, 0, 4))
    case .ip: return "\(IPv4Address(bits: UInt32(truncatingIfNeeded: bigEndian(key, 0, 4))))"
    case .ipv6: return "\(IPv6Address(high: bigEndian(key, 0, 8), low: bigEndian(key, 8, 8)))"
    case .string: return escaped(key)
    case .binary:
      let digits = Array("0123456789ABCDEF".unicodeScalars)
      var text = String.UnicodeScalarView()
      for byte in key {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
      return String(text)
    }
  }
  private func bigEndian(_ key: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for i in start..<start + count { value = value << 8 | UInt64(i < key.count ? key[i] : 0) }
    return value
  }
  private func escaped(_ key: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in key {
      switch byte {
      case 0x5c: text.append(contentsOf: "\\\\".unicodeScalars)
      case 0x20, 0x3d: text.append(contentsOf: ["\\", Unicode.Scalar(byte)])
      case 0x0a: text.append(contentsOf: "\\n".unicodeScalars)
      case 0x0d: text.append(contentsOf: "\\r".unicodeScalars)
      case 0x09: text.append(contentsOf: "\\t".unicodeScalars)
      case 0x1b: text.append(contentsOf: "\\e".unicodeScalars)
      case 0x21...0x7e: text.append(Unicode.Scalar(byte))
      default: text.append(contentsOf: ["\\", "x", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
    return String(text)
  }
}
