/// A list of plain values that grows as it has to and keeps its memory: no reference counting, no copy on write. An
/// empty one that was never used, or was released, has none.
@safe public struct PlainList<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>?
  @usableFromInline var capacity = 0
  /// How many it holds now.
  @inlinable public var count: Int { used }
  @usableFromInline var used = 0

  @inlinable public init() {}
  deinit { unsafe base?.deallocate() }

  @inlinable public var isEmpty: Bool { count == 0 }
  @inlinable public var indices: Range<Int> { 0..<count }

  /// Element `i`; traps outside `0..<count`.
  @inlinable public subscript(i: Int) -> Element {
    get {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
      return unsafe base.unsafelyUnwrapped[i]
    }
    set {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
      unsafe base.unsafelyUnwrapped[i] = newValue
    }
  }
  @inlinable public mutating func append(_ element: Element) {
    if used == capacity { grow() }
    unsafe (base.unsafelyUnwrapped + used).initialize(to: element)
    used &+= 1
  }
  @usableFromInline mutating func grow() {
    capacity = max(8, capacity * 2)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    if let base = unsafe base {
      unsafe larger.update(from: base, count: count)
      unsafe base.deallocate()
    }
    unsafe base = larger
  }
  /// Forgets the elements and keeps the memory.
  @inlinable public mutating func removeAll() { used = 0 }
  /// Gives the memory back; the elements are forgotten.
  public mutating func release() {
    unsafe base?.deallocate()
    unsafe (base, capacity, used) = (nil, 0, 0)
  }
}
