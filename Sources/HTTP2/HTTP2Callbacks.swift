import CNGHTTP2
import Memory

/// What nghttp2 calls. Each finds its session in the user data and writes down what happened there; none calls up.
enum HTTP2Callbacks {
  static func make(_ role: HTTP2Role, _ memory: HTTP2Memory?) -> OpaquePointer? {
    var callbacks: OpaquePointer?
    var options: OpaquePointer?
    var session: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0, unsafe nghttp2_option_new(&options) == 0 else {
      return nil
    }
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, beginHeaders)
    unsafe nghttp2_session_callbacks_set_on_header_callback2(callbacks, header)
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame)
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, sent)
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data)
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, close)
    unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks, sendData)
    unsafe nghttp2_option_set_no_auto_window_update(options, 1)
    // Messages are checked here, and become HTTP/1.1, which is checked again.
    unsafe nghttp2_option_set_no_http_messaging(options, 1)
    unsafe nghttp2_option_set_no_closed_streams(options, 1)
    unsafe nghttp2_option_set_max_continuations(options, 32)
    unsafe nghttp2_option_set_max_reserved_remote_streams(options, 0)
    func open(_ memory: UnsafeMutablePointer<nghttp2_mem>?) -> Int32 {
      role == .server
        ? unsafe nghttp2_session_server_new3(&session, callbacks, nil, options, memory)
        : unsafe nghttp2_session_client_new3(&session, callbacks, nil, options, memory)
    }
    let result = if let memory { unsafe memory.open { unsafe open($0) } } else { open(nil) }
    unsafe nghttp2_session_callbacks_del(callbacks)
    unsafe nghttp2_option_del(options)
    return result == 0 ? unsafe session : nil
  }

  /// The session, which is alive for as long as nghttp2 calls: no reference is counted. Without one, `none`.
  @inline(__always) private static func with<R>(
    _ user: UnsafeMutableRawPointer?, _ none: R, _ body: (HTTP2Session) -> R
  ) -> R {
    guard let user = unsafe user else { return none }
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef(body)
  }

  private static let beginHeaders: nghttp2_on_begin_headers_callback = { _, _, user in
    unsafe with(user, 0) { session in
      session.block.begin()
      return 0
    }
  }
  private static let header: nghttp2_on_header_callback2 = { _, _, name, value, _, user in
    guard let name = unsafe name, let value = unsafe value else { return 0 }
    return unsafe with(user, 0) { session in
      let known = unsafe session.tools.memo.traits(name, value)
      let (nameBytes, valueBytes) = unsafe (bytes(of: name), bytes(of: value))
      let traits = session.block.add(nameBytes, valueBytes, known)
      if known.isNone && !traits.isNone && session.tools.memory != nil {
        unsafe session.tools.memo.note(name, value, length: nameBytes.count + valueBytes.count, traits)
      }
      return 0
    }
  }
  @inline(__always) private static func bytes(of text: OpaquePointer) -> Bytes {
    let all = unsafe nghttp2_rcbuf_get_buf(text)
    guard let base = unsafe all.base else { return Bytes() }
    return unsafe Bytes(base: base, count: all.len)
  }
  private static let frame: nghttp2_on_frame_recv_callback = { _, frame, user in
    guard let frame = unsafe frame else { return 0 }
    let head = unsafe frame.pointee.hd
    let ends = head.flags & 1 != 0
    return unsafe with(user, 0) { session in
      if head.type == 1 {
        session.block.end()
        let isFirst = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
        session.events.append(.head(head.stream_id, isFirst: isFirst, ends: ends))
      } else if head.type == 0 && ends {
        session.events.append(.ended(head.stream_id))
      } else if session.role == .client {
        session.noteControl(type: head.type, isAnswer: ends)
      }
      return 0
    }
  }
  private static let sent: nghttp2_on_frame_send_callback = { _, frame, user in
    guard let frame = unsafe frame else { return 0 }
    let type = unsafe frame.pointee.hd.type
    if type != 3 && type != 7 { return 0 }
    let code = unsafe type == 7 ? frame.pointee.goaway.error_code : 0
    return unsafe with(user, 0) { session in
      if type == 7 {
        session.counts.sentGoAway(code)
        if code != HTTP2Error.none { session.blame = code }
      } else {
        session.counts.sentReset()
      }
      return 0
    }
  }
  private static let data: nghttp2_on_data_chunk_recv_callback = { _, _, id, bytes, count, user in
    guard let bytes = unsafe bytes else { return 0 }
    return unsafe with(user, 0) { session in
      unsafe session.events.append(.data(id, Bytes(base: bytes, count: count)))
      return 0
    }
  }
  private static let close: nghttp2_on_stream_close_callback = { _, id, code, user in
    unsafe with(user, 0) { session in
      session.noteClosed(id, code)
      return 0
    }
  }

  /// How much of a stream's body may go into the next frame.
  static let readData: nghttp2_data_source_read_callback = { raw, id, _, limit, flags, _, user in
    let failure = ssize_t(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    return unsafe with(user, failure) { session in
      guard let stream = session.streams[id], let raw = unsafe raw else { return failure }
      return unsafe readBody(session, raw, stream, limit, flags)
    }
  }
  private static func readBody(
    _ session: HTTP2Session, _ raw: OpaquePointer, _ stream: HTTP2Stream, _ limit: Int,
    _ flags: UnsafeMutablePointer<UInt32>?
  ) -> Int {
    if stream.available == 0 && !stream.bodyDone { _ = stream.prepare(session.tools) }
    if stream.available > 0 {
      let n = min(stream.available, limit)
      var bits = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
      if case .length(let left) = stream.body, left == UInt64(n) { bits |= NGHTTP2_DATA_FLAG_EOF.rawValue }
      if n == stream.available && stream.endsBehind(n) { bits |= NGHTTP2_DATA_FLAG_EOF.rawValue }
      unsafe flags?.pointee |= UInt32(bits)
      return n
    }
    if stream.bodyDone {
      unsafe flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
      if stream.hasTrailers {
        unsafe flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
        // The message may be another stream's by now.
        session.tools.trailerParser.reset()
        if case .complete = session.tools.trailerParser.parse(&stream.link.outgoing, into: &session.tools.message) {
          unsafe HTTP2Submission.trailers(raw, stream, session.tools)
        }
        stream.hasTrailers = false
      }
      stream.link.outgoing.consume(min(stream.trailersLength, stream.link.outgoing.count))
      stream.trailersLength = 0
      return 0
    }
    stream.isDeferred = true
    return ssize_t(NGHTTP2_ERR_DEFERRED.rawValue)
  }

  private static let sendData: nghttp2_send_data_callback = { _, frame, head, length, _, user in
    let failure = NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    guard let frame = unsafe frame, let head = unsafe head else { return failure }
    let id = unsafe frame.pointee.hd.stream_id
    return unsafe with(user, failure) { session in
      guard let stream = session.streams[id] else { return failure }
      guard unsafe session.output.append(Bytes(base: head, count: 9)),
        session.output.append(stream.link.outgoing.readable.prefix(length))
      else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
      stream.sent(length)
      session.drained.append(stream.id)
      // Frame follows frame until there are enough of them.
      if session.output.count < session.outputLimit { return 0 }
      session.isPaused = true
      return NGHTTP2_ERR_PAUSE.rawValue
    }
  }
}
