public import Memory
import Primitives

/// A stick table (manual section 4.2, `stick-table`), shared by all workers: each call takes the table's lock for a few
/// dozen instructions. `now` is the monotonic clock in milliseconds.
///
/// A slot that was obtained by `track` stays good until `untrack`.
public final class StickTable: Sendable {
  public let settings: TableSettings
  public let name: Bytes
  let state: Lock<TableState>

  public init(_ settings: TableSettings, seed: UInt64 = UInt64.random(in: .min ... .max)) {
    self.settings = settings
    name = Bytes(permanent: settings.name)
    state = Lock(TableState(settings, seed: seed))
  }

  /// How many entries there are.
  public func count(now: Int64) -> Int {
    state.withLock {
      $0.dropExpired(now, limit: .max)
      return $0.count
    }
  }

  // MARK: - Tracking

  /// Starts to track the entry of a key: connections count, and the entry stays. nil where the table is full.
  public func track(_ key: Bytes, now: Int64) -> Int32? {
    state.withLock { state in
      guard let slot = state.obtain(key, now: now) else { return nil }
      state.retain(slot)
      if let word = state.word(.currentConnections) { state.increment(slot, word) }
      if let word = state.word(.connectionCount) { state.increment(slot, word) }
      if let word = state.word(.connectionRate) { state.countRate(slot, word, .connectionRate, 1, settings, now) }
      state.touch(slot, now: now)
      return Int32(truncatingIfNeeded: slot)
    }
  }
  /// Another user of an entry that is tracked: it stays good until `letGo`, and nothing is counted.
  public func hold(_ slot: Int32) { state.withLock { if $0.isUsed(Int(slot)) { $0.retain(Int(slot)) } } }
  public func letGo(_ slot: Int32, now: Int64) {
    state.withLock { if $0.isUsed(Int(slot)) { $0.release(Int(slot), now: now) } }
  }
  public func untrack(_ slot: Int32, now: Int64) {
    state.withLock { state in
      let slot = Int(slot)
      guard state.isUsed(slot) else { return }
      if let word = state.word(.currentConnections) {
        let n = state.records[slot, word]
        if n > 0 { state.records[slot, word] = n - 1 }
        state.touch(slot, now: now)
      }
      state.release(slot, now: now)
    }
  }
  /// How many track the entry.
  public func trackers(_ slot: Int32) -> Int {
    state.withLock { $0.isUsed(Int(slot)) ? $0.references(Int(slot)) : 0 }
  }
  /// The key of a tracked entry.
  public func key(_ slot: Int32) -> Bytes { state.withLock { $0.key(Int(slot)) } }

  // MARK: - Counting in a tracked entry

  /// Adds to a count and to the rate beside it, where they are kept.
  public func count(
    _ slot: Int32, _ type: TableDataType, _ rate: TableDataType, by n: UInt64 = 1, element: Int = 0, now: Int64
  ) {
    if !settings.layout.has(type) && !settings.layout.has(rate) { return }
    state.withLock { _ = $0.count(Int(slot), type, rate, n, element, settings, now) }
  }
  /// As `count`, and tells the new value: that of the count, or else of the rate; nil where neither is kept.
  public func increment(
    _ slot: Int32, _ type: TableDataType, _ rate: TableDataType, element: Int = 0, now: Int64
  ) -> UInt64? {
    state.withLock { $0.count(Int(slot), type, rate, 1, element, settings, now) }
  }
  /// Sets a count to zero and tells what it was; nil where it is not kept.
  public func clear(_ slot: Int32, _ type: TableDataType, element: Int = 0, now: Int64) -> UInt64? {
    state.withLock { state in
      guard let word = state.word(type, element) else { return nil }
      let old = UInt64(state.records[Int(slot), word])
      state.records[Int(slot), word] = 0
      state.touch(Int(slot), now: now)
      return old
    }
  }
  public func set(_ slot: Int32, _ type: TableDataType, element: Int = 0, to value: UInt64, now: Int64) {
    state.withLock { state in
      state.set(Int(slot), type, element, value, settings, now)
      state.touch(Int(slot), now: now)
    }
  }
  /// A value of a tracked entry, rates in events per period; nil where it is not kept.
  public func value(_ slot: Int32, _ type: TableDataType, element: Int = 0, now: Int64) -> UInt64? {
    state.withLock { $0.value(Int(slot), type, element, settings, now) }
  }

  // MARK: - By key

  /// What is known of a key.
  public enum Found: Equatable, Sendable {
    case noEntry
    /// There is an entry, without data of the type.
    case notKept
    case value(UInt64)
  }
  public func value(of key: Bytes, _ type: TableDataType, element: Int = 0, now: Int64) -> Found {
    state.withLock { state in
      guard let slot = state.find(key, now: now) else { return .noEntry }
      return state.value(slot, type, element, settings, now).map { .value($0) } ?? .notKept
    }
  }
  public func contains(_ key: Bytes, now: Int64) -> Bool { state.withLock { $0.find(key, now: now) != nil } }
  /// Milliseconds until the entry of a key expires; nil without one.
  public func timeLeft(of key: Bytes, now: Int64) -> Int64? {
    state.withLock { state in
      state.find(key, now: now).map { settings.expire == 0 ? 0 : max(0, state.expire($0) - now) }
    }
  }
  public func trackers(of key: Bytes, now: Int64) -> Int? {
    state.withLock { state in state.find(key, now: now).map { state.references($0) } }
  }
  /// The entry of a key, held until `release`; made where there is none and `makes` says so.
  public func hold(_ key: Bytes, makes: Bool, now: Int64) -> Int32? {
    state.withLock { state in
      guard let slot = makes ? state.obtain(key, now: now) : state.find(key, now: now) else { return nil }
      state.retain(slot)
      return Int32(truncatingIfNeeded: slot)
    }
  }
  public func release(_ slot: Int32, touching: Bool = false, now: Int64) {
    state.withLock { state in
      guard state.isUsed(Int(slot)) else { return }
      if touching { state.touch(Int(slot), now: now) }
      state.release(Int(slot), now: now)
    }
  }

