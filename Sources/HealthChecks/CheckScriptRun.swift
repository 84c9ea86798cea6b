import Configuration
import EventLoop
import Memory
import Primitives
import Proxies
import System

/// Scripts of steps (`tcp-check`, `mysql-check` and their like): each step is tried until one has to wait or decides.
extension CheckScheduler {
  /// The script of a check; nil for those that have none.
  func script(_ i: Int) -> CheckScript? {
    if case .script(let script) = entries[i].plan.kind { return script }
    return nil
  }

  /// Where the first connection goes: the rule that says so, where the first step is one.
  func firstConnect(_ i: Int) -> CheckConnect? {
    guard let script = script(i) else {
      if case .http(let plan) = entries[i].plan.kind { return plan.connect }
      return nil
    }
    for step in script.steps {
      switch step {
      case .comment: continue
      case .connect(let connect): return connect
      case .send, .sendDated, .expect: return nil
      }
    }
    return nil
  }

  /// The connection is there: the steps behind it.
  mutating func runScript(_ i: Int, _ loop: inout EventLoop) {
    guard let script = script(i) else { return }
    while entries[i].step < script.steps.count {
      switch script.steps[entries[i].step] {
      case .comment: entries[i].step += 1
      case .connect(let connect):
        if !entries[i].hasConnected {
          // The connection that was made first is this one's.
          entries[i].hasConnected = true
          entries[i].step += 1
          continue
        }
        return reconnect(i, connect, &loop)
      case .send(let bytes, _), .sendDated(let bytes):
        entries[i].hasConnected = true
        if !sendStep(i, bytes, &loop) { return }
        entries[i].received.removeAll(keepingCapacity: true)
        entries[i].step += 1
      case .expect(let expect):
        entries[i].hasConnected = true
        entries[i].phase = .receiving
        if !expectStep(i, expect, script, &loop) { return }
        entries[i].step += 1
      }
    }
    finish(i, success(i, script), &loop)
  }

  /// The next connection of a script.
  private mutating func reconnect(_ i: Int, _ connect: CheckConnect, _ loop: inout EventLoop) {
    let step = entries[i].step
    close(i, &loop)
    entries[i].step = step + 1
    entries[i].hasConnected = true
    entries[i].received.removeAll(keepingCapacity: true)
    open(i, connect, &loop)
  }

  /// False: the rest waits for room, or the check is over.
  private mutating func sendStep(_ i: Int, _ bytes: [UInt8], _ loop: inout EventLoop) -> Bool {
    if entries[i].output.isEmpty {
      entries[i].output = bytes
      if case .sendDated? = script(i)?.steps[entries[i].step] {
        // The seconds since 1970 stand where a hello has them.
        let seconds = UInt32(truncatingIfNeeded: loop.wallClock / 1_000_000)
        for place in 0..<4 where bytes.count > 14 {
          entries[i].output[11 + place] = UInt8(truncatingIfNeeded: seconds >> (24 - 8 * UInt32(place)))
        }
      }
      entries[i].sent = 0
    }
    entries[i].phase = .sending
    while entries[i].sent < entries[i].output.count {
      switch transmit(i, Array(entries[i].output[entries[i].sent...])) {
      case .bytes(let n): entries[i].sent += n
      case .wouldBlock:
        watch(i, [.read, .write, .peerClosed], &loop)
        return false
      case .closed:
        finish(i, CheckVerdict(.socketError, info: stepText(i)), &loop)
        return false
      case .failed(let error):
        finish(i, CheckVerdict(.socketError, info: error.description + stepText(i)), &loop)
        return false
      }
    }
    entries[i].output = []
    return true
  }

  // MARK: - Expectations

  /// False: more must come, or the check is over.
  private mutating func expectStep(
    _ i: Int, _ expect: CheckExpect, _ script: CheckScript, _ loop: inout EventLoop
  ) -> Bool {
    switch readAll(i) {
    case .failed(let error):
      if entries[i].received.isEmpty {
        finish(i, CheckVerdict(.socketError, info: error.description + stepText(i)), &loop)
        return false
      }
      entries[i].hasEnded = true
    default: break
    }
    let ended = entries[i].hasEnded
    if entries[i].received.isEmpty {
      if ended {
        let text = "TCPCHK got an empty response at step \(entries[i].step + 1)" + comment(i, expect, quoted: true)
        finish(i, CheckVerdict(status(expect.errorStatus, .layer7Response), info: text), &loop)
      } else {
        watch(i, [.read, .peerClosed], &loop)
      }
      return false
    }
    switch judge(i, expect, ended: ended) {
    case .wait:
      watch(i, [.read, .peerClosed], &loop)
      return false
    case .matched:
      noteCode(i, expect)
      return true
    case .told(let text):
      entries[i].note = text
      return true
    case .failed(let status, let text, let code):
      finish(i, CheckVerdict(status, code: code, info: text), &loop)
      return false
    case .mismatch:
      noteCode(i, expect)
      finish(i, mismatch(i, expect, script), &loop)
      return false
    }
  }

