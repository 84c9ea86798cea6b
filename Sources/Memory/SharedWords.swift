public import Synchronization

/// A row of 64-bit words that any thread may read while one, holding whatever lock its owner prescribes, writes.
/// Unlike `CounterRow` it goes away with its last reference.
@safe public final class SharedWords: Sendable {
  @usableFromInline nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>
  public let count: Int

  public init(count: Int, value: UInt64 = 0) {
    unsafe cells = .allocate(capacity: max(count, 1))
    for i in 0..<count { unsafe (cells + i).initialize(to: Atomic(value)) }
    self.count = count
  }
  deinit { unsafe cells.deallocate() }

  /// Word `i`; traps outside `0..<count`.
  @inlinable public subscript(i: Int) -> UInt64 {
    get {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
      return unsafe cells[i].load(ordering: .relaxed)
    }
    set {
      precondition(UInt(bitPattern: i) < UInt(bitPattern: count))
      unsafe cells[i].store(newValue, ordering: .relaxed)
    }
  }
}
