public import Configuration
public import EventLoop
public import Memory
import Primitives
public import Proxies
import StickTables
public import System

/// A socket on which peers of a section come in.
public struct PeersListener: Sendable {
  public let section: Int
  public let settings: BindSettings
  public let socket: Socket
  public init(section: Int, settings: BindSettings, socket: Socket) {
    self.section = section
    self.settings = settings
    self.socket = socket
  }
}

/// Exchange of tables with peers (manual section 3.5), on the loop of one worker: connects to every remote peer, accepts
/// them, tells changes and learns theirs. The owner of the loop hands it events and timers of `TokenKind.peers`.
public struct PeersService: ~Copyable {
  /// One remote peer.
  struct Remote {
    let section: Int
    let name: String
    var endpoint: Endpoint
    let transport: ServerSettings?
    let serverName: String?
    /// This process's own name: who has it is the process before this one, or the one that follows.
    var isLocal = false
    /// Its session, by number.
    var session: Int?
    /// Tick before which it is not connected to.
    var nextTry: Int64 = 0
    var history = PeerHistory()
  }
  let process: ProcessRuntime
  let listeners: [PeersListener]
  private let buffers: BufferPool
  var remotes: [Remote] = []
  var sessions: [PeerSession?] = []
  private var generations: [UInt32] = []
  private(set) var timer: TimerWheel.Slot = 0
  /// Listeners that found no descriptor for a connection: until the next turn.
  private(set) var resting: [Int] = []
  /// By section: all of a peer was learned, or is being asked for since a tick.
  var isSynchronized: [Bool] = []
  var askedAt: [Int64] = []

  /// What a process that stops still tells the one that follows; nil: it does not stop.
  var farewell: Farewell?

  static let heartbeat: Int64 = 3000
  static let silence: Int64 = 5000
  private static let turn: Int64 = 50

  public init(process: ProcessRuntime, listeners: [PeersListener], buffers: BufferPool) {
    self.process = process
    self.listeners = listeners
    self.buffers = buffers
    for (section, peers) in process.model.peers.enumerated() where !peers.isDisabled && peers.localPeer != nil {
      for peer in peers.peers {
        let isLocal = peer.name == peers.localPeer?.name
        if !isLocal && peer.endpoint.family == .none { continue }
        remotes.append(
          Remote(
            section: section, name: peer.name, endpoint: peer.endpoint, transport: peer.transport,
            serverName: peer.serverName, isLocal: isLocal))
      }
    }
    isSynchronized = process.model.peers.map { _ in false }
    askedAt = process.model.peers.map { _ in 0 }
  }

  public mutating func start(_ loop: inout EventLoop) {
    if remotes.isEmpty && listeners.isEmpty { return }
    for i in listeners.indices { register(i, &loop) }
    timer = loop.timers.allocate(token: Token(kind: TokenKind.peers, index: 0, generation: .max).bits)
    loop.timers.arm(timer, at: loop.now + Self.turn)
  }

  private func register(_ i: Int, _ loop: inout EventLoop) {
    let token = Token(kind: TokenKind.peers, index: i, generation: 0)
    loop.poller.add(listeners[i].socket.descriptor, .read, token: token.bits)
  }

  // MARK: - Events

