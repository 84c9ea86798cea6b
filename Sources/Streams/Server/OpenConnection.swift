import Configuration
import Connections
import EventLoop
import HTTP
import Memory
import Primitives
import Proxies
import System

/// Finding or making the connection over which a stream talks to its server.
extension Worker {
  func openConnection(_ stream: Stream) {
    guard let backend = stream.backend else { return }
    if stream.queueEndTick < 0 { stream.queueEndTick = loop.now }
    if let prefix = stream.server?.settings.redirectPrefix, redirectsToServer(stream, prefix) { return }
    if stream.isHTTP, !stream.forcesNewConnection, let server = stream.server,
      let carrier = takeMux(stream, server, backend)
    {
      stream.connectionReused = true
      server.counters.count(.sessionsTotal)
      server.counters.count(.connectReuses)
      backend.counters.count(.connectReuses)
      if joinMux(stream, carrier) { return established(stream) }
      stream.connectDeadline = loop.deadline(after: backend.timeouts.connect)
      stream.connector = .connecting
      return
    }
    if stream.isHTTP, !stream.forcesNewConnection, let server = stream.server,
      let idle = takeIdle(stream, server, backend)
    {
      stream.connectionReused = true
      idle.uses += 1
      if idle.mux != nil {
        shareTaken(idle, stream)
        _ = joinMux(stream, idle)
      } else {
        attach(idle, to: stream)
      }
      server.counters.count(.sessionsTotal)
      server.counters.count(.connectReuses)
      backend.counters.count(.connectReuses)
      established(stream)
      return
    }
    stream.connectionReused = false
    if stream.lostConnection.isKnown { stream.lostConnection = LostConnection() }
    if process.hasFewestDescriptors { dropOldestIdle(stream.server) }
    connectAnew(stream, backend)
  }

  /// `turn` counts the ports of a `source` range that were found in use.
  private func connectAnew(_ stream: Stream, _ backend: BackendReplica, turn: Int = 0) {
    guard let target = destination(of: stream, backend) else {
      setEnd(stream, .server, .connect)
      return noServer(stream, backendKnown: true)
    }
    if turn == 0 {
      backend.counters.count(.connectAttempts)
      stream.server?.counters.count(.connectAttempts)
    }
    // A request that leaves whole in one piece, alone on its connection, is never held back by the kernel.
    let leavesAtOnce = stream.isHTTP && stream.connectionMode != .keepAlive && stream.requestChannel.isComplete
    let spare = stream.server.flatMap { connectSpare($0, stream, to: target) }
    if let spare, !leavesAtOnce { spare.0.setNoDelay() }
    guard let (socket, result) = spare ?? connectNew(stream, backend, target, noDelay: !leavesAtOnce) else { return }
    let connection = takeServerConnection()
    connection.connection = Connection(socket, isKnownToPoller: spare != nil)
    // The answer takes its time: the poller will tell.
    connection.connection.setCanReceive(false)
    connection.server = stream.server
    connection.era = stream.server?.era ?? 0
    connection.backend = backend
    connection.remote = target
    if let server = stream.server { connection.identity = connectionIdentity(stream, server) }
    if let server = stream.server { prepareHTTP2(connection, stream, server) }
    attach(connection, to: stream)
    stream.server?.shared.with { _ = $0.usedConnections.add(1) }
    stream.connectDeadline = loop.deadline(after: backend.timeouts.connect)
    stream.connector = .connecting
    switch result {
    case .connected: break
    case .inProgress:
      // On a near network the handshake is over by now, and the first send may be tried without waiting for the poller.
      if !stream.hasSomethingForServer || connection.mux != nil { connection.connection.setCanSend(false) }
    case .failed(let error):
      // The kernel lets a port be bound that only the connect finds in use towards this server: the next one, then.
      if error.isAddressUnavailable, let range = (stream.server?.settings.source ?? backend.source)?.portRange {
        if turn + 1 < min(range.count, 100) {
          dropServerConnection(stream, connection)
          return connectAnew(stream, backend, turn: turn + 1)
        }
        reportSourceShortage(backend)
      }
      return connectFailed(stream, isImmediate: true)
    }
    // One that never began is no session of the server's.
    stream.server?.counters.count(.sessionsTotal)
    if stream.server?.settings.socks != nil {
      connection.preface = socksRequest(stream, target)
      connection.socksBytesLeft = 8
    } else if let server = stream.server, server.settings.sendProxy != .none {
      connection.preface = proxyHeader(stream, server.settings.sendProxy, server.settings.proxyOptions)
    }
    if case .connected = result {
      connection.isConnected = true
      if connection.preface.isEmpty && secure(stream, connection) { established(stream) }
    }
  }

