import Configuration
import EventLoop
import Primitives
import Proxies
import System

/// One run of a check: its connections, and how it ends.
extension CheckScheduler {
  /// Whom a check is about; nil where the server was deleted meanwhile.
  func owner(_ i: Int) -> (BackendRuntime, ServerRuntime)? {
    let server = entries[i].server
    return server.deleted.value == 0 ? (entries[i].backend, server) : nil
  }

  mutating func begin(_ i: Int, _ loop: inout EventLoop) {
    guard let (_, server) = owner(i) else { return }
    let begins =
      process.stopping.value == 0
      && server.record(isAgent: entries[i].isAgent).update { check in
        if !check.isActive { return false }
        check.isRunning = true
        check.result = .unknown
        return true
      }
    if !begins {
      loop.timers.arm(entries[i].slot, at: loop.now + Int64(entries[i].plan.inter))
      return
    }
    entries[i].startedAt = Clock.monotonicMilliseconds()
    entries[i].step = 0
    entries[i].isConnected = false
    entries[i].connect = nil
    entries[i].connectStep = nil
    entries[i].note = ""
    entries[i].code = 0
    entries[i].received.removeAll(keepingCapacity: true)
    clearVariables(i)
    trace(i, .start, "starting")
    switch entries[i].plan.kind {
    case .external(let command, let path): runProgram(i, command, path: path, &loop)
    case .script: runScript(i, &loop)
    }
  }

  // MARK: - Connections

  /// Connects where the check goes, or where a rule says.
  mutating func open(_ i: Int, _ rule: CheckConnect?, at step: Int?, _ loop: inout EventLoop) {
    guard let (backend, server) = owner(i) else { return }
    entries[i].output = []
    entries[i].sent = 0
    entries[i].hasEnded = false
    entries[i].readError = nil
    entries[i].peerHasEnded = false
    entries[i].sawEnd = false
    entries[i].isConnected = false
    entries[i].connect = rule
    entries[i].connectStep = step
    entries[i].received.removeAll(keepingCapacity: true)
    entries[i].phase = .connecting
    let settings = server.settings
    // A rule has nothing of the server's line but its address, unless it asks for it.
    let usesServer = rule?.usesDefaults ?? true
    entries[i].proxyHeader = usesServer ? entries[i].plan.proxyHeader : .none
    if rule?.sendsProxy == true { entries[i].proxyHeader = settings.sendProxy == .v2 ? .v2 : .v1 }
    entries[i].isSecure =
      rule?.isTLS == true || (usesServer && !entries[i].isAgent && settings.checkTLSContext != nil)
    let viaSocks = rule?.viaSocks4 == true || (usesServer && !entries[i].isAgent && settings.checkViaSocks4)
    entries[i].isTunnelled = viaSocks && settings.socks4 != nil
    guard var target = CheckTarget(server, isAgent: entries[i].isAgent) else {
      return finish(i, CheckVerdict(.socketError), &loop)
    }
    if let rule { target.change(port: port(rule, i, loop), address: rule.address) }
    entries[i].tunnelReply = []
    if case .endpoint(let endpoint) = target.place { entries[i].target = endpoint }
    if entries[i].isTunnelled, let proxy = settings.socks4 { entries[i].output = target.tunnelRequest(through: proxy) }
    let isPlain = spares.isKeeping && !entries[i].isSecure && target.isPlain(settings, backend.settings)
    let talksFirst = talksFirst(i, after: step)
    let spare = isPlain ? spares.connect(to: target, talksFirst: talksFirst, loop.now) : nil
    let socket: Socket
    let result: Socket.ConnectResult
    if let spare {
      (socket, result) = spare
    } else {
      do throws(CheckTarget.LocalFailure) {
        (socket, result) = try target.connect(settings, backend.settings, talksFirst: talksFirst)
      } catch { return fail(i, .layer4Connection, error.text, &loop) }
    }
    entries[i].socket = socket
    entries[i].spareFamily = isPlain ? target.family : .none
    entries[i].generation &+= 1
    if case .failed(let error) = result { return fail(i, .layer4Connection, error.description, &loop) }
    entries[i].connectDeadline = entries[i].plan.connectDeadline(from: loop.now)
    loop.timers.arm(entries[i].slot, at: entries[i].connectDeadline)
    if spare != nil { return watch(i, [.read, .write, .peerClosed], &loop) }
    let token = Token(kind: TokenKind.check, index: i, generation: entries[i].generation)
    let interest: Poller.Interest = isPlain ? [.read, .write, .peerClosed, .once] : [.read, .write, .peerClosed]
    loop.poller.add(socket.descriptor, interest, token: token.bits)
  }

  private mutating func port(_ rule: CheckConnect, _ i: Int, _ loop: borrowing EventLoop) -> UInt16? {
    switch rule.port {
    case .number(let port): return port
    case .expression(let expression):
      let port = number(expression, i, loop).map { UInt16(truncatingIfNeeded: $0) } ?? 0
      return port == 0 ? nil : port
    case nil: return nil
    }
  }

  /// Whether the first segment behind a connection is ours: then it acknowledges the server's. So does the reset of a
  /// check that has nothing to say.
  private func talksFirst(_ i: Int, after step: Int?) -> Bool {
    // An agent that is told nothing would wait for the end of our delayed acknowledgement.
    if entries[i].isAgent, let (_, server) = owner(i) {
      return !(server.checkOverrides.current.agentSend ?? server.settings.agentSend).isEmpty
    }
    guard case .script(let plan) = entries[i].plan.kind else { return true }
    return plan.talksFirst(after: step)
  }

