import HTTP
public import HTTP1
public import Memory

/// One stream of a session: how the bytes of its link, which are HTTP/1.1, become frames and the reverse.
public final class HTTP2Stream {
  /// Its number on the wire; below 0 while it has none.
  public internal(set) var id: Int32
  public private(set) var link: ByteLink
  /// For the owner: whose stream this is.
  public var user = 0
  /// For the owner: the generation of the configuration that it began under.
  public var home = 0
  /// For the owner: its user has something to see that it was not told of yet.
  public var isNoted = false
  /// Its session knows it no more, and its link may serve another.
  public internal(set) var isForgotten = false
  var isHead = false
  var isConnect = false
  var isExtended = false

  // Receiving
  /// What the peer has announced and not sent yet.
  var bodyLeft: UInt64?
  var isChunkedIn = false
  /// The peer's head has come: that of a request always, of an answer once it is not an interim one.
  var hasHead = true
  var interimHeads = 0
  /// A body without a length ends with the link: its reader does not know chunks.
  var endsByClosing = false
  /// What answers the client's `sec-websocket-key`, where there is one.
  var webSocketAccept: [UInt8] = []
  public internal(set) var peerEnded = false
  /// Bytes of DATA whose window has not been given back.
  var unconsumed = 0
  /// Bytes that were taken while the peer was not told yet.
  var owed = 0

  // Sending
  enum Body { case head, length(UInt64), chunked, untilClose, none }
  var body = Body.head
  var decoder = H1ChunkDecoder()
  var readsTrailers = false
  /// Bytes at the head of `link.outgoing` that may leave as DATA.
  var available = 0
  var bodyDone = false
  var hasTrailers = false
  var isDeferred = false
  /// It will be answered by a reset, or the peer has reset it.
  public internal(set) var isReset = false
  public internal(set) var isClosed = false

  init(_ id: Int32, _ link: ByteLink) {
    self.id = id
    self.link = link
  }
  /// As a new one.
  func begin(_ id: Int32, _ link: ByteLink) {
    self.id = id
    self.link = link
    (user, home) = (0, 0)
    (isNoted, isForgotten) = (false, false)
    (isHead, isConnect, isExtended) = (false, false, false)
    bodyLeft = nil
    (isChunkedIn, hasHead, endsByClosing, peerEnded) = (false, true, false, false)
    (interimHeads, unconsumed, owed) = (0, 0, 0)
    if !webSocketAccept.isEmpty { webSocketAccept = [] }
    body = .head
    decoder = H1ChunkDecoder()
    (readsTrailers, bodyDone, hasTrailers, isDeferred, isReset, isClosed) = (false, false, false, false, false, false)
    (available, trailersLength, endLength) = (0, 0, 0)
  }
  /// A request has come.
  func take(_ head: HTTP2RequestHead, ends: Bool) {
    (isConnect, isHead, isExtended) = head.kind
    let isTunnel = isConnect || isExtended
    if !isTunnel {
      bodyLeft = ends ? 0 : head.length
      isChunkedIn = !ends && head.length == nil
    }
    peerEnded = ends
    if ends && isTunnel { link.incomingEnded = true }
  }

  /// The request has wholly been handed over.
  public var isSent: Bool { bodyDone && available == 0 }

  /// Nothing but the end follows the `n` bytes of a chunked body: that end is taken with them.
  func endsBehind(_ n: Int) -> Bool {
    guard case .chunked = body, link.outgoing.readable.dropFirst(n).hasPrefix(Bytes("\r\n0\r\n\r\n")) else {
      return false
    }
    endLength = 7
    return true
  }

  /// Takes bytes of the body in. False: more than was announced.
  func receive(_ bytes: Bytes, _ tools: HTTP2Tools) -> Bool {
    unconsumed += bytes.count
    if let left = bodyLeft {
      if UInt64(bytes.count) > left { return false }
      bodyLeft = left - UInt64(bytes.count)
    }
    if bytes.isEmpty || link.isClosed || link.isBroken { return true }
    if !isChunkedIn { return link.incoming.append(bytes) }
    tools.line.reset()
    return tools.line.back(by: tools.pool) && H1Writer.writeChunkSize(UInt64(bytes.count), to: &tools.line)
      && link.incoming.append(tools.line.readable) && link.incoming.append(bytes)
      && link.incoming.append(Bytes("\r\n"))
  }

