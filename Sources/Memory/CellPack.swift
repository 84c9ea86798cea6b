import Synchronization

/// Cells that belong to one object, side by side: an object of which there are many may not take a cache line for
/// each of its numbers. Take those that busy threads write together, so that they share a line, and those that are
/// mostly read after `nextLine`.
@safe public struct CellPack: Sendable {
  private nonisolated(unsafe) let base: UnsafeMutablePointer<Atomic<Int>>
  private let capacity: Int
  private var used = 0
  private static let lineCells = 8

  /// Room for `lines` cache lines of eight cells each.
  public init(lines: Int) {
    capacity = max(lines, 1) * Self.lineCells
    let memory = unsafe SpareMemory.take(bytes: capacity * 8)
    unsafe base = unsafe memory.bindMemory(to: Atomic<Int>.self, capacity: capacity)
    for at in 0..<capacity { unsafe (base + at).initialize(to: Atomic(0)) }
  }
  /// The next cell, which is given back with its pack and never alone; one of its own where the pack is used up.
  public mutating func cell(_ value: Int = 0) -> SharedCell {
    guard used < capacity else { return SharedCell(value) }
    let cell = unsafe SharedCell(at: base + used)
    used += 1
    cell.set(value)
    return cell
  }
  /// What comes now stands in another cache line than what came before.
  public mutating func nextLine() { used = (used + Self.lineCells - 1) / Self.lineCells * Self.lineCells }
  /// Gives the memory of all cells back for another use, as `SharedCell.giveBack`.
  public func giveBack() { unsafe SpareMemory.give(UnsafeMutableRawPointer(base), bytes: capacity * 8) }
}
