import HTTP
import HTTP1
import Memory

/// Buffers and messages that all runs share.
nonisolated(unsafe) private let pool = BufferPool(bufferSize: 32768)

/// What parsing a head gave; equal for equal inputs, however they were cut.
public struct HeadOutcome: Equatable {
  public var status = 0
  public var needsMore = false
  public var written: [UInt8] = []
  public var headLength = 0
  public var body = H1Framing.Body.none
  public var flags: H1Framing.Flags = []
  public var isPersistent = false
  public var contentLength: UInt64 = 0
}

/// Parses a head that comes in pieces of `step` bytes.
public func parseHead(
  _ kind: HTTPMessage.Kind, _ bytes: [UInt8], step: Int, method: HTTPMethod = .get, wantsUpgrade: Bool = false,
  isLax: Bool = false
) -> HeadOutcome {
  var input = pool.take()!
  var output = pool.take()!
  var message = HTTPMessage(capacity: 128)
  var parser = H1HeadParser(kind, limits: H1Limits(maxHeadLength: 16000, acceptsInvalid: isLax))
  var outcome = HeadOutcome()
  var fed = 0
  while true {
    let n = min(step, bytes.count - fed)
    check(input.append(Array(bytes[fed..<fed + n])), "no room")
    fed += n
    let result =
      kind == .request
      ? parser.parseRequest(&input, into: &message)
      : parser.parseResponse(&input, into: &message, method: method, wantsUpgrade: wantsUpgrade)
    switch result {
    case .needMore:
      if fed < bytes.count { continue }
      outcome.needsMore = true
    case .invalid(let error):
      check(error.status >= 400 && error.status < 600, "status")
      check(error.offset >= 0 && error.offset <= fed, "offset \(error.offset) of \(fed)")
      outcome.status = error.status
    case .complete(let framing):
      check(framing.headLength <= fed && framing.leadingLength <= framing.headLength, "length")
      let fits =
        kind == .request
        ? H1Writer.writeRequest(message, connection: .none, to: &output)
        : H1Writer.writeResponse(message, connection: .none, to: &output)
      check(fits, "output")
      outcome.written = output.readable.array
      outcome.headLength = framing.headLength
      outcome.body = framing.body
      outcome.flags = framing.flags
      outcome.isPersistent = framing.isPersistent
      outcome.contentLength = framing.contentLength
      checkClean(message, framing)
    }
    return outcome
  }
}

/// What must hold of every accepted message, whoever reads it next.
private func checkClean(_ message: borrowing HTTPMessage, _ framing: H1Framing) {
  var lengths = 0
  var codings = 0
  for i in 0..<message.endIndex where !message[i].isRemoved {
    let field = message[i]
    check(!field.name.isEmpty && field.name.count < 256, "name")
    for byte in field.value.array {
      let isFine =
        byte == 9 || (byte >= 32 && byte != 127) || (message.kind == .response && byte != 0 && byte != 10 && byte != 13)
      check(isFine, "value")
    }
    check(field.known == KnownHeader(field.name), "known \(field.name.latin1)")
    switch field.known {
    case .contentLength: lengths += 1
    case .transferEncoding: codings += 1
    default: break
    }
  }
  check(lengths <= 1, "two lengths")
  check(codings == 0 || framing.body == .chunked || framing.body == .none, "coding without chunks")
  check(framing.body != .chunked || (codings == 1 && lengths == 0), "chunks")
  if case .length(let n) = framing.body {
    check(lengths == 1 && n > 0 && n < 1 << 63, "length")
    check(message.value(.contentLength).flatMap { UInt64($0.latin1) } == n, "other length")
  }
}

/// Checks one head: any cut gives the same, and what is written parses to itself.
public func checkHead(
  _ kind: HTTPMessage.Kind, _ bytes: [UInt8], method: HTTPMethod = .get, wantsUpgrade: Bool = false, isLax: Bool
) {
  func parse(_ bytes: [UInt8], _ step: Int) -> HeadOutcome {
    parseHead(kind, bytes, step: step, method: method, wantsUpgrade: wantsUpgrade, isLax: isLax)
  }
  let whole = parse(bytes, .max)
  if bytes.count < 600 {
    for step in [1, 3] {
      let pieces = parse(bytes, step)
      check(pieces == whole, "cut by \(step): \(pieces) against \(whole)")
    }
  }
  if whole.status != 0 || whole.needsMore { return }
  let again = parse(whole.written, .max)
  check(again.status == 0 && again.headLength == whole.written.count, "own output: \(again)")
  check(again.written == whole.written && again.body == whole.body, "own output changes: \(again) against \(whole)")
}
