import Configuration
import EventLoop
import Memory
import Proxies

/// Whether what was received is what a step expects.
extension CheckScheduler {
  enum Judgement {
    case wait, matched
    /// It is not what was expected: the usual state for it, and what is said in the place of the usual words.
    case mismatch(CheckStatus, String)
    /// Nothing that could be looked at, or nothing to look for: this state, whatever the rule says of mismatches.
    case broken(String)
    /// Matched, and it said something of itself.
    case told(String)
    case agent(AgentReply)
    case failed(CheckStatus, String, code: Int)
  }

  /// Of the bytes as they came.
  mutating func judge(_ i: Int, _ expect: CheckExpect, _ loop: borrowing EventLoop) -> Judgement {
    let there = entries[i].received
    let ended = entries[i].hasEnded
    switch expect.kind {
    case .peer(let peer): return CheckPeers.judge(peer, there, ended: ended, minimum: expect.minReceive, expect)
    case .agent:
      if let reply = AgentReply(there) { return .agent(reply) }
      // The operator is told; the check runs on until its time is over.
      if ended { entries[i].server.agent.update { $0.info = "Ignoring incomplete line from agent" } }
      return .wait
    case .string(let text), .binary(let text): if !ended && there.count < text.count { return .wait }
    default: break
    }
    if !ended && expect.minReceive > 0 && there.count < expect.minReceive { return .wait }
    let found: Bool
    switch expect.kind {
    case .custom: return .matched
    case .string(let text), .binary(let text): found = ArraySearch.contains(there, text)
    case .regex(let pattern): found = matches(pattern, there)
    case .binaryRegex(let pattern): found = matches(pattern, Self.hexadecimal(there))
    case .format(let format):
      let text = self.text(format, i, loop)
      if text.isEmpty { return .broken(Self.emptyFormat) }
      found = ArraySearch.contains(there, text)
    case .binaryFormat(let format):
      let text = self.text(format, i, loop)
      if text.isEmpty { return .broken(Self.emptyFormat) }
      guard let bytes = Self.bytes(hexadecimal: text) else {
        return .broken("Failed to parse hexastring resulting of eval of a log-format string")
      }
      found = ArraySearch.contains(there, bytes)
    default: found = false
    }
    // Without a minimum what did not come may still come.
    if !found && !ended && expect.minReceive == -1 { return .wait }
    return found != expect.negate ? .matched : .mismatch(.layer7Response, "")
  }
  static let emptyFormat = "log-format string evaluated to an empty string"

  // MARK: - HTTP

  /// Of an answer.
  mutating func judgeAnswer(_ i: Int, _ expect: CheckExpect, _ loop: borrowing EventLoop) -> Judgement {
    guard var buffer = buffers.takeScratch() else { return .failed(.socketError, "", code: 0) }
    let ended = entries[i].hasEnded
    let invalid = Judgement.broken("")
    let whole = entries[i].received.count <= buffer.room
    _ = buffer.append(whole ? entries[i].received : Array(entries[i].received.prefix(buffer.room)))
    switch answers.read(&buffer, asksForHead: entries[i].asksForHead, ended: ended) {
    // As with HAProxy, where HTTP/2 ends too early the time runs out.
    case .needMore: return ended && entries[i].http2 == nil ? invalid : .wait
    case .invalid: return invalid
    case .complete: if answers.isBodyInvalid { return invalid }
    }
    let status = answers.status
    entries[i].code = status
    if status == 404 && entries[i].plan.disableOn404 && owner(i)?.1.state != .stopped {
      return .matched
    }
    var reason: String?
    var found = false
    switch expect.kind {
    case .status(let ranges): found = ranges.contains { $0.contains(Int64(status)) }
    case .statusRegex(let pattern): found = matches(pattern, Array(String(status).utf8))
    case .header(let header):
      // Evaluating a format may take the reader again.
      reason = answers.message.reason.latin1
      switch judgeFields(i, header, loop) {
      case .some(let isThere): found = isThere
      case nil: return .broken(Self.emptyFormat)
      }
    case .custom, .peer, .agent, .binary, .binaryRegex, .binaryFormat: return invalid
    case .string, .regex, .format: return judgeBody(i, expect, loop)
    }
    if found != expect.negate { return .matched }
    return .mismatch(.layer7Status, expect.onError == nil ? reason ?? answers.message.reason.latin1 : "")
  }

