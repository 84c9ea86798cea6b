public import Glibc

/// Text that grows on the heap while it is made: for reports of the control plane, which are written by the thousand
/// lines and taken away piece by piece. Its storage is kept when it is emptied.
@safe public struct GrowingText {
  @usableFromInline var storage: [UInt8] = []
  /// Bytes at the head that were taken already.
  @usableFromInline var taken = 0

  public init(capacity: Int = 0) { storage.reserveCapacity(capacity) }

  /// Bytes that nobody has taken yet.
  @inlinable public var count: Int { storage.count - taken }
  @inlinable public var isEmpty: Bool { count == 0 }
  /// A copy of what is left, for tests and small texts.
  public var bytes: [UInt8] { Array(storage[taken...]) }

  @inlinable public mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    taken = 0
  }
  @inlinable public mutating func add(byte: UInt8) { storage.append(byte) }
  @inlinable public mutating func add(_ bytes: Bytes) {
    if bytes.count == 0 { return }
    unsafe storage.append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
  }
  @inlinable public mutating func add(_ text: StaticString) { add(Bytes(text)) }
  /// Text whose scalars each stand for one byte.
  public mutating func add(_ text: String) {
    for scalar in text.unicodeScalars { storage.append(UInt8(truncatingIfNeeded: scalar.value)) }
  }
  public mutating func add(decimal value: UInt64) {
    if value < 10 { return storage.append(48 &+ UInt8(truncatingIfNeeded: value)) }
    var digits = 1
    var probe = value
    while probe >= 10 {
      probe /= 10
      digits += 1
    }
    var divisor: UInt64 = 1
    for _ in 1..<digits { divisor *= 10 }
    var rest = value
    while divisor > 0 {
      storage.append(48 &+ UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }
  public mutating func add(signed value: Int64) {
    if value < 0 { storage.append(0x2d) }
    add(decimal: value.magnitude)
  }
  /// Gives the room of taken bytes back once they are most of the storage.
  mutating func compact() {
    if isEmpty { return removeAll() }
    if taken <= storage.count / 2 { return }
    storage.removeFirst(taken)
    taken = 0
  }
  /// Forgets what was added behind the first `count` bytes that are left.
  public mutating func truncate(to count: Int) {
    if count < self.count { storage.removeLast(self.count - max(0, count)) }
  }
}

extension Buffer {
  /// Takes bytes from the head of `text`, at most `limit` and as many as the room at the tail holds. Returns how many.
  @discardableResult public mutating func take(from text: inout GrowingText, limit: Int) -> Int {
    let n = min(limit, text.count, capacity - tail)
    if n <= 0 { return 0 }
    unsafe text.storage.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { unsafe memcpy(base + tail, start + text.taken, n) }
    }
    tail += n
    text.taken += n
    text.compact()
    return n
  }
}