  /// The number at the head of an answer, for protocols that have one.
  private mutating func noteCode(_ i: Int, _ expect: CheckExpect) {
    guard expect.hasCode else { return }
    entries[i].code = entries[i].received.prefix(3).reduce(0) {
      (48...57).contains($1) ? $0 * 10 + Int($1 - 48) : $0
    }
  }

  private mutating func readAll(_ i: Int) -> IOResult {
    guard !entries[i].hasEnded, entries[i].socket != nil, var buffer = buffers.take() else { return .wouldBlock }
    let tune = process.model.global.tune
    let limit = min(buffer.capacity, max(1024, tune.bufferSize))
    while entries[i].received.count < limit {
      buffer.reset()
      switch take(i, into: &buffer, limit: limit - entries[i].received.count) {
      case .bytes: entries[i].received += buffer.readable.array
      case .wouldBlock: return .wouldBlock
      case .closed:
        entries[i].hasEnded = true
        return .closed
      case .failed(let error): return .failed(error)
      }
    }
    // No more fits: what is there must do.
    entries[i].hasEnded = true
    return .closed
  }

  enum Judgement {
    case wait, matched, mismatch
    /// Matched, and it said something of itself.
    case told(String)
    case failed(CheckStatus, String, code: Int)
  }

  private mutating func judge(_ i: Int, _ expect: CheckExpect, ended: Bool) -> Judgement {
    let there = entries[i].received
    if case .peer(let peer) = expect.kind {
      return CheckPeers.judge(peer, there, ended: ended, minimum: expect.minReceive, expect)
    }
    if !ended {
      switch expect.kind {
      case .string(let text), .binary(let text): if there.count < text.count { return .wait }
      case .regex, .binaryRegex, .peer: break
      }
      if expect.minReceive > 0 && there.count < expect.minReceive { return .wait }
    }
    let matches: Bool
    switch expect.kind {
    case .string(let text), .binary(let text): matches = Self.contains(there, text)
    case .regex(let pattern): matches = self.matches(pattern, there)
    case .binaryRegex(let pattern): matches = self.matches(pattern, Self.hexadecimal(there))
    case .peer: matches = false
    }
    // Without a minimum what did not come may still come.
    if !matches && !ended && expect.minReceive == -1 { return .wait }
    return matches != expect.negate ? .matched : .mismatch
  }

