import Memory
import Primitives

/// The NetScaler Client IP header (`accept-netscaler-cip`): the IP and TCP headers of the connection that the balancer
/// in front of us accepted, behind a magic number.
enum NetScalerHeader {
  enum Result {
    case needMore
    case badMagic, badProtocol
    case complete(length: Int, source: Endpoint, destination: Endpoint)
  }

  static func parse(_ bytes: Bytes, magic: UInt32) -> Result {
    if bytes.count < 4 { return .needMore }
    if number(bytes, 0, 4) != UInt64(magic) { return .badMagic }
    if bytes.count < 12 { return .needMore }
    let start: Int
    let length: Int
    if bytes[8] & 0xd0 == 0x40 {
      // The older form: the headers stand right behind their length.
      start = 8
      length = Int(number(bytes, 4, 4))
    } else if bytes[8] == 0 {
      start = 12
      length = Int(number(bytes, 10, 2))
    } else {
      return .badProtocol
    }
    // More than one buffer of it is no header of ours.
    if length > 8192 { return .badProtocol }
    if bytes.count < start + length { return .needMore }
    let headers = bytes.slice(start, length)
    guard let version = headers.at(0) else { return .badProtocol }
    switch version >> 4 {
    case 4: return version4(headers, start + length)
    case 6: return version6(headers, start + length)
    default: return .badProtocol
    }
  }

  private static func version4(_ b: Bytes, _ total: Int) -> Result {
    let header = Int(b[0] & 15) * 4
    guard b.count >= 20, header >= 20, b.count >= header + 4, b[9] == 6 else { return .badProtocol }
    return .complete(
      length: total, source: Endpoint(family: .ipv4, port: port(b, header), low: number(b, 12, 4)),
      destination: Endpoint(family: .ipv4, port: port(b, header + 2), low: number(b, 16, 4)))
  }

  private static func version6(_ b: Bytes, _ total: Int) -> Result {
    guard b.count >= 44, b[6] == 6 else { return .badProtocol }
    return .complete(
      length: total,
      source: Endpoint(family: .ipv6, port: port(b, 40), high: number(b, 8, 8), low: number(b, 16, 8)),
      destination: Endpoint(family: .ipv6, port: port(b, 42), high: number(b, 24, 8), low: number(b, 32, 8)))
  }

  private static func port(_ b: Bytes, _ at: Int) -> UInt16 { UInt16(b[at]) << 8 | UInt16(b[at + 1]) }
  private static func number(_ b: Bytes, _ at: Int, _ size: Int) -> UInt64 {
    var value: UInt64 = 0
    for i in at..<at + size { value = value << 8 | UInt64(b[i]) }
    return value
  }
}
