public import Memory
import Synchronization

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
  }
  /// The file, as it was named; nil for patterns written in the configuration.
  public let file: String?
  public let isMap: Bool
  private struct Uses {
    var acl = false
    var map = false
    var text: String
  }
  private let uses: Mutex<Uses>
  private let number = SharedCell(-1)
  private let state = Mutex(State())

  init(file: String?, display: String, isMap: Bool) {
    self.file = file
    self.isMap = isMap
    uses = Mutex(Uses(text: display))
  }

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
        uses.text += (uses.acl || uses.map ? ", by " : " used by ") + (map ? "map" : "acl") + " at " + location
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

  /// Adds an entry at the end; `pattern` and `value` must be permanent (or from a store that outlives the entry).
  public func add(_ pattern: Bytes, value: Bytes? = nil, generation: UInt32? = nil) throws(PatternError) {
    try state.withLock { (state) throws(PatternError) in
      let entry = Entry(
        number: state.nextNumber, pattern: pattern, value: value, line: 0,
        generation: generation ?? state.current)
      for expression in state.expressions { try expression.check(entry) }
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
      let gone = state.entries.filter { $0.generation == state.current && matches($0) }.map(\.number)
      if gone.isEmpty { return 0 }
      let set = Set(gone)
      state.entries.removeAll { set.contains($0.number) }
      for expression in state.expressions { expression.remove(gone) }
      return gone.count
    }
  }

  /// Gives all entries of the current generation with this pattern another value; says how many there were.
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
      state.entries = kept
      state.current = generation
      return true
    }
  }
}
