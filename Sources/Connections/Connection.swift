public import EventLoop
public import Memory
public import System
public import TLS

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
  /// That end came without TLS's word for it: what was received may have been cut.
  public private(set) var isTruncated = false
  private var receivingStopped = false
  /// We have ended our direction.
  public private(set) var endSent = false
  public private(set) var isRegistered = false
  /// The poller tells of room to send, too.
  @usableFromInline private(set) var watchesRoom = false
  public private(set) var error: SystemError?
  /// The poller saw an error or a hang-up; `error` has it once a call has failed.
  public private(set) var hungUp = false
  /// The TLS that bytes go through; nil in clear text.
  private var tls: TLSSession?
  /// TLS must send something of its own before it can go on receiving, or the reverse.
  private var receiveWaitsForRoom = false
  private var sendWaitsForBytes = false

  /// In place of a socket: one stream of a multiplexed connection.
  @usableFromInline var link: ByteLink?

  /// The poller has the socket from a former connection, under that one's token.
  @usableFromInline private(set) var isKnownToPoller = false

  /// `isKnownToPoller`: the socket is one that `dissolve` has left.
  public init(_ socket: Socket, isKnownToPoller: Bool = false) {
    self.socket = socket
    self.isKnownToPoller = isKnownToPoller
  }
  /// No connection: nothing can be received or sent.
  public init() {
    socket = Socket(.none)
    canReceive = false
    canSend = false
  }
  public var hasFailed: Bool { error != nil }
  @inlinable public var isOpen: Bool { socket.descriptor.isOpen || link != nil }
  /// It is a stream of another connection: there is no socket behind it.
  @inlinable public var isLinked: Bool { link != nil }
  /// -1 where there is no connection.
  public var descriptorNumber: Int { Int(socket.descriptor.number) }

  /// Nothing can be received, and the end has not come.
  @inlinable public var isSilent: Bool { !canReceive && !endReceived }
  /// `register` has something to do.
  @inlinable public var isUnwatched: Bool { !(isRegistered && (canSend || watchesRoom)) && !isLinked }

  /// Registers for what the peer does, and from the first time that there was no room on for room to send, too. Every
  /// other wait costs nothing.
  @inlinable public mutating func register(with poller: Poller, token: Token) {
    if !isUnwatched { return }
    let interest: Poller.Interest = canSend ? .peer : .connection
    if isRegistered || isKnownToPoller {
      poller.change(socket.descriptor, interest, token: token.bits)
    } else {
      poller.add(socket.descriptor, interest, token: token.bits)
    }
    markRegistered(room: !canSend)
  }
  /// The poller forgets it; another may register it. Needed before the connection goes to another loop.
  public mutating func unregister(from poller: Poller) {
    if (isRegistered || isKnownToPoller) && !isLinked { poller.remove(socket.descriptor) }
    (isRegistered, watchesRoom, isKnownToPoller) = (false, false, false)
  }
  @usableFromInline mutating func markRegistered(room: Bool) {
    (isRegistered, watchesRoom, isKnownToPoller) = (true, room, false)
  }

  /// With a poller that remembers no edges: asks again for what this connection waits for.
  public borrowing func rearm(with poller: Poller) {
    if isRegistered && isOpen { poller.rearm(socket.descriptor, read: !canReceive, write: !canSend) }
  }

  /// Takes in what the poller says.
  public mutating func note(_ event: Poller.Event) {
    if event.isReadable || event.isPeerClosed || event.isHangUp || event.isError { canReceive = !receivingStopped }
    if event.isWritable || event.isHangUp || event.isError { canSend = true }
    if event.isPeerClosed || event.isHangUp { peerClosed = true }
    if event.isHangUp || event.isError { hungUp = true }
    if canReceive && tls != nil { tls!.noteReadable(peerClosed: peerClosed) }
    if receiveWaitsForRoom && canSend { (canReceive, receiveWaitsForRoom) = (!receivingStopped, false) }
    if sendWaitsForBytes && canReceive { (canSend, sendWaitsForBytes) = (true, false) }
  }

  public mutating func receive(into buffer: inout Buffer, limit: Int = .max) -> IOResult {
    if let link { return receive(from: link, into: &buffer, limit: limit) }
    if isTLS { return receiveTLS(into: &buffer, limit: limit) }
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
    if let link { return send(to: link, first, second) }
    if isTLS { return sendTLS(first, second, more: more) }
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

  /// Sends off what an earlier `more` made the kernel keep, which else does so after 200 ms.
  public mutating func push() {
    if !isLinked && isOpen { socket.setNoDelay() }
  }

  /// Ends our direction; the peer may go on sending.
  public mutating func endSending() {
    if endSent { return }
    endSent = true
    if let link { return link.endSending() }
    tls?.endSending()
    socket.shutdown(.write)
  }
  /// Takes nothing more from the peer: to the user, its direction has ended.
  public mutating func stopReceiving() { (canReceive, endReceived, receivingStopped) = (false, true, true) }
  /// Throws away what the socket holds, within limits.
  public mutating func discardReceived(using buffers: BufferPool) {
    guard !isLinked, var scratch = buffers.takeScratch() else { return }
    for _ in 0..<16 {
      scratch.reset()
      guard case .bytes = socket.receive(into: &scratch), scratch.room == 0 else { return }
    }
  }
  /// Waits for the next readable edge whatever the flags say.
  public mutating func setCanReceive(_ value: Bool) {
    canReceive = value
    if value && tls != nil { tls!.noteReadable(peerClosed: peerClosed) }
  }
  public mutating func setCanSend(_ value: Bool) { canSend = value }

  // What streams of multiplexed connections meet.
  mutating func notePeerGone() { (peerClosed, hungUp) = (true, true) }
  mutating func noteReceived(_ end: IOResult) -> IOResult {
    (canReceive, endReceived, peerClosed) = (false, true, true)
    if case .failed(let e) = end { error = e }
    return end
  }
  mutating func noteSendFailure(_ e: SystemError) -> IOResult {
    (canSend, error) = (false, e)
    return .failed(e)
  }

  /// What a pending connect came to: nil while it is still under way.
  public mutating func connectResult() -> Result<Void, SystemError>? {
    if !isLinked, let pending = socket.pendingError {
      error = pending
      return .failure(pending)
    }
    return canSend ? .success(()) : nil
  }

  /// Closes; what is left is no connection.
  public mutating func close() {
    if !isOpen { return }
    if let link { link.close(abort: false) }
    if isTLS { endTLS() }
    if !isLinked { socket.close() }
    self = Connection()
  }
  /// Closes a connection that we opened. Unless the peer has ended first this is a reset: the port would otherwise be
  /// held for a minute (TIME_WAIT), and a busy proxy runs out of them.
  public mutating func closeOpened() {
    if isOpen && !isLinked && !peerClosed { socket.setNoLinger() }
    close()
  }
  /// Ends a connection that we opened and keeps its socket for another one: to the peer this is `closeOpened`. nil where
  /// the socket was closed: it speaks TLS, or the kernel has yet to see to it that the peer gets our end.
  /// What it was set to stays set, and the poller has it under the old token still.
  public mutating func dissolve() -> Socket? {
    let socket = socket
    if !isOpen || isLinked || isTLS || hasFailed || !isRegistered {
      closeOpened()
      return nil
    }
    if peerClosed {
      if !endSent { socket.shutdown(.write) }
      if !socket.isClosedByBoth {
        close()
        return nil
      }
    }
    if !socket.disconnect() {
      close()
      return nil
    }
    self = Connection()
    return socket
  }
  /// As `closeOpened`; what is returned is no connection, but its TLS can still be asked for what it knows.
  public mutating func closeOpenedKeepingTLS() -> Connection {
    if isOpen && !isLinked && !peerClosed { socket.setNoLinger() }
    if isTLS { endTLS() }
    var rest = Connection()
    rest.tls = tls.take()
    close()
    return rest
  }
  /// Closes with a reset: unsent bytes are dropped.
  public mutating func abort() {
    if !isOpen { return }
    if let link {
      link.close(abort: true)
    } else {
      tls?.endQuietly()
      socket.setNoLinger()
      socket.close()
    }
    self = Connection()
  }
}

