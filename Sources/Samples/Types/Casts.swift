import HTTP
public import Memory
import Primitives

extension Sample {
  /// Turns the value into `target`, building text in `arena`. False where the value has no such form; the sample is
  /// then unchanged. Casting to `any` always works.
  public mutating func cast(to target: SampleType, arena: ByteArena) -> Bool {
    if target == .any || data.type == target { return true }
    guard let converted = Sample.converted(data, to: target, arena: arena) else { return false }
    data = converted
    return true
  }

  private static func converted(_ data: SampleData, to target: SampleType, arena: ByteArena) -> SampleData? {
    switch data {
    case .boolean(let value): fromInteger(value ? 1 : 0, to: target, isBoolean: true, arena)
    case .integer(let value): fromInteger(value, to: target, isBoolean: false, arena)
    case .ipv4(let address): fromIPv4(address, to: target, arena)
    case .ipv6(let address): fromIPv6(address, to: target, arena)
    case .string(let text): fromText(text, to: target)
    case .binary(let text):
      switch target {
      case .string: .string(text.prefix(text.firstIndex(of: 0) ?? text.count))
      case .method: .method(HTTPMethod(text), text)
      default: nil
      }
    case .method(let id, let text):
      switch target {
      case .string: .string(id == .other ? text : Bytes(id.name))
      case .binary: .binary(id == .other ? text : Bytes(id.name))
      default: nil
      }
    }
  }

  private static func fromInteger(_ value: Int64, to target: SampleType, isBoolean: Bool, _ arena: ByteArena)
    -> SampleData?
  {
    switch target {
    case .boolean: return .boolean(value != 0)
    case .integer: return .integer(value)
    case .address, .ipv4: return isBoolean ? nil : .ipv4(IPv4Address(bits: UInt32(truncatingIfNeeded: value)))
    case .ipv6:
      let bits = UInt32(truncatingIfNeeded: value)
      return isBoolean ? nil : .ipv6(IPv6Address(high: 0, low: 0xffff_0000_0000 | UInt64(bits)))
    case .string:
      arena.begin()
      return arena.append(decimal: value) ? .string(arena.finish()) : nil
    case .binary:
      if arena.room < 8 { return nil }
      arena.begin()
      for shift in stride(from: 56, through: 0, by: -8) {
        arena.append(byte: UInt8(truncatingIfNeeded: value >> Int64(shift)))
      }
      return .binary(arena.finish())
    case .any, .method: return nil
    }
  }

  private static func fromIPv4(_ address: IPv4Address, to target: SampleType, _ arena: ByteArena) -> SampleData? {
    switch target {
    case .integer: return .integer(Int64(address.bits))
    case .address: return .ipv4(address)
    case .ipv6: return .ipv6(IPv6Address(high: 0, low: 0xffff_0000_0000 | UInt64(address.bits)))
    case .string:
      arena.begin()
      return AddressText.append(address, to: arena) ? .string(arena.finish()) : nil
    case .binary:
      if arena.room < 4 { return nil }
      arena.begin()
      for shift in stride(from: 24, through: 0, by: -8) {
        arena.append(byte: UInt8(truncatingIfNeeded: address.bits >> UInt32(shift)))
      }
      return .binary(arena.finish())
    default: return nil
    }
  }

  private static func fromIPv6(_ address: IPv6Address, to target: SampleType, _ arena: ByteArena) -> SampleData? {
    switch target {
    case .address: return .ipv6(address)
    case .ipv4: return address.mappedIPv4.map { .ipv4($0) }
    case .string:
      arena.begin()
      return AddressText.append(address, to: arena) ? .string(arena.finish()) : nil
    case .binary:
      if arena.room < 16 { return nil }
      arena.begin()
      for i in 0..<16 {
        let half = i < 8 ? address.high : address.low
        arena.append(byte: UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (i & 7))))
      }
      return .binary(arena.finish())
    default: return nil
    }
  }

  private static func fromText(_ text: Bytes, to target: SampleType) -> SampleData? {
    switch target {
    case .binary: return .binary(text)
    case .method: return .method(HTTPMethod(text), text)
    case .integer: return integer(text).map { .integer($0) }
    case .boolean: return integer(text).map { .boolean($0 != 0) }
    case .ipv4: return AddressText.leadingIPv4(text).map { .ipv4($0) }
    case .ipv6: return AddressText.ipv6(text).map { .ipv6($0) }
    case .address:
      if let v4 = AddressText.leadingIPv4(text) { return .ipv4(v4) }
      return AddressText.ipv6(text).map { .ipv6($0) }
    case .any, .string: return nil
    }
  }
  /// A whole text as a number: the leading digits count and what follows them is ignored, so that text without
  /// any is 0. No text at all is no number.
  private static func integer(_ text: Bytes) -> Int64? {
    if text.isEmpty { return nil }
    return NumberText.integer(text).value
  }
}
