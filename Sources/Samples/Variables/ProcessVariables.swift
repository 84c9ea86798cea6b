public import Memory

/// The variables of scope `proc`, which all workers share. They exist from the time the configuration names them.
public final class ProcessVariables: Sendable {
  private struct State {
    var values: [SampleData?] = []
    var blocks: [ByteStore.Block] = []
    let store = ByteStore()
    var size = 0
  }
  private let state = Lock(State())
  private let totalSize = SharedCell()
  /// The names that operators made up, behind those of the configuration.
  private let lateNames = Lock<VariableNames?>(nil)

  public init() {}

  /// All names: those of the configuration and those that were set while the process ran.
  public func names(of configured: VariableNames) -> VariableNames { lateNames.withLock { $0 } ?? configured }
  public func keep(_ names: VariableNames) { lateNames.withLock { $0 = names } }

  /// Bytes accounted.
  public var size: Int { totalSize.value }

  /// The value copied into `arena`, or nil where the variable is not set.
  public func value(_ name: UInt32, arena: ByteArena) -> SampleData? {
    state.withLock { state in
      guard Int(name) < state.values.count, let value = state.values[Int(name)] else { return nil }
      guard let text = value.storedText else { return value }
      return arena.copy(text).map { value.withText($0) }
    }
  }

  @discardableResult
  public func set(_ name: UInt32, to value: SampleData, conditions: VariableConditions = [], limit: Int = 0) -> Bool {
    state.withLock { state in
      let index = Int(name)
      if index > 1 << 24 { return false }
      while state.values.count <= index {
        state.values.append(nil)
        state.blocks.append(.none)
      }
      let old = state.values[index]
      if !conditions.isEmpty, !conditions.hold(exists: true, old: old, new: value) { return false }
      let change =
        (value.storedText?.count ?? 0) - (old?.storedText?.count ?? 0) + (old == nil ? VariablePool.overhead : 0)
      if change > 0 && limit > 0 && state.size + change > limit { return false }
      guard let block = value.storedText.map({ state.store.store($0) }) ?? ByteStore.Block.none else { return false }
      state.store.release(state.blocks[index])
      state.values[index] = value.withText(block.bytes)
      state.blocks[index] = block
      state.size += change
      totalSize.set(state.size)
      return true
    }
  }

  public func unset(_ name: UInt32) {
    state.withLock { state in
      guard Int(name) < state.values.count, let old = state.values[Int(name)] else { return }
      state.size -= VariablePool.overhead + (old.storedText?.count ?? 0)
      state.store.release(state.blocks[Int(name)])
      state.values[Int(name)] = nil
      state.blocks[Int(name)] = .none
      totalSize.set(state.size)
    }
  }
}
