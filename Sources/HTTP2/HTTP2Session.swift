import CNGHTTP2
import HTTP
import HTTP1
public import Memory

/// One end of an HTTP/2 connection, without sockets: bytes in, events out; heads and bodies of its streams in, bytes out.
/// nghttp2 does frames, HPACK and windows; its callbacks only write into this object.
@safe public final class HTTP2Session {
  let raw: OpaquePointer
  /// Where nghttp2 has the table of its streams.
  private let page: UnsafeMutableRawPointer?
  /// It waits in the tools' list of those that rest; how often the list has been gone through since.
  var isListed = false
  var restAge = 0
  public let role: HTTP2Role
  let tools: HTTP2Tools
  let limits: HTTP2Limits
  public var block: HTTP2FieldBlock
  /// Emptied by the owner.
  public var events = PlainList<HTTP2Event>()
  public internal(set) var streams = HTTP2StreamTable()
  public var output: ByteQueue
  /// Streams whose users may write again since bytes left: emptied by the owner.
  public var drained = PlainList<Int32>()
  private var prefaceLeft: Int
  private var frameLeft = 0
  /// Of a frame that nghttp2 does not get to see.
  private var skipLeft = 0
  var lastStream: Int32 = 0
  private var allowance = HTTP2Allowance()
  /// Streams that we have reset while the peer was still sending: what is on its way then is no fault.
  var ownResets: [Int32] = []
  /// Why we have ended the connection, where the peer is to blame.
  public internal(set) var blame = HTTP2Error.none
  var hasFailed = false
  private var hasWideWindow = false
  /// Streams of a client that have no number on the wire yet count down from -1.
  var nextHandle: Int32 = 0
  /// The peer's first settings are here: a client's requests wait for them.
  public internal(set) var hasPeerSettings = false
  /// The peer will serve no other streams, or has done what ends the connection.
  public internal(set) var peerGoesAway = false
  /// A frame of DATA was the last for now: there are as many bytes as were asked for.
  var isPaused = false
  var outputLimit = 0
  /// Frames since the owner last took the counts.
  public var counts = HTTP2Counts()
  public private(set) var goesAway = false
  /// Streams whose users have gone before the peer had ended its direction.
  private var lingering: [Int32] = []

  public init?(_ role: HTTP2Role = .server, limits: HTTP2Limits, tools: HTTP2Tools, pool: BufferPool) {
    self.role = role
    prefaceLeft = role == .server ? 24 : 0
    self.limits = limits
    self.tools = tools
    block = HTTP2FieldBlock(pool: pool, maxFields: limits.maxFields)
    output = ByteQueue(pool: pool)
    guard let raw = unsafe HTTP2Callbacks.make(role, tools.memory) else { return nil }
    unsafe self.raw = unsafe raw
    unsafe page = tools.memory?.lastPage
    unsafe nghttp2_session_set_user_data(raw, Unmanaged.passUnretained(self).toOpaque())
    // A client's first bytes already stand in the buffer for frames, which is not for this session alone.
    if role == .client { produce(limit: 1) }
    submitSettings()
  }
  deinit { unsafe nghttp2_session_del(raw) }

  private func submitSettings() {
    func entry(_ id: Int, _ value: Int) -> nghttp2_settings_entry {
      nghttp2_settings_entry(settings_id: Int32(id), value: UInt32(clamping: value))
    }
    var list: [nghttp2_settings_entry] = []
    if role == .client { list.append(entry(2, 0)) }
    if limits.headerTableSize != 4096 { list.append(entry(1, limits.headerTableSize)) }
    if limits.offersConnect { list.append(entry(8, 1)) }
    if limits.maxStreams > 0 { list.append(entry(3, limits.maxStreams)) }
    if limits.initialWindow != 65535 { list.append(entry(4, limits.initialWindow)) }
    if limits.maxFrameSize != 16384 { list.append(entry(5, limits.maxFrameSize)) }
    unsafe nghttp2_submit_settings(raw, 0, list, list.count)
  }
  /// The windows of the streams bound what may come; the connection's stands in no stream's way. It is widened with
  /// the first request, so that a peer sees both frames of settings before anything else, as from HAProxy.
  func widenWindow() {
    if hasWideWindow { return }
    hasWideWindow = true
    unsafe nghttp2_session_set_local_window_size(raw, 0, 0, Int32.max)
  }