// MARK: - TLS

extension Connection {
  /// Bytes of the socket are not those that the user sees, so they cannot be spliced.
  public var isTLS: Bool { tls != nil }

  /// From here on everything goes through TLS, with its handshake first. False where there is no memory. Without
  /// `followsEdges` nothing is taken from the socket that has not been asked for.
  public mutating func startTLS(_ context: TLSContext, followsEdges: Bool = true) -> Bool {
    guard let session = context.makeSession(socket.descriptor, followsEdges: followsEdges) else { return false }
    tls = consume session
    return true
  }

  /// Goes on with the handshake; at its end there may be bytes already.
  public mutating func handshake() -> TLSProgress {
    guard let progress = tls?.handshake() else { return .done }
    switch progress {
    case .done: (canReceive, canSend) = (true, true)
    case .wantsRead: canReceive = false
    case .wantsWrite: canSend = false
    case .failed(let failure):
      (canReceive, canSend) = (false, false)
      error = SystemError(code: failure.systemError == 0 ? SystemError.protocolFailure : failure.systemError)
    }
    return progress
  }

  /// Sends before the handshake: all of the bytes, or none yet.
  public mutating func sendEarly(_ bytes: Bytes) -> TLSTransfer {
    guard let transfer = tls?.sendEarly(bytes) else { return .closed }
    switch transfer {
    case .wantsRead: canReceive = false
    case .wantsWrite: canSend = false
    default: break
    }
    return transfer
  }

