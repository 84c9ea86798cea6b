import Testing

@testable import Primitives

struct RDPCookieTests {
  @Test func saysWhatIsMissing() {
    let packet = [UInt8](repeating: 1, count: 11) + Array("Cookie: a=bc\r\n".utf8)
    let name = Array("A".utf8)
    #expect(RDPCookie.find(named: name, in: packet) == .found(21..<23))
    #expect(RDPCookie.find(named: [UInt8](), in: packet) == .found(21..<23))
    #expect(RDPCookie.find(named: Array("b".utf8), in: packet) == .absent)
    for length in 0..<packet.count {
      #expect(RDPCookie.find(named: name, in: Array(packet.prefix(length))) == .needMore, "\(length) bytes")
    }
  }
}