  /// Gives back what only streams under way need.
  func trim() {
    streams.shrink()
    block.rest()
    if events.isEmpty { events.release() }
    if drained.isEmpty { drained.release() }
    if lingering.isEmpty { lingering = [] }
    if let memory = tools.memory, let page = unsafe page { unsafe memory.trim(page) }
  }

  // MARK: Receiving

  public enum Progress { case needMore, events, tooManyStreams, failed }

  /// Takes frames from `input` until there are events, or nothing more can be done.
  public func receive(_ input: inout Buffer, now: Int64) -> Progress {
    if hasFailed { return .failed }
    while !input.isEmpty {
      if !events.isEmpty { return .events }
      if prefaceLeft > 0 {
        let n = min(prefaceLeft, input.count)
        prefaceLeft -= n
        if !feed(&input, n) { return .failed }
        continue
      }
      if skipLeft > 0 {
        let n = min(skipLeft, input.count)
        skipLeft -= n
        input.consume(n)
        continue
      }
      if frameLeft == 0 {
        let b = input.readable
        if b.count < 9 {
          input.compact()
          return .needMore
        }
        let length = Int(b[0]) << 16 | Int(b[1]) << 8 | Int(b[2])
        let id = Int32(bitPattern: UInt32(b[5] & 127) << 24 | UInt32(b[6]) << 16 | UInt32(b[7]) << 8 | UInt32(b[8]))
        // As in HAProxy, a stream counts until its server's work has ended, and no other begins before.
        if role == .server && b[3] == 1 && id > lastStream && isAtLimit {
          return .tooManyStreams
        }
        if !allowance.admits(type: b[3], length: length, flags: b[4], now: now) {
          terminate(HTTP2Error.enhanceYourCalm)
          return .failed
        }
        counts.received(b[3])
        if role == .server && b[3] <= 1 && id <= lastStream && id & 1 == 1 {
          switch judgeLate(type: b[3], id) {
          case .fits: break
          case .fatal:
            terminate(HTTP2Error.streamClosed)
            return .failed
          case .skipped:
            skipLeft = length + 9
            // Each is answered.
            if !allowance.admits(type: 3, length: 4, flags: 0, now: now) {
              terminate(HTTP2Error.enhanceYourCalm)
              return .failed
            }
            continue
          }
        }
        frameLeft = length + 9
      }
      let n = min(frameLeft, input.count)
      frameLeft -= n
      if !feed(&input, n) { return .failed }
      if !events.isEmpty { return .events }
    }
    return events.isEmpty ? .needMore : .events
  }

