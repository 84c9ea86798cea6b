import Primitives
import System

/// Networks as patterns write them: an address, a prefix length or mask behind a slash, abbreviated IPv4 addresses
/// ("10.12/8" is 10.0.0.12/8), or a host name where names may be resolved.
enum NetworkText {
  static func parse(_ text: String, resolve: Bool) -> Pattern? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let host = String(parts[0])
    if host.contains(":") {
      guard let address = IPv6Address(host) else { return nil }
      if parts.count == 1 { return .ipv6(address, mask: NetworkMask.prefix6(128)) }
      guard let length = decimal(parts[1]), length <= 128 else { return nil }
      return .ipv6(address, mask: NetworkMask.prefix6(length))
    }
    var mask: UInt32 = .max
    if parts.count == 2 {
      guard let written = NetworkMask.ipv4(String(parts[1])) else { return nil }
      mask = written
    }
    if let address = IPv4Address(host) { return .ipv4(address, mask: mask) }
    if !resolve { return nil }
    if let address = abbreviated(host) { return .ipv4(address, mask: mask) }
    // The resolver would take hexadecimal numbers too.
    if host.hasPrefix("0x") { return nil }
    guard case .v4(let address) = NameResolution.firstAddress(of: host, family: .v4) else { return nil }
    return .ipv4(address, mask: mask)
  }

  private static func decimal(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { $0 &- 48 < 10 } ? Int(text) : nil
  }

  /// One to four decimal (or, behind a 0, octal) numbers, of which the last fills the remaining bytes.
  static func abbreviated(_ text: String) -> IPv4Address? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 4 { return nil }
    var bits: UInt64 = 0
    for (i, part) in parts.enumerated() {
      guard !part.isEmpty, part.utf8.allSatisfy({ $0 &- 48 < 10 }),
        let number = UInt64(part, radix: part.hasPrefix("0") ? 8 : 10)
      else { return nil }
      if i < parts.count - 1 {
        if number > 255 { return nil }
        bits |= number << UInt64(24 - 8 * i)
      } else {
        if number >= 1 << UInt64(8 * (5 - parts.count)) { return nil }
        bits |= number
      }
    }
    return IPv4Address(bits: UInt32(truncatingIfNeeded: bits))
  }
}
