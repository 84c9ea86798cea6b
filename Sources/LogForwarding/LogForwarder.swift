public import Configuration
public import EventLoop
public import Memory
public import Observability
public import Proxies
public import System
import Connections
import TLS

/// A socket on which messages come in, and the `log-forward` section it belongs to.
public struct ForwardListener: Sendable {
  public let section: Int
  public let settings: BindSettings
  public let socket: Socket
  public let isDatagram: Bool
  public init(section: Int, settings: BindSettings, socket: Socket, isDatagram: Bool) {
    self.section = section
    self.settings = settings
    self.socket = socket
    self.isDatagram = isDatagram
  }
}

/// `log-forward` sections (manual section 3.10), on the loop of one worker: takes messages in and sends them on. The
/// owner of the loop hands it events and timers of `TokenKind.forward`.
public struct LogForwarder: ~Copyable {
  let process: ProcessRuntime
  let listeners: [ForwardListener]
  private let buffers: BufferPool
  var sessions: [ForwardSession?] = []
  /// By section: connections now, and whether it takes no more.
  private var open: [Int]
  private(set) var isFull: [Bool]
  /// By section: ends a pause for want of descriptors.
  private(set) var retryTimers: [TimerWheel.Slot?]
  private var lastGeneration: UInt32 = 0
  var isStopped = false

  /// Messages in a row before others have their turn.
  private static let turn = 256

  public init(process: ProcessRuntime, listeners: [ForwardListener], buffers: BufferPool) {
    self.process = process
    self.listeners = listeners
    self.buffers = buffers
    open = process.model.logForwards.map { _ in 0 }
    isFull = process.model.logForwards.map { _ in false }
    retryTimers = process.model.logForwards.map { _ in nil }
  }

  public mutating func start(_ loop: inout EventLoop) { for i in listeners.indices { register(i, &loop) } }
  /// Tokens of listeners have generation 0.
  private func register(_ i: Int, _ loop: inout EventLoop) {
    let token = Token(kind: TokenKind.forward, index: i, generation: 0)
    loop.poller.add(listeners[i].socket.descriptor, .read, token: token.bits)
  }

  /// Takes nothing in any more: a new process does. Connections go on to their end.
  public mutating func stopListening(_ loop: inout EventLoop) {
    if isStopped { return }
    isStopped = true
    for (i, listener) in listeners.enumerated() {
      if !isFull[listener.section] || listener.isDatagram { loop.poller.remove(listener.socket.descriptor) }
      listeners[i].socket.close()
    }
    // Nobody else would end them.
    for i in sessions.indices { close(i, &loop) }
  }

  // MARK: - Events

