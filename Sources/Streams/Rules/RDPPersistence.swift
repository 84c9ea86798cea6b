import Memory
import Primitives
import Proxies

/// `persist rdp-cookie`: the cookie in the first packet of an RDP client names the server by its address, as Windows
/// Terminal Services write it: the four bytes of the address as a little-endian number, the port likewise, and more.
extension Worker {
  func serverByRDPCookie(_ stream: Stream, _ backend: BackendReplica) -> ServerReplica? {
    guard let name = backend.rdpCookie, !stream.isHTTP else { return nil }
    let packet = stream.requestChannel.input.readable
    guard case .found(let range) = RDPCookie.find(named: name, in: packet),
      let target = RDPRoutingToken.endpoint(packet[range])
    else { return nil }
    return backend.servers.first { server in
      let endpoint = server.currentEndpoint()
      guard endpoint == target, !server.isGone else { return false }
      return backend.options.contains(.persist) || stream.effects.forcesPersistence
        || server.shared.with({ $0.isRunning })
    }
  }
}

enum RDPRoutingToken {
  /// `<address>.<port>.<anything>`; nil for what is no such token.
  static func endpoint(_ token: Bytes) -> Endpoint? {
    guard let (address, afterAddress) = number(token, 0), token.at(afterAddress) == UInt8(ascii: "."),
      let (port, afterPort) = number(token, afterAddress + 1), token.at(afterPort) == UInt8(ascii: ".")
    else { return nil }
    let bits = UInt32(truncatingIfNeeded: address).byteSwapped
    return Endpoint(.v4(IPv4Address(bits: bits)), port: UInt16(truncatingIfNeeded: port).byteSwapped)
  }

  private static func number(_ text: Bytes, _ start: Int) -> (UInt64, Int)? {
    var value: UInt64 = 0
    var at = start
    while let digit = text.at(at), digit &- 48 < 10 {
      value = value &* 10 &+ UInt64(digit &- 48)
      at += 1
    }
    return at == start ? nil : (value, at)
  }
}
