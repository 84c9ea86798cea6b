import Primitives
import Testing

@testable import HealthChecks

@Suite struct CheckProxyHeaderTests {
  private let source = Endpoint(.v4(IPv4Address(bits: 0x7f00_0001)), port: 258)
  private let target = Endpoint(.v4(IPv4Address(bits: 0x0a01_0203)), port: 80)
  private let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

  @Test func checksAreLocal() {
    #expect(CheckProxyHeader.bytes(.v2, source: source, destination: target) == signature + [0x20, 0, 0, 0])
  }
  @Test func checksCanTellTheirEnds() {
    let header = CheckProxyHeader.bytes(.v2, source: source, destination: target, neverLocal: true)
    #expect(header == signature + [0x21, 0x11, 0, 12, 127, 0, 0, 1, 10, 1, 2, 3, 1, 2, 0, 80])
  }
  @Test func endsOfIPv6() {
    let a = Endpoint(.v6(IPv6Address(high: 0x2001_0db8 << 32, low: 1)), port: 1)
    let header = CheckProxyHeader.bytes(.v2, source: a, destination: a, neverLocal: true)
    let address: [UInt8] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    #expect(header == signature + [0x21, 0x21, 0, 36] + address + address + [0, 1, 0, 1])
  }
  @Test func noKnownEnds() {
    #expect(
      CheckProxyHeader.bytes(.v2, source: .none, destination: .none, neverLocal: true) == signature + [0x21, 0, 0, 0])
  }
}
