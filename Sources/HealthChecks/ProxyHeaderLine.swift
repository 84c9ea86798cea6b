import Configuration
import Primitives

/// The PROXY header that opens a check's connection (proxy-protocol.txt): the connection's own ends in version 1, and
/// `LOCAL` in version 2.
enum ProxyHeaderLine {
  static func bytes(_ version: ProxyProtocolVersion, source: Endpoint, destination: Endpoint) -> [UInt8] {
    switch version {
    case .none: []
    case .v1: Array(line(source, destination).utf8)
    case .v2: [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x20, 0x00, 0x00, 0x00]
    }
  }

  private static func line(_ source: Endpoint, _ destination: Endpoint) -> String {
    switch (source.address, destination.address) {
    case (.v4(let a)?, .v4(let b)?): "PROXY TCP4 \(a) \(b) \(source.port) \(destination.port)\r\n"
    case (.v6(let a)?, .v6(let b)?): "PROXY TCP6 \(a) \(b) \(source.port) \(destination.port)\r\n"
    default: "PROXY UNKNOWN\r\n"
    }
  }
}