  /// A connection under way over a new socket; nil where the stream was told that there is none.
  private func connectNew(
    _ stream: Stream, _ backend: BackendReplica, _ target: Endpoint, noDelay: Bool
  ) -> (Socket, Socket.ConnectResult)? {
    let settings = stream.server?.settings
    let socks = settings?.socks
    let family: Endpoint.Family = settings?.unixPath != nil ? .unix : socks?.family ?? target.family
    let socket: Socket
    do { socket = try Socket.make(family: family, namespace: namespace(settings, stream)) } catch {
      if error.isOutOfResources { reportShortage(error, backend) }
      connectFailed(stream, isImmediate: true)
      return nil
    }
    if family != .unix && noDelay { socket.setNoDelay() }
    prepare(socket, stream, backend, settings, family)
    if let source = settings?.source ?? backend.source, !bind(socket, source, stream, family) {
      socket.close()
      reportSourceShortage(backend)
      connectFailed(stream, isImmediate: true)
      return nil
    }
    return (socket, settings?.unixPath.map { socket.connect(to: $0) } ?? socket.connect(to: socks ?? target))
  }

  private func prepare(
    _ socket: Socket, _ stream: Stream, _ backend: BackendReplica, _ settings: ServerConnectionSettings?,
    _ family: Endpoint.Family
  ) {
    if backend.options.contains(.serverTCPKeepAlive) {
      let probes = backend.keepAlive
      socket.setKeepAlive(idle: probes.idle, interval: probes.interval, count: probes.count)
    }
    if backend.options.contains(.tcpSmartConnect) && stream.hasSomethingForServer { socket.setQuickAck(false) }
    if let size = tune.serverReceiveBuffer { socket.setReceiveBuffer(size) }
    if let size = tune.serverSendBuffer { socket.setSendBuffer(size) }
    guard let settings, settings.hasOptions else { return }
    if settings.fastOpen { socket.setFastOpenConnect() }
    if let timeout = settings.userTimeout { socket.setUserTimeout(milliseconds: timeout) }
    if let interface = settings.interface { socket.bindToDevice(interface) }
  }

  /// `source`: the address that the server sees.
  private func bind(_ socket: Socket, _ source: SourceSettings, _ stream: Stream, _ family: Endpoint.Family) -> Bool {
    if let interface = source.interface { socket.bindToDevice(interface) }
    if let address = transparentSource(source, stream), address.family == family {
      socket.setTransparent(family: family)
      socket.setReuseAddress()
      return (try? socket.bind(to: address)) != nil
    }
    guard let own = source.address else { return true }
    let endpoint = Endpoint(own, port: source.port)
    if endpoint.family != family { return true }
    if endpoint.port == 0 { socket.setBindAddressNoPort() } else { socket.setReuseAddress() }
    if let range = source.portRange {
      // A port of the range that is free: a busy one is skipped.
      for _ in 0..<range.count {
        sourcePort = sourcePort >= range.lowerBound && sourcePort < range.upperBound ? sourcePort + 1 : range.lowerBound
        if (try? socket.bind(to: Endpoint(own, port: sourcePort))) != nil { return true }
      }
      return false
    }
    return (try? socket.bind(to: endpoint)) != nil
  }

  /// `usesrc`: the address that the connection pretends to come from.
  func transparentSource(_ source: SourceSettings, _ stream: Stream) -> Endpoint? {
    switch source.useSource {
    case .none: return nil
    case .client: return stream.session?.peer
    case .clientIP:
      var address = stream.session?.peer
      address?.port = 0
      return address
    case .address(let ip, let port): return Endpoint(ip, port: port)
    case .headerIP(let name, let occurrence): return headerAddress(stream, name, occurrence)
    }
  }

  /// The address in the request's header of that name; occurrences count from 1, or from the last (-1) back.
  private func headerAddress(_ stream: Stream, _ name: String, _ occurrence: Int) -> Endpoint? {
    guard stream.isHTTP else { return nil }
    arena.reset()
    arena.begin()
    for scalar in name.unicodeScalars { arena.append(byte: UInt8(truncatingIfNeeded: scalar.value)) }
    guard let value = stream.request.listValue(HTTPHeaderName(arena.finish()), occurrence: occurrence),
      let ip = IPAddress(value.latin1)
    else { return nil }
    return Endpoint(ip, port: 0)
  }