  private mutating func matches(_ pattern: String, _ text: [UInt8]) -> Bool {
    guard var buffer = buffers.take() else { return false }
    _ = buffer.append(Array(text.prefix(buffer.room)))
    return scriptPatterns.matches(pattern, buffer.readable)
  }
  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    if part.isEmpty { return true }
    var at = 0
    while at + part.count <= text.count {
      if text[at] == part[0] && text[at..<(at + part.count)].elementsEqual(part) { return true }
      at += 1
    }
    return false
  }
  private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  // MARK: - What is said

  private func mismatch(_ i: Int, _ expect: CheckExpect, _ script: CheckScript) -> CheckVerdict {
    let status = status(expect.errorStatus, .layer7Response)
    if let message = expect.onError { return CheckVerdict(status, code: entries[i].code, info: text(message, i)) }
    if !script.isTCPCheck { return CheckVerdict(status) }
    let what =
      switch expect.kind {
      case .string(let bytes): "content '\(String(latin1: bytes))'"
      case .binary: "content (binary)"
      case .regex: "content (regex)"
      case .binaryRegex: "content (binary regex)"
      case .peer: "content"
      }
    let verb = expect.negate ? "matched unwanted" : "did not match"
    let info = "TCPCHK \(verb) \(what) at step \(entries[i].step + 1)" + comment(i, expect, quoted: false)
    return CheckVerdict(status, info: info)
  }

  private func success(_ i: Int, _ script: CheckScript) -> CheckVerdict {
    let real = script.steps.last { if case .comment = $0 { false } else { true } }
    let plain: CheckStatus = entries[i].tls == nil ? .layer4OK : .layer6OK
    switch real {
    case nil: return CheckVerdict(plain)
    case .connect: return CheckVerdict(plain, info: script.isTCPCheck ? "(tcp-check)" : "")
    case .expect(let expect):
      let message = expect.onSuccess.map { text($0, i) }
      if message == nil && !entries[i].note.isEmpty { return CheckVerdict(.layer7OKData, info: entries[i].note) }
      return CheckVerdict(
        status(expect.okStatus, .layer7OK), code: entries[i].code,
        info: message ?? (script.isTCPCheck ? "(tcp-check)" : ""))
    case .send, .sendDated, .comment: return CheckVerdict(.layer7OK, info: script.isTCPCheck ? "(tcp-check)" : "")
    }
  }

  /// Text of a message, for which the bytes received may be used: without line ends, and as C would print it.
  private func text(_ message: CheckMessage, _ i: Int) -> String {
    switch message {
    case .text(let text): return text
    case .received(let from):
      let bytes = entries[i].received.dropFirst(from)
      let blanks = from > 0 ? bytes.drop { $0 == 0x20 } : bytes
      return String(latin1: Array(blanks.prefix { $0 != 0x0d && $0 != 0x0a && $0 != 0 }))
    }
  }
  private func status(_ name: String?, _ usual: CheckStatus) -> CheckStatus {
    name.flatMap { name in CheckStatus.named(name) } ?? usual
  }

  /// The comment of the step, or of a `comment` just before it.
  private func comment(_ i: Int, _ expect: CheckExpect, quoted: Bool) -> String {
    guard let text = stepComment(i) else { return "" }
    return quoted ? " comment: '\(text)'" : " comment: \(text)"
  }
  private func stepComment(_ i: Int) -> String? {
    guard let script = script(i) else { return nil }
    let step = min(entries[i].step, script.steps.count - 1)
    if step < 0 { return nil }
    switch script.steps[step] {
    case .connect(let connect): if let own = connect.comment { return own }
    case .send(_, let own): if let own { return own }
    case .expect(let expect): if let own = expect.comment { return own }
    case .comment, .sendDated: break
    }
    if step > 0, case .comment(let text) = script.steps[step - 1] { return text }
    return nil
  }

  /// What `option tcp-check` adds to errors: the step that it was at.
  func stepText(_ i: Int) -> String {
    guard let script = script(i), script.isTCPCheck else { return "" }
    var at = entries[i].step
    if entries[i].phase == .connecting || entries[i].phase == .securing {
      // The rule of this connection is the one before the step that follows it, or the first of all.
      if entries[i].hasConnected {
        at -= 1
      } else {
        guard let first = script.steps.firstIndex(where: { if case .comment = $0 { false } else { true } }),
          case .connect = script.steps[first]
        else { return " at initial connection step of tcp-check" }
        at = first
      }
    }
    guard at >= 0, at < script.steps.count else { return " at initial connection step of tcp-check" }
    var text = " at step \(at + 1) of tcp-check"
    switch script.steps[at] {
    case .connect(let connect): text += connect.port.map { " (connect port \($0))" } ?? " (connect)"
    case .send, .sendDated: text += " (send)"
    case .expect(let expect):
      switch expect.kind {
      case .string(let bytes): text += " (expect string '\(String(latin1: bytes))')"
      case .binary(let bytes): text += " (expect binary '\(String(latin1: bytes))')"
      case .regex: text += " (expect regex)"
      case .binaryRegex: text += " (expect binary regex)"
      case .peer: break
      }
    case .comment: break
    }
    var comment: String?
    switch script.steps[at] {
    case .connect(let connect): comment = connect.comment
    case .send(_, let own): comment = own
    case .expect(let expect): comment = expect.comment
    case .comment, .sendDated: break
    }
    if comment == nil, at > 0, case .comment(let before) = script.steps[at - 1] { comment = before }
    return text + (comment.map { " comment: '\($0)'" } ?? "")
  }

  /// The state of a check that ran out of time.
  func timeoutStatus(_ i: Int) -> CheckStatus {
    guard let script = script(i), entries[i].step < script.steps.count,
      case .expect(let expect) = script.steps[entries[i].step]
    else { return .layer7Timeout }
    return status(expect.timeoutStatus, .layer7Timeout)
  }
}

extension String {
  /// Every byte a scalar, as configurations have it.
  fileprivate init(latin1 bytes: [UInt8]) {
    self.init(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}

extension CheckStatus {
  /// The state with this name in `show stat`.
  static func named(_ name: String) -> CheckStatus? {
    let known: [CheckStatus] = [
      .layer4OK, .layer4Timeout, .layer4Connection, .layer6OK, .layer6Timeout, .layer6Response, .layer7Timeout,
      .layer7Response, .layer7OK, .layer7Conditional, .layer7Status,
    ]
    return known.first { $0.code == name }
  }
}
