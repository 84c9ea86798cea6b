public import Memory
import System

/// What a map's values are read as.
public enum MapOutput: UInt8, Sendable { case string, integer, address }

/// One list of patterns (the values of an `acl` line, a file, a map), as the operator sees and edits it. Expressions
/// compile it in their own way (`PatternExpression`) and are told of every edit. All methods may be called by any
/// thread.
public final class PatternReference: Sendable {
  /// An entry; its number never changes and orders the list.
  public struct Entry: Sendable {
    public let number: UInt32
    public let pattern: Bytes
    /// The value, in maps.
    public internal(set) var value: Bytes?
    /// The line of the file, or 0.
    public let line: Int
    let generation: UInt32
  }
  private struct State {
    var entries: [Entry] = []
    var nextNumber: UInt32 = 0
    /// The generation that lookups see, and the newest one that `prepare` gave out.
    var current: UInt32 = 0
    var prepared: UInt32 = 0
    var expressions: [PatternExpression] = []
    var kept = KeptTexts()
  }
  /// The file, as it was named; nil for patterns written in the configuration.
  public let file: String?
  public let isMap: Bool
  private struct Uses {
    var acl = false
    var map = false
    var text: String
  }
  private let uses: Lock<Uses>
  private let number = SharedCell(-1)
  private let state = Lock(State())

  init(file: String?, display: String, isMap: Bool) {
    self.file = file
    self.isMap = isMap
    uses = Lock(Uses(text: display))
  }

  deinit {
    number.giveBack()
    state.withLock { $0.kept.giveBack() }
  }
  /// Lets go of the expressions, which hold it in turn: nobody looks anything up any more.
  public func dismantle() { state.withLock { $0.expressions = [] } }

  /// The number that commands name it by (`#3`); -1 before `PatternRegistry.numberReferences`.
  public internal(set) var id: Int32 {
    get { Int32(truncatingIfNeeded: number.value) }
    set { number.set(Int(newValue)) }
  }
  /// Where it comes from and is used, as listings show it.
  public var display: String { uses.withLock { $0.text } }

  public var isUsedByACL: Bool { uses.withLock { $0.acl } }
  public var isUsedByMap: Bool { uses.withLock { $0.map } }
  /// Notes a use; for a file also in the text of listings.
  func markUse(map: Bool, location: String?) {
    uses.withLock { uses in
      if let location {
        uses.text += (uses.acl || uses.map ? ", by " : " used by ") + (isMap ? "map" : "acl") + " at " + location
      }
      if map { uses.map = true } else { uses.acl = true }
    }
  }

  public var count: Int { state.withLock { $0.entries.count } }
  public var currentGeneration: UInt32 { state.withLock { $0.current } }
  public var nextGeneration: UInt32 { state.withLock { $0.prepared } }

  /// The entries of a generation (the current one where nil), in order.
  public func entries(generation: UInt32? = nil) -> [Entry] {
    state.withLock { state in
      let wanted = generation ?? state.current
      return state.entries.filter { $0.generation == wanted }
    }
  }

  /// Entries behind `number` of a generation (the current one where nil), `limit` of them at most.
  public func entries(after number: Int64, limit: Int, generation: UInt32? = nil) -> [Entry] {
    state.withLock { state in
      let wanted = generation ?? state.current
      var (low, high) = (0, state.entries.count)
      while low < high {
        let middle = (low + high) / 2
        if Int64(state.entries[middle].number) <= number { low = middle + 1 } else { high = middle }
      }
      var found: [Entry] = []
      while low < state.entries.count && found.count < limit {
        if state.entries[low].generation == wanted { found.append(state.entries[low]) }
        low += 1
      }
      return found
    }
  }
  /// How many ways the list is compiled in.
  public var expressionCount: Int { state.withLock { $0.expressions.count } }
  var expressions: [PatternExpression] { state.withLock { $0.expressions } }

  /// A copy of the list's file, for `load`.
  func keep(file content: [UInt8]) -> Bytes { state.withLock { $0.kept.keep(file: content) } }
  /// Appends an entry without telling the expressions: while a file is read, before any uses it.
  func load(_ pattern: Bytes, value: Bytes?, line: Int) {
    state.withLock { state in
      state.entries.append(
        Entry(number: state.nextNumber, pattern: pattern, value: value, line: line, generation: state.current))
      state.nextNumber += 1
    }
  }
  func attach(_ expression: PatternExpression) throws(PatternError) {
    try state.withLock { (state) throws(PatternError) in
      try expression.rebuild(state.entries.filter { $0.generation == state.current })
      state.expressions.append(expression)
    }
  }

