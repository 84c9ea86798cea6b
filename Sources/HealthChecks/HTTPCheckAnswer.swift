import Configuration
import HTTP
public import HTTP1
public import Memory
import Proxies

/// Judges answers to HTTP checks. One serves all checks of a worker, since it starts over with each call: an answer
/// mostly comes in one piece.
public struct HTTPCheckAnswer: ~Copyable {
  private var parser: H1HeadParser
  private var message: HTTPMessage
  private var patterns = CheckPatterns()
  /// Bodies without their framing, and needles.
  private let arena: ByteArena

  public init(limits: H1Limits = H1Limits()) {
    parser = H1HeadParser(.response, limits: limits)
    message = HTTPMessage(capacity: limits.maxHeaders + 8)
    arena = ByteArena(capacity: max(64 << 10, 4 * limits.maxHeadLength))
  }

  /// - Parameters:
  ///   - buffer: all that has come of the answer.
  ///   - ended: whether the server has closed, or no more fits in the buffer.
  ///   - isStopped: whether the server is down now: a 404 then cannot make it a server that stops.
  public mutating func judge(_ buffer: inout Buffer, ended: Bool, plan: HTTPCheckPlan, isStopped: Bool) -> CheckStep {
    if buffer.isEmpty { return ended ? .done(CheckVerdict(.layer7Response)) : .wait }
    parser.reset()
    arena.reset()
    let method = HTTPMethod(Bytes(permanentMethod: plan.method))
    switch parser.parseResponse(&buffer, into: &message, method: method, wantsUpgrade: false) {
    case .needMore: return ended ? .done(CheckVerdict(.layer7Response)) : .wait
    case .invalid: return .done(CheckVerdict(.layer7Response))
    case .complete(let framing):
      return judge(framing, buffer.readable.dropFirst(framing.headLength), ended: ended, plan, isStopped: isStopped)
    }
  }

  private mutating func judge(
    _ framing: H1Framing, _ rest: Bytes, ended: Bool, _ plan: HTTPCheckPlan, isStopped: Bool
  ) -> CheckStep {
    let status = message.status
    if status == 404 && plan.disableOn404 && !isStopped { return .done(CheckVerdict(.layer7Conditional, code: 404)) }
    let passed = CheckStep.done(CheckVerdict(.layer7OK, code: status))
    guard let expect = plan.expect else { return (200...399).contains(status) ? passed : wrongStatus() }
    switch expect.kind {
    case .status(let ranges):
      let found = ranges.contains { $0.contains(status) }
      return found != expect.negate ? passed : wrongStatus(Self.comment(expect))
    case .statusRegex(let pattern):
      let found = patterns.matches(pattern, text(Array(String(status).utf8)))
      return found != expect.negate ? passed : wrongStatus(Self.comment(expect))
    case .string(let text):
      let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      return judgeBody(framing, rest, ended, expect) { body, _, arena in
        arena.copy(array: bytes).map { body.firstIndex(of: $0) != nil } ?? false
      }
    case .stringRegex(let pattern):
      return judgeBody(framing, rest, ended, expect) { body, patterns, _ in patterns.matches(pattern, body) }
    }
  }

  private func text(_ bytes: [UInt8]) -> Bytes { arena.copy(array: bytes) ?? Bytes() }

  private func wrongStatus(_ comment: String = "") -> CheckStep {
    .done(CheckVerdict(.layer7Status, code: message.status, info: message.reason.latin1 + comment))
  }
  private static func comment(_ expect: HTTPExpect) -> String { expect.comment.map { " comment: \($0)" } ?? "" }
  private static func invalid(_ info: String) -> CheckStep { .done(CheckVerdict(.layer7Response, info: info)) }

  /// Looks for a pattern in what has come of the body, again with each piece until it is found or all is there.
  private mutating func judgeBody(
    _ framing: H1Framing, _ rest: Bytes, _ ended: Bool, _ expect: HTTPExpect,
    _ find: (Bytes, inout CheckPatterns, ByteArena) -> Bool
  ) -> CheckStep {
    let body = CheckBody(framing, rest, arena)
    if body.isInvalid { return .done(CheckVerdict(.layer7Response)) }
    let isWhole = body.isWhole || ended
    if body.bytes.isEmpty {
      return isWhole ? Self.invalid("HTTP content check could not find a response body") : .wait
    }
    if !isWhole && body.bytes.count < expect.minReceive { return .wait }
    let passed = CheckStep.done(CheckVerdict(.layer7OK, code: message.status))
    if find(body.bytes, &patterns, arena) {
      return expect.negate ? Self.invalid("HTTP check matched unwanted content" + Self.comment(expect)) : passed
    }
    if !isWhole { return .wait }
    return expect.negate ? passed : Self.invalid("HTTP content check did not match" + Self.comment(expect))
  }
}

extension Bytes {
  /// The method of a plan, which is one of few words: known ones cost nothing.
  fileprivate init(permanentMethod name: String) {
    switch name {
    case "HEAD": self.init("HEAD")
    case "CONNECT": self.init("CONNECT")
    default: self.init("GET")
    }
  }
}

extension ByteArena {
  /// A copy of a heap array, or nil where it does not fit.
  fileprivate func copy(array: [UInt8]) -> Bytes? {
    begin()
    for byte in array where !append(byte: byte) { return nil }
    return finish()
  }
}
