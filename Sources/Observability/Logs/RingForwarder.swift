import Configuration
public import EventLoop
import Memory
import Primitives
public import Proxies
public import System

/// The connections over which `ring` sections send their lines on to syslog servers (manual section 3.9), on the loop of
/// one worker. The owner of the loop hands it events and timers of `TokenKind.log`, and `wake` when a ring has news.
public struct RingForwarder: ~Copyable {
  /// Milliseconds between two tries to connect.
  private static let pause: Int64 = 1000
  /// Bytes taken from a ring at a time.
  private static let piece = 16384

  private struct Link {
    let ring: RingBuffer
    /// Which of the ring's servers, and where it is.
    let server: Int
    let address: SocketAddress
    let counts: Bool
    var slot: TimerWheel.Slot
    var generation: UInt32 = 1
    var socket = Socket(.none)
    var isConnected = false
    var position: UInt64 = 0
    var output: [UInt8] = []
    var sent = 0
    var wantsWrite = false
    var isOpen: Bool { socket.descriptor.isOpen }
  }
  private var links: [Link] = []

  public init() {}

  public mutating func start(_ rings: [RingBuffer], _ loop: inout EventLoop) {
    for ring in rings where !links.contains(where: { $0.ring === ring }) {
      for (number, server) in ring.settings.servers.enumerated() {
        guard case .socket(let address) = server.address else { continue }
        let place = links.count
        links.append(
          Link(
            ring: ring, server: number, address: address, counts: server.logProto == "octet-count",
            slot: loop.timers.allocate(token: Token(kind: TokenKind.log, index: place, generation: 0).bits)))
        connect(place, &loop)
      }
    }
  }

  /// Some ring may have news.
  public mutating func wake(_ loop: inout EventLoop) {
    for i in links.indices where links[i].isConnected { pump(i, &loop) }
  }

  public mutating func handleEvent(_ event: Poller.Event, _ loop: inout EventLoop) {
    let token = Token(bits: event.token)
    guard token.index < links.count, links[token.index].generation == token.generation else { return }
    let i = token.index
    if !links[i].isConnected {
      if links[i].socket.pendingError != nil { return close(i, &loop) }
      if !event.isWritable { return event.isHangUp || event.isError ? close(i, &loop) : () }
      links[i].isConnected = true
      loop.timers.arm(links[i].slot, at: TimerWheel.never)
      return pump(i, &loop)
    }
    if event.isReadable || event.isPeerClosed || event.isHangUp || event.isError {
      // Syslog servers say nothing: what comes is dropped, and an end is an end.
      var scratch: [UInt8] = []
      switch links[i].socket.receive(into: &scratch, limit: 4096) {
      case .bytes, .wouldBlock: break
      case .closed, .failed: return close(i, &loop)
      }
    }
    pump(i, &loop)
  }

