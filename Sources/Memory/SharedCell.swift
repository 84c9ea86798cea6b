public import Synchronization

/// A number that several threads read and change: a handle, so copying it neither retains nor allocates. The memory of
/// the cell is never unmapped; a cell that was given back becomes another one.
@safe public struct SharedCell: Sendable {
  @usableFromInline nonisolated(unsafe) let cell: UnsafeMutablePointer<Atomic<Int>>

  public init(_ value: Int = 0) {
    // A cache line of its own, so that two busy cells never bounce together.
    let memory = unsafe SpareMemory.take(bytes: 64)
    unsafe cell = unsafe memory.bindMemory(to: Atomic<Int>.self, capacity: 1)
    unsafe cell.initialize(to: Atomic(value))
  }
  /// A cell of a pack.
  init(at cell: UnsafeMutablePointer<Atomic<Int>>) { unsafe self.cell = cell }
  /// Gives the cell back for another use. Whoever still has a handle reads and changes a number that is not its own.
  public func giveBack() { unsafe SpareMemory.give(UnsafeMutableRawPointer(cell), bytes: 64) }
  @inlinable public var value: Int { unsafe cell.pointee.load(ordering: .relaxed) }
  @inlinable public func set(_ value: Int) { unsafe cell.pointee.store(value, ordering: .relaxed) }
  /// Adds and returns the new value.
  @inlinable @discardableResult public func add(_ n: Int) -> Int {
    unsafe cell.pointee.wrappingAdd(n, ordering: .relaxed).newValue
  }
  /// Adds one unless that would exceed `limit`; says whether it did. For admission (`maxconn`).
  @inlinable public func addIfBelow(_ limit: Int) -> Bool {
    var current = value
    while current < limit {
      let (done, original) = unsafe cell.pointee.weakCompareExchange(
        expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
      if done { return true }
      current = original
    }
    return false
  }
  /// Stores `new` where the cell holds `old`; says whether it did.
  @inlinable public func exchange(_ old: Int, for new: Int) -> Bool {
    unsafe cell.pointee.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing).exchanged
  }
  /// Raises the cell to `n` if it is lower: for the high-water marks of statistics.
  @inlinable public func raise(to n: Int) {
    var current = value
    while current < n {
      let (done, original) = unsafe cell.pointee.weakCompareExchange(
        expected: current, desired: n, ordering: .relaxed)
      if done { return }
      current = original
    }
  }
  @inlinable public var acquired: Int { unsafe cell.pointee.load(ordering: .acquiring) }
  @inlinable public func release(_ value: Int) { unsafe cell.pointee.store(value, ordering: .releasing) }
}

/// A row of statistics counters with one writing thread and any number of readers: adding is a plain load and store,
/// without a locked instruction. Readers add up the rows of all threads.
@safe public struct CounterRow: Sendable {
  @usableFromInline nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>
  public let count: Int

  public init(count: Int) {
    let bytes = (count * 8 + 63) / 64 * 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
    unsafe cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    for i in 0..<count { unsafe (cells + i).initialize(to: Atomic(0)) }
    self.count = count
  }
  init(cells: UnsafeMutablePointer<Atomic<UInt64>>, count: Int) {
    unsafe self.cells = cells
    self.count = count
  }
  @inlinable public func add(_ index: Int, _ n: UInt64 = 1) {
    precondition(index >= 0 && index < count)
    let old = unsafe cells[index].load(ordering: .relaxed)
    unsafe cells[index].store(old &+ n, ordering: .relaxed)
  }
  @inlinable public func value(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count)
    return unsafe cells[index].load(ordering: .relaxed)
  }
  @inlinable public func set(_ index: Int, _ value: UInt64) {
    precondition(index >= 0 && index < count)
    unsafe cells[index].store(value, ordering: .relaxed)
  }
}
