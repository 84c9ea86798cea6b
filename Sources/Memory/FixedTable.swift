/// A table with room for a fixed number of small plain values: no growth, no reference counting, no copy on write.
/// The memory is taken once and kept until the table is dropped; `removeAll` only forgets.
@safe public struct FixedTable<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// The most elements it can hold.
  public let capacity: Int
  /// How many it holds now.
  @inlinable public var count: Int { used }
  @usableFromInline var used = 0

  public init(capacity: Int) {
    self.capacity = max(capacity, 0)
    unsafe base = .allocate(capacity: max(capacity, 1))
  }
  deinit { unsafe base.deallocate() }

  @inlinable public var isEmpty: Bool { used == 0 }
  @inlinable public var isFull: Bool { used == capacity }

  /// Element `i`; traps outside `0..<count`.
  @inlinable public subscript(i: Int) -> Element {
    get {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: used))
      return unsafe base[i]
    }
    _modify {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: used))
      yield unsafe &base[i]
    }
  }
  /// Adds at the end; false where the table is full.
  @inlinable @discardableResult public mutating func append(_ element: Element) -> Bool {
    if used == capacity { return false }
    unsafe (base + used).initialize(to: element)
    used += 1
    return true
  }
  /// Adds before element `i`, moving the later ones; false where the table is full. Traps where `i` is past the end.
  public mutating func insert(_ element: Element, at i: Int) -> Bool {
    precondition(i >= 0 && i <= used)
    if used == capacity { return false }
    var at = used
    while at > i {
      unsafe (base + at).initialize(to: base[at - 1])
      at -= 1
    }
    unsafe (base + i).initialize(to: element)
    used += 1
    return true
  }
  @inlinable public mutating func removeAll() { used = 0 }
  /// Forgets the elements from `n` on.
  @inlinable public mutating func truncate(to n: Int) {
    precondition(n >= 0 && n <= used)
    used = n
  }
}