  public mutating func handleEvent(_ event: Poller.Event, _ loop: inout EventLoop) {
    let token = Token(bits: event.token)
    if token.generation == 0 { return accept(token.index, &loop) }
    guard token.index < sessions.count, generations[token.index] == token.generation else { return }
    sessions[token.index]?.link.connection.note(event)
    advance(token.index, &loop)
  }

  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    let now = loop.now
    if process.stopping.value != 0 { stopListening(&loop) }
    if let farewell, farewell.isOver { return }
    loop.timers.arm(timer, at: now + Self.turn)
    countPeers()
    for i in resting { register(i, &loop) }
    resting.removeAll()
    if farewell != nil {
      continueFarewell(&loop)
    } else {
      for i in remotes.indices where !remotes[i].isLocal && remotes[i].session == nil && now >= remotes[i].nextTry {
        connect(i, &loop)
      }
    }
    for i in sessions.indices {
      guard let session = sessions[i] else { continue }
      if now - session.lastReceived > Self.silence {
        if session.stage == .established { remotes[session.peer].history.silences += 1 }
        close(i, &loop)
        continue
      }
      if session.stage == .established {
        if farewell == nil { askForLesson(i, now) }
        sessions[i]?.push(process.serverNames, now: now)
        if let waiting = sessions[i], waiting.output.isEmpty, now - waiting.lastSent >= Self.heartbeat {
          sessions[i]?.sendControl(4)
          remotes[waiting.peer].history.heartbeatsSent += 1
        }
        flush(i, &loop)
      }
    }
  }

  private mutating func accept(_ i: Int, _ loop: inout EventLoop) {
    guard i < listeners.count else { return }
    while true {
      let socket: Socket
      switch listeners[i].socket.accept() {
      case .success(let (accepted, _)): socket = accepted
      case .failure(let error):
        if error.isOutOfResources && !resting.contains(i) {
          loop.poller.remove(listeners[i].socket.descriptor)
          resting.append(i)
        }
        return
      }
      // Strangers must not take all places.
      if sessions.count(where: { $0 != nil }) > 2 * remotes.count + 16 {
        socket.close()
        continue
      }
      let link = PeerLink(socket)
      if let context = listeners[i].settings.tlsContext, !link.secure(context, using: buffers) {
        link.close()
        continue
      }
      let stage = link.isSecured ? PeerSession.Stage.awaitsHello : .securing
      var session = PeerSession(stage: stage, peer: -1, link: link, now: loop.now)
      session.current = UInt64(listeners[i].section)
      session.isAccepted = true
      let place = add(session, &loop)
      advance(place, &loop)
    }
  }

  mutating func connect(_ i: Int, _ loop: inout EventLoop) {
    remotes[i].nextTry = loop.now + Self.silence
    guard let link = PeerLink.connect(to: remotes[i].endpoint, remotes[i].transport) else { return }
    let place = add(PeerSession(stage: .connecting, peer: i, link: link, now: loop.now), &loop)
    remotes[i].session = place
    remotes[i].history.connections += 1
    remotes[i].history.begin(at: loop.now)
  }

  mutating func forgetResting() { resting.removeAll() }

  mutating func add(_ session: PeerSession, _ loop: inout EventLoop) -> Int {
    let place = sessions.firstIndex { $0 == nil } ?? sessions.count
    if place == sessions.count {
      sessions.append(nil)
      generations.append(0)
    }
    generations[place] = generations[place] >= .max - 1 ? 1 : generations[place] + 1
    sessions[place] = session
    let token = Token(kind: TokenKind.peers, index: place, generation: generations[place])
    loop.poller.add(session.socket.descriptor, [.read, .write, .peerClosed, .edge], token: token.bits)
    return place
  }

  mutating func close(_ i: Int, _ loop: inout EventLoop) {
    guard let session = sessions[i] else { return }
    sessions[i] = nil
    generations[i] = generations[i] >= .max - 1 ? 1 : generations[i] + 1
    loop.poller.remove(session.socket.descriptor)
    session.link.close()
    trace(session, .released, .state, "release")
    if session.peer >= 0, remotes[session.peer].session == i {
      remotes[session.peer].session = nil
      // Not both sides at the same moment.
      remotes[session.peer].nextTry = loop.now + Int64.random(in: 50...2050)
      if askedAt[remotes[session.peer].section] != 0 { askedAt[remotes[session.peer].section] = 0 }
    }
  }

  // MARK: - One session

  private mutating func advance(_ i: Int, _ loop: inout EventLoop) {
    guard sessions[i] != nil else { return }
    guard secure(i) else { return close(i, &loop) }
    guard let stage = sessions[i]?.stage, stage != .securing else { return }
    guard receive(i) else { return close(i, &loop) }
    let now = loop.now
    while let session = sessions[i] {
      switch session.stage {
      case .awaitsStatus:
        guard let line = sessions[i]?.takeLine() else { return flush(i, &loop) }
        if line != "200" { return close(i, &loop) }
        sessions[i]?.lastReceived = now
        establish(i, session.peer)
        continue
      case .awaitsHello:
        guard readHello(i, &loop) else { return flush(i, &loop) }
        continue
      case .established:
        // Whether anybody looks on may have changed.
        tellTrace(i)
        let event = sessions[i]?.readMessages(process.serverNames, now: now) ?? .broken
        let section = remotes[session.peer].section
        tellTrace(i)
        switch event {
        case .broken:
          remotes[session.peer].history.errors += 1
          trace(session, .protocolError, .error, "invalid message")
          return close(i, &loop)
        case .resyncFinished: isSynchronized[section] = true
        case .resyncPartial: askedAt[section] = 0
        case .confirmed:
          if farewell != nil && remotes[session.peer].isLocal {
            farewell?.finish(session.peer)
            return close(i, &loop)
          }
        case .none: break
        }
        remotes[session.peer].history.heartbeatsReceived += sessions[i]?.takeHeartbeats() ?? 0
      case .connecting, .securing, .closed: break
      }
      break
    }
    flush(i, &loop)
  }

  /// What comes before the first bytes: a connection, and TLS where it is wanted. False: it has failed.
  private mutating func secure(_ i: Int) -> Bool {
    guard let session = sessions[i] else { return false }
    if session.stage == .connecting {
      if session.socket.pendingError != nil { return false }
      let remote = remotes[session.peer]
      guard let context = remote.transport?.tlsContext else {
        sayHello(i)
        return true
      }
      if !session.link.secure(context, serverName: remote.serverName, using: buffers) { return false }
      sessions[i]?.stage = .securing
    }
    guard sessions[i]?.stage == .securing else { return true }
    guard let isSecured = session.link.handshake() else { return false }
    if !isSecured { return true }
    if session.peer >= 0 { sayHello(i) } else { sessions[i]?.stage = .awaitsHello }
    return true
  }

  private mutating func sayHello(_ i: Int) {
    guard let session = sessions[i], session.peer >= 0 else { return }
    let remote = remotes[session.peer]
    let local = process.model.peers[remote.section].localPeer?.name ?? ""
    let hello = "HAProxyS 2.1\n\(remote.name)\n\(local) \(OwnProcess.id) 0\n"
    sessions[i]?.output += hello.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    sessions[i]?.stage = .awaitsStatus
  }

  /// The three lines of a hello; false while they are not complete, or were refused.
  private mutating func readHello(_ i: Int, _ loop: inout EventLoop) -> Bool {
    guard let session = sessions[i], session.input.count(where: { $0 == 0x0a }) >= 3 else {
      if let waiting = sessions[i], waiting.input.count > 4096 { close(i, &loop) }
      return false
    }
    let section = Int(clamping: session.current)
    let version = sessions[i]?.takeLine() ?? ""
    let wanted = sessions[i]?.takeLine() ?? ""
    let sender = sessions[i]?.takeLine()?.split(separator: " ").first.map(String.init) ?? ""
    let parts = version.split(separator: " ")
    var status = "200"
    let found = remotes.firstIndex { $0.section == section && $0.name == sender }
    if parts.first != "HAProxyS" {
      status = "501"
    } else if parts.count < 2 || !parts[1].hasPrefix("2.") {
      status = "502"
    } else if wanted != process.model.peers[section].localPeer?.name {
      status = "503"
    } else if found == nil {
      status = "504"
    }
    sessions[i]?.output += (status + "\n").utf8
    guard status == "200", let found else {
      flush(i, &loop)
      close(i, &loop)
      return false
    }
    // The last connection stays.
    if let old = remotes[found].session, old != i {
      remotes[found].history.collisions += 1
      close(old, &loop)
    }
    remotes[found].session = i
    sessions[i]?.peer = found
    sessions[i]?.lastReceived = loop.now
    establish(i, found)
    return true
  }

  private mutating func establish(_ i: Int, _ peer: Int) {
    let section = remotes[peer].section
    remotes[peer].history.established(at: sessions[i]?.lastReceived ?? 0)
    sessions[i]?.stage = .established
    sessions[i]?.current = 0
    let shared = tables(of: section).enumerated().map {
      SharedTable(table: $0.element, localID: UInt64($0.offset + 1))
    }
    sessions[i]?.tables = shared
    // The process that follows learns all before this one ends.
    if farewell != nil && remotes[peer].isLocal { sessions[i]?.teach() }
  }

  /// The first peer that is there is asked for all it knows.
  private mutating func askForLesson(_ i: Int, _ now: Int64) {
    guard let session = sessions[i], session.peer >= 0 else { return }
    let section = remotes[session.peer].section
    if isSynchronized[section] || askedAt[section] != 0 && now - askedAt[section] < Self.silence { return }
    if askedAt[section] != 0 {
      // Nobody has answered in time: what there is must do.
      isSynchronized[section] = true
      return
    }
    askedAt[section] = now
    sessions[i]?.sendControl(0)
  }

  private mutating func receive(_ i: Int) -> Bool {
    guard let link = sessions[i]?.link else { return false }
    var input = sessions[i]?.input.take() ?? []
    let goesOn = link.receive(into: &input, limit: PeerSession.inputLimit, using: buffers)
    sessions[i]?.input = input
    return goesOn
  }

  private mutating func flush(_ i: Int, _ loop: inout EventLoop) {
    guard let link = sessions[i]?.link else { return }
    tellTrace(i)
    var output = sessions[i]?.output.take() ?? []
    if link.send(&output, using: buffers) { sessions[i]?.lastSent = loop.now }
    sessions[i]?.output = output
  }
}

extension [UInt8] {
  /// The bytes, which are not here any more: one owner can change them without a copy.
  fileprivate mutating func take() -> [UInt8] {
    defer { self = [] }
    return self
  }
}
