public import CLinux
public import Glibc

/// A read-only view of bytes that a pool, an arena or the program image owns. It has no owner of its own and costs
/// nothing to copy; every access is checked against its length.
///
/// It is safe to use by the rule that this target keeps: memory that a `Bytes` can point into (pool pages, arena
/// pages, permanent copies, static text) is never unmapped nor handed to another allocator. A view kept for too long
/// reads stale bytes of a buffer, which is a bug of its holder, but never foreign memory.
@safe public struct Bytes: BitwiseCopyable {
  @usableFromInline let base: UnsafePointer<UInt8>
  public let count: Int

  /// The caller promises that `base` stays mapped for the life of the process.
  @inlinable @unsafe public init(base: UnsafePointer<UInt8>, count: Int) {
    unsafe self.base = unsafe base
    self.count = count
  }
  @inlinable public init(_ text: StaticString) {
    unsafe self.base = text.utf8Start
    self.count = text.utf8CodeUnitCount
  }
  @inlinable public init() { self.init("") }
  @inlinable public var isEmpty: Bool { count == 0 }

  /// Byte `i`; traps outside `0..<count`.
  @inlinable public subscript(i: Int) -> UInt8 {
    precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
    return unsafe base[i]
  }
  /// Byte `i`, or nil past the end.
  @inlinable public func at(_ i: Int) -> UInt8? { UInt(bitPattern: i) < UInt(bitPattern: count) ? unsafe base[i] : nil }

  /// `length` bytes from `start`; traps where they do not all exist.
  @inlinable public func slice(_ start: Int, _ length: Int) -> Bytes {
    precondition(start >= 0 && length >= 0 && start <= count && length <= count - start)
    return unsafe Bytes(base: base + start, count: length)
  }
  @inlinable public subscript(range: Range<Int>) -> Bytes { slice(range.lowerBound, range.count) }
  @inlinable public func dropFirst(_ n: Int) -> Bytes { n >= count ? slice(count, 0) : slice(n, count - n) }
  @inlinable public func prefix(_ n: Int) -> Bytes { slice(0, min(n, count)) }

  /// The same bytes as a span, for parsers.
  public var span: RawSpan {
    @_lifetime(borrow self) @inlinable get {
      let s = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: count)
      return unsafe _overrideLifetime(s, borrowing: self)
    }
  }
  /// For `System` and the C libraries.
  @inlinable @unsafe public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E)
    -> R
  {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }
  /// A copy on the heap, for the control plane.
  public var array: [UInt8] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }
  /// Puts a copy behind what is in an array, which keeps its room.
  public func append(to array: inout [UInt8]) {
    unsafe array.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
  }
  /// A copy decoded byte by byte (ISO 8859-1), for messages of the control plane.
  public var latin1: String { String(String.UnicodeScalarView(array.map { Unicode.Scalar($0) })) }

  /// Where this view starts inside `whole`, when it does lie inside it.
  @inlinable public func offset(in whole: Bytes) -> Int? {
    let distance = unsafe base - whole.base
    return distance >= 0 && distance + count <= whole.count ? distance : nil
  }
}

extension Bytes {
  @inlinable public func equals(_ other: Bytes) -> Bool {
    if count != other.count { return false }
    return unsafe memcmp(base, other.base, count) == 0
  }
  @inlinable public func equals(_ text: StaticString) -> Bool { equals(Bytes(text)) }
  @inlinable public func hasPrefix(_ other: Bytes) -> Bool { count >= other.count && prefix(other.count).equals(other) }
  @inlinable public func hasSuffix(_ other: Bytes) -> Bool {
    count >= other.count && slice(count - other.count, other.count).equals(other)
  }
  /// Equality without regard to the case of ASCII letters.
  @inlinable public func equalsIgnoringCase(_ other: Bytes) -> Bool {
    if count != other.count { return false }
    var i = 0
    // Mostly both have the same case.
    while count &- i >= 8, unsafe ByteLanes.load(base + i) == ByteLanes.load(other.base + i) { i &+= 8 }
    while i < count {
      let a = unsafe base[i]
      let b = unsafe other.base[i]
      if a != b && Bytes.lower(a) != Bytes.lower(b) { return false }
      i &+= 1
    }
    return true
  }
  @inlinable public func equalsIgnoringCase(_ text: StaticString) -> Bool { equalsIgnoringCase(Bytes(text)) }
  @inlinable static func lower(_ c: UInt8) -> UInt8 { c &- 65 < 26 ? c | 0x20 : c }

  /// The first place of `byte` at or after `start`, or nil.
  @inlinable public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    if start >= count || start < 0 { return nil }
    guard let found = unsafe memchr(base + start, Int32(byte), count - start) else { return nil }
    return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
  @inlinable public func lastIndex(of byte: UInt8) -> Int? {
    guard let found = unsafe weir_memrchr(base, Int32(byte), count) else { return nil }
    return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
  /// The first place of the byte string `other`, or nil; the empty string is found at 0.
  @inlinable public func firstIndex(of other: Bytes) -> Int? {
    if other.count == 0 { return 0 }
    if other.count > count { return nil }
    guard let found = unsafe weir_memmem(base, count, other.base, other.count) else { return nil }
    return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
}

/// Views of permanent memory (`Bytes(permanent:)`, static text) are read by all workers; a view of a pooled buffer or an
/// arena stays with the worker that owns it.
extension Bytes: @unchecked Sendable {}
