import Configuration
import EventLoop
import Proxies

/// What is said of a script when it ends.
extension CheckScheduler {
  /// The number at the head of an answer, for protocols that have one.
  mutating func noteCode(_ i: Int, _ expect: CheckExpect) {
    guard expect.hasCode else { return }
    entries[i].code = entries[i].received.prefix(3).reduce(0) {
      (48...57).contains($1) ? $0 * 10 + Int($1 - 48) : $0
    }
  }
  /// The same by `status-code`.
  private mutating func takeCode(_ i: Int, _ expect: CheckExpect, _ loop: borrowing EventLoop) {
    guard let expression = expect.statusCode, let code = number(expression, i, loop) else { return }
    entries[i].code = Int(Int32(truncatingIfNeeded: code))
  }

  mutating func mismatch(
    _ i: Int, _ expect: CheckExpect, _ script: CheckScript, _ status: CheckStatus, _ info: String,
    _ loop: borrowing EventLoop
  ) -> CheckVerdict {
    var info = info
    if !info.isEmpty {
    } else if let message = expect.onError {
      info = text(message, i, loop)
    } else if script.language == .tcp {
      let verb = expect.negate ? "matched unwanted" : "did not match"
      info = "TCPCHK \(verb) \(Self.what(expect)) at step \(entries[i].step + 1)"
    }
    if let comment = stepComment(i) { info += " comment: \(comment)" }
    takeCode(i, expect, loop)
    return CheckVerdict(status, code: entries[i].code, info: info)
  }

  private static func what(_ expect: CheckExpect) -> String {
    switch expect.kind {
    case .string(let bytes): "content '\(String(latin1: bytes))'"
    case .binary: "content (binary)"
    case .regex: "content (regex)"
    case .binaryRegex: "content (binary regex)"
    case .format: "content (log-format string)"
    case .binaryFormat: "content (log-format binary)"
    default: "content"
    }
  }

  mutating func success(_ i: Int, _ script: CheckScript, _ loop: borrowing EventLoop) -> CheckVerdict {
    let plain: CheckStatus = entries[i].tls == nil ? .layer4OK : .layer6OK
    let standard = script.language == .tcp ? "(tcp-check)" : ""
    switch script.steps.last(where: { $0.isExchange }) {
    case nil, .comment, .variable: return CheckVerdict(plain)
    case .connect: return CheckVerdict(plain, info: "(tcp-check)")
    case .send: return CheckVerdict(.layer7OK, info: standard)
    case .expect(let expect):
      if script.language == .http && entries[i].code == 404 && entries[i].plan.disableOn404,
        owner(i)?.1.state != .stopped
      {
        return CheckVerdict(.layer7Conditional, code: 404)
      }
      let message = expect.onSuccess.map { text($0, i, loop) }
      takeCode(i, expect, loop)
      if message == nil && !entries[i].note.isEmpty { return CheckVerdict(.layer7OKData, info: entries[i].note) }
      return CheckVerdict(
        status(expect.okStatus, .layer7OK), code: entries[i].code, info: message ?? standard)
    }
  }

  /// Text of a message, for which the bytes received may be used: without line ends, and as C would print it.
  private mutating func text(_ message: CheckMessage, _ i: Int, _ loop: borrowing EventLoop) -> String {
    switch message {
    case .text(let text): return text
    case .format(let format): return String(latin1: self.text(format, i, loop))
    case .received(let from):
      let bytes = entries[i].received.dropFirst(from)
      let blanks = from > 0 ? bytes.drop { $0 == 0x20 } : bytes
      return String(latin1: Array(blanks.prefix { $0 != 0x0d && $0 != 0x0a && $0 != 0 }))
    }
  }
  func status(_ name: String?, _ usual: CheckStatus) -> CheckStatus {
    name.flatMap { name in CheckStatus.named(name) } ?? usual
  }

  // MARK: - Steps

  /// The comment of the step, or of a `comment` just before it.
  func stepComment(_ i: Int) -> String? { script(i).flatMap { Self.comment(of: entries[i].step, $0) } }

  private static func comment(of step: Int, _ script: CheckScript) -> String? {
    guard step >= 0, step < script.steps.count else { return nil }
    let own: String? =
      switch script.steps[step] {
      case .connect(let connect): connect.comment
      case .send(let send): send.comment
      case .expect(let expect): expect.comment
      case .comment, .variable: nil
      }
    if own == nil, step > 0, case .comment(let text) = script.steps[step - 1] { return text }
    return own
  }

  /// What `option tcp-check` adds to errors: the step that it was at.
  func stepText(_ i: Int) -> String {
    guard let script = script(i), script.language == .tcp else { return "" }
    var at: Int? = entries[i].step
    switch entries[i].phase {
    case .connecting, .tunnelling, .securing: at = entries[i].connectStep
    // What is sent has its step behind it already.
    case .sending: at = entries[i].step - 1
    default: break
    }
    guard let at, at >= 0, at < script.steps.count else { return " at initial connection step of tcp-check" }
    var text = " at step \(at + 1) of tcp-check"
    switch script.steps[at] {
    case .connect(let connect):
      if case .number(let port) = connect.port { text += " (connect port \(port))" } else { text += " (connect)" }
    case .send: text += " (send)"
    case .expect(let expect): text += Self.expectation(expect)
    case .comment, .variable: break
    }
    return text + (Self.comment(of: at, script).map { " comment: '\($0)'" } ?? "")
  }

  private static func isBinary(_ expect: CheckExpect) -> Bool {
    if case .binary = expect.kind { true } else { false }
  }
  private static func expectation(_ expect: CheckExpect) -> String {
    switch expect.kind {
    case .string(let bytes), .binary(let bytes):
      " (expect \(Self.isBinary(expect) ? "binary" : "string") '\(String(latin1: bytes.prefix { $0 != 0 }))')"
    case .regex: " (expect regex)"
    case .binaryRegex: " (expect binary regex)"
    case .format: " (expect log-format string)"
    case .binaryFormat: " (expect log-format binary)"
    case .custom: " (expect custom function)"
    default: ""
    }
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
  init(latin1 bytes: some Collection<UInt8>) {
    if bytes.allSatisfy({ $0 < 0x80 }) {
      self.init(decoding: bytes, as: UTF8.self)
      return
    }
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