  private func feed(_ input: inout Buffer, _ n: Int) -> Bool {
    let result = unsafe input.readable.prefix(n).withUnsafeBytes {
      unsafe nghttp2_session_mem_recv(raw, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), n)
    }
    input.consume(n)
    if result < 0 { hasFailed = true }
    return result >= 0
  }

  /// As many streams are open as may be.
  public var isAtLimit: Bool { limits.maxStreams > 0 && streams.count >= limits.maxStreams }
  /// A request begins, whose user has the link.
  public func open(_ id: Int32, _ link: ByteLink, _ head: HTTP2RequestHead, ends: Bool) -> HTTP2Stream {
    widenWindow()
    let stream = tools.makeStream(id, link)
    stream.take(head, ends: ends)
    streams[id] = stream
    lastStream = max(lastStream, id)
    return stream
  }
  public func noteRefused(_ id: Int32) {
    lastStream = max(lastStream, id)
    noteOwnReset(id)
  }
  /// Forgets a stream whose user has gone.
  public func forget(_ stream: HTTP2Stream) {
    streams[stream.id] = nil
    stream.isForgotten = true
    if role == .server && stream.isReset && !stream.peerEnded { noteOwnReset(stream.id) }
    tools.giveBack(stream)
  }
  /// The last stream has gone. True: `HTTP2Tools.trim` has to be called after a while, which gives back what only streams
  /// under way need.
  public func rest() -> Bool { streams.isEmpty ? tools.noteRest(of: self) : false }

  /// Bytes of a body for a stream; the connection's window is given back at once, the stream's by `consumed`.
  /// The stream, where its user has something to see.
  @discardableResult public func take(_ bytes: Bytes, for id: Int32) -> HTTP2Stream? {
    unsafe nghttp2_session_consume_connection(raw, bytes.count)
    guard let stream = streams[id], !stream.isReset else {
      unsafe nghttp2_session_consume_stream(raw, id, bytes.count)
      return streams[id]
    }
    if stream.hasHead && stream.receive(bytes, tools) { consumed(stream) } else { malformed(stream) }
    return stream
  }
  /// The peer has ended its direction, with trailers or without.
  public func end(_ stream: HTTP2Stream, trailers: Bool) {
    stream.peerEnded = true
    if let left = stream.bodyLeft, left > 0 { return malformed(stream) }
    if stream.isChunkedIn {
      _ = stream.link.incoming.append(Bytes("0\r\n"))
      if trailers {
        for i in 0..<block.count {
          let (name, value) = (block.name(i), block.value(i))
          if block.isPseudo(i) || name.equals("te") || !block.isRegular(i) || !block.isSound(i) {
            return malformed(stream)
          }
          _ =
            stream.link.incoming.append(name) && stream.link.incoming.append(Bytes(": "))
            && stream.link.incoming.append(value) && stream.link.incoming.append(Bytes("\r\n"))
        }
      }
      _ = stream.link.incoming.append(Bytes("\r\n"))
    } else if stream.isConnect || stream.isExtended || stream.endsByClosing {
      stream.link.incomingEnded = true
    }
  }
  func malformed(_ stream: HTTP2Stream) {
    if !stream.isReset { counts.streamErrors += 1 }
    if role == .server {
      stream.link.isBroken = true
    } else {
      // What the user reads as HTTP/1.1 must make as little sense.
      if !stream.hasHead { _ = stream.link.incoming.append(Bytes("?\r\n")) }
      stream.link.isCut = true
    }
    reset(stream, HTTP2Error.protocolError)
  }
  /// The user of a link has done something: windows are given back, and what it has written goes on. The link's stream,
  /// where it is one of this session.
  public func settle(_ link: ByteLink) -> HTTP2Stream? {
    guard let stream = streams[Int32(truncatingIfNeeded: link.slot)], stream.link === link else { return nil }
    consumed(stream)
    update(stream)
    return stream
  }
  /// Gives the windows back of what the user has taken.
  public func consumed(_ stream: HTTP2Stream) {
    let waiting = min(stream.unconsumed, stream.link.isClosed ? 0 : stream.link.incoming.count)
    let n = stream.unconsumed - waiting
    if n <= 0 { return }
    stream.unconsumed = waiting
    stream.owed += n
    // The library would wait for half of the window, and the peer with it on a long path.
    if stream.isClosed || stream.peerEnded || stream.owed < limits.initialWindow / 8 { return }
    unsafe nghttp2_submit_window_update(raw, 0, stream.id, Int32(clamping: stream.owed))
    stream.owed = 0
  }

  // MARK: Sending

  public func reset(_ id: Int32, _ code: UInt32) { unsafe nghttp2_submit_rst_stream(raw, 0, id, code) }
  public func reset(_ stream: HTTP2Stream, _ code: UInt32) {
    if stream.isReset || stream.isClosed { return }
    stream.isReset = true
    reset(stream.id, code)
  }
  /// Ends the connection, with an error or without.
  public func terminate(_ code: UInt32) {
    goesAway = true
    unsafe nghttp2_session_terminate_session(raw, code)
  }
  /// Tells the peer that no other streams will be served; those under way go on.
  public func goAway() {
    if goesAway { return }
    goesAway = true
    unsafe nghttp2_submit_goaway(raw, 0, lastStream, HTTP2Error.none, nil, 0)
  }
  func noteClosed(_ id: Int32, _ code: UInt32) {
    if let stream = streams[id] { stream.isClosed = true }
    events.append(.closed(id, code: code))
  }

  /// The user of a stream has written, or gone: heads are submitted, bodies resumed, and what cannot be completed reset.
  public func update(_ stream: HTTP2Stream) {
    if role == .client { return updateRequest(stream) }
    if stream.isReset || stream.isClosed { return stream.link.outgoing.release() }
    if stream.link.isClosed && !stream.peerEnded && !lingering.contains(stream.id) { lingering.append(stream.id) }
    if stream.link.isAborted { return reset(stream, HTTP2Error.cancel) }
    while case .head = stream.body, !stream.link.outgoing.isEmpty {
      if !submitHead(stream) { break }
    }
    if stream.isReset { return }
    if !stream.prepare(tools) { return reset(stream, HTTP2Error.internalError) }
    if stream.available > 0 || stream.bodyDone {
      if stream.isDeferred {
        stream.isDeferred = false
        unsafe nghttp2_session_resume_data(raw, stream.id)
      }
    } else if stream.link.isClosed {
      reset(stream, HTTP2Error.cancel)
    }
  }

  /// Submits a head. False: it is not wholly there, or it made no sense.
  private func submitHead(_ stream: HTTP2Stream) -> Bool {
    let method = stream.isHead ? HTTPMethod(Bytes("HEAD")) : HTTPMethod(Bytes(stream.isConnect ? "CONNECT" : "GET"))
    tools.parser.reset()
    let parsed = tools.parser.parseResponse(
      &stream.link.outgoing, into: &tools.message, method: method, wantsUpgrade: stream.isExtended)
    guard case .complete(let framing) = parsed else {
      if case .invalid = parsed { reset(stream, HTTP2Error.internalError) }
      return false
    }
    var status = tools.message.status
    let isInterim = status < 200 && status != 101
    if status == 101 { status = 200 }
    if !isInterim {
      if framing.isTunnel {
        stream.body = .untilClose
      } else {
        switch framing.body {
        case .none: stream.body = .none
        case .length(let n): stream.body = .length(n)
        case .chunked: stream.body = .chunked
        case .untilClose: stream.body = .untilClose
        }
      }
    }
    var isOver = false
    if case .none = stream.body { isOver = true }
    stream.link.outgoing.consume(framing.headLength)
    // Nothing but the end follows: it needs no frame of its own.
    if case .chunked = stream.body, stream.link.outgoing.readable.hasPrefix(Bytes("0\r\n\r\n")) {
      stream.link.outgoing.consume(5)
      stream.body = .none
      isOver = true
    }
    unsafe HTTP2Submission.head(raw, stream, tools, status: status, isInterim: isInterim, ends: isOver)
    if isOver { stream.bodyDone = true }
    return isInterim
  }

  /// The answer is out, but the peer still sends: its user has gone, so the rest is refused.
  public func refuseRest() {
    if lingering.isEmpty { return }
    var kept: [Int32] = []
    for id in lingering {
      guard let stream = streams[id], !stream.peerEnded, !stream.isReset, !stream.isClosed else { continue }
      // Of a body that is wholly there only the end has not come yet: nothing has to be refused.
      if stream.bodyLeft != 0, unsafe nghttp2_session_get_stream_local_close(raw, id) == 1 {
        reset(stream, HTTP2Error.cancel)
      } else {
        kept.append(id)
      }
    }
    lingering = kept
  }

  /// Makes bytes to send, until there are `limit` or no more.
  public func produce(limit: Int) {
    outputLimit = limit
    while output.count < limit {
      isPaused = false
      var start: UnsafePointer<UInt8>?
      let n = unsafe nghttp2_session_mem_send(raw, &start)
      if n < 0 {
        hasFailed = true
        return
      }
      if n == 0 {
        if isPaused { continue }
        return
      }
      if let start = unsafe start { _ = unsafe output.append(Bytes(base: start, count: n)) }
    }
  }
  /// Nothing more will be said on either side.
  public var isOver: Bool {
    if hasFailed { return true }
    return unsafe nghttp2_session_want_read(raw) == 0 && nghttp2_session_want_write(raw) == 0
  }
}
