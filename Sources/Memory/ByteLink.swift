/// Two byte streams between two parties of one thread: what a multiplexer gives to the user of one of its streams in
/// place of a socket. Each side reads what the other wrote, and sees how much room there is; neither calls the other.
/// Whatever the user does puts the link on its board, where the multiplexer's owner finds it.
@safe public final class ByteLink {
  /// Which multiplexer and which stream of it this is, in its owner's numbers.
  public var owner = 0
  public var slot = 0
  /// Where several owners share a board: whose it is.
  public var home = 0
  private let pool: BufferPool
  private let board: LinkBoard

  // From the multiplexer to the user.
  public var incoming: ByteQueue
  /// Nothing comes behind what is in `incoming`.
  public var incomingEnded = false
  /// The stream was broken off by the peer, or its connection was: nothing can be sent, and what came is worthless.
  public var isBroken = false
  /// The stream is over behind what is in `incoming`, which is still good: then it breaks off. Nothing can be sent.
  public var isCut = false
  /// It is sure that the peer has done nothing with what was sent, or likely: its connection ended.
  public var isUnserved = false

  // From the user to the multiplexer.
  public var outgoing = Buffer()
  /// The user ended its direction.
  public private(set) var outgoingEnded = false
  /// The user has gone; what is in `outgoing` may still be sent.
  public private(set) var isClosed = false
  /// It has gone without caring about what was not sent.
  public private(set) var isAborted = false
  fileprivate var isMarked = false

  public init(pool: BufferPool, board: LinkBoard) {
    self.pool = pool
    self.board = board
    incoming = ByteQueue(pool: pool)
  }

  /// Ready for another stream.
  public func reset() {
    incoming.clear()
    outgoing.release()
    incomingEnded = false
    isBroken = false
    isCut = false
    isUnserved = false
    outgoingEnded = false
    isClosed = false
    isAborted = false
  }

  // MARK: The user's side

  /// There is something to learn by receiving.
  public var canReceive: Bool { !incoming.isEmpty || incomingEnded || isBroken || isCut }
  public var canSend: Bool { isBroken || isCut || !outgoing.isBacked || outgoing.totalRoom > 0 }

  public func receive(into buffer: inout Buffer, limit: Int) -> Int {
    let n = incoming.move(into: &buffer, limit: limit)
    if n > 0 { board.mark(self) }
    return n
  }
  /// Takes what there is room for; returns how much that was.
  public func send(_ first: Bytes, _ second: Bytes) -> Int {
    if !outgoing.back(by: pool) { return 0 }
    if outgoing.room < first.count + second.count { outgoing.compact() }
    let a = min(first.count, outgoing.room)
    _ = outgoing.append(first.prefix(a))
    let b = min(second.count, outgoing.room)
    _ = outgoing.append(second.prefix(b))
    if a + b > 0 { board.mark(self) }
    return a + b
  }
  public func endSending() {
    if outgoingEnded { return }
    outgoingEnded = true
    board.mark(self)
  }
  public func close(abort: Bool) {
    if isClosed { return }
    isClosed = true
    isAborted = abort
    board.mark(self)
  }
}

/// The links of one thread whose users have done something since their multiplexers last looked.
public final class LinkBoard {
  private var links: [ByteLink] = []
  /// How many of them have been taken.
  private var taken = 0
  public init() {}
  public var isEmpty: Bool { links.isEmpty }

  func mark(_ link: ByteLink) {
    if link.isMarked { return }
    link.isMarked = true
    links.append(link)
  }
  /// Links that were given back, for the streams to come.
  private var spare: [ByteLink] = []
  public func makeLink(pool: BufferPool) -> ByteLink { spare.popLast() ?? ByteLink(pool: pool, board: self) }
  /// Takes a link that neither side uses any more.
  public func giveBack(_ link: ByteLink) {
    link.reset()
    if spare.count < 1024 { spare.append(link) }
  }

  /// In the order in which they were marked.
  public func takeFirst() -> ByteLink? {
    if links.isEmpty { return nil }
    let link = links[taken]
    taken += 1
    if taken == links.count {
      links.removeAll(keepingCapacity: true)
      taken = 0
    }
    link.isMarked = false
    return link
  }
}
