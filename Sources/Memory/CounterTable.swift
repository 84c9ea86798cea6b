import Synchronization

/// Rows of counters of one object, one for each thread that counts, side by side in memory. A handle, so copying it
/// neither retains nor allocates; the counters live as long as the process.
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
    let memory = UnsafeMutableRawPointer.allocate(byteCount: self.rows * stride * 8, alignment: 64)
    unsafe cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: self.rows * stride)
    for i in 0..<self.rows * stride { unsafe (cells + i).initialize(to: Atomic(0)) }
  }
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
