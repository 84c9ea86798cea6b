/// Bytes that wait between a producer and a consumer of one thread, in as many pooled buffers as they need. An empty
/// queue holds no memory. The producer bounds it: the queue takes whatever the pool can give.
@safe public struct ByteQueue: ~Copyable {
  private final class Node {
    var buffer: Buffer
    var next: Node?
    init(_ buffer: consuming Buffer) { self.buffer = buffer }
  }
  private let pool: BufferPool
  private var head = Buffer()
  /// What did not fit into `head`, in order.
  private var overflow: Node?
  private var last: Node?
  /// Bytes in all buffers.
  public private(set) var count = 0

  public init(pool: BufferPool) { self.pool = pool }
  public var isEmpty: Bool { count == 0 }

  /// Adds all of `bytes`; false where the pool has no buffer, and then some of them may have been added.
  public mutating func append(_ bytes: Bytes) -> Bool {
    var rest = bytes
    if overflow == nil {
      if !head.back(by: pool) { return false }
      rest = ByteQueue.move(rest, to: &head)
      count += bytes.count - rest.count
    } else if let last {
      rest = ByteQueue.move(rest, to: &last.buffer)
      count += bytes.count - rest.count
    }
    while !rest.isEmpty {
      guard let fresh = pool.takeScratch() else { return false }
      let node = Node(fresh)
      let before = rest.count
      rest = ByteQueue.move(rest, to: &node.buffer)
      count += before - rest.count
      if let last { last.next = node } else { overflow = node }
      last = node
    }
    return true
  }
  private static func move(_ bytes: Bytes, to buffer: inout Buffer) -> Bytes {
    if bytes.count > buffer.room && buffer.count < buffer.capacity / 4 { buffer.compact() }
    let n = min(bytes.count, buffer.room)
    _ = buffer.append(bytes.prefix(n))
    return bytes.dropFirst(n)
  }
  /// Puts a whole buffer in front of everything; only into an empty queue.
  public mutating func put(_ buffer: consuming Buffer) {
    precondition(count == 0)
    head = buffer
    count = head.count
  }

  /// The first bytes, as many as lie together, and those of the next buffer. Good until something is added or taken.
  public var front: Bytes { head.readable }
  public var second: Bytes { overflow?.buffer.readable ?? Bytes() }

  /// Takes `n` bytes out at the front.
  public mutating func consume(_ n: Int) {
    precondition(n <= count)
    count -= n
    var left = n
    while true {
      let here = min(left, head.count)
      head.consume(here)
      left -= here
      if !head.isEmpty { return }
      guard let next = overflow else { break }
      head = next.buffer.take()
      overflow = next.next
      if overflow == nil { last = nil }
      if left == 0 { return }
    }
    head.release()
  }

  /// Moves bytes to the tail of `buffer`, `limit` at most; returns how many.
  public mutating func move(into buffer: inout Buffer, limit: Int = .max) -> Int {
    var moved = 0
    while count > 0 {
      let n = min(head.count, buffer.room, limit - moved)
      if n <= 0 { break }
      _ = buffer.append(head.readable.prefix(n))
      consume(n)
      moved += n
    }
    return moved
  }

  /// Forgets everything.
  public mutating func clear() {
    head.release()
    overflow = nil
    last = nil
    count = 0
  }
}
