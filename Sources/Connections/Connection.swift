public import EventLoop
public import Memory
public import System

/// One stream socket with what is known of its readiness. Edge-triggered: the poller tells each change once, so the
/// flags here are the memory of it. Nothing is registered with the poller until somebody has to wait.
public struct Connection: ~Copyable {
  public private(set) var socket: Socket
  /// There may be bytes to receive: nothing has said otherwise yet.
  public private(set) var canReceive = true
  /// There may be room to send.
  public private(set) var canSend = true
  /// The peer has ended its direction, or the whole connection; bytes may still be waiting before that.
  public private(set) var peerClosed = false
  /// Our receiving side has met the end.
  public private(set) var endReceived = false
  /// We have ended our direction.
  public private(set) var endSent = false
  public private(set) var isRegistered = false
  public private(set) var error: SystemError?
  /// The poller saw an error or a hang-up; `error` has it once a call has failed.
  public private(set) var hungUp = false

  public init(_ socket: Socket) { self.socket = socket }
  /// No connection: nothing can be received or sent.
  public init() {
    socket = Socket(.none)
    canReceive = false
    canSend = false
  }
  public var hasFailed: Bool { error != nil }
  @inlinable public var isOpen: Bool { socket.descriptor.isOpen }
  /// -1 where there is no connection.
  public var descriptorNumber: Int { Int(socket.descriptor.number) }

  /// Registers once, for everything; later waits cost nothing.
  @inlinable public mutating func register(with poller: Poller, token: Token) {
    if isRegistered { return }
    markRegistered()
    poller.add(socket.descriptor, .connection, token: token.bits)
  }
  @usableFromInline mutating func markRegistered() { isRegistered = true }

  /// Takes in what the poller says.
  public mutating func note(_ event: Poller.Event) {
    if event.isReadable || event.isPeerClosed || event.isHangUp || event.isError { canReceive = true }
    if event.isWritable || event.isHangUp || event.isError { canSend = true }
    if event.isPeerClosed || event.isHangUp { peerClosed = true }
    if event.isHangUp || event.isError { hungUp = true }
  }

  public mutating func receive(into buffer: inout Buffer, limit: Int = .max) -> IOResult {
    let asked = min(limit, buffer.room)
    let result = socket.receive(into: &buffer, limit: limit)
    switch result {
    case .bytes(let n):
      // A short read has emptied the socket; what comes later is a new edge. An end already seen needs no edge.
      if n < asked && !peerClosed { canReceive = false }
    case .wouldBlock: canReceive = false
    case .closed:
      (canReceive, endReceived, peerClosed) = (false, true, true)
    case .failed(let e):
      (canReceive, endReceived, error) = (false, true, e)
    }
    return result
  }

  public mutating func send(_ first: Bytes, _ second: Bytes = Bytes(), more: Bool = false) -> IOResult {
    let result = socket.send(first, second, more: more)
    switch result {
    case .bytes(let n): if n < first.count + second.count { canSend = false }
    case .wouldBlock: canSend = false
    case .closed: break
    case .failed(let e):
      (canSend, error) = (false, e)
    }
    return result
  }

  public mutating func fill(_ pipe: inout Pipe, limit: Int) -> IOResult {
    let result = pipe.fill(from: socket, limit: limit)
    switch result {
    case .bytes: break
    // Also when the pipe is full: the caller drains it before it tries again.
    case .wouldBlock: if pipe.count == 0 { canReceive = false }
    case .closed: (canReceive, endReceived, peerClosed) = (false, true, true)
    case .failed(let e): (canReceive, endReceived, error) = (false, true, e)
    }
    return result
  }
  public mutating func drain(_ pipe: inout Pipe, more: Bool) -> IOResult {
    let wanted = pipe.count
    let result = pipe.drain(to: socket, more: more)
    switch result {
    case .bytes(let n): if n < wanted { canSend = false }
    case .wouldBlock: canSend = false
    case .closed: break
    case .failed(let e): (canSend, error) = (false, e)
    }
    return result
  }

  /// Ends our direction; the peer may go on sending.
  public mutating func endSending() {
    if endSent { return }
    endSent = true
    socket.shutdown(.write)
  }
  /// Waits for the next readable edge whatever the flags say.
  public mutating func setCanReceive(_ value: Bool) { canReceive = value }
  public mutating func setCanSend(_ value: Bool) { canSend = value }

  /// What a pending connect came to: nil while it is still under way.
  public mutating func connectResult() -> Result<Void, SystemError>? {
    if let pending = socket.pendingError {
      error = pending
      return .failure(pending)
    }
    return canSend ? .success(()) : nil
  }

  /// Closes; what is left is no connection.
  public mutating func close() {
    if !isOpen { return }
    socket.close()
    self = Connection()
  }
  /// Closes with a reset: unsent bytes are dropped.
  public mutating func abort() {
    if !isOpen { return }
    socket.setNoLinger()
    close()
  }
}
