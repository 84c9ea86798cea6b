public import HTTP
public import HTTP1
public import Memory

/// Heads that go from the wire into the messages of their users, and from those to the wire, without being parsed. What is unusual is
/// left to the text: there it is parsed, with all that follows from it.
extension HTTP2Session {
  /// Writes the head of the request that has just come into an empty buffer; false where it does not fit.
  public func write(_ head: HTTP2RequestHead, ends: Bool, to buffer: inout Buffer) -> Bool {
    head.write(block, ends: ends, to: &buffer, &tools.places)
  }
  /// Puts the head that was written last, all that is in the buffer, into a message. nil: it has to be parsed.
  public func parseWritten(
    _ buffer: inout Buffer, _ parser: inout H1HeadParser, into message: inout HTTPMessage
  ) -> H1HeadResult? {
    tools.places.request(&buffer, &parser, &message)
  }

  /// The head of an answer, in place of its text. `isChunked`: its body is, whatever its fields say; `hasData`: bytes of
  /// that body are there. `isParsed`: every value came through the parser, and has no line breaks.
  ///
  /// False: nothing was done, it has to be written into the link.
  public func answer(
    over link: ByteLink, _ message: borrowing HTTPMessage, isChunked: Bool, hasData: Bool, isParsed: Bool
  ) -> Bool {
    guard role == .server, let stream = streams[Int32(truncatingIfNeeded: link.slot)], stream.link === link,
      case .head = stream.body, stream.canTakeHead, message.status >= 200, message.status <= 999,
      !stream.isConnect, !stream.isExtended, prepareFields()
    else { return false }
    tools.fields.append(":status", permanent: Bytes(permanentStatus: message.status))
    guard var length = list(message, isParsed: isParsed, hasAuthority: false) else { return false }
    if isChunked { length.isChunked = true }
    if length.isChunked && length.value != nil { return false }
    if message.status == 204 && (length.isChunked || length.value != nil) { return false }
    if stream.isHead || message.status == 204 || message.status == 304 {
      stream.body = .none
    } else if length.isChunked {
      // An empty one may end with the head.
      if !hasData { return false }
      stream.body = .chunked
    } else if let n = length.value {
      stream.body = n > 0 ? .length(n) : .none
    } else {
      stream.body = .untilClose
    }
    var ends = false
    if case .none = stream.body { ends = true }
    unsafe HTTP2Submission.submit(raw, stream, tools, isInterim: false, ends: ends)
    if ends { stream.bodyDone = true }
    return true
  }

  /// The head of a request that is neither CONNECT nor asks for an upgrade, in place of its text.
  ///
  /// False: nothing was done, it has to be written into the link.
  public func request(over link: ByteLink, _ message: borrowing HTTPMessage, isParsed: Bool) -> Bool {
    guard role == .client, hasPeerSettings, let stream = streams[Int32(truncatingIfNeeded: link.slot)],
      stream.link === link, case .head = stream.body, stream.canTakeHead, stream.id < 0, !link.isCut,
      message.method != .connect, prepareFields()
    else { return false }
    let (scheme, authority, path) = WrittenRequestHead.places(
      of: message.target, isOptions: message.method == .options)
    if message.method == .other {
      tools.fields.append(":method", message.methodName)
    } else {
      tools.fields.append(":method", permanent: Bytes(message.method.name))
    }
    if !scheme.isEmpty { tools.fields.append(":scheme", scheme) }
    if !authority.isEmpty { tools.fields.append(":authority", authority) }
    if !path.isEmpty { tools.fields.append(":path", path) }
    guard let length = list(message, isParsed: isParsed, hasAuthority: !authority.isEmpty),
      !length.isChunked || length.value == nil
    else { return false }
    if !isParsed && !(message.methodName.isToken && message.target.firstNotTarget(from: 0) == message.target.count) {
      return false
    }
    (stream.isHead, stream.isConnect, stream.isExtended) = (message.method == .head, false, false)
    stream.body = length.isChunked ? .chunked : (length.value ?? 0) > 0 ? .length(length.value ?? 0) : .none
    // Where none can begin, the link says so.
    _ = begin(stream)
    return true
  }

  private func prepareFields() -> Bool {
    tools.fields.reset()
    tools.line.reset()
    return tools.line.back(by: tools.pool)
  }

  /// Lists the fields of a message, without those of one hop. nil: it has some that the text must be parsed for.
  private func list(
    _ message: borrowing HTTPMessage, isParsed: Bool, hasAuthority: Bool
  ) -> (value: UInt64?, isChunked: Bool)? {
    if message.fieldCount >= tools.parser.limits.maxHeaders - 1 { return nil }
    var length: (value: UInt64?, isChunked: Bool) = (nil, false)
    var size = message.target.count + message.methodName.count
    for i in 0..<message.endIndex {
      let field = message[i]
      if field.isRemoved { continue }
      var value = field.value
      size += field.name.count + value.count + 4
      if size > Self.mostListed { return nil }
      if !isParsed {
        if field.name.isEmpty || value.firstControl(from: 0) < value.count { return nil }
        value = value.trimmed
      }
      switch field.known {
      case .connection, .upgrade, .http2Settings: return nil
      case .keepAlive, .proxyConnection: continue
      case .host: if hasAuthority || role == .server { continue }
      case .secWebsocketAccept: if role == .server { continue }
      case .te: if role == .server || !value.equalsIgnoringCase("trailers") { return nil }
      case .contentLength:
        guard length.value == nil, let n = HTTP2FieldCheck.number(value) else { return nil }
        length.value = n
      case .transferEncoding:
        if length.isChunked || !value.equalsIgnoringCase("chunked") { return nil }
        length.isChunked = true
        continue
      case .other:
        if field.name.count > 255 { return nil }
        tools.fields.append(HTTP2Submission.lowered(field.name, &tools.line), value)
        continue
      default: break
      }
      tools.fields.append(field.known.name, value)
    }
    return length
  }
  /// Longer heads are measured by the buffers that they are written into.
  private static var mostListed: Int { 8192 }
}

extension HTTP2Stream {
  /// Nothing came before a head, and nothing stands against it.
  fileprivate var canTakeHead: Bool {
    !isReset && !isClosed && link.outgoing.isEmpty && !link.isClosed && !link.isAborted
  }
}