  /// Looks at what stands in `outgoing` behind the head: sets `available` and `bodyDone`. False: it makes no sense.
  func prepare(_ tools: HTTP2Tools) -> Bool {
    switch body {
    case .head: return true
    case .none: bodyDone = true
    case .length(let left):
      available = Int(min(left, UInt64(link.outgoing.count)))
      if left == 0 { bodyDone = true }
    case .untilClose:
      available = link.outgoing.count
      if available == 0 && (link.outgoingEnded || link.isClosed) { bodyDone = true }
    case .chunked:
      while available == 0 && !bodyDone && !link.outgoing.isEmpty {
        if readsTrailers {
          tools.trailerParser.reset()
          switch tools.trailerParser.parse(&link.outgoing, into: &tools.message) {
          case .needMore: return true
          case .invalid: return false
          case .complete(let framing):
            hasTrailers = tools.message.fieldCount > 0
            trailersLength = framing.headLength
            bodyDone = true
            return true
          }
        }
        switch decoder.next(link.outgoing.readable) {
        case .needMore(let framing): link.outgoing.consume(framing)
        case .data(let framing, let data):
          link.outgoing.consume(framing)
          available = data
        case .trailers(let framing):
          link.outgoing.consume(framing)
          readsTrailers = true
        case .invalid: return false
        }
      }
    }
    return true
  }
  var trailersLength = 0
  /// Bytes of framing that go with the data that leaves next.
  var endLength = 0

  /// `n` available bytes have left.
  func sent(_ n: Int) {
    available -= n
    link.outgoing.consume(n)
    if endLength > 0 {
      link.outgoing.consume(min(endLength, link.outgoing.count))
      endLength = 0
      (body, bodyDone) = (.none, true)
    }
    if case .length(let left) = body { body = .length(left - UInt64(n)) }
  }
}

/// What the sessions of one worker share to read what its streams write.
public final class HTTP2Tools {
  var message: HTTPMessage
  var parser: H1HeadParser
  var trailerParser: H1TrailerParser
  /// The size line of a chunk.
  var line = Buffer()
  /// Where the parts of the head stand that was written last.
  var places = HTTP2HeadPlaces()
  /// Fields on their way to nghttp2.
  var fields = HTTP2FieldList()
  var memo = HTTP2FieldMemo()
  let pool: BufferPool
  /// nil: sessions have memory of their own.
  let memory: HTTP2Memory?
  /// `sharesMemory`: for many sessions of one thread.
  public init(limits: H1Limits, pool: BufferPool, sharesMemory: Bool) {
    self.pool = pool
    memory = sharesMemory ? HTTP2Memory() : nil
    var limits = limits
    limits.acceptsInvalid = true
    limits.maxHeaders += 32
    limits.maxHeadLength += 4096
    message = HTTPMessage(capacity: limits.maxHeaders + 32)
    parser = H1HeadParser(.response, limits: limits)
    trailerParser = H1TrailerParser(limits: limits)
  }

  deinit { memo.clear() }

  /// Streams that have gone and that somebody may still look at, and those that nobody does.
  private var forgotten: [HTTP2Stream] = []
  private var spare: [HTTP2Stream] = []
  func makeStream(_ id: Int32, _ link: ByteLink) -> HTTP2Stream {
    guard let stream = spare.popLast() else { return HTTP2Stream(id, link) }
    stream.begin(id, link)
    return stream
  }
  func giveBack(_ stream: HTTP2Stream) {
    if memory == nil { return }
    forgotten.append(stream)
    if forgotten.count >= 256 { recycle() }
  }
  /// To be called between events, where memory is shared: streams that have gone serve others.
  public func recycle() {
    while var stream = forgotten.popLast() {
      if spare.count < 1024 && isKnownUniquelyReferenced(&stream) { spare.append(stream) }
    }
  }

  /// Sessions without streams that hold memory which they could do without.
  private var resting: [HTTP2Session] = []
  func noteRest(of session: HTTP2Session) -> Bool {
    if memory == nil { return false }
    session.restAge = 0
    if !session.isListed {
      session.isListed = true
      resting.append(session)
    }
    return true
  }
  /// To be called every now and then: what has rested for a whole time between two calls gives memory back. True: there
  /// are others.
  public func trim() -> Bool {
    resting.removeAll { session in
      let isAtRest = session.streams.isEmpty
      session.restAge += 1
      if isAtRest && session.restAge < 2 { return false }
      if isAtRest { session.trim() }
      session.isListed = false
      return true
    }
    return !resting.isEmpty
  }
}
