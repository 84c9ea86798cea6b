import Memory
import Primitives

/// The entries of a table: flat records found by a hash of their key, ordered by the tick at which they expire. The
/// caller holds the table's lock.
///
/// An entry that is used gets a later tick by one store; its place in the order is only corrected when it comes up
/// there. Entries that somebody tracks are neither expired nor purged.
struct TableState: ~Copyable {
  /// Words of a record before its key.
  private enum Word {
    static let next = 0
    static let hash = 1
    static let references = 2
    static let serial = 3
    static let expire = 4
    static let update = 6
    static let keyLength = 7
    static let key = 8
  }
  private let settings: TableSettings
  private let seed: UInt64
  private let buckets: ZeroedWords
  private let mask: Int
  private let data: Int
  var records: RecordStore
  /// The first of the records that nobody uses, counted from one.
  private var free: UInt32 = 0
  private(set) var count = 0
  private var order = ExpiryOrder()
  private var serial: UInt32 = 0
  var updates = TableUpdates()

  init(_ settings: TableSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
    var size = 16
    while size < settings.size && size < 1 << 22 { size <<= 1 }
    buckets = ZeroedWords(count: size)
    mask = size - 1
    data = Word.key + (settings.keyLength + 3) / 4
    records = RecordStore(width: data + settings.layout.width)
  }

  // MARK: - Entries

  func key(_ slot: Int) -> Bytes { records.bytes(slot, Word.key, Int(records[slot, Word.keyLength])) }
  func references(_ slot: Int) -> Int { Int(records[slot, Word.references]) }
  func expire(_ slot: Int) -> Int64 { Int64(bitPattern: records[wide: slot, Word.expire]) }
  func updateID(_ slot: Int) -> UInt32 { records[slot, Word.update] }
  func setUpdateID(_ slot: Int, _ id: UInt32) { records[slot, Word.update] = id }
  /// The word of a data element of an entry.
  @inline(__always) func word(_ type: TableDataType, _ element: Int = 0) -> Int? {
    settings.layout.offset(type, element).map { $0 + data }
  }
  var slots: Range<Int> { 0..<records.count }
  func isUsed(_ slot: Int) -> Bool { slot >= 0 && slot < records.count && records[slot, Word.serial] != 0 }

  func find(_ key: Bytes, now: Int64) -> Int? {
    let hash = self.hash(key)
    var at = buckets[Int(hash) & mask]
    while at != 0 {
      let slot = Int(at) - 1
      if records[slot, Word.hash] == hash && self.key(slot).equals(key) {
        return isExpired(slot, now) && references(slot) == 0 ? nil : slot
      }
      at = records[slot, Word.next]
    }
    return nil
  }

  /// The entry of a key, made where there is none; nil where the table is full.
  mutating func obtain(_ key: Bytes, now: Int64) -> Int? {
    dropExpired(now, limit: 8)
    if let slot = find(key, now: now) { return slot }
    // An expired entry of the same key may stand in the way.
    if let stale = findAny(key) { remove(stale) }
    if count >= settings.size {
      if settings.refusesWhenFull { return nil }
      purge((settings.size >> 8) + 1)
      if count >= settings.size { return nil }
    }
    let slot: Int
    if free != 0 {
      slot = Int(free) - 1
      free = records[slot, Word.next]
    } else {
      slot = records.add()
    }
    records.clear(slot, from: 0)
    serial = serial &+ 1
    if serial == 0 { serial = 1 }
    let hash = self.hash(key)
    records[slot, Word.serial] = serial
    records[slot, Word.hash] = hash
    records[slot, Word.next] = buckets[Int(hash) & mask]
    buckets[Int(hash) & mask] = UInt32(slot) + 1
    records[slot, Word.keyLength] = UInt32(min(key.count, settings.keyLength))
    records.setBytes(slot, Word.key, key.prefix(settings.keyLength))
    let expire = now + settings.expire
    records[wide: slot, Word.expire] = UInt64(bitPattern: expire)
    order.add(expire, slot: UInt32(slot), serial: serial)
    count += 1
    return slot
  }

  /// Not by `&+=`, here and below: with the thread sanitizer the compiler fails on it.
  func increment(_ slot: Int, _ word: Int) { records[slot, word] = records[slot, word] &+ 1 }
  func retain(_ slot: Int) { increment(slot, Word.references) }
  /// Ends one use; an entry that has expired meanwhile goes.
  mutating func release(_ slot: Int, now: Int64) {
    let references = records[slot, Word.references]
    if references > 0 { records[slot, Word.references] = references - 1 }
    if references <= 1 && settings.expire > 0 && isExpired(slot, now) { remove(slot) }
  }
  /// A use by this process: the entry lives longer, and peers are told.
  mutating func touch(_ slot: Int, now: Int64) {
    records[wide: slot, Word.expire] = UInt64(bitPattern: now + settings.expire)
    if settings.peers != nil { noteUpdate(slot) }
  }
  func extend(_ slot: Int, to expire: Int64) { records[wide: slot, Word.expire] = UInt64(bitPattern: expire) }

  mutating func noteUpdate(_ slot: Int) {
    guard let id = updates.next(after: updateID(slot), slot: UInt32(slot)) else { return }
    setUpdateID(slot, id)
    compactUpdates()
  }