  mutating func connected(_ i: Int, _ event: Poller.Event, _ loop: inout EventLoop) {
    guard let socket = entries[i].socket else { return }
    if event.isError || event.isHangUp, let error = socket.pendingError {
      return fail(i, .layer4Connection, speaksByALPN(i) ? "" : error.description, &loop)
    }
    if !event.isWritable && !event.isHangUp { return watch(i, [.read, .write, .peerClosed], &loop) }
    if entries[i].isTunnelled { return tunnel(i, &loop) }
    establish(i, &loop)
  }

  /// Whether the protocol waits for what TLS agrees on. HAProxy then does not say why nothing was connected.
  private func speaksByALPN(_ i: Int) -> Bool {
    let server = owner(i)?.1
    return entries[i].connect?.applicationProtocols != nil
      || (!entries[i].isAgent && server?.settings.tls.checkApplicationProtocols != nil)
  }

  /// The way to the server is open: its TLS comes next, where there is any.
  mutating func establish(_ i: Int, _ loop: inout EventLoop) {
    guard let socket = entries[i].socket, let (_, server) = owner(i) else { return }
    entries[i].output = []
    entries[i].sent = 0
    if entries[i].proxyHeader != .none {
      entries[i].output = CheckProxyHeader.bytes(
        entries[i].proxyHeader, source: socket.localEndpoint,
        destination: entries[i].isTunnelled ? entries[i].target : socket.peerEndpoint ?? .none,
        neverLocal: process.model.global.proxyProtocolNeverLocal)
    }
    guard entries[i].isSecure else { return start(i, &loop) }
    let context = entries[i].connect?.isTLS == true ? server.settings.scriptTLSContext : server.settings.checkTLSContext
    guard let context else { return fail(i, .socketError, "", &loop) }
    secure(i, context, socket, server, &loop)
  }

  /// Connected, in TLS or in clear: the script goes on.
  mutating func start(_ i: Int, _ loop: inout EventLoop) {
    entries[i].isConnected = true
    beginHTTP2(i)
    if let step = entries[i].connectStep { entries[i].step = step + 1 }
    let deadline = entries[i].plan.answerDeadline(from: loop.now, connectDeadline: entries[i].connectDeadline)
    loop.timers.arm(entries[i].slot, at: deadline)
    resume(i, &loop)
  }

  /// What is waiting goes out first, then the script goes on.
  mutating func resume(_ i: Int, _ loop: inout EventLoop) {
    if flush(i, &loop) { runScript(i, &loop) }
  }

  // MARK: - End

  mutating func timeOut(_ i: Int, _ loop: inout EventLoop) {
    switch entries[i].phase {
    case .connecting: fail(i, .layer4Timeout, "", &loop)
    case .running: programTimeOut(i, &loop)
    case .securing: fail(i, .layer6Timeout, "", &loop)
    case .tunnelling: fail(i, .layer7Timeout, "", &loop)
    default: finish(i, CheckVerdict(timeoutStatus(i), info: stepText(i)), &loop)
    }
  }
  /// Ends a check whose connection came to nothing.
  mutating func fail(_ i: Int, _ status: CheckStatus, _ text: String, _ loop: inout EventLoop) {
    finish(i, CheckVerdict(status, info: text + stepText(i)), &loop)
  }

  mutating func finish(_ i: Int, _ verdict: CheckVerdict, _ loop: inout EventLoop) {
    close(i, &loop)
    var verdict = verdict
    verdict.duration = Int(max(0, Clock.monotonicMilliseconds() - entries[i].startedAt))
    let place = entries[i].place
    guard let (_, server) = owner(i) else { return }
    let record = server.record(isAgent: entries[i].isAgent)
    let isActive = record.update { check in
      check.isRunning = false
      return check.isActive
    }
    // What came in the meantime (maintenance, `disable health`) counts for more than this outcome.
    if isActive {
      var transitions = ServerTransitions(process: process, now: loop.now)
      transitions.apply(verdict, to: place, isAgent: entries[i].isAgent, worker: worker)
      if !transitions.messages.isEmpty { messages += transitions.takeMessages() }
    }
    let passed = verdict.status.result != .failed
    trace(i, passed ? .success : .failure, "\(passed ? "passed" : "failed") \(verdict.status.code) \(verdict.info)")
    trace(i, .end, "over after \(verdict.duration) ms")
    let interval = entries[i].plan.interval(record.current, serverState: server.state)
    loop.timers.arm(entries[i].slot, at: loop.now + Int64(spread(interval)))
  }

  mutating func close(_ i: Int, _ loop: inout EventLoop) {
    entries[i].phase = .idle
    guard let socket = entries[i].socket else { return }
    entries[i].socket = nil
    entries[i].tls = nil
    entries[i].http2 = nil
    entries[i].generation &+= 1
    // A reset spares both sides the states that wait after an orderly end; where the server was the first to end, none
    // would wait here.
    if entries[i].connect?.lingers != true {
      let family = entries[i].isConnected ? entries[i].spareFamily : .none
      if entries[i].sawEnd {
        if spares.keepEnded(socket, family, loop.now) { return }
      } else {
        if spares.keep(socket, family) { return }
        socket.setNoLinger()
      }
    }
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
