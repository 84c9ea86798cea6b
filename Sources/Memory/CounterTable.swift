import Synchronization

/// Rows of counters of one object, one for each thread that counts, side by side in memory. A handle, so copying it
/// neither retains nor allocates. The memory is never unmapped; a table that was given back becomes another one.
@safe public struct CounterTable: Sendable {
  @usableFromInline nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>
  public let rows: Int
  /// Counters of a row.
  public let count: Int
  /// Cells from one row to the next: whole cache lines, so that threads do not share one.
  @usableFromInline let stride: Int

  public init(rows: Int, count: Int) {
    self.rows = max(1, rows)
    self.count = max(1, count)
    stride = (self.count + 7) / 8 * 8
    let memory = unsafe SpareMemory.take(bytes: self.rows * stride * 8)
    unsafe cells = unsafe memory.bindMemory(to: Atomic<UInt64>.self, capacity: self.rows * stride)
    for i in 0..<self.rows * stride { unsafe (cells + i).initialize(to: Atomic(0)) }
  }
  /// Gives the table back for another use, as `SharedCell.giveBack`.
  public func giveBack() { unsafe SpareMemory.give(UnsafeMutableRawPointer(cells), bytes: rows * stride * 8) }
  /// The row that one thread writes.
  public func row(_ row: Int) -> CounterRow {
    precondition(row >= 0 && row < rows)
    return unsafe CounterRow(cells: cells + row * stride, count: count)
  }
  /// The sum over all threads.
  @inlinable public func total(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count)
    var sum: UInt64 = 0
    for row in 0..<rows { sum &+= unsafe cells[row &* stride &+ index].load(ordering: .relaxed) }
    return sum
  }
  /// The largest of all threads.
  @inlinable public func largest(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count)
    var most: UInt64 = 0
    for row in 0..<rows { most = max(most, unsafe cells[row &* stride &+ index].load(ordering: .relaxed)) }
    return most
  }
  public func clear(_ index: Int) { for row in 0..<rows { self.row(row).set(index, 0) } }
}
