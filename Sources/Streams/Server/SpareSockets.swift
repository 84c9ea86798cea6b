import Connections
import EventLoop
import Primitives
import System

/// Sockets whose connections to a server are over: the next connections are made with them. To make a socket, to tell the
/// poller of it and to do away with it again is a sixth of what a connection costs the kernel.
struct SpareSockets: ~Copyable {
  /// The most that one server keeps.
  static let limit = 64
  /// How long they wait, in milliseconds, before half of them are closed.
  static let patience: Int64 = 5000

  private var sockets: [Socket] = []
  private var family = Endpoint.Family.none
  /// So many connections that the server ended first are closed without a try: it is too far away to have acknowledged
  /// our end at once.
  private var pause = 0

  deinit { for socket in sockets { socket.close() } }

  var count: Int { sockets.count }

  /// Whether a connection that is over may leave its socket here.
  mutating func mayKeep(peerClosed: Bool) -> Bool {
    if sockets.count >= SpareSockets.limit { return false }
    if !peerClosed { return true }
    if pause == 0 { return true }
    pause -= 1
    return false
  }
  mutating func noteLingering() { pause = 1000 }

  /// False: the caller closes it.
  mutating func keep(_ socket: Socket, _ family: Endpoint.Family) -> Bool {
    if sockets.isEmpty { self.family = family }
    if family != self.family { return false }
    sockets.append(socket)
    return true
  }
  mutating func take(_ family: Endpoint.Family) -> Socket? { family == self.family ? sockets.popLast() : nil }

  /// Closes all but so many; how many those were.
  mutating func close(allBut kept: Int = 0) -> Int {
    let surplus = max(0, sockets.count - kept)
    for _ in 0..<surplus { sockets.popLast()?.close() }
    return surplus
  }
}

extension Worker {
  /// Ends a connection whose exchange is over, and keeps its socket where it can be used again.
  func dissolve(_ connection: ServerConnection) {
    let peerClosed = connection.connection.peerClosed
    guard let server = connection.server, connection.isConnected, server.settings.hasPlainSockets, !server.isGone,
      !isLeaving, !process.hasFewDescriptors, !loop.poller.needsRearming,
      server.spares.mayKeep(peerClosed: peerClosed)
    else { return connection.connection.closeOpened() }
    let isTLS = connection.connection.isTLS
    guard let socket = connection.connection.dissolve() else {
      if peerClosed && !isTLS { server.spares.noteLingering() }
      return
    }
    if !server.spares.keep(socket, connection.remote.family) { return socket.close() }
    process.serverConnections.add(1)
    if server.spares.count == 1 {
      let due = loop.now + SpareSockets.patience
      if loop.timers.deadline(houseTimer) > due { loop.timers.arm(houseTimer, at: due) }
    }
  }

  /// A connection under way over a socket that was left by another one; nil where there is none, or where it cannot be
  /// used: a new one finds out whether that was its fault.
  func connectSpare(_ server: ServerReplica, _ stream: Stream, to target: Endpoint) -> (Socket, Socket.ConnectResult)? {
    guard let socket = server.spares.take(target.family) else { return nil }
    process.serverConnections.add(-1)
    if stream.backend?.options.contains(.tcpSmartConnect) == true && stream.hasSomethingForServer {
      socket.setQuickAck(false)
    }
    let result = socket.connect(to: target)
    if case .failed = result {
      socket.close()
      return nil
    }
    return (socket, result)
  }

  /// Closes half of what waits, from time to time.
  func purgeSpares() {
    var isAny = false
    for backend in backends {
      guard let backend else { continue }
      for server in backend.servers where server.spares.count > 0 {
        process.serverConnections.add(-server.spares.close(allBut: server.spares.count / 2))
        if server.spares.count > 0 { isAny = true }
      }
    }
    let due = loop.now + SpareSockets.patience
    if isAny && loop.timers.deadline(houseTimer) > due { loop.timers.arm(houseTimer, at: due) }
  }
  /// Closes all: descriptors are short, or the worker is at its end. False: there was none.
  @discardableResult func dropSpares() -> Bool {
    var closed = 0
    for backend in backends {
      guard let backend else { continue }
      for server in backend.servers { closed += server.spares.close() }
    }
    if closed > 0 { process.serverConnections.add(-closed) }
    return closed > 0
  }
}
