import Glibc

/// Records of one fixed size, in rows of 32-bit words, that are made as they are needed and never move: tables of
/// entries that traffic fills. Views of bytes in a record (`bytes`) stay mapped for good (see `Bytes`).
@safe public struct RecordStore: ~Copyable {
  /// Words of one record.
  public let width: Int
  @usableFromInline var chunks: [UnsafeMutablePointer<UInt32>]
  /// How many records there are.
  public private(set) var count = 0
  /// Records of a chunk: a power of two, so that a record is found by shift and mask.
  @usableFromInline let shift: Int

  public init(width: Int) {
    self.width = max(width, 1)
    var shift = 4
    while shift < 12 && (self.width * 4) << (shift + 1) <= 64 << 10 { shift += 1 }
    self.shift = shift
    unsafe chunks = []
  }
  // No deinit: a `Bytes` may outlive the store.

  /// One more record, all zeroes; returns its number.
  public mutating func add() -> Int {
    let room = unsafe chunks.count << shift
    if count == room {
      let words = width << shift
      let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: words)
      unsafe memory.initialize(repeating: 0, count: words)
      unsafe chunks.append(memory)
    }
    count += 1
    return count - 1
  }

  @inlinable func place(_ record: Int, _ offset: Int) -> UnsafeMutablePointer<UInt32> {
    precondition(UInt(bitPattern: record) < UInt(bitPattern: count))
    precondition(UInt(bitPattern: offset) < UInt(bitPattern: width))
    return unsafe chunks[record >> shift] + ((record & (1 << shift - 1)) * width + offset)
  }
  /// One word; traps outside of the record.
  @inlinable public subscript(record: Int, offset: Int) -> UInt32 {
    get { unsafe place(record, offset).pointee }
    nonmutating set { unsafe place(record, offset).pointee = newValue }
  }
  /// Two words as one number; traps outside of the record.
  @inlinable public subscript(wide record: Int, offset: Int) -> UInt64 {
    get {
      precondition(offset < width - 1)
      let at = unsafe place(record, offset)
      return unsafe UInt64(at[0]) | UInt64(at[1]) << 32
    }
    nonmutating set {
      precondition(offset < width - 1)
      let at = unsafe place(record, offset)
      unsafe at[0] = UInt32(truncatingIfNeeded: newValue)
      unsafe at[1] = UInt32(truncatingIfNeeded: newValue >> 32)
    }
  }
  /// `length` bytes from word `offset` on; traps where they are not all of the record.
  @inlinable public func bytes(_ record: Int, _ offset: Int, _ length: Int) -> Bytes {
    precondition(length >= 0 && length <= (width - offset) * 4)
    return unsafe Bytes(
      base: UnsafeRawPointer(place(record, offset)).assumingMemoryBound(to: UInt8.self), count: length)
  }
  /// Writes bytes from word `offset` on; traps where they do not fit.
  public func setBytes(_ record: Int, _ offset: Int, _ bytes: Bytes) {
    precondition(bytes.count <= (width - offset) * 4)
    unsafe memcpy(place(record, offset), bytes.base, bytes.count)
  }
  /// Zeroes the words from `offset` to the end of the record.
  public func clear(_ record: Int, from offset: Int) {
    unsafe place(record, offset).update(repeating: 0, count: width - offset)
  }
  /// A number that tells the record from all others of the process: where it lies.
  public func identity(_ record: Int) -> UInt { unsafe UInt(bitPattern: place(record, 0)) }
}

/// A fixed row of 32-bit words that start at zero and cost no memory until they are written.
@safe public struct ZeroedWords: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<UInt32>
  public let count: Int

  public init(count: Int) {
    self.count = max(count, 1)
    guard let memory = unsafe calloc(self.count, 4) else { fatalError("out of memory") }
    unsafe base = memory.bindMemory(to: UInt32.self, capacity: self.count)
  }
  deinit { unsafe free(base) }

  /// Word `i`; traps outside `0..<count`.
  @inlinable public subscript(i: Int) -> UInt32 {
    get {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
      return unsafe base[i]
    }
    nonmutating set {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
      unsafe base[i] = newValue
    }
  }
}
