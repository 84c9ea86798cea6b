public import Glibc

/// Text that grows on the heap while it is made: for reports of the control plane, which are written by the thousand
/// lines and taken away piece by piece. Its storage is kept when it is emptied.
@safe public struct GrowingText: Sendable {
  /// Room, all of it initialized; what stands between `taken` and `end` is the text.
  @usableFromInline var storage: [UInt8] = []
  @usableFromInline var end = 0
  /// Bytes at the head that were taken already.
  @usableFromInline var taken = 0

  public init(capacity: Int = 0) { if capacity > 0 { grow(capacity) } }

  /// Bytes that nobody has taken yet.
  @inlinable public var count: Int { end - taken }
  @inlinable public var isEmpty: Bool { count == 0 }
  /// A copy of what is left.
  public var bytes: [UInt8] { Array(storage[taken..<end]) }

  @inlinable public mutating func removeAll() {
    end = 0
    taken = 0
  }
  /// Room for `n` more bytes.
  @usableFromInline @inline(never) mutating func grow(_ n: Int) {
    let wanted = max(n - (storage.count - end), storage.count, 1024)
    storage.append(contentsOf: repeatElement(0, count: wanted))
  }
  @inlinable public mutating func add(byte: UInt8) {
    if end == storage.count { grow(1) }
    storage[end] = byte
    end &+= 1
  }
  @inlinable public mutating func add(_ bytes: Bytes) {
    let n = bytes.count
    if n == 0 { return }
    if storage.count &- end < n { grow(n) }
    let place = end
    unsafe storage.withUnsafeMutableBytes { room in
      if let start = room.baseAddress { unsafe memcpy(start + place, bytes.base, n) }
    }
    end &+= n
  }
  /// A part of an array.
  public mutating func add(_ bytes: [UInt8], _ range: Range<Int>) {
    let n = range.count
    if n == 0 || range.lowerBound < 0 || range.upperBound > bytes.count { return }
    if storage.count - end < n { grow(n) }
    let place = end
    unsafe bytes.withUnsafeBytes { source in
      unsafe storage.withUnsafeMutableBytes { room in
        if let to = room.baseAddress, let from = source.baseAddress {
          unsafe memcpy(to + place, from + range.lowerBound, n)
        }
      }
    }
    end += n
  }
  @inlinable public mutating func add(_ text: StaticString) { add(Bytes(text)) }
  /// Adds a part of another text.
  public mutating func add(_ other: borrowing GrowingText, from start: Int, to end: Int) {
    if start < 0 || end > other.end || start >= end { return }
    let n = end - start
    if storage.count - self.end < n { grow(n) }
    let place = self.end
    unsafe other.storage.withUnsafeBytes { source in
      unsafe storage.withUnsafeMutableBytes { room in
        if let to = room.baseAddress, let from = source.baseAddress { unsafe memcpy(to + place, from + start, n) }
      }
    }
    self.end += n
  }

  /// Text whose scalars each stand for one byte. Literals are `StaticString` here: their bytes are taken as they are.
  @_disfavoredOverload public mutating func add(_ text: String) {
    if addASCII(text, where: { $0 < 0x80 }) { return }
    for scalar in text.unicodeScalars { add(byte: UInt8(truncatingIfNeeded: scalar.value)) }
  }
  /// Adds text that no markup, label, JSON or CSV escapes anything of. False where it is another text: then nothing is
  /// added.
  public mutating func add(plain text: String) -> Bool { addASCII(text, where: Self.isPlain) }
  public mutating func add(plain bytes: Bytes) -> Bool {
    for i in 0..<bytes.count where !Self.isPlain(bytes[i]) { return false }
    add(bytes)
    return true
  }
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: "\\"):
      false
    default: byte >= 0x20 && byte < 0x7f
    }
  }
  /// Adds all of the text, or nothing where a byte of it is not one of these.
  @inline(__always)
  private mutating func addASCII(_ text: String, where isAllowed: (UInt8) -> Bool) -> Bool {
    let n = text.utf8.count
    if storage.count - end < n { grow(n) }
    let place = end
    var text = text
    let isAdded = text.withUTF8 { bytes in
      unsafe storage.withUnsafeMutableBufferPointer { room in
        for i in 0..<n {
          let byte = unsafe bytes[i]
          if !isAllowed(byte) { return false }
          unsafe room[place + i] = byte
        }
        return true
      }
    }
    if isAdded { end += n }
    return isAdded
  }

  public mutating func add(decimal value: UInt64) {
    if value < 10 { return add(byte: 48 &+ UInt8(truncatingIfNeeded: value)) }
    var digits = 2
    var bound: UInt64 = 100
    while value >= bound {
      digits &+= 1
      if digits == 20 { break }
      bound &*= 10
    }
    if storage.count &- end < digits { grow(digits) }
    let last = end &+ digits &- 1
    unsafe storage.withUnsafeMutableBufferPointer { room in
      var rest = value
      for i in 0..<digits {
        unsafe room[last &- i] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
    end &+= digits
  }
  public mutating func add(signed value: Int64) {
    if value < 0 { add(byte: 0x2d) }
    add(decimal: value.magnitude)
  }
  /// Gives the room of taken bytes back once they are most of the storage.
  mutating func compact() {
    if isEmpty { return removeAll() }
    if taken <= storage.count / 2 { return }
    let (from, n) = (taken, count)
    unsafe storage.withUnsafeMutableBytes { room in
      if let start = room.baseAddress { unsafe memmove(start, start + from, n) }
    }
    taken = 0
    end = n
  }
  /// Forgets what was added behind the first `count` bytes that are left.
  public mutating func truncate(to count: Int) {
    if count < self.count { end = taken + max(0, count) }
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
