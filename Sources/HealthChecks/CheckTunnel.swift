import Configuration
import EventLoop
import Primitives
import Proxies
import System

/// Checks through a SOCKS4 proxy (`check-via-socks4`, `connect via-socks4`): one request goes out, eight bytes come back.
extension CheckScheduler {
  mutating func tunnel(_ i: Int, _ loop: inout EventLoop) {
    entries[i].phase = .tunnelling
    guard let socket = entries[i].socket else { return }
    if entries[i].sent < entries[i].output.count {
      switch socket.send(Array(entries[i].output[entries[i].sent...])) {
      case .bytes(let n): entries[i].sent += n
      case .wouldBlock: return watch(i, [.read, .write, .peerClosed], &loop)
      case .closed: return fail(i, .socketError, "", &loop)
      case .failed(let error): return fail(i, .socketError, error.description, &loop)
      }
      if entries[i].sent < entries[i].output.count { return watch(i, [.read, .write, .peerClosed], &loop) }
    }
    guard var buffer = buffers.takeScratch() else { return fail(i, .socketError, "", &loop) }
    while entries[i].tunnelReply.count < 8 {
      buffer.reset()
      switch socket.receive(into: &buffer, limit: 8 - entries[i].tunnelReply.count) {
      case .bytes: entries[i].tunnelReply += buffer.readable.array
      case .wouldBlock: return watch(i, [.read, .peerClosed], &loop)
      case .closed: return fail(i, .socketError, "SOCKS4 Proxy read error during handshake", &loop)
      case .failed(let error):
        let text = "SOCKS4 Proxy handshake aborted by server (\(error.description))"
        return fail(i, .socketError, text, &loop)
      }
    }
    // The second byte says whether the request was granted.
    if entries[i].tunnelReply[1] != 90 { return fail(i, .socketError, "SOCKS4 Proxy deny the request", &loop) }
    establish(i, &loop)
  }
}

extension CheckTarget {
  /// Goes to the proxy instead. Returns the request that makes it connect to the target, which must have an IPv4
  /// address.
  mutating func tunnelRequest(through proxy: SocketAddress) -> [UInt8] {
    guard case .endpoint(let target) = place, case .v4(let address)? = target.address else { return [] }
    if case .ip(let own, let port) = proxy { place = .endpoint(Endpoint(own, port: port)) }
    var bytes: [UInt8] = [4, 1, UInt8(target.port >> 8), UInt8(target.port & 255)]
    for shift in [UInt32(24), 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: address.bits >> shift)) }
    return bytes + Array("HAProxy".utf8) + [0]
  }
}
