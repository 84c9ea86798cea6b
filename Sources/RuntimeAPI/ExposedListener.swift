public import System

/// A listening socket that a new process may take over (`-x`, `expose-fd listeners`), in the form that HAProxy sends:
/// the number of sockets as a 32-bit word, then messages with the descriptors beside, of each one, the namespace and the
/// interface (a length byte and the text) and a 32-bit word of options.
public struct ExposedListener: Sendable {
  public let socket: Socket
  public let namespace: String
  public let interface: String

  public init(socket: Socket, namespace: String = "", interface: String = "") {
    self.socket = socket
    self.namespace = namespace
    self.interface = interface
  }

  /// Descriptors that go in one message.
  public static let batch = 252

  var record: [UInt8] {
    ExposedListener.counted(namespace) + ExposedListener.counted(interface) + [0, 0, 0, 0]
  }
  private static func counted(_ text: String) -> [UInt8] {
    let bytes = text.unicodeScalars.prefix(255).map { UInt8(truncatingIfNeeded: $0.value) }
    return [UInt8(bytes.count)] + bytes
  }

  /// Sends all of them; the other side has a second for each message.
  static func send(_ listeners: [ExposedListener], over socket: Socket) {
    socket.descriptor.setNonBlocking(false)
    socket.setTimeouts(seconds: 1)
    let count = UInt32(truncatingIfNeeded: listeners.count)
    guard case .bytes = socket.send((0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) }) else {
      return
    }
    var start = 0
    while start < listeners.count {
      let part = listeners[start..<min(start + batch, listeners.count)]
      let sent = socket.send(part.flatMap(\.record), descriptors: part.map(\.socket.descriptor))
      guard case .bytes = sent else { return }
      start += part.count
      if start < listeners.count {
        // More follow: the other side says when it has these.
        var answer: [UInt8] = []
        guard case .bytes = socket.receive(into: &answer, limit: 4) else { return }
      }
    }
  }
}
