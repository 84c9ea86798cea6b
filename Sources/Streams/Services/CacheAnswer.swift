import Cache
import HTTP
import Memory
import Rules

/// Answers from a cache: the head as it was kept, with its age, and the body.
extension Worker {
  /// False where there is no room for the head: then a server is asked as if nothing had been found.
  func answerFromCache(_ stream: Stream, _ entry: CachedResponse) -> Bool {
    guard let fields = stream.text.copy(entry.fields), let reason = stream.text.copy(entry.reason),
      stream.text.room >= 32
    else {
      stream.effects.cacheHit = nil
      return false
    }
    let isUnchanged = entry.isUnchanged(for: stream.request)
    let hasBody = stream.request.method != .head && !isUnchanged
    let source: RunningService.Source = hasBody ? .cached(entry, at: 0) : .none
    beginService(stream, RunningService(name: Bytes("<CACHE>"), source), status: isUnchanged ? 304 : 200)
    if !entry.isVersion11 { stream.response.minorVersion = 0 }
    if !isUnchanged { stream.response.setStatus(200, reason: reason) }
    var start = 0
    for end in entry.ends {
      stream.response.add(HTTPHeaderName(fields[start..<end.name]), fields[end.name..<end.value])
      start = end.value
    }
    stream.text.begin()
    stream.text.append(decimal: entry.age(at: wallSeconds))
    stream.response.add(.age, stream.text.finish())
    let framing: ServiceFraming = entry.hasLength || !hasBody ? .length : entry.isVersion11 ? .chunked : .untilClose
    if framing == .chunked && !entry.isChunked { stream.response.add(.transferEncoding, Bytes("chunked")) }
    noteServiceHead(stream)
    // The mark at the end of chunks counts.
    if entry.isChunked && hasBody { stream.responseChannel.transferred += 1 }
    if runServiceResponseRules(stream) { sendServiceHead(stream, framing) }
    return true
  }
}
