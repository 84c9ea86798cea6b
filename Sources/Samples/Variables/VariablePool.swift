public import Memory

/// The most memory that variables may take, in bytes (`tune.vars.*`); 0 for no limit. A wider scope's limit counts
/// the narrower ones too.
public struct VariableLimits: Sendable {
  public var global = 0
  public var process = 0
  public var session = 0
  public var transaction = 0
  public var requestResponse = 0
  public var check = 0
  public init() {}
}

/// The sets of variables that one stream sees. The handles are made by `VariablePool.makeSet`; 0 stands for none.
public struct VariableScopes: Sendable {
  public var session: UInt32 = 0
  public var transaction: UInt32 = 0
  /// Of the request or the response, whichever is processed.
  public var request: UInt32 = 0
  public var response: UInt32 = 0
  public var check: UInt32 = 0
  public init() {}
}

/// All variables of one worker but those of the process. Sets and entries are slots of two arrays that are used again,
/// and text lives in blocks of a `ByteStore`: after warming up nothing is allocated.
public final class VariablePool {
  private struct Entry {
    var name: UInt32
    /// The next entry of the set, or of the free list; 0 ends both.
    var next: UInt32
    /// Nil after `unset-var`.
    var value: SampleData?
    var block: ByteStore.Block
  }
  private struct Set {
    /// First entry, or the next free set.
    var first: UInt32
    /// Bytes accounted to the set.
    var size: Int
    /// How many use it besides the one that made it.
    var others = 0
  }
  /// What one variable counts besides the text of its value.
  public static let overhead = 80

  public var limits: VariableLimits
  public let process: ProcessVariables
  private var entries: [Entry] = [Entry(name: 0, next: 0, value: nil, block: .none)]
  private var freeEntry: UInt32 = 0
  private var sets: [Set] = [Set(first: 0, size: 0)]
  private var freeSet: UInt32 = 0
  private let store = ByteStore()
  private var totalSize = 0

  public init(process: ProcessVariables, limits: VariableLimits = VariableLimits()) {
    self.process = process
    self.limits = limits
  }

  /// A new empty set, for a session, a transaction, a request or response, or a check.
  public func makeSet() -> UInt32 {
    if freeSet != 0 {
      let id = freeSet
      freeSet = sets[Int(id)].first
      sets[Int(id)] = Set(first: 0, size: 0)
      return id
    }
    sets.append(Set(first: 0, size: 0))
    return UInt32(sets.count - 1)
  }
  /// Another user of the set, who drops it too: it goes with the last of them.
  public func share(_ set: UInt32) { if set != 0 { sets[Int(set)].others += 1 } }
  /// Forgets all variables of the set, which stays usable.
  public func clear(_ set: UInt32) {
    if set == 0 { return }
    var at = sets[Int(set)].first
    while at != 0 {
      let next = entries[Int(at)].next
      store.release(entries[Int(at)].block)
      entries[Int(at)] = Entry(name: 0, next: freeEntry, value: nil, block: .none)
      freeEntry = at
      at = next
    }
    totalSize -= sets[Int(set)].size
    sets[Int(set)] = Set(first: 0, size: 0)
  }
  /// Forgets the set and its variables.
  public func drop(_ set: UInt32) {
    if set == 0 { return }
    if sets[Int(set)].others > 0 {
      sets[Int(set)].others -= 1
      return
    }
    clear(set)
    sets[Int(set)].first = freeSet
    freeSet = set
  }

  /// The end of the pool: its memory is another's.
  public func giveBack() { store.giveBack() }
  func forEach(in set: UInt32, _ body: (UInt32, SampleData) -> Void) {
    var at = set == 0 ? 0 : sets[Int(set)].first
    while at != 0 {
      if let value = entries[Int(at)].value { body(entries[Int(at)].name, value) }
      at = entries[Int(at)].next
    }
  }

  /// The value of a variable, or nil where it is not set. Text stays good until the variable changes; that of process
  /// variables is copied into `arena`.
  public func value(_ id: VariableID, _ scopes: VariableScopes, arena: ByteArena) -> SampleData? {
    if id.scope == .process { return process.value(id.name, arena: arena) }
    let entry = find(id, scopes)
    return entry == 0 ? nil : entries[Int(entry)].value
  }