  // MARK: Edits

  /// Whether the current generation has an entry with this pattern.
  public func contains(_ pattern: Bytes) -> Bool {
    state.withLock { state in
      state.entries.contains { $0.generation == state.current && $0.pattern.equals(pattern) }
    }
  }

  /// Adds an entry at the end; both texts are copied.
  public func add(_ pattern: Bytes, value: Bytes? = nil, generation: UInt32? = nil) throws(PatternError) {
    try state.withLock { (state) throws(PatternError) in
      let number = state.nextNumber
      let entry = Entry(
        number: number, pattern: state.kept.keep(pattern, of: number),
        value: value.map { state.kept.keep($0, of: number) },
        line: 0, generation: generation ?? state.current)
      do throws(PatternError) {
        for expression in state.expressions { try expression.check(entry) }
      } catch {
        state.kept.forget([number])
        throw error
      }
      state.entries.append(entry)
      state.nextNumber += 1
      if entry.generation == state.current { for expression in state.expressions { expression.add(entry) } }
    }
  }

  /// Removes all entries of the current generation with this pattern; says how many there were.
  @discardableResult public func remove(_ pattern: Bytes) -> Int { removeAll { $0.pattern.equals(pattern) } }
  /// Removes the entry with this number.
  @discardableResult public func remove(number: UInt32) -> Int { removeAll { $0.number == number } }

  private func removeAll(_ matches: @Sendable (Entry) -> Bool) -> Int {
    state.withLock { state in
      var gone: [UInt32] = []
      for entry in state.entries where entry.generation == state.current && matches(entry) { gone.append(entry.number) }
      if gone.isEmpty { return 0 }
      let set = Set(gone)
      state.entries.removeAll { set.contains($0.number) }
      for expression in state.expressions { expression.remove(gone) }
      state.kept.forget(gone)
      return gone.count
    }
  }

  /// Gives all entries of the current generation with this pattern another value, which is copied; says how many there
  /// were.
  @discardableResult public func set(_ pattern: Bytes, value: Bytes) throws(PatternError) -> Int {
    try change(value) { $0.pattern.equals(pattern) }
  }
  @discardableResult public func set(number: UInt32, value: Bytes) throws(PatternError) -> Int {
    try change(value) { $0.number == number }
  }
  private func change(_ value: Bytes, _ matches: @Sendable (Entry) -> Bool) throws(PatternError) -> Int {
    try state.withLock { (state) throws(PatternError) in
      var changed = 0
      for i in state.entries.indices where state.entries[i].generation == state.current && matches(state.entries[i]) {
        var entry = state.entries[i]
        entry.value = value
        if changed == 0 { for expression in state.expressions { try expression.check(entry) } }
        entry.value = state.kept.replaceValue(value, of: entry.number)
        state.entries[i] = entry
        changed += 1
        for expression in state.expressions { expression.change(entry) }
      }
      return changed
    }
  }

  /// Removes every entry of a generation (the current one where nil).
  public func clear(generation: UInt32? = nil) {
    state.withLock { state in
      let wanted = generation ?? state.current
      state.kept.forget(state.entries.lazy.filter { $0.generation == wanted }.map(\.number))
      state.entries.removeAll { $0.generation == wanted }
      if wanted == state.current { for expression in state.expressions { expression.clear() } }
    }
  }

  /// A new generation to add entries to without any lookup seeing them (`prepare map`).
  public func prepare() -> UInt32 {
    state.withLock { state in
      state.prepared &+= 1
      return state.prepared
    }
  }
  /// Makes a prepared generation the current one and forgets all older entries. False where it is no prepared one.
  public func commit(_ generation: UInt32) throws(PatternError) -> Bool {
    try state.withLock { (state) throws(PatternError) in
      // Generations wrap around, so they are compared by distance.
      if generation &- state.current > state.prepared &- state.current { return false }
      let kept = state.entries.filter { Int32(bitPattern: $0.generation &- generation) >= 0 }
      for expression in state.expressions { try expression.rebuild(kept.filter { $0.generation == generation }) }
      state.kept.forget(
        state.entries.lazy.filter { Int32(bitPattern: $0.generation &- generation) < 0 }.map(\.number))
      state.entries = kept
      state.current = generation
      return true
    }
  }
}