  private func destination(of stream: Stream, _ backend: BackendReplica) -> Endpoint? {
    if let server = stream.server {
      var endpoint = server.currentEndpoint()
      if let offset = server.settings.portOffset, stream.session != nil {
        endpoint.port = UInt16(truncatingIfNeeded: Int(destination(of: stream).port) + offset)
      }
      if endpoint.family != .unix && endpoint.low == 0 && endpoint.high == 0, stream.session != nil {
        // Address 0.0.0.0: wherever the client wanted to go.
        let local = destination(of: stream)
        endpoint = Endpoint(family: local.family, port: endpoint.port, high: local.high, low: local.low)
      }
      return endpoint
    }
    if let dispatch = backend.dispatch { return dispatch }
    guard backend.transparent, let session = stream.session else { return nil }
    return stream.effects.destination ?? session.connection.socket.originalDestination ?? localEndpoint(of: session)
  }

  func attach(_ connection: ServerConnection, to stream: Stream) {
    connection.stream = stream
    connection.isIdle = false
    stream.serverConnection = connection
  }

  // MARK: Outcome

  /// Whether the connection under way is there, tried by sending where there is something to send.
  func checkConnecting(_ stream: Stream) {
    // One that waits for another stream's connection is told.
    guard let connection = stream.serverConnection, connection.carrier == nil else { return }
    if !connection.isConnected {
      guard connection.connection.canSend == true else { return }
      if connection.connection.hungUp || !stream.hasSomethingForServer || connection.connection.isRegistered {
        switch connection.connection.connectResult() {
        case .failure(let error): return connectError(stream, error)
        case .success: connection.isConnected = true
        case nil: return
        }
      }
    }
    if !connection.preface.isEmpty {
      switch connection.connection.send(connection.preface) {
      case .bytes(let n):
        connection.isConnected = true
        connection.preface = connection.preface.dropFirst(n)
        if !connection.preface.isEmpty { return }
        // The answer comes by itself: nothing was read so far.
        if connection.socksBytesLeft > 0 { connection.connection.setCanReceive(true) }
      case .failed(let error): return connectError(stream, error)
      default: return
      }
    }
    if connection.socksBytesLeft > 0 {
      if !readSocksReply(stream, connection) { return }
      if let settings = stream.server?.settings, settings.sendProxy != .none {
        connection.preface = proxyHeader(stream, settings.sendProxy, settings.proxyOptions)
        return checkConnecting(stream)
      }
    }
    if !secure(stream, connection) { return }
    if connection.isConnected { return established(stream) }
    // Try the first send; EAGAIN means that the handshake still runs.
    if !trySendRequest(stream) { return }
    if stream.connector == .connecting {
      connection.isConnected = true
      established(stream)
    }
  }

  func established(_ stream: Stream) {
    if let own = stream.serverConnection, own.carrier == nil, speaksHTTP2(own, stream), !startServerMux(own, stream) {
      return connectError(stream, SystemError(code: SystemError.noMemory))
    }
    stream.connector = .established
    stream.connectDeadline = TimerWheel.never
    stream.serverConnection?.isConnected = true
    if stream.connectedTick < 0 || !stream.connectionReused { stream.connectedTick = loop.now }
    if !stream.connectionReused { observe(.connected, stream.server, stream.backend) }
    if stream.requestPhase == .connect { stream.requestPhase = .forward }
    touchServer(stream)
    if !stream.isHTTP { storeServer(stream) }
    if stream.isTunnel {
      touchClient(stream)
      logEarly(stream)
    }
  }

  func connectError(_ stream: Stream, _ error: SystemError) {
    connectFailed(stream)
  }

  /// Sends the head as far as the socket takes it. True: bytes went out, or the try failed and was dealt with.
  private func trySendRequest(_ stream: Stream) -> Bool {
    if stream.isHTTP && !stream.requestHeadWritten { writeRequestHead(stream) }
    guard let server = stream.serverConnection, let session = stream.session else { return true }
    let result = pump(&stream.requestChannel, from: &session.connection, to: &server.connection, resources)
    if result.sinkFailed && result.sent > 0 {
      // The connection was there and took a part, so the request may not begin anew with what is left of it. The
      // server may have answered before it closed.
      stream.requestBytesSent = true
      established(stream)
      serverWriteFailed(stream)
      return true
    }
    if result.sinkFailed {
      // Nothing can have been taken: the connection never was.
      connectError(stream, server.connection.error ?? SystemError(code: 111))
      return true
    }
    if result.sent > 0 { stream.requestBytesSent = true }
    if result.isMalformed {
      malformedRequestBody(stream)
      return true
    }
    return result.sent > 0
  }
}
