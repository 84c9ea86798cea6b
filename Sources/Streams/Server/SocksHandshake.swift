import Connections
import Memory
import Primitives
import System

/// `socks4`: a server that is reached through a SOCKS4 proxy. One request goes out, eight bytes come back.
extension Worker {
  /// The request to connect to `target`, which must be an IPv4 address.
  func socksRequest(_ stream: Stream, _ target: Endpoint) -> Bytes {
    let arena = stream.preface
    arena.reset()
    arena.begin()
    arena.append(byte: 4)
    arena.append(byte: 1)
    for value in [target.port >> 8, target.port & 255] { arena.append(byte: UInt8(truncatingIfNeeded: value)) }
    for shift: UInt64 in [24, 16, 8, 0] { arena.append(byte: UInt8(truncatingIfNeeded: target.low >> shift)) }
    arena.append("HAProxy")
    arena.append(byte: 0)
    return arena.finish()
  }

  /// Reads the proxy's answer. False: it is not there yet, or it was a refusal and was dealt with.
  func readSocksReply(_ stream: Stream, _ connection: ServerConnection) -> Bool {
    guard var scratch = buffers.takeScratch() else { return false }
    while connection.socksBytesLeft > 0 {
      guard connection.connection.canReceive == true else {
        if connection.connection.endReceived == true {
          connection.failure = .socks4Read
          connectError(stream, SystemError(code: 104))
        }
        return false
      }
      scratch.reset()
      let place = 8 - connection.socksBytesLeft
      switch connection.connection.receive(into: &scratch, limit: connection.socksBytesLeft) {
      case .bytes(let n):
        connection.socksBytesLeft -= n
        // The answer's second byte says whether the request was granted.
        if place <= 1, let code = scratch.readable.at(1 - place) { connection.socksCode = code }
      case .wouldBlock: return false
      case .closed, .failed:
        connection.failure = .socks4Read
        connectError(stream, connection.connection.error ?? SystemError(code: 104))
        return false
      }
    }
    if connection.socksCode == 90 { return true }
    connection.failure = .socks4Denied
    connectError(stream, SystemError(code: 111))
    return false
  }
}
