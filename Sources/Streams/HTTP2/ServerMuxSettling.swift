import Connections
import EventLoop
import HTTP2
import Memory

/// What the streams towards servers have written reaches the wire.
extension Worker {
  func setDirty(_ carrier: ServerConnection, _ mux: ServerMux) {
    if mux.isDirty { return }
    mux.isDirty = true
    dirtyServerMuxes.append(carrier)
  }

  /// The user of a link has done something.
  func settleServerLink(_ link: ByteLink) {
    let index = -1 - link.owner
    guard index < serverConnections.count else { return }
    let carrier = serverConnections[index]
    guard let mux = carrier.mux, let stream = mux.protocolSession.settle(link) else { return }
    // Before the connection is there nothing can be sent.
    if carrier.stream == nil { setDirty(carrier, mux) }
    if link.isClosed && stream.isClosed { forget(stream, carrier, mux) }
  }

  func flushServerMux(_ carrier: ServerConnection) {
    guard let mux = carrier.mux, mux.isDirty else { return }
    mux.isDirty = false
    send(carrier, mux)
    let made = mux.protocolSession
    // Streams end while their last frames are made.
    var i = 0
    while i < made.events.count {
      if case .closed(let id, let code) = made.events[i] { closed(id, code, carrier, mux) }
      i += 1
    }
    made.events.removeAll()
    if carrier.mux !== mux { return }
    if let row = carrier.backend?.counters { mux.tally?.add(made, served: mux.served, to: row) }
    if carrier.connection.hasFailed || made.isOver { return endServerMux(carrier) }
    i = 0
    while i < made.drained.count {
      if let stream = made.streams[made.drained[i]], !stream.link.isClosed {
        made.update(stream)
        wakeFromServer(stream)
      }
      i += 1
    }
    made.drained.removeAll()
    if carrier.mux !== mux { return }
    if made.streams.isEmpty { rest(made) }
    // Nobody waits for it any more, and it does not even take the ends of its streams.
    if mux.stuckSince >= 0 && !made.streams.isEmpty && made.streams.values.allSatisfy({ $0.link.isClosed }) {
      return endServerMux(carrier)
    }
    carrier.connection.register(with: loop.poller, token: carrier.token)
  }

  func send(_ carrier: ServerConnection, _ mux: ServerMux) {
    let made = mux.protocolSession
    while true {
      made.produce(limit: 32768)
      if made.output.isEmpty {
        mux.stuckSince = -1
        return
      }
      if carrier.connection.canSend,
        case .bytes(let n) = carrier.connection.send(made.output.front, made.output.second), n > 0
      {
        made.output.consume(n)
        mux.stuckSince = -1
      } else {
        if mux.stuckSince < 0 { mux.stuckSince = loop.now }
        return
      }
    }
  }

  /// Reads on where a connection had more than its turn.
  func runServerMuxes() {
    if readAgainFromServers.isEmpty { return }
    let turn = readAgainFromServers
    readAgainFromServers.removeAll(keepingCapacity: true)
    for carrier in turn {
      guard let mux = carrier.mux else { continue }
      mux.isInTurnList = false
      serverMuxEvent(carrier)
    }
  }
}
