import Configuration
import Primitives

/// The PROXY header that opens a check's connection (proxy-protocol.txt): the connection's own ends in version 1, and
/// `LOCAL` in version 2.
enum CheckProxyHeader {
  /// `neverLocal`: `PROXY` in version 2 too (`pp2-never-send-local`).
  static func bytes(
    _ version: ProxyProtocolVersion, source: Endpoint, destination: Endpoint, neverLocal: Bool = false
  ) -> [UInt8] {
    switch version {
    case .v2 where neverLocal: binary(source, destination)
    case .none: []
    case .v1: Array(line(source, destination).utf8)
    case .v2: [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x20, 0x00, 0x00, 0x00]
    }
  }

  private static func binary(_ source: Endpoint, _ destination: Endpoint) -> [UInt8] {
    var header: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21]
    func bytes<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
      stride(from: N.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> N($0)) }
    }
    switch (source.address, destination.address) {
    case (.v4(let a)?, .v4(let b)?):
      header += [0x11, 0, 12] + bytes(a.bits) + bytes(b.bits) + bytes(source.port) + bytes(destination.port)
    case (.v6(let a)?, .v6(let b)?):
      header += [0x21, 0, 36] + bytes(a.high) + bytes(a.low) + bytes(b.high) + bytes(b.low)
      header += bytes(source.port) + bytes(destination.port)
    default: header += [0, 0, 0]
    }
    return header
  }

  private static func line(_ source: Endpoint, _ destination: Endpoint) -> String {
    switch (source.address, destination.address) {
    case (.v4(let a)?, .v4(let b)?): "PROXY TCP4 \(a) \(b) \(source.port) \(destination.port)\r\n"
    case (.v6(let a)?, .v6(let b)?): "PROXY TCP6 \(a) \(b) \(source.port) \(destination.port)\r\n"
    default: "PROXY UNKNOWN\r\n"
    }
  }
}
