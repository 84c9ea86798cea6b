import Configuration
import EventLoop
import Memory
import Primitives
import Proxies
import System

/// One run of a check from socket to verdict.
extension CheckScheduler {
  mutating func begin(_ i: Int, _ loop: inout EventLoop) {
    guard let (_, server) = process.server(at: entries[i].place) else { return }
    let record = entries[i].record(of: server)
    if !record.current.isActive || process.stopping.value != 0 {
      loop.timers.arm(entries[i].slot, at: loop.now + Int64(entries[i].plan.inter))
      return
    }
    record.update { check in
      check.isRunning = true
      check.result = .unknown
    }
    entries[i].startedAt = Clock.monotonicMilliseconds()
    entries[i].output = []
    entries[i].sent = 0
    entries[i].received.removeAll(keepingCapacity: true)
    entries[i].step = 0
    entries[i].note = ""
    entries[i].code = 0
    entries[i].hasConnected = false
    if case .external(let command, let path) = entries[i].plan.kind { return runProgram(i, command, path: path, &loop) }
    open(i, firstConnect(i), &loop)
  }

  /// Connects where the check goes, or where a rule says.
  mutating func open(_ i: Int, _ rule: CheckConnect?, _ loop: inout EventLoop) {
    guard let (backend, server) = process.server(at: entries[i].place) else { return }
    entries[i].output = []
    entries[i].sent = 0
    entries[i].hasEnded = false
    // A rule has nothing of the server's line but its address, unless it asks for it.
    let usesServer = rule?.usesDefaults ?? true
    entries[i].proxyHeader = usesServer ? entries[i].plan.proxyHeader : .none
    if rule?.sendsProxy == true { entries[i].proxyHeader = .v1 }
    entries[i].isSecure = rule?.isTLS == true || (usesServer && server.settings.checkTLSContext != nil)
    guard var target = CheckTarget(server, isAgent: entries[i].isAgent) else {
      return finish(i, CheckVerdict(.socketError), &loop)
    }
    if let rule { target.change(port: rule.port, address: rule.address) }
    var talksFirst = true
    if case .agent = entries[i].plan.kind { talksFirst = !agentText(server).isEmpty }
    guard let (socket, result) = target.connect(server.settings, backend.settings, talksFirst: talksFirst) else {
      return finish(i, CheckVerdict(.socketError, info: SystemError.current.description), &loop)
    }
    entries[i].socket = socket
    entries[i].generation &+= 1
    entries[i].phase = .connecting
    if case .failed(let error) = result { return finish(i, connectError(i, error.description), &loop) }
    entries[i].connectDeadline = entries[i].plan.connectDeadline(from: loop.now)
    loop.timers.arm(entries[i].slot, at: entries[i].connectDeadline)
    let token = Token(kind: TokenKind.check, index: i, generation: entries[i].generation)
    loop.poller.add(socket.descriptor, [.read, .write, .peerClosed], token: token.bits)
  }

  private func connectError(_ i: Int, _ text: String) -> CheckVerdict {
    CheckVerdict(.layer4Connection, info: text + stepText(i))
  }
  mutating func timeOut(_ i: Int, _ loop: inout EventLoop) {
    switch entries[i].phase {
    case .connecting: finish(i, CheckVerdict(.layer4Timeout, info: stepText(i)), &loop)
    case .running: programTimeOut(i, &loop)
    case .securing: fail(i, .layer6Timeout, "", &loop)
    default: finish(i, CheckVerdict(timeoutStatus(i), info: stepText(i)), &loop)
    }
  }
  /// Ends a check whose connection came to nothing.
  mutating func fail(_ i: Int, _ status: CheckStatus, _ text: String, _ loop: inout EventLoop) {
    finish(i, CheckVerdict(status, info: text + stepText(i)), &loop)
  }

  mutating func connected(_ i: Int, _ event: Poller.Event, _ loop: inout EventLoop) {
    guard let socket = entries[i].socket, let (_, server) = process.server(at: entries[i].place) else { return }
    if event.isError || event.isHangUp, let error = socket.pendingError {
      return finish(i, connectError(i, error.description), &loop)
    }
    if !event.isWritable && !event.isHangUp { return }
    if !entries[i].isAgent, entries[i].isSecure, let context = server.settings.checkTLSContext {
      return secure(i, context, socket, server, &loop)
    }
    start(i, &loop)
  }

  /// Connected, in TLS or in clear: what the check has to say goes out.
  mutating func start(_ i: Int, _ loop: inout EventLoop) {
    guard let socket = entries[i].socket, let (backend, server) = process.server(at: entries[i].place) else { return }
    let plan = entries[i].plan
    var output: [UInt8] = []
    if entries[i].proxyHeader != .none && entries[i].tls == nil {
      output = ProxyHeaderLine.bytes(
        entries[i].proxyHeader, source: socket.localEndpoint, destination: socket.peerEndpoint ?? .none)
    }
    switch plan.kind {
    case .connect, .script, .external: break
    case .http(let http):
      output += http.request(state: http.sendState ? process.serverStateHeader(backend, server) : nil)
    case .agent: output += agentText(server)
    }
    entries[i].output = output
    entries[i].phase = .sending
    let deadline = plan.answerDeadline(from: loop.now, connectDeadline: entries[i].connectDeadline)
    loop.timers.arm(entries[i].slot, at: deadline)
    send(i, &loop)
  }