  mutating func remove(_ slot: Int) {
    let index = UInt32(slot) + 1
    let bucket = Int(records[slot, Word.hash]) & mask
    if buckets[bucket] == index {
      buckets[bucket] = records[slot, Word.next]
    } else {
      var at = Int(buckets[bucket]) - 1
      while at >= 0 && records[at, Word.next] != index { at = Int(records[at, Word.next]) - 1 }
      if at < 0 { return }
      records[at, Word.next] = records[slot, Word.next]
    }
    records[slot, Word.serial] = 0
    records[slot, Word.update] = 0
    records[slot, Word.next] = free
    free = index
    count -= 1
    if order.count > 2 * count + 64 { rebuildOrder() }
  }

  // MARK: - Age

  private func isExpired(_ slot: Int, _ now: Int64) -> Bool { settings.expire > 0 && expire(slot) <= now }

  /// Removes entries whose time is over, at most `limit`.
  mutating func dropExpired(_ now: Int64, limit: Int) {
    if settings.expire == 0 { return }
    var left = limit
    var kept: [ExpiryOrder.Item] = []
    while left > 0, let first = order.first, first.expire <= now {
      order.removeFirst()
      left -= 1
      let slot = Int(first.slot)
      if records[slot, Word.serial] != first.serial { continue }
      let due = expire(slot)
      if due > now {
        order.add(due, slot: first.slot, serial: first.serial)
      } else if references(slot) > 0 {
        kept.append(first)
      } else {
        remove(slot)
      }
    }
    // Those in use are looked at again when they have been let go.
    for item in kept { order.add(now + 1000, slot: item.slot, serial: item.serial) }
  }

  /// Removes the `wanted` entries that were not used for the longest time.
  private mutating func purge(_ wanted: Int) {
    var left = wanted
    var steps = 2 * count + 64
    while left > 0 && steps > 0, let first = order.first {
      steps -= 1
      order.removeFirst()
      let slot = Int(first.slot)
      if records[slot, Word.serial] != first.serial { continue }
      let due = expire(slot)
      if due > first.expire || references(slot) > 0 {
        order.add(max(due, first.expire + 1), slot: first.slot, serial: first.serial)
      } else {
        remove(slot)
        left -= 1
      }
    }
  }

  private mutating func rebuildOrder() {
    order.removeAll()
    for slot in 0..<records.count where records[slot, Word.serial] != 0 {
      order.add(expire(slot), slot: UInt32(slot), serial: records[slot, Word.serial])
    }
  }

  private func findAny(_ key: Bytes) -> Int? {
    let hash = self.hash(key)
    var at = buckets[Int(hash) & mask]
    while at != 0 {
      let slot = Int(at) - 1
      if records[slot, Word.hash] == hash && self.key(slot).equals(key) { return slot }
      at = records[slot, Word.next]
    }
    return nil
  }
  private func hash(_ key: Bytes) -> UInt32 { UInt32(truncatingIfNeeded: Hash.xxh64(key, seed: seed)) }
}

/// Entries by the tick at which they expire, as they were when they were added: a heap.
struct ExpiryOrder {
  struct Item {
    let expire: Int64
    let slot: UInt32
    let serial: UInt32
  }
  private var items: [Item] = []
  var count: Int { items.count }
  var first: Item? { items.first }
  mutating func removeAll() { items.removeAll(keepingCapacity: true) }

  private func isBefore(_ a: Item, _ b: Item) -> Bool {
    a.expire != b.expire ? a.expire < b.expire : a.serial < b.serial
  }
  mutating func add(_ expire: Int64, slot: UInt32, serial: UInt32) {
    items.append(Item(expire: expire, slot: slot, serial: serial))
    var at = items.count - 1
    while at > 0, isBefore(items[at], items[(at - 1) / 2]) {
      items.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }
  mutating func removeFirst() {
    guard let last = items.popLast(), !items.isEmpty else { return }
    items[0] = last
    var at = 0
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2] where child < items.count && isBefore(items[child], items[least]) {
        least = child
      }
      if least == at { return }
      items.swapAt(at, least)
      at = least
    }
  }
}

/// The updates that peers are to be told, in order. An entry that is changed again before it was told keeps its place.
struct TableUpdates {
  struct Item {
    let id: UInt32
    let slot: UInt32
  }
  private(set) var items: [Item] = []
  /// The last number given.
  private(set) var last: UInt32 = 0
  /// The highest number that some peer was told.
  private(set) var committed: UInt32 = 0

  /// A number for a change of an entry; nil where it waits to be told already.
  mutating func next(after old: UInt32, slot: UInt32) -> UInt32? {
    if old != 0 && old &- committed &- 1 < last &- committed { return nil }
    last = last &+ 1
    if last == 0 { last = 1 }
    items.append(Item(id: last, slot: slot))
    return last
  }
  /// Where the numbers behind `id` begin: they are in order.
  func index(after id: UInt32) -> Int {
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if Int32(bitPattern: items[middle].id &- id) <= 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }
  mutating func commit(_ id: UInt32) {
    if id &- committed <= last &- committed { committed = id }
  }
  mutating func replace(_ live: [Item]) { items = live }
}
