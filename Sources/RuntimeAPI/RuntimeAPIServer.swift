public import Configuration
public import EventLoop
public import Observability
public import Proxies
public import System

/// The runtime API on the sockets of `stats socket`, on the loop of one worker. The owner of the loop hands it events
/// and timers of `TokenKind.runtimeAPI` and takes the `messages` afterwards.
public struct RuntimeAPIServer: ~Copyable {
  let process: ProcessRuntime
  var facts: ProcessFacts
  private let listeners: [(settings: BindSettings, socket: Socket)]
  var sessions: [RuntimeSession?] = []
  private(set) var open = 0
  private var lastGeneration: UInt32 = 0
  private var isPaused = false
  /// Ends a pause for want of descriptors.
  private var retryTimer: TimerWheel.Slot?
  private var hasStoppedListening = false
  /// The listeners are another's.
  private var hasHandedOver = false
  /// What a new process may take over.
  private let exposed: [ExposedListener]
  /// The master that this worker belongs to is gone: nobody watches over it any more.
  public private(set) var hasLostMaster = false
  private var messages: [StateMessage] = []

  /// Tokens of listeners have generation 0; sessions start at 1.
  private static let listenerGeneration: UInt32 = 0
  /// Output beyond which a session's next commands wait.
  private static let outputLimit = 65536
  /// How often that much is made and sent before others have their turn.
  private static let piecesInARow = 2

  public init(
    process: ProcessRuntime, facts: ProcessFacts, listeners: [(settings: BindSettings, socket: Socket)],
    exposed: [ExposedListener] = []
  ) {
    self.process = process
    self.exposed = exposed
    self.facts = facts
    self.listeners = listeners
  }

  public mutating func start(_ loop: inout EventLoop) {
    for (i, listener) in listeners.enumerated() { register(i, listener.socket, &loop) }
  }
  private func register(_ i: Int, _ socket: Socket, _ loop: inout EventLoop) {
    if hasHandedOver || hasStoppedListening && !listeners[i].settings.isSocketPair { return }
    let token = Token(kind: TokenKind.runtimeAPI, index: i, generation: Self.listenerGeneration)
    loop.poller.add(socket.descriptor, .read, token: token.bits)
  }

  /// What takes connections in now.
  var listeningSockets: [Socket] {
    listeners.filter { !hasHandedOver && (!hasStoppedListening || $0.settings.isSocketPair) }.map(\.socket)
  }
  public var hasMessages: Bool { !messages.isEmpty }
  public mutating func takeMessages() -> [StateMessage] {
    defer { messages = [] }
    return messages
  }
  public var hasSessions: Bool { open > 0 }
  /// Sessions open now.
  public var sessionCount: Int { open }

  /// Takes no new connections, but for those that the master sends: a new process may listen on the same sockets.
  public mutating func stopListening(_ loop: inout EventLoop) {
    if hasStoppedListening { return }
    hasStoppedListening = true
    for listener in listeners {
      if listener.settings.isSocketPair { continue }
      loop.poller.remove(listener.socket.descriptor)
      listener.socket.close()
    }
  }

  /// The next generation of the configuration accepts from now on.
  public mutating func handOver(_ loop: inout EventLoop) {
    hasHandedOver = true
    for listener in listeners { loop.poller.remove(listener.socket.descriptor) }
  }

  /// Takes over the sessions of the generation before that no command keeps there.
  public mutating func takeSessions(
    of other: inout RuntimeAPIServer, _ otherLoop: inout EventLoop, _ loop: inout EventLoop
  ) {
    for i in other.sessions.indices {
      guard let session = other.sessions[i], session.dump == nil, session.waiting.isEmpty, !session.isClosing else {
        continue
      }
      otherLoop.poller.remove(session.socket.descriptor)
      otherLoop.timers.release(session.slot)
      other.sessions[i] = nil
      other.open -= 1
      let place = put(session, &loop)
      // What the client does not take yet, or has sent already.
      advance(place, &loop)
    }
  }