  // MARK: - Servers

  /// The server that a key belongs to: its id, and its name in the dictionary (0 for none). The entry lives longer.
  public func server(of key: Bytes, now: Int64) -> (id: UInt32, name: UInt32)? {
    state.withLock { state in
      guard let slot = state.find(key, now: now) else { return nil }
      state.touch(slot, now: now)
      return (
        state.word(.serverID).map { state.records[slot, $0] } ?? 0,
        state.word(.serverKey).map { state.records[slot, $0] } ?? 0
      )
    }
  }
  public func setServer(of key: Bytes, id: UInt32, name: UInt32, now: Int64) {
    state.withLock { state in
      guard let slot = state.obtain(key, now: now) else { return }
      if let word = state.word(.serverID) { state.records[slot, word] = id }
      if let word = state.word(.serverKey) { state.records[slot, word] = name }
      state.touch(slot, now: now)
    }
  }

  // MARK: - For commands

  /// A copy of one entry.
  public struct Snapshot: Sendable {
    public let key: [UInt8]
    public let identity: UInt
    public let uses: Int
    /// Milliseconds; 0 where entries do not age.
    public let timeLeft: Int64
    /// Each kept type with its elements in order.
    public let values: [(type: TableDataType, element: Int, value: UInt64)]
  }
  /// All entries, without any order.
  public func entries(now: Int64) -> [Snapshot] {
    state.withLock { state in
      state.dropExpired(now, limit: .max)
      return state.slots.filter { state.isUsed($0) }.map { state.snapshot($0, settings, now) }
    }
  }
  public func entry(_ key: Bytes, now: Int64) -> Snapshot? {
    state.withLock { state in state.find(key, now: now).map { state.snapshot($0, settings, now) } }
  }
  /// Removes the entry of a key; false where it is in use.
  public func remove(_ key: Bytes, now: Int64) -> Bool {
    state.withLock { state in
      guard let slot = state.find(key, now: now) else { return true }
      if state.references(slot) > 0 { return false }
      state.remove(slot)
      return true
    }
  }
}

extension TableState {
  func countRate(
    _ slot: Int, _ word: Int, _ type: TableDataType, _ n: UInt64, _ settings: borrowing TableSettings, _ now: Int64
  ) {
    var counter = records.counter(slot, word)
    counter.add(
      UInt32(truncatingIfNeeded: n), at: UInt32(truncatingIfNeeded: now), period: settings.layout.period(type))
    records.set(counter, slot, word)
  }
  mutating func count(
    _ slot: Int, _ type: TableDataType, _ rate: TableDataType, _ n: UInt64, _ element: Int,
    _ settings: borrowing TableSettings, _ now: Int64
  ) -> UInt64? {
    var result: UInt64?
    if let word = word(rate, element) {
      countRate(slot, word, rate, n, settings, now)
      result = value(slot, rate, element, settings, now)
    }
    if let word = word(type, element) {
      if type.form == .wideNumber {
        records[wide: slot, word] = records[wide: slot, word] &+ n
        result = records[wide: slot, word]
      } else {
        records[slot, word] = records[slot, word] &+ UInt32(truncatingIfNeeded: n)
        result = UInt64(records[slot, word])
      }
    }
    if result != nil { touch(slot, now: now) }
    return result
  }
  func value(
    _ slot: Int, _ type: TableDataType, _ element: Int, _ settings: borrowing TableSettings, _ now: Int64
  ) -> UInt64? {
    guard isUsed(slot), let word = word(type, element) else { return nil }
    switch type.form {
    case .number, .name: return UInt64(records[slot, word])
    case .wideNumber: return records[wide: slot, word]
    case .rate:
      let counter = records.counter(slot, word)
      return UInt64(counter.rate(at: UInt32(truncatingIfNeeded: now), period: settings.layout.period(type)))
    }
  }
  func set(
    _ slot: Int, _ type: TableDataType, _ element: Int, _ value: UInt64, _ settings: borrowing TableSettings,
    _ now: Int64
  ) {
    guard isUsed(slot), let word = word(type, element) else { return }
    switch type.form {
    case .number, .name: records[slot, word] = UInt32(truncatingIfNeeded: value)
    case .wideNumber: records[wide: slot, word] = value
    case .rate:
      // As if that had been counted over the last period.
      records.set(
        PeriodCounter(
          start: UInt32(truncatingIfNeeded: now), current: 0, previous: UInt32(truncatingIfNeeded: value)), slot, word)
    }
  }
  func snapshot(_ slot: Int, _ settings: borrowing TableSettings, _ now: Int64) -> StickTable.Snapshot {
    var values: [(type: TableDataType, element: Int, value: UInt64)] = []
    for type in settings.layout.types {
      for element in 0..<settings.layout.count(type) {
        values.append((type, element, value(slot, type, element, settings, now) ?? 0))
      }
    }
    return StickTable.Snapshot(
      key: key(slot).array, identity: records.identity(slot), uses: references(slot),
      timeLeft: settings.expire == 0 ? 0 : max(0, expire(slot) - now), values: values)
  }
}
