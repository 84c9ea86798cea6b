import Configuration
import EventLoop
import Memory
import Proxies
import System

/// Scripts of steps: each is tried until one has to wait or decides.
extension CheckScheduler {
  /// The script of a check; nil for those that have none.
  func script(_ i: Int) -> CheckScript? {
    if case .script(let plan) = entries[i].plan.kind { return plan.script }
    return nil
  }

  func speaksHTTP(_ i: Int) -> Bool {
    if case .script(let plan) = entries[i].plan.kind { return plan.isHTTP }
    return false
  }

  mutating func runScript(_ i: Int, _ loop: inout EventLoop) {
    guard case .script(let plan) = entries[i].plan.kind else { return }
    /// What was sent this very moment has no answer yet: nobody looks for one in vain.
    var hasJustSent = false
    while entries[i].step < plan.kinds.count {
      let at = entries[i].step
      switch plan.kinds[at] {
      case .comment: break
      case .variable:
        entries[i].code = 0
        if case .variable(let variable) = plan.script.steps[at] { change(variable, i, loop) }
      case .connect:
        entries[i].code = 0
        close(i, &loop)
        if case .connect(let connect) = plan.script.steps[at] { open(i, connect, at: at, &loop) }
        return
      case .send:
        entries[i].code = 0
        if !entries[i].isConnected { return open(i, nil, at: nil, &loop) }
        entries[i].phase = .sending
        guard prepare(plan, i, &loop) else { return }
        entries[i].received.removeAll(keepingCapacity: true)
        entries[i].step = at + 1
        hasJustSent = !entries[i].output.isEmpty && entries[i].tls == nil
        if !flush(i, &loop) { return }
        continue
      case .expect(let expectation):
        entries[i].code = 0
        if !entries[i].isConnected { return open(i, nil, at: nil, &loop) }
        entries[i].phase = .receiving
        if hasJustSent { return watch(i, [.read, .peerClosed], &loop) }
        if !expectStep(i, expectation.expect, plan.script, &loop) { return }
      }
      entries[i].step = at + 1
    }
    if !entries[i].isConnected { return open(i, nil, at: nil, &loop) }
    finish(i, success(i, plan.script, loop), &loop)
  }

  // MARK: - Sending

  /// Puts what a step sends behind what is waiting; false where it cannot be made, which ends the check.
  private mutating func prepare(_ plan: CheckScriptPlan, _ i: Int, _ loop: inout EventLoop) -> Bool {
    let step = entries[i].step
    if let made = plan.request(at: step) {
      // Shared with all checks of the backend, not copied.
      if entries[i].output.isEmpty { entries[i].output = made.bytes } else { entries[i].output += made.bytes }
      entries[i].asksForHead = made.asksForHead
      return true
    }
    guard let (backend, server) = owner(i), case .send(let send) = plan.script.steps[step] else { return false }
    switch send.content {
    case .text(let text): entries[i].output += self.text(text, i, loop)
    case .hexadecimal(let format):
      guard let bytes = Self.bytes(hexadecimal: text(format, i, loop)) else {
        let info = "tcp-check send : failed to build log-format string at step \(entries[i].step + 1)"
        finish(i, CheckVerdict(.layer7Response, info: info), &loop)
        return false
      }
      entries[i].output += bytes
    case .dated(let hello):
      // The seconds since 1970 stand where a hello has them.
      var bytes = hello
      let seconds = UInt32(truncatingIfNeeded: loop.wallClock / 1_000_000)
      for place in 0..<4 where bytes.count > 14 {
        bytes[11 + place] = UInt8(truncatingIfNeeded: seconds >> (24 - 8 * UInt32(place)))
      }
      entries[i].output += bytes
    case .agent:
      let text = server.checkOverrides.current.agentSend ?? server.settings.agentSend
      entries[i].output += text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    case .request(let request):
      var made = CheckRequestText()
      made.method = request.method ?? made.method
      made.version = request.version ?? made.version
      if let uri = request.uri { made.uri = text(uri, i, loop) }
      if let body = request.body { made.body = text(body, i, loop) }
      for header in request.headers { made.headers.append((header.name, text(header.value, i, loop))) }
      if entries[i].plan.sendState { made.state = process.serverStateHeader(backend, server) }
      entries[i].asksForHead = made.method == "HEAD"
      entries[i].output += made.bytes
    }
    return true
  }

  /// Sends what is waiting. False: the rest waits for room, or the check is over.
  mutating func flush(_ i: Int, _ loop: inout EventLoop) -> Bool {
    while entries[i].sent < entries[i].output.count {
      let whole = entries[i].sent == 0
      switch transmit(i, whole ? entries[i].output : Array(entries[i].output[entries[i].sent...])) {
      case .bytes(let n): entries[i].sent += n
      case .wouldBlock:
        entries[i].phase = .sending
        watch(i, [.read, .write, .peerClosed], &loop)
        return false
      case .closed:
        finish(i, CheckVerdict(.socketError, info: stepText(i)), &loop)
        return false
      case .failed(let error):
        // The reset that was met while reading is what happened; writing behind it only says that the pipe is broken.
        let cause = entries[i].readError ?? error
        finish(i, CheckVerdict(.socketError, info: cause.description + stepText(i)), &loop)
        return false
      }
    }
    entries[i].output = []
    entries[i].sent = 0
    return true
  }