  /// What the session has to tell; nil in clear text.
  public borrowing func withTLS<R>(_ body: (borrowing TLSSession) -> R) -> R? {
    switch tls {
    case .some(let session): body(session)
    case .none: nil
    }
  }
  /// Before the handshake of a client.
  public mutating func prepareTLS(_ body: (inout TLSSession) -> Void) {
    if tls != nil { body(&tls!) }
  }
  /// Takes bytes of the socket into the buffer without removing them: what precedes TLS.
  public func peek(into buffer: inout Buffer, limit: Int) -> IOResult { socket.peek(into: &buffer, limit: limit) }

  private mutating func receiveTLS(into buffer: inout Buffer, limit: Int) -> IOResult {
    guard let transfer = tls?.receive(into: &buffer, limit: limit) else { return .wouldBlock }
    switch transfer {
    case .bytes(let n):
      if tls?.mayReceive == false { canReceive = false }
      return .bytes(n)
    case .wantsRead: canReceive = false
    case .wantsWrite: (canReceive, canSend, receiveWaitsForRoom) = (false, false, true)
    case .closed, .truncated:
      (canReceive, endReceived, peerClosed) = (false, true, true)
      if case .truncated = transfer { isTruncated = true }
      return .closed
    case .failed(let failure): return failed(failure)
    }
    return .wouldBlock
  }

  /// Goes on until all is sent or the socket is full: a record holds 16 kB at most.
  private mutating func sendTLS(_ first: Bytes, _ second: Bytes, more: Bool) -> IOResult {
    var (head, tail) = (first, second)
    var sent = 0
    while !head.isEmpty || !tail.isEmpty {
      guard let transfer = tls?.send(head, tail, more: more) else { break }
      switch transfer {
      case .bytes(let n):
        sent += n
        let ofHead = min(n, head.count)
        head = head.dropFirst(ofHead)
        tail = tail.dropFirst(n - ofHead)
        continue
      case .wantsWrite: canSend = false
      case .wantsRead: (canSend, sendWaitsForBytes) = (false, true)
      // What was sent before counts: the next call meets the failure again.
      case .closed where sent > 0, .truncated where sent > 0, .failed where sent > 0: break
      case .closed, .truncated:
        let broken = SystemError(code: SystemError.brokenPipe)
        (canSend, error) = (false, broken)
        return .failed(broken)
      case .failed(let failure): return failed(failure)
      }
      break
    }
    return sent > 0 || (first.isEmpty && second.isEmpty) ? .bytes(sent) : .wouldBlock
  }

  private mutating func failed(_ failure: TLSFailure) -> IOResult {
    let code = failure.systemError == 0 ? SystemError.protocolFailure : failure.systemError
    let problem = SystemError(code: code)
    (canReceive, canSend, endReceived, error) = (false, false, true, problem)
    return .failed(problem)
  }

  /// A connection that ends in order says so to the peer, who could not tell it from one that was cut.
  private mutating func endTLS() {
    if error == nil && !endSent && tls?.isHandshakeDone == true { tls?.endSending() } else { tls?.endQuietly() }
  }
}
