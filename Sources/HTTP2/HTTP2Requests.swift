import CNGHTTP2
public import HTTP
public import HTTP1
public import Memory

/// The client's end of a connection: requests that users write into links, as HTTP/1.1, become streams, and answers come
/// back the same way.
extension HTTP2Session {
  /// A user will write a request into `link`. `endsByClosing`: it does not know chunks, and takes an answer's body of no
  /// known length up to the end.
  public func attach(_ link: ByteLink, endsByClosing: Bool) -> HTTP2Stream {
    widenWindow()
    nextHandle = nextHandle == .min ? -1 : nextHandle - 1
    let stream = tools.makeStream(nextHandle, link)
    (stream.hasHead, stream.endsByClosing) = (false, endsByClosing)
    link.slot = Int(stream.id)
    streams[stream.id] = stream
    return stream
  }

  /// Whether another request may begin: the peer's limit, ours, and numbers that are left.
  public var hasRoom: Bool {
    if goesAway || peerGoesAway || hasFailed { return false }
    if hasPeerSettings, unsafe nghttp2_session_check_request_allowed(raw) == 0 { return false }
    if limits.maxStreams > 0 && streams.count >= limits.maxStreams { return false }
    let allowed = unsafe nghttp2_session_get_remote_settings(raw, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
    return !hasPeerSettings || UInt64(streams.count) < UInt64(allowed)
  }
  /// No other request will ever begin here.
  public var isSpent: Bool { goesAway || peerGoesAway || hasFailed }
  /// The peer takes WebSockets (RFC 8441).
  private var takesConnect: Bool {
    unsafe nghttp2_session_get_remote_settings(raw, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1
  }

  /// Frames that concern the connection.
  func noteControl(type: UInt8, isAnswer: Bool) {
    switch type {
    case 4:
      if isAnswer || hasPeerSettings { return }
      hasPeerSettings = true
      events.append(.settings)
    case 5:
      // Nothing was asked for.
      peerGoesAway = true
      terminate(HTTP2Error.protocolError)
    case 7: peerGoesAway = true
    default: break
    }
  }

  /// A head that the peer has sent on a stream: interim, the answer's, or trailers. Its user reads it from the link.
  public func takeHead(_ stream: HTTP2Stream, ends: Bool) {
    guard let (head, framing) = checkHead(stream, ends: ends) else { return }
    tools.line.reset()
    guard tools.line.back(by: tools.pool),
      head.write(block, framing, accept: stream.webSocketAccept, to: &tools.line, &tools.places),
      stream.link.incoming.append(tools.line.readable)
    else { return malformed(stream) }
    noteTaken(stream, head, ends: ends)
  }

  /// What became of a head that was to go to its user directly.
  public enum HandedHead {
    /// It is in the buffer, and parsed.
    case parsed(H1HeadResult)
    /// It is in the buffer as text.
    case text
    /// It is in the link, or there was none.
    case none
  }
  /// As `takeHead`, for a user that waits for the answer and has read all of the link: the head goes into its buffer,
  /// which is empty and has memory, and from there into its message. The request was of that method.
  public func takeHead(
    _ stream: HTTP2Stream, ends: Bool, into buffer: inout Buffer, _ parser: inout H1HeadParser,
    _ message: inout HTTPMessage, method: HTTPMethod
  ) -> HandedHead {
    guard let (head, framing) = checkHead(stream, ends: ends) else { return .none }
    guard head.write(block, framing, accept: stream.webSocketAccept, to: &buffer, &tools.places) else {
      buffer.reset()
      malformed(stream)
      return .none
    }
    noteTaken(stream, head, ends: ends)
    if head.isInterim || framing == .upgrade { return .text }
    let parsed = tools.places.response(
      &buffer, status: head.status, method: method, wantsUpgrade: false, &parser, &message)
    return parsed.map { .parsed($0) } ?? .text
  }

  /// Checks the head that has just come, and what it means for the stream. nil: there is none, and that was dealt with.
  private func checkHead(_ stream: HTTP2Stream, ends: Bool) -> (HTTP2ResponseHead, HTTP2ResponseHead.Framing)? {
    if stream.isReset { return nil }
    if stream.hasHead {
      if ends { end(stream, trailers: true) } else { malformed(stream) }
      return nil
    }
    guard !block.isOver, let head = HTTP2ResponseHead(block) else {
      malformed(stream)
      return nil
    }
    if head.isInterim {
      stream.interimHeads += 1
      if ends || stream.interimHeads > 100 {
        malformed(stream)
        return nil
      }
    }
    let hasBody = !stream.isHead && !head.isInterim && head.status != 204 && head.status != 304
    let opensTunnel = (stream.isConnect || stream.isExtended) && (200...299).contains(head.status)
    if ends && hasBody && !opensTunnel && (head.length ?? 0) > 0 {
      malformed(stream)
      return nil
    }
    var framing = HTTP2ResponseHead.Framing.asIs
    if opensTunnel {
      if stream.isExtended { framing = .upgrade }
    } else if !head.isInterim {
      (stream.isConnect, stream.isExtended) = (false, false)
      if !hasBody {
        stream.bodyLeft = 0
        stream.endsByClosing = false
      } else if let length = head.length {
        stream.bodyLeft = length
        stream.endsByClosing = false
      } else if !stream.endsByClosing {
        stream.isChunkedIn = true
        framing = .chunked
      }
    }
    return (head, framing)
  }
  private func noteTaken(_ stream: HTTP2Stream, _ head: HTTP2ResponseHead, ends: Bool) {
    if head.isInterim { return }
    stream.hasHead = true
    if ends { end(stream, trailers: false) }
  }

  /// The user of a request's stream has written, or gone.
  func updateRequest(_ stream: HTTP2Stream) {
    if stream.isReset || stream.isClosed { return stream.link.outgoing.release() }
    if stream.link.isClosed {
      if stream.id < 0 {
        stream.isClosed = true
      } else if !(stream.peerEnded && stream.isSent) || stream.link.isAborted {
        reset(stream, HTTP2Error.cancel)
      }
      return
    }
    if case .head = stream.body {
      // Its limits bound how many requests may be under way.
      if !hasPeerSettings || stream.link.outgoing.isEmpty { return }
      if !submitRequest(stream) { return }
    }
    if !stream.prepare(tools) {
      stream.link.isCut = true
      return reset(stream, HTTP2Error.internalError)
    }
    if (stream.available > 0 || stream.bodyDone) && stream.isDeferred {
      stream.isDeferred = false
      unsafe nghttp2_session_resume_data(raw, stream.id)
    }
  }

  private func submitRequest(_ stream: HTTP2Stream) -> Bool {
    guard let head = WrittenRequestHead(stream.link.outgoing.readable) else { return false }
    if head.isUpgrade && !takesConnect {
      // As in HAProxy there is no other way from here.
      stream.isClosed = true
      stream.link.isCut = true
      events.append(.closed(stream.id, code: HTTP2Error.cancel))
      return false
    }
    tools.line.reset()
    guard tools.line.back(by: tools.pool) else { return false }
    (stream.isHead, stream.isConnect, stream.isExtended) = (head.isHead, head.isConnect, head.isUpgrade)
    if head.isUpgrade, let key = head.webSocketKey { stream.webSocketAccept = WebSocketAccept.value(for: key) }
    stream.body =
      head.isConnect || head.isUpgrade
      ? .untilClose : head.isChunked ? .chunked : head.length > 0 ? .length(head.length) : .none
    HTTP2Submission.list(head, tools)
    let begins = begin(stream)
    stream.link.outgoing.consume(head.count)
    return begins
  }

  /// Submits the listed fields of a request whose body is known. False: no other can begin here.
  func begin(_ stream: HTTP2Stream) -> Bool {
    var ends = false
    if case .none = stream.body { ends = true }
    let id = unsafe HTTP2Submission.request(raw, tools, ends: ends)
    if id < 0 {
      peerGoesAway = true
      stream.isClosed = true
      stream.link.isCut = true
      events.append(.closed(stream.id, code: HTTP2Error.refusedStream))
      return false
    }
    streams[stream.id] = nil
    stream.id = id
    stream.link.slot = Int(id)
    streams[id] = stream
    if ends { stream.bodyDone = true }
    return true
  }
}