  static func bytes(hexadecimal text: [UInt8]) -> [UInt8]? {
    if text.count % 2 != 0 { return nil }
    func digit(_ c: UInt8) -> UInt8? {
      switch c {
      case 48...57: c - 48
      case 65...70: c - 55
      case 97...102: c - 87
      default: nil
      }
    }
    var bytes: [UInt8] = []
    for at in stride(from: 0, to: text.count, by: 2) {
      guard let high = digit(text[at]), let low = digit(text[at + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  // MARK: - Receiving

  /// False: more must come, or the check is over.
  private mutating func expectStep(
    _ i: Int, _ expect: CheckExpect, _ script: CheckScript, _ loop: inout EventLoop
  ) -> Bool {
    let isHTTP = script.language == .http
    if case .failed(let error) = readAll(i) {
      if isHTTP || entries[i].isAgent || entries[i].received.isEmpty {
        finish(i, CheckVerdict(.socketError, info: error.description + stepText(i)), &loop)
        return false
      }
      entries[i].hasEnded = true
      entries[i].readError = error
    }
    if let http2 = entries[i].http2, http2.isBroken, entries[i].received.isEmpty {
      finish(i, CheckVerdict(.socketError, info: stepText(i)), &loop)
      return false
    }
    if entries[i].received.isEmpty && !entries[i].hasEnded {
      watch(i, [.read, .peerClosed], &loop)
      return false
    }
    if entries[i].received.isEmpty && !isHTTP {
      let comment = stepComment(i).map { " comment: '\($0)'" } ?? ""
      let text = "TCPCHK got an empty response at step \(entries[i].step + 1)" + comment
      finish(i, CheckVerdict(status(expect.errorStatus, .layer7Response), info: text), &loop)
      return false
    }
    switch isHTTP ? judgeAnswer(i, expect, loop) : judge(i, expect, loop) {
    case .wait:
      // What must not come is looked for again with every piece.
      entries[i].step = Self.head(of: entries[i].step, script)
      wait(i, &loop)
      return false
    case .matched:
      noteCode(i, expect)
      return true
    case .told(let text):
      entries[i].note = text
      return true
    case .agent(let reply):
      finish(i, reply, &loop)
      return false
    case .failed(let status, let text, let code):
      finish(i, CheckVerdict(status, code: code, info: text), &loop)
      return false
    case .mismatch(let usual, let info):
      noteCode(i, expect)
      finish(i, mismatch(i, expect, script, status(expect.errorStatus, usual), info, loop), &loop)
      return false
    case .broken(let info):
      finish(i, mismatch(i, expect, script, .layer7Response, info, loop), &loop)
      return false
    }
  }

  /// More may come; where the other side has ended, only time goes on.
  private mutating func wait(_ i: Int, _ loop: inout EventLoop) {
    if entries[i].hasEnded, let socket = entries[i].socket {
      loop.poller.remove(socket.descriptor)
      entries[i].spareFamily = .none
    } else {
      watch(i, [.read, .peerClosed], &loop)
    }
  }

  /// The first expectation of something that must not come, among those that follow each other up to this one.
  static func head(of step: Int, _ script: CheckScript) -> Int {
    var head = step
    for at in stride(from: step - 1, through: 0, by: -1) {
      switch script.steps[at] {
      case .expect(let expect): if expect.negate { head = at }
      case .comment, .variable: break
      case .connect, .send: return head
      }
    }
    return head
  }

  private mutating func readAll(_ i: Int) -> IOResult {
    guard !entries[i].hasEnded, entries[i].socket != nil, var buffer = buffers.takeScratch() else { return .wouldBlock }
    let tune = process.model.global.tune
    let reserve = speaksHTTP(i) ? tune.maxRewrite : 0
    let limit = min(buffer.capacity, max(1024, tune.bufferSize - reserve))
    while entries[i].received.count < limit {
      buffer.reset()
      let room = limit - entries[i].received.count
      switch take(i, into: &buffer, limit: room) {
      case .bytes(let n):
        buffer.readable.append(to: &entries[i].received)
        // Less than there was room for: nothing else is there, or the poller tells of it.
        if entries[i].tls == nil && n < room {
          if entries[i].peerHasEnded { entries[i].sawEnd = true }
          return .wouldBlock
        }
      case .wouldBlock: return .wouldBlock
      case .closed:
        entries[i].hasEnded = true
        entries[i].sawEnd = true
        return .closed
      case .failed(let error): return .failed(error)
      }
    }
    // No more fits: what is there must do.
    entries[i].hasEnded = true
    return .closed
  }
}
