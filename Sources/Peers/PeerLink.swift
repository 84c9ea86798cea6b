import Configuration
import Connections
import EventLoop
import Memory
import Primitives
import System
import TLS

/// The connection under a session with a peer, which TLS may protect.
final class PeerLink {
  var connection: Connection
  /// The handshake is over, or there is none.
  private(set) var isSecured = true

  init(_ socket: Socket) { connection = Connection(socket) }

  /// From here on bytes go through TLS; false where there is no memory for it.
  func secure(_ context: TLSContext, serverName: String? = nil, using buffers: BufferPool) -> Bool {
    guard connection.startTLS(context) else { return false }
    isSecured = false
    connection.setCanReceive(true)
    guard let serverName else { return true }
    guard var scratch = buffers.takeScratch() else { return false }
    _ = scratch.append(serverName.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    connection.prepareTLS { _ = $0.setServerName(scratch.readable) }
    return true
  }

  /// Goes on with the handshake; nil: it has failed.
  func handshake() -> Bool? {
    if isSecured { return true }
    switch connection.handshake() {
    case .done: isSecured = true
    case .wantsRead, .wantsWrite: break
    case .failed: return nil
    }
    return isSecured
  }

  /// Adds what has come to `input`, of which `limit` bytes may be kept; false at the end.
  func receive(into input: inout [UInt8], limit: Int, using buffers: BufferPool) -> Bool {
    guard var scratch = buffers.takeScratch() else { return true }
    while input.count <= limit {
      scratch.reset()
      switch connection.receive(into: &scratch) {
      case .bytes: input += scratch.readable.array
      case .wouldBlock: return true
      case .closed, .failed: return false
      }
    }
    return true
  }

  /// Takes off `output` what the connection takes; whether that was something.
  func send(_ output: inout [UInt8], using buffers: BufferPool) -> Bool {
    guard !output.isEmpty, var scratch = buffers.takeScratch() else { return false }
    var sent = 0
    while sent < output.count {
      scratch.reset()
      _ = scratch.append(Array(output[sent..<min(output.count, sent + scratch.room)]))
      guard case .bytes(let n) = connection.send(scratch.readable), n > 0 else { break }
      sent += n
    }
    output.removeFirst(sent)
    return sent > 0
  }

  func close() { connection.close() }

  /// A socket that connects to a peer as its line wants it; nil where that is impossible.
  static func connect(to endpoint: Endpoint, _ transport: ServerSettings?) -> PeerLink? {
    let namespace = transport?.namespace.flatMap { NetworkNamespace.named($0) }
    guard let socket = try? Socket.make(family: endpoint.family, namespace: namespace) else { return nil }
    if let timeout = transport?.tcpUserTimeout { socket.setUserTimeout(milliseconds: timeout) }
    if let source = transport?.source {
      if let interface = source.interface { socket.bindToDevice(interface) }
      if let address = source.address, Endpoint(address, port: source.port).family == endpoint.family {
        if source.port != 0 { socket.setReuseAddress() }
        guard (try? socket.bind(to: Endpoint(address, port: source.port))) != nil else {
          socket.close()
          return nil
        }
      }
    }
    if case .failed = socket.connect(to: endpoint) {
      socket.close()
      return nil
    }
    return PeerLink(socket)
  }
}