  public mutating func handleEvent(
    _ event: Poller.Event, _ loop: inout EventLoop, _ logs: inout LogSender
  ) {
    let token = Token(bits: event.token)
    let i = token.index
    if token.generation == 0 {
      guard i < listeners.count, !isStopped else { return }
      return listeners[i].isDatagram ? receiveDatagrams(listeners[i], loop, &logs) : accept(listeners[i], &loop)
    }
    guard i < sessions.count, let session = sessions[i], session.generation == token.generation else { return }
    session.connection.note(event)
    advance(i, session, &loop, &logs)
  }

  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    if token.generation == 0 { return resume(token.index, &loop) }
    guard token.index < sessions.count, sessions[token.index]?.generation == token.generation else { return }
    close(token.index, &loop)
  }

  /// Before a wait with a poller that remembers no edges.
  public func rearm(_ poller: Poller) { for case let session? in sessions { session.connection.rearm(with: poller) } }

  private func receiveDatagrams(_ listener: ForwardListener, _ loop: borrowing EventLoop, _ logs: inout LogSender) {
    guard var buffer = buffers.takeScratch() else { return }
    for _ in 0..<Self.turn {
      buffer.reset()
      switch listener.socket.receive(into: &buffer) {
      // A datagram may be empty.
      case .bytes, .closed: forward(buffer.readable, listener.section, loop.wallClock, &logs)
      case .wouldBlock, .failed: return
      }
    }
  }

  private func forward(_ message: Bytes, _ section: Int, _ now: Int64, _ logs: inout LogSender) {
    process.receivedLogs.add(1)
    logs.forward(ForwardedMessage(message), to: logs.routes.route(ofForward: section), now: now)
  }

  // MARK: - Connections

  private mutating func accept(_ listener: ForwardListener, _ loop: inout EventLoop) {
    let settings = process.model.logForwards[listener.section]
    for _ in 0..<16 {
      if open[listener.section] >= settings.maxConnections { return pause(listener.section, &loop) }
      let socket: Socket
      switch listener.socket.accept() {
      case .success(let (accepted, _)): socket = accepted
      case .failure(let error):
        if error.isOutOfResources { rest(listener.section, &loop) }
        return
      }
      process.connectionsTotal.add(1)
      process.requestsTotal.add(1)
      begin(socket, listener, settings, &loop)
    }
  }

  private mutating func begin(
    _ socket: Socket, _ listener: ForwardListener, _ settings: LogForwardSettings, _ loop: inout EventLoop
  ) {
    var connection = Connection(socket)
    let context = listener.settings.tlsContext
    guard let buffer = buffers.takeScratch(), context.map({ connection.startTLS($0) }) ?? true else {
      return connection.close()
    }
    connection.setCanReceive(true)
    let session = ForwardSession(connection: connection, buffer: buffer, isSecure: context == nil)
    put(session, listener.section, &loop)
  }

  /// Gives the session a place; it is woken by what comes.
  mutating func put(_ session: ForwardSession, _ section: Int, _ loop: inout EventLoop) {
    let place = sessions.firstIndex { $0 == nil } ?? sessions.count
    if place == sessions.count { sessions.append(nil) }
    lastGeneration = lastGeneration == .max ? 1 : lastGeneration + 1
    let token = Token(kind: TokenKind.forward, index: place, generation: lastGeneration)
    session.connection.register(with: loop.poller, token: token)
    session.section = section
    session.slot = loop.timers.allocate(token: token.bits)
    session.generation = lastGeneration
    sessions[place] = session
    open[section] += 1
    watch(session, &loop)
  }

  /// The section has as many connections as it may: others wait in the kernel.
  private mutating func pause(_ section: Int, _ loop: inout EventLoop) {
    if isFull[section] { return }
    isFull[section] = true
    for listener in listeners where listener.section == section && !listener.isDatagram {
      loop.poller.remove(listener.socket.descriptor)
    }
  }

  /// There is no descriptor for another connection: the poller would tell of it again and again.
  private mutating func rest(_ section: Int, _ loop: inout EventLoop) {
    pause(section, &loop)
    let token = Token(kind: TokenKind.forward, index: section, generation: 0)
    let timer = retryTimers[section] ?? loop.timers.allocate(token: token.bits)
    retryTimers[section] = timer
    loop.timers.arm(timer, at: loop.now + 100)
  }

  private mutating func resume(_ section: Int, _ loop: inout EventLoop) {
    guard section < isFull.count, isFull[section], !isStopped else { return }
    isFull[section] = false
    for (place, listener) in listeners.enumerated() where listener.section == section && !listener.isDatagram {
      register(place, &loop)
    }
  }

  mutating func close(_ i: Int, _ loop: inout EventLoop) {
    guard let session = sessions[i] else { return }
    sessions[i] = nil
    loop.timers.release(session.slot)
    loop.poller.remove(session.connection.socket.descriptor)
    session.connection.close()
    session.buffer.release()
    open[session.section] -= 1
    resume(session.section, &loop)
  }

  private func watch(_ session: ForwardSession, _ loop: inout EventLoop) {
    let limit = process.model.logForwards[session.section].clientTimeout ?? 0
    loop.timers.arm(session.slot, at: limit > 0 ? loop.now + Int64(limit) : TimerWheel.never)
  }

  mutating func advance(
    _ i: Int, _ session: ForwardSession, _ loop: inout EventLoop, _ logs: inout LogSender
  ) {
    if !session.isSecure {
      switch session.connection.handshake() {
      case .done: session.isSecure = true
      case .wantsRead, .wantsWrite: return
      case .failed: return close(i, &loop)
      }
    }
    watch(session, &loop)
    while true {
      let result = session.connection.receive(into: &session.buffer)
      guard forwardMessages(session, loop.wallClock, &logs) else { return close(i, &loop) }
      switch result {
      case .bytes: if !session.connection.canReceive { return }
      case .wouldBlock: return
      case .closed, .failed: return close(i, &loop)
      }
    }
  }

  /// Sends on the messages that are complete; false: what came is none.
  private func forwardMessages(_ session: ForwardSession, _ now: Int64, _ logs: inout LogSender) -> Bool {
    while true {
      switch ForwardFrame.first(of: session.buffer.readable, limit: session.buffer.capacity) {
      case .message(let start, let count, let rest):
        forward(session.buffer.readable.slice(start, count), session.section, now, &logs)
        session.buffer.consume(start + count + rest)
      case .incomplete:
        session.buffer.compact()
        return session.buffer.room > 0
      case .invalid: return false
      }
    }
  }
}

extension LogForwarder {
  /// The descriptors of listeners and connections, each with its line of `show fd`.
  public var descriptors: [(number: Int, line: String)] {
    let names = process.model.logForwards.map(\.name)
    return listeners.filter { _ in !isStopped }.map { listener in
      let number = Int(listener.socket.descriptor.number)
      return (number, DescriptorText.listener(number, names[listener.section], listener.socket.localEndpoint))
    }
      + sessions.lazy.compactMap { $0 }.map { session in
        let number = session.connection.descriptorNumber
        let socket = session.connection.socket
        return (
          number,
          DescriptorText.connection(
            number, names[session.section], socket.localEndpoint, socket.peerEndpoint, isTLS: session.connection.isTLS)
        )
      }
  }
}