  /// Looks for a pattern in what has come of the body, again with each piece until it is found or all is there.
  private mutating func judgeBody(_ i: Int, _ expect: CheckExpect, _ loop: borrowing EventLoop) -> Judgement {
    let body = answers.body.array
    let isWhole = answers.isBodyWhole
    let says = expect.onError == nil
    if body.isEmpty {
      let text = says ? "HTTP content check could not find a response body" : ""
      return isWhole ? .mismatch(.layer7Response, text) : .wait
    }
    var needle: [UInt8] = []
    var pattern: String?
    switch expect.kind {
    case .string(let text): needle = text
    case .regex(let regex): pattern = regex
    case .format(let format):
      needle = text(format, i, loop)
      if needle.isEmpty { return .broken(Self.emptyFormat) }
    default: break
    }
    if !isWhole && (body.count < needle.count || (expect.minReceive > 0 && body.count < expect.minReceive)) {
      return .wait
    }
    let found = pattern.map { matches($0, body) } ?? ArraySearch.contains(body, needle)
    if !found && !isWhole && expect.minReceive == -1 { return .wait }
    if found != expect.negate { return .matched }
    let text = expect.negate ? "HTTP check matched unwanted content" : "HTTP content check did not match"
    return .mismatch(.layer7Response, says ? text : "")
  }

  /// Whether a field is there; nil where a format gives nothing to look for.
  private mutating func judgeFields(_ i: Int, _ header: CheckHeader, _ loop: borrowing EventLoop) -> Bool? {
    var fields: [(name: [UInt8], value: [UInt8])] = []
    var at = answers.message.nextField(from: 0)
    while let place = at {
      fields.append((answers.message[place].name.array, answers.message[place].value.array))
      at = answers.message.nextField(from: place + 1)
    }
    let name = text(header.name.text, i, loop)
    if case .format = header.name.text, name.isEmpty { return nil }
    var value: [UInt8] = []
    if let wanted = header.value {
      value = text(wanted.text, i, loop)
      if case .format = wanted.text, value.isEmpty { return nil }
    }
    for field in fields where matches(header.name.method, field.name, name, ignoringCase: true) {
      guard let wanted = header.value else { return true }
      for part in header.isWhole ? [field.value] : Self.parts(of: field.value) {
        if matches(wanted.method, part, value, ignoringCase: false) { return true }
      }
    }
    return false
  }

  private mutating func matches(
    _ method: CheckHeader.Method, _ text: [UInt8], _ wanted: [UInt8], ignoringCase: Bool
  ) -> Bool {
    if method == .regex { return matches(String(String.UnicodeScalarView(wanted.map { Unicode.Scalar($0) })), text) }
    let wanted = ignoringCase ? wanted.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 } : wanted
    return switch method {
    case .exact: text == wanted
    case .prefix: text.starts(with: wanted)
    case .suffix: text.suffix(wanted.count).elementsEqual(wanted)
    default: ArraySearch.contains(text, wanted)
    }
  }

  /// The values between commas that stand outside of quotes, without blanks around them.
  private static func parts(of value: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var part: [UInt8] = []
    var isQuoted = false
    func trimmed(_ part: [UInt8]) -> [UInt8] {
      let start = part.drop { $0 == 0x20 || $0 == 9 }
      return Array(start.reversed().drop { $0 == 0x20 || $0 == 9 }.reversed())
    }
    for c in value {
      if c == UInt8(ascii: "\"") { isQuoted.toggle() }
      if c == UInt8(ascii: ",") && !isQuoted {
        parts.append(trimmed(part))
        part = []
      } else {
        part.append(c)
      }
    }
    return parts + [trimmed(part)]
  }

  // MARK: - Patterns

  private mutating func matches(_ pattern: String, _ text: [UInt8]) -> Bool {
    guard var buffer = buffers.takeScratch() else { return false }
    _ = buffer.append(Array(text.prefix(buffer.room)))
    return patterns.matches(pattern, buffer.readable)
  }
  private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }
}