  func agentText(_ server: ServerRuntime) -> [UInt8] {
    let text = server.checkOverrides.current.agentSend ?? server.settings.agentSend
    return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  mutating func send(_ i: Int, _ loop: inout EventLoop) {
    guard entries[i].socket != nil else { return }
    if entries[i].hasConnected, script(i) != nil { return runScript(i, &loop) }
    while entries[i].sent < entries[i].output.count {
      switch transmit(i, Array(entries[i].output[entries[i].sent...])) {
      case .bytes(let n): entries[i].sent += n
      case .wouldBlock: return watch(i, [.read, .write, .peerClosed], &loop)
      case .closed: return finish(i, CheckVerdict(.socketError), &loop)
      case .failed(let error): return finish(i, CheckVerdict(.socketError, info: error.description), &loop)
      }
    }
    if script(i) != nil {
      entries[i].output = []
      return runScript(i, &loop)
    }
    if case .connect = entries[i].plan.kind {
      return finish(i, CheckVerdict(entries[i].tls == nil ? .layer4OK : .layer6OK), &loop)
    }
    entries[i].phase = .receiving
    watch(i, [.read, .peerClosed], &loop)
  }

  mutating func receive(_ i: Int, _ loop: inout EventLoop) {
    if script(i) != nil { return runScript(i, &loop) }
    guard entries[i].socket != nil, var buffer = buffers.take() else { return }
    let tune = process.model.global.tune
    let limit = min(buffer.capacity, max(1024, tune.bufferSize - tune.maxRewrite))
    _ = buffer.append(entries[i].received)
    var ended = false
    reading: while buffer.count < limit {
      switch take(i, into: &buffer, limit: limit - buffer.count) {
      case .bytes: if buffer.count >= limit { break reading }
      case .wouldBlock: break reading
      case .closed:
        ended = true
        break reading
      case .failed(let error):
        return finish(i, CheckVerdict(.socketError, info: error.description), &loop)
      }
    }
    ended = ended || buffer.count >= limit
    entries[i].received = buffer.readable.array
    switch entries[i].plan.kind {
    case .connect, .script, .external: break
    case .http(let plan):
      let isStopped = process.server(at: entries[i].place)?.1.state == .stopped
      if case .done(let verdict) = answers.judge(&buffer, ended: ended, plan: plan, isStopped: isStopped) {
        finish(i, verdict, &loop)
      }
    case .agent:
      if let reply = AgentReply(entries[i].received, ended: ended) { finish(i, reply, &loop) }
    }
  }

  // MARK: - End

  /// An agent's words take effect before its verdict.
  private mutating func finish(_ i: Int, _ reply: AgentReply, _ loop: inout EventLoop) {
    let place = entries[i].place
    var transitions = ServerTransitions(process: process, now: loop.now)
    switch reply.mode {
    case .ready: transitions.setReady(place)
    case .drain: transitions.setDrain(place)
    case .maintenance: transitions.setMaintenance(place)
    case nil: break
    }
    if let (backend, server) = process.server(at: place) {
      if let percent = reply.weight, backend.settings.balance.isDynamic {
        transitions.setWeight(place, min(256, server.initialWeight * percent / 100))
      }
      if let count = reply.maxConnections {
        server.load.setLimits(minimum: server.settings.minConnections, maximum: count)
      }
    }
    messages += transitions.takeMessages()
    finish(i, reply.verdict, &loop)
  }

  mutating func finish(_ i: Int, _ verdict: CheckVerdict, _ loop: inout EventLoop) {
    close(i, &loop)
    var verdict = verdict
    verdict.duration = Int(max(0, Clock.monotonicMilliseconds() - entries[i].startedAt))
    let place = entries[i].place
    guard let (_, server) = process.server(at: place) else { return }
    let record = entries[i].record(of: server)
    record.update { $0.isRunning = false }
    // What came in the meantime (maintenance, `disable health`) counts for more than this outcome.
    if record.current.isActive {
      var transitions = ServerTransitions(process: process, now: loop.now)
      transitions.apply(verdict, to: place, isAgent: entries[i].isAgent, worker: worker)
      messages += transitions.takeMessages()
    }
    let interval = entries[i].plan.interval(record.current, serverState: server.state)
    loop.timers.arm(entries[i].slot, at: loop.now + Int64(spread(interval)))
  }

  mutating func close(_ i: Int, _ loop: inout EventLoop) {
    entries[i].phase = .idle
    guard let socket = entries[i].socket else { return }
    entries[i].socket = nil
    entries[i].tls = nil
    entries[i].generation &+= 1
    // A reset spares both sides the states that wait after an orderly end.
    socket.setNoLinger()
    socket.close()
  }

  /// `spread-checks`: up to so many percent more or less.
  private mutating func spread(_ interval: Int) -> Int {
    let percent = process.model.global.spreadChecks
    if percent <= 0 { return max(1, interval) }
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    let range = interval * percent / 100
    return max(1, interval + (range > 0 ? Int(random % UInt64(2 * range + 1)) - range : 0))
  }
}
