import HTTP
import HTTP1
import Memory
import Rules
import Samples

/// Answers that rules give: `deny`, `return`, `redirect`, `auth`.
extension Worker {
  func give(_ handle: ReplyHandle, _ stream: Stream, _ view: inout StreamLogView) {
    let reply = rules.replies[Int(handle.index)]
    var content = Bytes()
    switch reply.body {
    case .standard: return self.reply(stream, status: reply.status)
    case .file:
      guard let file = fileReplies[Int(handle.index)] else { return self.reply(stream, status: reply.status) }
      return self.reply(stream, file, status: reply.status)
    case .none, .section: break
    case .text(let text): content = text
    case .format(let handle): content = text(handle, stream, &view)
    }
    startOwnHead(stream, status: reply.status)
    for header in reply.headers {
      let value = text(header.value, stream, &view)
      if FieldText.isValue(value) && !FieldText.isFraming(header.name) { stream.response.add(header.name, value) }
    }
    let hasNoBody = reply.status == 204
    if hasNoBody { content = Bytes() } else { stream.response.add(.contentLength, decimal(content.count, stream)) }
    if !content.isEmpty, let type = reply.contentType { stream.response.add(.contentType, type) }
    replyMessage(stream, status: reply.status, body: content)
    // HAProxy counts the length that it then leaves out.
    if hasNoBody { stream.responseChannel.transferred &+= 15 }
  }

  private func decimal(_ value: Int, _ stream: Stream) -> Bytes {
    stream.text.begin()
    stream.text.append(decimal: Int64(value))
    return stream.text.finish()
  }

  /// An empty head in the stream's response; what the server sent is forgotten.
  func startOwnHead(_ stream: Stream, status: Int) {
    stream.response.reset(.response)
    stream.response.setStatus(status, reason: Bytes(HTTPStatus.reason(status)))
  }

  /// False where the rule does not apply (`ignore-empty`).
  func redirect(_ rule: RedirectRule, _ stream: Stream, _ view: inout StreamLogView, _ isResponse: Bool) -> Bool {
    let target = rule.format.map { text($0, stream, &view) } ?? rule.target
    if rule.ignoresEmpty && target.isEmpty { return false }
    let request = RequestTarget(stream.request.target)
    stream.text.begin()
    let arena = stream.text
    switch rule.kind {
    case .location: arena.append(target)
    case .prefix, .scheme:
      if rule.kind == .scheme {
        arena.append(target)
        arena.append("://")
        arena.append(stream.request.value(.host) ?? request.authority)
      } else {
        arena.append(target)
      }
      var path = request.pathAndQuery
      if rule.dropsQuery { path = path.prefix(path.firstIndex(of: UInt8(ascii: "?")) ?? path.count) }
      arena.append(path)
      // Behind the query, too, where that is kept.
      if rule.appendsSlash && (path.count == 0 || path[path.count - 1] != UInt8(ascii: "/")) { arena.append("/") }
    }
    let location = arena.finish()
    setEnd(stream, .local, isResponse ? .headers : .request)
    guard FieldText.isValue(location) else {
      reply(stream, status: 500)
      return true
    }
    startOwnHead(stream, status: rule.code)
    // Redirects have the standard's word for it, and not HAProxy's own.
    if rule.code == 302 { stream.response.setStatus(302, reason: Bytes("Found")) }
    stream.response.add(.contentLength, Bytes("0"))
    stream.response.add(.location, location)
    if [302, 303, 307].contains(rule.code) { stream.response.add(.cacheControl, Bytes("no-cache")) }
    if let cookie = rule.cookie { stream.response.add(.setCookie, cookie) }
    replyMessage(stream, status: rule.code, body: Bytes())
    return true
  }

  func askForCredentials(_ realm: Bytes, _ stream: Stream) {
    setEnd(stream, .local, .request)
    let status = 401
    let page = answer(status, frontend: stream.frontend, backend: stream.backend)
    stream.text.begin()
    stream.text.append("Basic realm=\"")
    stream.text.append(realm.isEmpty ? stream.backend?.name ?? stream.frontend?.name ?? Bytes() : realm)
    stream.text.append("\"")
    let challenge = stream.text.finish()
    startOwnHead(stream, status: status)
    for field in page.fields { stream.response.add(field.name, field.value) }
    stream.response.add(HTTPHeaderName(Bytes("www-authenticate")), challenge)
    replyMessage(stream, status: status, body: page.body)
  }

  func sendEarlyHint(_ name: HTTPHeaderName, _ value: Bytes, _ stream: Stream) {
    guard stream.request.isVersion11, FieldText.isValue(value), let session = stream.session else { return }
    _ = stream.responseChannel.output.back(by: buffers)
    guard stream.responseChannel.output.isBacked else { return }
    var head = HTTPMessage(capacity: 1)
    head.reset(.response)
    head.setStatus(103, reason: Bytes("Early Hints"))
    head.add(name, value)
    stream.responseChannel.transferred &+= head.countedSize
    if H1Writer.writeResponse(head, connection: .none, to: &stream.responseChannel.output), session.connection.canSend,
      case .bytes(let n) = session.connection.send(stream.responseChannel.output.readable)
    {
      stream.responseChannel.output.consume(n)
      if stream.responseChannel.output.isEmpty { stream.responseChannel.output.release() }
    }
  }
}