  /// Sets a variable where the conditions hold. False where they do not, its scope does not exist here, or the limits
  /// leave no room.
  @discardableResult
  public func set(
    _ id: VariableID, _ scopes: VariableScopes, to value: SampleData, conditions: VariableConditions = []
  ) -> Bool {
    if id.scope == .process { return process.set(id.name, to: value, conditions: conditions, limit: limits.process) }
    let set = VariablePool.set(of: id.scope, scopes)
    if set == 0 { return false }
    var entry = find(id, scopes)
    let old = entry == 0 ? nil : entries[Int(entry)].value
    if !conditions.isEmpty, !conditions.hold(exists: entry != 0, old: old, new: value) { return false }
    let oldSize = entry == 0 ? 0 : VariablePool.overhead + (old?.storedText?.count ?? 0)
    let change = VariablePool.overhead + (value.storedText?.count ?? 0) - oldSize
    if change > 0 && !hasRoom(for: change, id.scope, scopes) { return false }
    // The new text may be a view of the old one, so the copy comes first.
    guard let block = value.storedText.map({ store.store($0) }) ?? ByteStore.Block.none else { return false }
    if entry == 0 { entry = add(id.name, to: set) }
    store.release(entries[Int(entry)].block)
    entries[Int(entry)].value = value.withText(block.bytes)
    entries[Int(entry)].block = block
    sets[Int(set)].size += change
    totalSize += change
    return true
  }

  /// Makes a variable hold no value; it goes on existing.
  public func unset(_ id: VariableID, _ scopes: VariableScopes) {
    if id.scope == .process { return process.unset(id.name) }
    let entry = find(id, scopes)
    if entry == 0 { return }
    let size = entries[Int(entry)].value?.storedText?.count ?? 0
    sets[Int(VariablePool.set(of: id.scope, scopes))].size -= size
    totalSize -= size
    store.release(entries[Int(entry)].block)
    entries[Int(entry)].block = .none
    entries[Int(entry)].value = nil
  }

  private static func set(of scope: VariableScope, _ scopes: VariableScopes) -> UInt32 {
    switch scope {
    case .process: 0
    case .session: scopes.session
    case .transaction: scopes.transaction
    case .request: scopes.request
    case .response: scopes.response
    case .check: scopes.check
    }
  }
  private func find(_ id: VariableID, _ scopes: VariableScopes) -> UInt32 {
    let set = VariablePool.set(of: id.scope, scopes)
    if set == 0 { return 0 }
    var at = sets[Int(set)].first
    while at != 0 && entries[Int(at)].name != id.name { at = entries[Int(at)].next }
    return at
  }
  private func add(_ name: UInt32, to set: UInt32) -> UInt32 {
    let entry: UInt32
    if freeEntry != 0 {
      entry = freeEntry
      freeEntry = entries[Int(entry)].next
    } else {
      entry = UInt32(entries.count)
      entries.append(Entry(name: 0, next: 0, value: nil, block: .none))
    }
    entries[Int(entry)] = Entry(name: name, next: sets[Int(set)].first, value: nil, block: .none)
    sets[Int(set)].first = entry
    return entry
  }

  private func hasRoom(for change: Int, _ scope: VariableScope, _ scopes: VariableScopes) -> Bool {
    func size(_ set: UInt32) -> Int { sets[Int(set)].size }
    let inner = size(scopes.request) + size(scopes.response)
    func fits(_ limit: Int, _ used: Int) -> Bool { limit == 0 || used + change <= limit }
    switch scope {
    case .request: if !fits(limits.requestResponse, size(scopes.request)) { return false }
    case .response: if !fits(limits.requestResponse, size(scopes.response)) { return false }
    case .check: if !fits(limits.check, size(scopes.check)) { return false }
    default: break
    }
    if scope == .request || scope == .response || scope == .transaction,
      !fits(limits.transaction, inner + size(scopes.transaction))
    {
      return false
    }
    if scope != .check, !fits(limits.session, inner + size(scopes.transaction) + size(scopes.session)) { return false }
    return fits(limits.process, totalSize + process.size) && fits(limits.global, totalSize + process.size)
  }
}

extension VariableConditions {
  func hold(exists: Bool, old: SampleData?, new: SampleData) -> Bool {
    if contains(.ifExists) && !exists || contains(.ifNotExists) && exists { return false }
    let isEmpty = new.storedText?.isEmpty ?? false
    if contains(.ifEmpty) && !isEmpty || contains(.ifNotEmpty) && isEmpty { return false }
    if contains(.ifSet) && old == nil || contains(.ifNotSet) && old != nil { return false }
    if case .integer(let a) = old, case .integer(let b) = new {
      if contains(.ifGreater) && a <= b || contains(.ifLess) && a >= b { return false }
    }
    return true
  }
}

extension SampleData {
  /// The text that must be copied to keep the value: not the name of a method known by number.
  var storedText: Bytes? {
    switch self {
    case .string(let text), .binary(let text): text
    case .method(let id, let text): id == .other ? text : nil
    default: nil
    }
  }
  func withText(_ text: Bytes) -> SampleData {
    switch self {
    case .string: .string(text)
    case .binary: .binary(text)
    case .method(let id, _): .method(id, text)
    default: self
    }
  }
}
