public import Glibc

/// Scratch memory of one worker: text built while one event is handled (rewritten header values, converter output,
/// log lines). Pieces are appended one after the other, and all are forgotten together by `reset` or back to a `mark`.
/// The size is fixed: an append that does not fit fails, which bounds what one request can make the proxy build.
@safe public final class ByteArena {
  @usableFromInline let base: UnsafeMutablePointer<UInt8>
  public let capacity: Int
  /// The numbers that change stand behind a pointer: stored variables of a class would be checked for exclusive
  /// access at each of their uses, which costs more than an append.
  @usableFromInline let state: UnsafeMutablePointer<State>
  @usableFromInline struct State {
    @usableFromInline var used = 0
    /// Where the piece being built starts, or -1.
    @usableFromInline var open = -1
    var isGivenBack = false
    @inlinable init() {}
  }
  @inlinable var used: Int {
    get { unsafe state.pointee.used }
    set { unsafe state.pointee.used = newValue }
  }
  @inlinable var open: Int {
    get { unsafe state.pointee.open }
    set { unsafe state.pointee.open = newValue }
  }

  public init(capacity: Int) {
    unsafe base = SpareMemory.take(bytes: ByteArena.rounded(capacity)).assumingMemoryBound(to: UInt8.self)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: State())
    self.capacity = capacity
  }
  // Its bytes stay: a `Bytes` may outlive the arena (see `Bytes`). Arenas are made once per worker.
  deinit { unsafe state.deallocate() }

  /// Lets another arena have the memory; this one is not to be used any more. Views of it
  /// read other bytes from then on.
  public func giveBack() {
    if unsafe state.pointee.isGivenBack { return }
    unsafe state.pointee.isGivenBack = true
    unsafe SpareMemory.give(UnsafeMutableRawPointer(base), bytes: ByteArena.rounded(capacity))
    used = capacity
    open = -1
  }

  /// Bytes of memory for that many.
  private static func rounded(_ capacity: Int) -> Int { (max(1, capacity) + 63) / 64 * 64 }

  @inlinable public var room: Int { capacity - used }
  @inlinable public var mark: Int { used }
  @inlinable public func reset(to mark: Int = 0) {
    precondition(mark >= 0 && mark <= used)
    used = mark
    open = -1
  }

  /// A copy of `bytes` in the arena, or nil where it does not fit.
  @inlinable public func copy(_ bytes: Bytes) -> Bytes? {
    if bytes.count > capacity - used { return nil }
    unsafe memcpy(base + used, bytes.base, bytes.count)
    let copy = unsafe Bytes(base: base + used, count: bytes.count)
    used += bytes.count
    return copy
  }

  /// Starts a piece; `append` adds to it and `finish` returns it. Pieces do not nest.
  /// The same of an array.
  public func copy(_ bytes: [UInt8]) -> Bytes? {
    if bytes.count > room { return nil }
    begin()
    for byte in bytes { append(byte: byte) }
    return finish()
  }
  @inlinable public func begin() { open = used }
  @inlinable @discardableResult public func append(_ bytes: Bytes) -> Bool {
    if bytes.count > capacity - used { return false }
    unsafe memcpy(base + used, bytes.base, bytes.count)
    used += bytes.count
    return true
  }
  @inlinable @discardableResult public func append(_ text: StaticString) -> Bool { append(Bytes(text)) }
  @inlinable @discardableResult public func append(byte: UInt8) -> Bool {
    if used == capacity { return false }
    unsafe base[used] = byte
    used += 1
    return true
  }
  /// Appends a signed decimal number.
  @discardableResult public func append(decimal value: Int64) -> Bool {
    if capacity - used < 20 { return false }
    if value >= 0 && value < 10 { return append(byte: UInt8(truncatingIfNeeded: 48 &+ value)) }
    var magnitude = value.magnitude
    var digits = 1
    var limit: UInt64 = 10
    while magnitude >= limit {
      digits &+= 1
      if digits == 20 { break }
      limit &*= 10
    }
    if value < 0 {
      unsafe base[used] = UInt8(ascii: "-")
      used += 1
    }
    var at = used + digits
    used = at
    repeat {
      at -= 1
      unsafe base[at] = UInt8(truncatingIfNeeded: 48 &+ magnitude % 10)
      magnitude /= 10
    } while magnitude > 0
    return true
  }
  /// The bytes appended since `begin`.
  @inlinable public func finish() -> Bytes {
    precondition(open >= 0)
    let piece = unsafe Bytes(base: base + open, count: used - open)
    open = -1
    return piece
  }
  /// Lets `fill` write up to `limit` bytes at the end; it returns how many it wrote. For C libraries.
  @unsafe public func appendUnsafe(limit: Int = .max, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    let n = unsafe fill(UnsafeMutableRawBufferPointer(start: base + used, count: min(limit, capacity - used)))
    if n > 0 {
      precondition(n <= capacity - used)
      used += n
    }
    return n
  }
}
