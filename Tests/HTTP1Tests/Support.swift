import HTTP
import HTTP1
import Memory
import Testing

/// Runs `body` with a buffer that holds the bytes of a text whose scalars are one byte each. A buffer must not outlive
/// its pool.
func withBuffer<R>(_ text: String = "", capacity: Int = 65536, _ body: (inout Buffer) throws -> R) rethrows -> R {
  let pool = BufferPool(bufferSize: capacity)
  defer { withExtendedLifetime(pool) {} }
  var buffer = pool.take()!
  let fits = buffer.append(text.unicodeScalars.map { UInt8($0.value) })
  precondition(fits)
  return try body(&buffer)
}

/// `#expect` for conditions about values that cannot be copied, which the macro does not take.
func expect(_ holds: Bool, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(holds, Comment(rawValue: comment), sourceLocation: sourceLocation)
}

/// What one head gave, as text.
struct Outcome: Equatable, CustomStringConvertible {
  var written = ""
  var body = ""
  var status = 0
  var state = ""
  var offset = 0
  var rest = ""
  var isPersistent = false
  var flags: H1Framing.Flags = []
  var needsMore = false

  var description: String {
    needsMore ? "needs more" : status != 0 ? "\(status) in \(state)" : "\(written.debugDescription) body \(body)"
  }
}

/// Parses one request head, in one piece or cut behind each of `cuts` bytes.
func request(_ text: String, limits: H1Limits = H1Limits(), step: Int = .max) -> Outcome {
  parse(.request, text, limits: limits, step: step)
}
func response(
  _ text: String, to method: HTTPMethod = .get, wantsUpgrade: Bool = false, limits: H1Limits = H1Limits(),
  step: Int = .max
) -> Outcome {
  parse(.response, text, to: method, wantsUpgrade: wantsUpgrade, limits: limits, step: step)
}

func parse(
  _ kind: HTTPMessage.Kind, _ text: String, to method: HTTPMethod = .get, wantsUpgrade: Bool = false,
  limits: H1Limits = H1Limits(), step: Int = .max
) -> Outcome {
  let whole = text.unicodeScalars.map { UInt8($0.value) }
  let pool = BufferPool(bufferSize: 65536)
  defer { withExtendedLifetime(pool) {} }
  var input = pool.take()!
  var output = pool.take()!
  var message = HTTPMessage(capacity: 160)
  var parser = H1HeadParser(kind, limits: limits)
  var outcome = Outcome()
  var fed = 0
  while true {
    let n = min(step, whole.count - fed)
    let fits = input.append(Array(whole[fed..<fed + n]))
    precondition(fits)
    fed += n
    let result =
      kind == .request
      ? parser.parseRequest(&input, into: &message)
      : parser.parseResponse(&input, into: &message, method: method, wantsUpgrade: wantsUpgrade)
    switch result {
    case .needMore:
      if fed < whole.count { continue }
      outcome.needsMore = true
    case .invalid(let error):
      outcome.status = error.status
      outcome.state = error.state.name.description
      outcome.offset = error.offset
    case .complete(let framing):
      let fits =
        kind == .request
        ? H1Writer.writeRequest(message, connection: .none, to: &output)
        : H1Writer.writeResponse(message, connection: .none, to: &output)
      #expect(fits)
      outcome.written = output.readable.latin1
      outcome.body = "\(framing.body)"
      outcome.isPersistent = framing.isPersistent
      outcome.flags = framing.flags
      outcome.rest = String(String.UnicodeScalarView(whole[framing.headLength...].map { Unicode.Scalar($0) }))
    }
    return outcome
  }
}
