import Connections
import EventLoop
import HTTP2
import Memory

/// The HTTP/2 of one connection to a server. Its `ServerConnection` owns the socket; each exchange has one of its own,
/// whose connection is a link and whose `carrier` is that one.
final class ServerMux {
  let protocolSession: HTTP2Session
  var intake = FrameIntake()
  var isDirty = false
  /// It had its turn, and reads on with the next one.
  var isInTurnList = false
  /// Requests that were sent over it, the first included.
  var served = 0
  /// Once the connection is there.
  var tally: MuxTally?
  /// The client session whose requests alone may join those under way.
  var owner: Session?
  var ownerGeneration: UInt32 = 0
  /// Any request may join: it stands in its server's list.
  var isShared = false
  /// Where it stands in that list, or in its owner's.
  var place = 0
  /// Streams that wait for the connection to be made. Another stream makes it.
  var waiting: [Stream] = []
  /// Tick since when the server has taken nothing of what waits for it; -1: nothing waits.
  var stuckSince: Int64 = -1

  init(_ protocolSession: HTTP2Session) { self.protocolSession = protocolSession }
}

extension Worker {
  func makeServerMux() -> ServerMux? {
    HTTP2Session(.client, limits: tune.http2, tools: http2Tools, pool: buffers).map { ServerMux($0) }
  }

  /// The connection is up and speaks HTTP/2: its first stream, which made it, and those that waited become streams of it.
  func startServerMux(_ carrier: ServerConnection, _ stream: Stream) -> Bool {
    guard let mux = carrier.mux ?? makeServerMux() else { return false }
    if carrier.mux == nil {
      carrier.mux = mux
      share(carrier, mux, stream, isKnownFirst: false)
    }
    carrier.stream = nil
    if let row = carrier.backend?.counters { mux.tally = MuxTally(row) }
    carrier.connection.setCanReceive(true)
    join(stream, carrier, mux)
    let others = mux.waiting
    mux.waiting.removeAll()
    for other in others where other.serverConnection?.carrier === carrier {
      other.serverConnection?.isConnected = true
      established(other)
      runLater(other)
    }
    setDirty(carrier, mux)
    return true
  }

  /// Gives the stream a link of the connection.
  func join(_ stream: Stream, _ carrier: ServerConnection, _ mux: ServerMux) {
    let link = linkBoard.makeLink(pool: buffers)
    let own = takeServerConnection()
    let made = mux.protocolSession.attach(link, endsByClosing: !stream.request.isVersion11)
    (link.owner, link.home) = (-1 - carrier.index, number)
    made.user = own.index
    own.connection = Connection(link)
    own.carrier = carrier
    own.server = carrier.server
    own.era = carrier.era
    own.backend = carrier.backend
    own.remote = carrier.remote
    own.isSecure = carrier.isSecure
    own.isConnected = carrier.stream == nil
    own.uses = mux.served
    mux.served += 1
    attach(own, to: stream)
    if mux.isShared && !hasRoom(carrier, mux) { unlist(carrier, mux) }
  }

  func serverMuxEvent(_ carrier: ServerConnection) {
    guard let mux = carrier.mux else { return }
    let goesOn = read(carrier, mux)
    mux.protocolSession.block.release()
    wakeNoted(.client)
    if carrier.mux !== mux { return }
    if !goesOn { return endServerMux(carrier) }
    setDirty(carrier, mux)
  }

  /// False: the connection is over.
  private func read(_ carrier: ServerConnection, _ mux: ServerMux) -> Bool {
    mux.intake.begin()
    while true {
      switch mux.intake.next(mux.protocolSession, from: &carrier.connection, buffers, now: loop.now) {
      case .events:
        handleEvents(carrier, mux)
        if carrier.mux !== mux { return true }
      case .failed:
        handleEvents(carrier, mux)
        if carrier.mux === mux { send(carrier, mux) }
        return false
      case .yields:
        if !mux.isInTurnList {
          mux.isInTurnList = true
          readAgainFromServers.append(carrier)
        }
        return true
      case .waits, .tooManyStreams: return true
      case .ended: return false
      }
    }
  }

  private func handleEvents(_ carrier: ServerConnection, _ mux: ServerMux) {
    let made = mux.protocolSession
    var i = 0
    while i < made.events.count {
      let event = made.events[i]
      i += 1
      switch event {
      case .head(let id, _, let ends):
        guard let stream = made.streams[id] else { continue }
        takeHead(made, stream, ends: ends)
        if ends { wakeEnded(stream, .client) } else { note(stream) }
      case .data, .ended: takeBody(event, made)
      case .closed(let id, let code): closed(id, code, carrier, mux)
      case .settings:
        for stream in made.streams.values where stream.id < 0 { made.update(stream) }
      }
    }
    made.events.removeAll()
  }

  /// The stream is over on the wire.
  func closed(_ id: Int32, _ code: UInt32, _ carrier: ServerConnection, _ mux: ServerMux) {
    guard let stream = mux.protocolSession.streams[id] else { return }
    if stream.link.isClosed { return forget(stream, carrier, mux) }
    if code != HTTP2Error.none || !stream.peerEnded || !stream.isSent {
      if stream.isNoted { wakeFromServer(stream) }
      stream.link.isUnserved = code == HTTP2Error.refusedStream
      stream.link.isCut = true
      wakeFromServer(stream)
    }
  }

  /// Lets the user of a stream see what has come.
  func wakeFromServer(_ stream: HTTP2Stream) {
    stream.isNoted = false
    if stream.isForgotten || stream.link.isClosed || stream.user >= serverConnections.count { return }
    let own = serverConnections[stream.user]
    own.connection.noteLink()
    if let user = own.stream { advance(user) }
  }

  /// The server is told that the connection ends.
  func takeLeave(_ carrier: ServerConnection, _ mux: ServerMux) {
    mux.protocolSession.terminate(HTTP2Error.none)
    send(carrier, mux)
  }

  func forget(_ stream: HTTP2Stream, _ carrier: ServerConnection, _ mux: ServerMux) {
    mux.protocolSession.forget(stream)
    linkBoard.giveBack(stream.link)
    if mux.protocolSession.streams.isEmpty { restServerMux(carrier, mux) } else { relist(carrier, mux) }
  }

  /// The connection is over: so is every stream of it, behind what has come. `inOrder`: the server is told.
  func endServerMux(_ carrier: ServerConnection, inOrder: Bool = false) {
    guard let mux = carrier.mux else { return }
    withdraw(carrier, mux)
    if inOrder { takeLeave(carrier, mux) }
    carrier.mux = nil
    mux.intake.release()
    let left = mux.protocolSession.streams.values
    let wasListed = carrier.isIdle && removeIdle(carrier)
    closeServerConnection(carrier, used: !wasListed)
    for stream in left where !stream.link.isClosed {
      stream.link.isUnserved = true
      stream.link.isCut = true
      wakeFromServer(stream)
    }
    mux.protocolSession.output.clear()
  }
}
