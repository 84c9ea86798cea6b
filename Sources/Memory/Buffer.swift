public import Glibc

/// A fixed piece of pool memory with a readable region: bytes are appended at the tail by a producer (a socket, a
/// writer) and consumed at the head. It is owned by one holder at a time, and goes back to its pool when dropped.
@safe public struct Buffer: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<UInt8>
  public let capacity: Int
  @usableFromInline var head: Int = 0
  @usableFromInline var tail: Int = 0
  /// The pool outlives its buffers, which take no part in its reference count.
  @usableFromInline let pool: Unmanaged<BufferPool>?

  @inlinable init(base: UnsafeMutablePointer<UInt8>, capacity: Int, pool: BufferPool) {
    unsafe self.base = unsafe base
    self.capacity = capacity
    unsafe self.pool = Unmanaged.passUnretained(pool)
  }
  /// A buffer without memory: it holds nothing and takes nothing until one from a pool replaces it.
  @inlinable public init() {
    unsafe base = UnsafeMutablePointer(mutating: ("" as StaticString).utf8Start)
    capacity = 0
    unsafe pool = nil
  }
  @inlinable deinit {
    if let pool = unsafe pool { unsafe pool._withUnsafeGuaranteedRef { unsafe $0.giveBack(base) } }
  }

  /// Whether there is memory behind it.
  @inlinable public var isBacked: Bool { capacity != 0 }
  /// Takes memory of the pool where there is none yet. False where the pool has none to give.
  @inlinable public mutating func back(by pool: BufferPool) -> Bool {
    if isBacked { return true }
    guard let fresh = pool.take() else { return false }
    self = consume fresh
    return true
  }
  /// Gives the memory back to its pool; what was readable is gone.
  @inlinable public mutating func release() { if isBacked { self = Buffer() } }
  /// Moves memory and bytes to the caller and leaves nothing.
  @inlinable public mutating func take() -> Buffer {
    var other = Buffer()
    swap(&self, &other)
    return other
  }

  /// Number of readable bytes.
  @inlinable public var count: Int { tail - head }
  @inlinable public var isEmpty: Bool { tail == head }
  /// Bytes that can be appended without moving anything.
  @inlinable public var room: Int { capacity - tail }
  /// Bytes that can be appended after `compact()`.
  @inlinable public var totalRoom: Int { capacity - tail + head }
  /// The readable bytes. The view is good until the next `compact`, `reset` or drop.
  @inlinable public var readable: Bytes { unsafe Bytes(base: base + head, count: tail - head) }

  /// Forgets the first `n` readable bytes; when none is left the whole capacity is free again.
  @inlinable public mutating func consume(_ n: Int) {
    precondition(n >= 0 && n <= tail - head)
    head += n
    if head == tail { (head, tail) = (0, 0) }
  }
  /// Like `consume`, but never rewinds: views of consumed bytes stay good.
  @inlinable public mutating func consumeKeeping(_ n: Int) {
    precondition(n >= 0 && n <= tail - head)
    head += n
  }
  /// Takes `n` bytes at the head out of sight, to be brought back by `reveal` before anything else is done.
  @inlinable public mutating func hide(_ n: Int) -> Int {
    precondition(n >= 0 && n <= tail - head)
    head += n
    return n
  }
  @inlinable public mutating func reveal(_ n: Int) {
    precondition(n >= 0 && n <= head)
    head -= n
  }
  /// Makes everything readable again that `consumeKeeping` has consumed.
  @inlinable public mutating func rewind() { head = 0 }
  /// Drops readable bytes from the tail, down to `n`.
  @inlinable public mutating func truncate(to n: Int) {
    precondition(n >= 0 && n <= tail - head)
    tail = head + n
  }
  @inlinable public mutating func reset() { (head, tail) = (0, 0) }
  /// Moves the readable bytes to the front. Views of them are stale afterwards.
  @inlinable public mutating func compact() {
    if head == 0 { return }
    unsafe memmove(base, base + head, tail - head)
    (head, tail) = (0, tail - head)
  }

  /// Appends all of `bytes`, or nothing and false where the room at the tail is short.
  @inlinable public mutating func append(_ bytes: Bytes) -> Bool {
    if bytes.count > capacity - tail { return false }
    unsafe memcpy(base + tail, bytes.base, bytes.count)
    tail += bytes.count
    return true
  }
  @inlinable public mutating func append(_ text: StaticString) -> Bool { append(Bytes(text)) }
  @inlinable public mutating func append(byte: UInt8) -> Bool {
    if tail == capacity { return false }
    unsafe base[tail] = byte
    tail += 1
    return true
  }
  /// Appends a heap array: for the control plane.
  public mutating func append(_ bytes: [UInt8]) -> Bool {
    if bytes.count > capacity - tail { return false }
    unsafe bytes.withUnsafeBytes { from in
      if let start = unsafe from.baseAddress { unsafe memcpy(base + tail, start, from.count) }
    }
    tail += bytes.count
    return true
  }
  /// Lets `fill` write into the room at the tail; it returns how many bytes it wrote. For `System` and C libraries.
  @inlinable @unsafe public mutating func appendUnsafe(
    limit: Int = .max, _ fill: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    let n = unsafe fill(UnsafeMutableRawBufferPointer(start: base + tail, count: min(limit, capacity - tail)))
    if n > 0 {
      precondition(n <= capacity - tail)
      tail += n
    }
    return n
  }
  /// Overwrites one readable byte.
  @inlinable public mutating func set(_ i: Int, _ byte: UInt8) {
    precondition(i >= 0 && i < tail - head)
    unsafe base[head + i] = byte
  }
}
