import System

/// What a worker that has given up its rights and the process that reads for it (`ConfigurationReader`) say to each other
/// during one reload: pieces with a kind, a length and a payload, some with a descriptor beside them.
struct ReloadChannel {
  enum Kind: UInt8 {
    /// The worker is there; the payload is the number of its threads in one byte.
    case ready
    /// What the system answered while the configuration was read (`SystemAnswers`).
    case answers
    /// The worker asks for a listening socket: backlog, whether it accepts smartly, whether it takes datagrams, and the
    /// text of its `bind` line (`BindSettings.socketText`), with blanks between them.
    case listen
    /// That socket, beside it.
    case socket
    /// Why there is no such socket; or, in place of answers, what is wrong with the configuration.
    case refusal
    /// The path of a local socket that nobody listens to any more.
    case removal
    /// What came of it all: the answer for the master.
    case outcome
  }
  struct Piece {
    let kind: Kind
    let payload: [UInt8]
    var descriptor: FileDescriptor?
    var text: String { String(String.UnicodeScalarView(payload.map { Unicode.Scalar($0) })) }
  }
  private let socket: Socket
  private static let limit = 1 << 30

  /// `patience`: seconds that the other side may take for one piece.
  init(_ socket: Socket, patience: Int) {
    self.socket = socket
    socket.descriptor.setNonBlocking(false)
    socket.setTimeouts(seconds: patience)
  }

  func close() { socket.close() }

  /// Makes the channel out of a session of the worker's runtime API.
  func begin() -> Bool { send(Array("_reload attended\n".utf8)) }

  /// False: the other side is gone.
  @discardableResult func send(_ kind: Kind, _ payload: [UInt8], descriptor: FileDescriptor? = nil) -> Bool {
    let count = payload.count
    let head = [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    if let descriptor {
      guard case .bytes(head.count) = socket.send(head, descriptors: [descriptor]) else { return false }
    } else if !send(head) {
      return false
    }
    return send(payload)
  }
  @discardableResult func send(_ kind: Kind, _ text: String) -> Bool {
    send(kind, text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard case .bytes(let n) = socket.send(rest) else { return false }
      rest = rest.dropFirst(n)
    }
    return true
  }

  /// nil: the other side is gone, or says what it never would.
  func receive() -> Piece? {
    var descriptor: FileDescriptor?
    guard let head = receive(5, &descriptor), let kind = Kind(rawValue: head[0]) else { return nil }
    let count = head.dropFirst().reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= Self.limit, let payload = receive(count, &descriptor) else {
      descriptor?.close()
      return nil
    }
    return Piece(kind: kind, payload: payload, descriptor: descriptor)
  }

  private func receive(_ count: Int, _ descriptor: inout FileDescriptor?) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      guard let (more, found) = try? socket.receiveDescriptors(limit: min(count - bytes.count, 1 << 20)), !more.isEmpty
      else { return nil }
      bytes += more
      for one in found { if descriptor == nil { descriptor = one } else { one.close() } }
    }
    return bytes
  }
}
