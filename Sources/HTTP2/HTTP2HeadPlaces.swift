import HTTP
import HTTP1
import Memory

/// Where the parts of a head stand in the text that was just written of it, so that its reader need not look for them.
struct HTTP2HeadPlaces: ~Copyable {
  private struct Field: BitwiseCopyable {
    let start: UInt32
    let name: UInt32
    let value: UInt32
    let known: KnownHeader
  }
  private var fields = PlainList<Field>()
  /// Lengths of a request's method and target.
  var method = 0
  var target = 0
  /// And those of the target's scheme and authority, where it has its absolute form.
  var scheme = 0
  var authority = 0

  mutating func reset() { fields.removeAll() }
  /// A line of `name: value` begins at `start`.
  mutating func add(at start: Int, name: Int, value: Int, _ known: KnownHeader) {
    fields.append(
      Field(
        start: UInt32(truncatingIfNeeded: start), name: UInt32(truncatingIfNeeded: name),
        value: UInt32(truncatingIfNeeded: value), known: known))
  }

  /// The request that is all of `buffer`, checked as HTTP/1.1. nil: it has to be parsed.
  func request(
    _ buffer: inout Buffer, _ parser: inout H1HeadParser, _ message: inout HTTPMessage
  ) -> H1HeadResult? {
    let text = buffer.readable
    guard
      parser.beginRequest(
        buffer, method: text.prefix(method), target: text.slice(method + 1, target), scheme: scheme,
        authority: authority, into: &message)
    else { return nil }
    return finish(&buffer, &parser, &message)
  }
  /// The same for an answer.
  func response(
    _ buffer: inout Buffer, status: Int, method: HTTPMethod, wantsUpgrade: Bool, _ parser: inout H1HeadParser,
    _ message: inout HTTPMessage
  ) -> H1HeadResult? {
    parser.beginResponse(buffer, status: status, method: method, wantsUpgrade: wantsUpgrade, into: &message)
    return finish(&buffer, &parser, &message)
  }
  private func finish(
    _ buffer: inout Buffer, _ parser: inout H1HeadParser, _ message: inout HTTPMessage
  ) -> H1HeadResult? {
    let text = buffer.readable
    for i in fields.indices {
      let field = fields[i]
      let (start, name) = (Int(field.start), Int(field.name))
      let value = text.slice(start + name + 2, Int(field.value)).trimmed
      if !parser.add(text.slice(start, name), value, field.known, into: &message) { return nil }
    }
    return parser.finish(&buffer, length: text.count, into: &message)
  }
}
