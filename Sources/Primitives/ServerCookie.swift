/// The cookie that `dynamic-cookie-key` gives a server: as HAProxy makes it, so that several balancers in front of the
/// same servers agree.
public enum ServerCookie {
  /// Sixteen hexadecimal digits: XXH64 of the key, the bytes of the address and four bytes of the port, all in the
  /// network's order. Nil for what has no IP address.
  public static func dynamic(key: [UInt8], address: IPAddress, port: UInt16) -> [UInt8] {
    var bytes = key
    switch address {
    case .v4(let v4): append(UInt64(v4.bits), size: 4, to: &bytes)
    case .v6(let v6):
      append(v6.high, size: 8, to: &bytes)
      append(v6.low, size: 8, to: &bytes)
    }
    append(UInt64(port), size: 4, to: &bytes)
    let hash = Hash.xxh64(bytes)
    return (0..<16).map { place in
      let digit = UInt8(truncatingIfNeeded: hash >> UInt64(60 - place * 4)) & 15
      return digit < 10 ? 48 + digit : 87 + digit
    }
  }

  private static func append(_ value: UInt64, size: Int, to bytes: inout [UInt8]) {
    for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * (size - 1 - place)))) }
  }
}