  /// A pause, a connection or a server that takes nothing has lasted long enough.
  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    guard token.index < links.count else { return }
    if links[token.index].isOpen { close(token.index, &loop) } else { connect(token.index, &loop) }
  }

  public mutating func stop(_ loop: inout EventLoop) {
    for i in links.indices where links[i].isOpen {
      loop.poller.remove(links[i].socket.descriptor)
      links[i].socket.close()
      links[i].socket = Socket(.none)
    }
  }

  // MARK: - Generations

  /// Takes over the connections of those rings that are in the configuration again; the others go on sending what is
  /// written to them by streams of the generation before. To be called before `start`.
  public mutating func takeOver(
    _ old: inout RingForwarder, _ rings: [RingBuffer], _ oldLoop: inout EventLoop, _ loop: inout EventLoop
  ) {
    for ring in rings where old.links.contains(where: { $0.ring === ring }) {
      for i in old.links.indices where old.links[i].ring === ring { move(&old.links[i], &oldLoop, &loop) }
    }
  }

  private mutating func move(_ former: inout Link, _ oldLoop: inout EventLoop, _ loop: inout EventLoop) {
    var link = former
    let place = links.count
    link.generation = 1
    link.slot = loop.timers.allocate(token: Token(kind: TokenKind.log, index: place, generation: 0).bits)
    loop.timers.arm(link.slot, at: oldLoop.timers.deadline(former.slot))
    oldLoop.timers.arm(former.slot, at: TimerWheel.never)
    if link.isOpen { oldLoop.poller.remove(link.socket.descriptor) }
    former.socket = Socket(.none)
    former.isConnected = false
    links.append(link)
    if link.isOpen {
      let interest: Poller.Interest = link.wantsWrite ? [.write, .peerClosed] : [.read, .peerClosed]
      loop.poller.add(link.socket.descriptor, interest, token: token(place))
    }
  }

  // MARK: - Connections

  private mutating func connect(_ i: Int, _ loop: inout EventLoop) {
    let family: Endpoint.Family =
      switch links[i].address {
      case .ip(.v4, _): .ipv4
      case .ip(.v6, _): .ipv6
      default: .unix
      }
    guard let socket = try? Socket.make(family: family) else {
      return loop.timers.arm(links[i].slot, at: loop.now + Self.pause)
    }
    links[i].socket = socket
    links[i].generation &+= 1
    links[i].wantsWrite = true
    switch socket.connect(to: links[i].address) {
    case .failed:
      socket.close()
      links[i].socket = Socket(.none)
      loop.timers.arm(links[i].slot, at: loop.now + Self.pause)
    case .connected, .inProgress:
      let limit = links[i].ring.settings.connectTimeout.map(Int64.init) ?? 0
      loop.timers.arm(links[i].slot, at: limit > 0 ? loop.now + limit : TimerWheel.never)
      loop.poller.add(socket.descriptor, [.write, .peerClosed], token: token(i))
    }
  }
  private func token(_ i: Int) -> UInt64 {
    Token(kind: TokenKind.log, index: i, generation: links[i].generation).bits
  }

  /// Ends the connection; the next try comes after a pause. A line that was sent in part is sent again as a whole.
  private mutating func close(_ i: Int, _ loop: inout EventLoop) {
    loop.poller.remove(links[i].socket.descriptor)
    links[i].socket.close()
    links[i].socket = Socket(.none)
    links[i].isConnected = false
    links[i].output.removeAll(keepingCapacity: true)
    links[i].sent = 0
    loop.timers.arm(links[i].slot, at: loop.now + Self.pause)
  }

  /// Sends what there is, as far as the server takes it.
  private mutating func pump(_ i: Int, _ loop: inout EventLoop) {
    while true {
      while links[i].sent < links[i].output.count {
        switch links[i].socket.send(links[i].output[links[i].sent...]) {
        case .bytes(let count): links[i].sent += count
        case .wouldBlock: return waitForRoom(i, &loop)
        case .closed, .failed: return close(i, &loop)
        }
      }
      links[i].output.removeAll(keepingCapacity: true)
      links[i].sent = 0
      loop.timers.arm(links[i].slot, at: TimerWheel.never)
      if !fill(i) { return rest(i, &loop) }
    }
  }

  /// Frames the next lines; false where there is none, and the ring will wake us.
  private mutating func fill(_ i: Int) -> Bool {
    while true {
      let lines = links[i].ring.read(&links[i].position, limit: Self.piece, pin: links[i].server)
      for line in lines {
        // RFC 6587: octet counting, or a line break behind each line.
        if links[i].counts { links[i].output += Array("\(line.count) ".utf8) }
        links[i].output += line
        if !links[i].counts { links[i].output.append(0x0a) }
      }
      if !lines.isEmpty { return true }
      if links[i].ring.wait(behind: links[i].position) { return false }
    }
  }

  private mutating func waitForRoom(_ i: Int, _ loop: inout EventLoop) {
    let limit = links[i].ring.settings.serverTimeout.map(Int64.init) ?? 0
    if loop.timers.deadline(links[i].slot) == TimerWheel.never && limit > 0 {
      loop.timers.arm(links[i].slot, at: loop.now + limit)
    }
    watch(i, write: true, &loop)
  }
  private mutating func rest(_ i: Int, _ loop: inout EventLoop) { watch(i, write: false, &loop) }

  private mutating func watch(_ i: Int, write: Bool, _ loop: inout EventLoop) {
    if links[i].wantsWrite == write { return }
    links[i].wantsWrite = write
    let interest: Poller.Interest = write ? [.write, .peerClosed] : [.read, .peerClosed]
    loop.poller.change(links[i].socket.descriptor, interest, token: token(i))
  }
}