  /// Gives the session a place; it is woken by what its client sends.
  private mutating func put(_ session: RuntimeSession, _ loop: inout EventLoop) -> Int {
    lastGeneration = lastGeneration == .max ? 1 : lastGeneration + 1
    let place: Int
    if let free = sessions.firstIndex(where: { $0 == nil }) {
      place = free
    } else {
      place = sessions.count
      sessions.append(nil)
    }
    let token = Token(kind: TokenKind.runtimeAPI, index: place, generation: lastGeneration)
    var session = session
    session.slot = loop.timers.allocate(token: token.bits)
    session.generation = lastGeneration
    session.interest = [.read, .peerClosed]
    loop.timers.arm(session.slot, at: loop.now + Int64(session.access.timeout))
    loop.poller.add(session.socket.descriptor, session.interest, token: token.bits)
    sessions[place] = session
    open += 1
    return place
  }

  /// Closes everything.
  public mutating func stop(_ loop: inout EventLoop) {
    for i in sessions.indices { close(i, &loop) }
    for listener in listeners where !hasStoppedListening || listener.settings.isSocketPair {
      loop.poller.remove(listener.socket.descriptor)
      listener.socket.close()
    }
  }

  // MARK: - Events

  public mutating func handleEvent(_ event: Poller.Event, _ loop: inout EventLoop) {
    let token = Token(bits: event.token)
    if token.generation == Self.listenerGeneration { return accept(token.index, &loop) }
    let i = token.index
    guard i < sessions.count, sessions[i]?.generation == token.generation else { return }
    if event.isReadable || event.isHangUp || event.isPeerClosed || event.isError { receive(i, &loop) }
    advance(i, &loop)
  }

  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    if token.generation == Self.listenerGeneration { return resume(&loop) }
    guard token.index < sessions.count, sessions[token.index]?.generation == token.generation else { return }
    close(token.index, &loop)
  }

  private mutating func accept(_ i: Int, _ loop: inout EventLoop) {
    guard i < listeners.count else { return }
    let limit = process.model.global.statsMaxConnections
    for _ in 0..<8 {
      if open >= limit { return pause(&loop) }
      guard let socket = nextConnection(i, &loop) else { return }
      process.connectionsTotal.add(1)
      begin(socket, i, &loop)
    }
  }

  private mutating func nextConnection(_ i: Int, _ loop: inout EventLoop) -> Socket? {
    guard case .socketPair = listeners[i].settings.address else {
      switch listeners[i].socket.accept() {
      case .success(let (socket, _)): return socket
      case .failure(let error):
        if error.isOutOfResources { rest(&loop) }
        return nil
      }
    }
    do throws(SystemError) {
      if let socket = try listeners[i].socket.acceptPassed() { return socket }
      // The master held the other end.
      loop.poller.remove(listeners[i].socket.descriptor)
      hasLostMaster = true
      return nil
    } catch {
      return nil
    }
  }

  /// There is no descriptor for another connection: the poller would tell of it again and again.
  private mutating func rest(_ loop: inout EventLoop) {
    pause(&loop)
    let token = Token(kind: TokenKind.runtimeAPI, index: 0, generation: Self.listenerGeneration)
    let timer = retryTimer ?? loop.timers.allocate(token: token.bits)
    retryTimer = timer
    loop.timers.arm(timer, at: loop.now + 100)
  }

  private mutating func resume(_ loop: inout EventLoop) {
    if !isPaused { return }
    isPaused = false
    for (i, listener) in listeners.enumerated() { register(i, listener.socket, &loop) }
  }

  /// All places are taken: connections wait in the kernel until one is free.
  private mutating func pause(_ loop: inout EventLoop) {
    if isPaused { return }
    isPaused = true
    for listener in listeners where !hasStoppedListening || listener.settings.isSocketPair {
      loop.poller.remove(listener.socket.descriptor)
    }
  }

  private mutating func begin(_ socket: Socket, _ listener: Int, _ loop: inout EventLoop) {
    let settings = listeners[listener].settings
    let access = SessionAccess(
      level: settings.level, severity: settings.severityOutput, listener: listener + 1,
      exposesListeners: settings.exposeListeners,
      timeout: process.model.global.statsTimeout, isMaster: settings.isSocketPair)
    var session = RuntimeSession(socket: socket, slot: 0, generation: 0, access: access)
    (session.beganAt, session.beganOn) = (loop.now, loop.wallClock)
    session.number = Int(process.requestCounter.add(1))
    _ = put(session, &loop)
  }

  private mutating func close(_ i: Int, _ loop: inout EventLoop) { letGo(i, &loop)?.close() }
  /// The session ends, its socket is the caller's.
  private mutating func letGo(_ i: Int, _ loop: inout EventLoop) -> Socket? {
    guard let session = sessions[i] else { return nil }
    sessions[i] = nil
    open -= 1
    if case .web(let exchange)? = session.dump { exchange.abandon() }
    loop.timers.release(session.slot)
    loop.poller.remove(session.socket.descriptor)
    resume(&loop)
    return session.socket
  }

  // MARK: - Sessions

  private mutating func receive(_ i: Int, _ loop: inout EventLoop) {
    guard sessions[i] != nil, sessions[i]!.input.count <= RuntimeSession.inputLimit else { return }
    var chunk: [UInt8] = []
    switch sessions[i]!.socket.receive(into: &chunk, limit: 16384) {
    case .bytes:
      sessions[i]!.input += chunk
      sessions[i]!.received += chunk.count
      sessions[i]!.deadline = loop.now + Int64(sessions[i]!.access.timeout)
      loop.timers.arm(sessions[i]!.slot, at: loop.now + Int64(sessions[i]!.access.timeout))
    case .wouldBlock: break
    case .closed: sessions[i]!.inputEnded = true
    case .failed: close(i, &loop)
    }
  }

  /// Runs what has come as far as the client takes the answers, then waits or closes.
  private mutating func advance(_ i: Int, _ loop: inout EventLoop) {
    var pieces = 0
    while sessions[i] != nil {
      if !flush(i, &loop) { return }
      if pieces == Self.piecesInARow {
        // However fast the client reads, the traffic has its turn; the next event comes at once.
        return watch(i, .write, &loop, again: true)
      }
      if sessions[i]!.isClosing { return close(i, &loop) }
      if let dump = sessions[i]!.dump {
        if dump.isEndless && dump.isWaiting && (!sessions[i]!.input.isEmpty || sessions[i]!.inputEnded) {
          // Any key stops it; what it was does not matter.
          sessions[i]!.input.removeAll()
          sessions[i]!.finishCommand()
          continue
        }
        if dump.isWaiting { return watch(i, dump.isEndless ? [.read, .peerClosed] : [], &loop) }
        continueDump(i, &loop)
        pieces += 1
      } else if !sessions[i]!.waiting.isEmpty {
        runNext(i, &loop)
      } else if let line = sessions[i]!.nextLine() {
        sessions[i]!.accept(line)
      } else {
        return rest(i, &loop)
      }
    }
  }

  /// No whole line is left: without a prompt the session has had its turn once it was answered.
  private mutating func rest(_ i: Int, _ loop: inout EventLoop) {
    guard let session = sessions[i] else { return }
    let isDone =
      session.hasAnswered && !session.access.isInteractive && session.payloadLine == nil
    if isDone || session.inputEnded || session.input.count > RuntimeSession.inputLimit { return close(i, &loop) }
    watch(i, [.read, .peerClosed], &loop)
  }

  private mutating func continueDump(_ i: Int, _ loop: inout EventLoop) {
    while sessions[i]!.pendingOutput < Self.outputLimit {
      guard var dump = sessions[i]!.dump else { return }
      let goesOn = dump.next(process, now: loop.now, into: &sessions[i]!.output)
      if !goesOn { return sessions[i]!.finishCommand() }
      sessions[i]!.dump = dump
      if dump.isWaiting { return }
    }
  }

  /// Workers have answered: what waited for them goes on.
  public mutating func continueReports(_ loop: inout EventLoop) {
    for i in sessions.indices where sessions[i]?.dump != nil {
      sessions[i]!.dump!.wake()
      advance(i, &loop)
    }
  }

  private mutating func runNext(_ i: Int, _ loop: inout EventLoop) {
    let words = CommandWords.split(sessions[i]!.waiting.removeFirst())
    if words.first == "_getsocks" {
      // A process that stops has closed them, or is about to.
      if sessions[i]!.access.exposesListeners && process.stopping.value == 0 {
        ExposedListener.send(exposed, over: sessions[i]!.socket)
      }
      return close(i, &loop)
    }
    // A master asks for a reload in place, and hears what came of it.
    if words.first == "_reload" && sessions[i]!.access.isMaster {
      sessions[i]!.hasAnswered = true
      guard let reloads = process.reloads else { return close(i, &loop) }
      if words.count > 1 {
        // Its other end is with the process that reads the configuration.
        if let socket = letGo(i, &loop) { reloads.ask(reader: socket) }
        return
      }
      sessions[i]!.dump = .reload(ReloadDump(reloads.ask(process.mailboxes[0])))
      return loop.timers.arm(sessions[i]!.slot, at: TimerWheel.never)
    }
    // How a master tells the level that its client has: nothing is answered.
    if words.count >= 2 && words[1] == "-" && (words[0] == "operator" || words[0] == "user") {
      sessions[i]!.access.level = words[0] == "user" || sessions[i]!.access.level == .user ? .user : .oper
      return
    }
    var runner = CommandRunner(
      process: process, facts: facts, now: loop.now, wallClock: loop.wallClock, access: sessions[i]!.access)
    runner.sockets = listeners.map(\.settings)
    sessions[i]!.commands += 1
    runner.hasPayload = sessions[i]!.hasPayload
    if words.starts(with: ["show", "sess"]) { runner.ownSessions = ownSessions(loop) }
    process.requestsTotal.add(1)
    let payload = sessions[i]!.payload
    let reply = runner.run(words, payload: payload.isEmpty ? nil : payload)
    sessions[i]!.access = runner.access
    sessions[i]!.hasAnswered = true
    messages += runner.messages
    sessions[i]!.take(reply)
    loop.timers.arm(sessions[i]!.slot, at: loop.now + Int64(runner.access.timeout))
  }

  /// Sends what there is. False: the client does not take it now, or is gone.
  private mutating func flush(_ i: Int, _ loop: inout EventLoop) -> Bool {
    while sessions[i]!.pendingOutput > 0 {
      switch sessions[i]!.socket.send(sessions[i]!.output[sessions[i]!.sent...]) {
      case .bytes(let n):
        sessions[i]!.sent += n
        sessions[i]!.transmitted += n
        loop.timers.arm(sessions[i]!.slot, at: loop.now + Int64(sessions[i]!.access.timeout))
      case .wouldBlock:
        // While the client does not read, what it sends waits in the kernel.
        watch(i, .write, &loop)
        return false
      case .closed, .failed:
        close(i, &loop)
        return false
      }
    }
    sessions[i]!.output.removeAll(keepingCapacity: sessions[i]!.output.capacity <= Self.outputLimit)
    sessions[i]!.sent = 0
    return true
  }

  /// `again`: an event is wanted though nothing changes.
  private mutating func watch(_ i: Int, _ interest: Poller.Interest, _ loop: inout EventLoop, again: Bool = false) {
    guard let session = sessions[i], again || session.interest != interest else { return }
    sessions[i]!.interest = interest
    let token = Token(kind: TokenKind.runtimeAPI, index: i, generation: session.generation)
    loop.poller.change(session.socket.descriptor, interest, token: token.bits)
  }
}
