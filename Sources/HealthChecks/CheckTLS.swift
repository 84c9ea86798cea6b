import Configuration
import Connections
import EventLoop
import Memory
import Primitives
import Proxies
import System
import TLS

/// The TLS of one check's connection.
final class CheckTLS {
  var connection: Connection
  init(_ socket: Socket) { connection = Connection(socket) }
}

/// Checks over TLS (`ssl`, `check-ssl`): the handshake stands between the connection and what the check sends.
extension CheckScheduler {
  /// Begins the handshake, behind the PROXY header where there is one.
  mutating func secure(
    _ i: Int, _ context: TLSContext, _ socket: Socket, _ server: ServerRuntime, _ loop: inout EventLoop
  ) {
    if !entries[i].output.isEmpty {
      // Few bytes, the first on a new connection: they always fit.
      guard case .bytes(let n) = socket.send(entries[i].output), n == entries[i].output.count else {
        return fail(i, .socketError, "", &loop)
      }
      entries[i].output = []
    }
    let tls = CheckTLS(socket)
    guard tls.connection.startTLS(context, followsEdges: false) else { return fail(i, .socketError, "", &loop) }
    let settings = server.settings.tls
    let rule = entries[i].connect
    let usesServer = rule?.usesDefaults ?? true
    let written = rule?.serverName ?? (usesServer ? settings.checkServerName : nil)
    let name = (written ?? "").unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    guard var scratch = buffers.takeScratch() else { return fail(i, .socketError, "", &loop) }
    _ = scratch.append(name)
    tls.connection.prepareTLS { session in
      _ = session.setServerName(scratch.readable)
      if let protocols = rule?.applicationProtocols ?? (usesServer ? settings.checkApplicationProtocols : nil) {
        session.setApplicationProtocols(protocols)
      }
    }
    entries[i].tls = tls
    entries[i].phase = .securing
    handshake(i, &loop)
  }

  mutating func handshake(_ i: Int, _ loop: inout EventLoop) {
    guard let tls = entries[i].tls else { return }
    switch tls.connection.handshake() {
    case .done: start(i, &loop)
    case .wantsRead: watch(i, [.read, .peerClosed], &loop)
    case .wantsWrite: watch(i, [.read, .write, .peerClosed], &loop)
    case .failed(let failure): fail(i, .layer6Response, Self.text(failure.kind), &loop)
    }
  }

  private static func text(_ kind: TLSFailure.Kind) -> String {
    switch kind {
    case .serverMismatch: "Server presented an SSL certificate different from the configured one"
    case .serverNameMismatch: "Server presented an SSL certificate different from the expected one"
    default: "SSL handshake failure"
    }
  }

  /// What the poller tells of a check's connection, as long as it is so.
  mutating func watch(_ i: Int, _ interest: Poller.Interest, _ loop: inout EventLoop) {
    guard let socket = entries[i].socket else { return }
    let token = Token(kind: TokenKind.check, index: i, generation: entries[i].generation)
    let isOnce = entries[i].spareFamily != .none
    loop.poller.change(socket.descriptor, isOnce ? interest.union(.once) : interest, token: token.bits)
  }

  /// Sends through TLS where the check has it.
  func transmitPlain(_ i: Int, _ bytes: [UInt8]) -> IOResult {
    guard let tls = entries[i].tls else { return entries[i].socket?.send(bytes) ?? .closed }
    guard var scratch = buffers.takeScratch() else { return .wouldBlock }
    _ = scratch.append(Array(bytes.prefix(scratch.room)))
    return tls.connection.send(scratch.readable)
  }
  func takePlain(_ i: Int, into buffer: inout Buffer, limit: Int) -> IOResult {
    guard let tls = entries[i].tls else { return entries[i].socket?.receive(into: &buffer, limit: limit) ?? .closed }
    return tls.connection.receive(into: &buffer, limit: limit)
  }
}
