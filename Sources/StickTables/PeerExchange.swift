import Memory
import Primitives

/// Numbers of the peers protocol: up to 239 in one byte, else four bits and then seven in each byte.
public enum PeerNumber {
  public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    if value < 240 { return bytes.append(UInt8(value)) }
    bytes.append(UInt8(truncatingIfNeeded: value) | 0xf0)
    var rest = (value &- 240) >> 4
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest = (rest &- 128) >> 7
    }
    bytes.append(UInt8(rest))
  }
  /// The number at `at`, which moves behind it; nil where the bytes end before it does.
  public static func read(_ bytes: ArraySlice<UInt8>, _ at: inout Int) -> UInt64? {
    guard at < bytes.endIndex else { return nil }
    var value = UInt64(bytes[at])
    at += 1
    if value < 240 { return value }
    var shift: UInt64 = 4
    while at < bytes.endIndex && shift < 64 {
      let byte = bytes[at]
      at += 1
      value = value &+ UInt64(byte) << shift
      if byte < 128 { return value }
      shift += 7
    }
    return nil
  }
}

/// Names of servers that were told in one direction of a session: a name is sent once and then called by its place.
public struct PeerNameCache: Sendable {
  public static let capacity = 128
  private var names = [UInt32](repeating: 0, count: PeerNameCache.capacity)
  private var next = 0
  public init() {}

  mutating func place(of name: UInt32) -> (place: Int, isKnown: Bool) {
    if let known = names.firstIndex(of: name) { return (known, true) }
    names[next] = name
    defer { next = (next + 1) % PeerNameCache.capacity }
    return (next, false)
  }
  mutating func set(_ place: Int, _ name: UInt32) { if names.indices.contains(place) { names[place] = name } }
  /// The name at a place, by number; 0: none yet.
  public func name(_ place: Int) -> UInt32 { names.indices.contains(place) ? names[place] : 0 }
}

/// What a peer said of its table: how the values in its updates are to be read.
public struct PeerTableForm: Sendable {
  public var types: UInt64 = 0
  /// Elements by type number.
  public var counts = [Int](repeating: 1, count: 64)
  public init() {}
}

extension StickTable {
  /// The length of keys as peers compare it: strings have a byte more, for their end.
  public var wireKeyLength: UInt64 { UInt64(settings.keyLength + (settings.keyType == .string ? 1 : 0)) }

  /// The definition of the table, behind its name: type, length, data, expiry and the parameters of data.
  public var wireDefinition: [UInt8] {
    var bytes: [UInt8] = []
    var kept: UInt64 = 0
    var parameters: [UInt8] = []
    for type in settings.layout.types {
      kept |= 1 << UInt64(type.rawValue)
      if !type.isArray && type.form != .rate { continue }
      PeerNumber.append(UInt64(type.rawValue), to: &parameters)
      if type.isArray { PeerNumber.append(UInt64(settings.layout.count(type)), to: &parameters) }
      if type.form == .rate { PeerNumber.append(UInt64(settings.layout.period(type)), to: &parameters) }
    }
    PeerNumber.append(settings.keyType.wireNumber, to: &bytes)
    PeerNumber.append(wireKeyLength, to: &bytes)
    PeerNumber.append(kept, to: &bytes)
    PeerNumber.append(UInt64(settings.expire), to: &bytes)
    return bytes + parameters
  }

  /// Numbers of changes: the last one made here, and the last that some peer was told.
  public var updateNumbers: (last: UInt32, told: UInt32) { state.withLock { ($0.updates.last, $0.updates.committed) } }

  /// The number of the last change made here.
  public var lastUpdate: UInt32 { state.withLock { $0.updates.last } }

  /// One entry as it is told to a peer.
  public struct PeerUpdate: Sendable {
    public let id: UInt32
    public let timeLeft: UInt32
    public let keyAndData: [UInt8]
  }

  /// Changes behind number `id`, in order, at most `limit`; they count as told.
  public func updates(
    after id: UInt32, limit: Int, _ cache: inout PeerNameCache, _ names: ServerNames, now: Int64
  ) -> [PeerUpdate] {
    state.withLock { state in
      var found: [PeerUpdate] = []
      for item in state.updates.items[state.updates.index(after: id)...] {
        if found.count == limit { break }
        let slot = Int(item.slot)
        guard state.isUsed(slot), state.updateID(slot) == item.id else { continue }
        found.append(state.update(slot, item.id, settings, &cache, names, now))
      }
      if let last = found.last { state.updates.commit(last.id) }
      return found
    }
  }

  /// Entries from slot `start` on, for a full lesson; the slot to go on with, or nil at the end.
  public func lesson(
    from start: Int, limit: Int, _ cache: inout PeerNameCache, _ names: ServerNames, now: Int64
  ) -> (updates: [PeerUpdate], next: Int?) {
    state.withLock { state in
      var found: [PeerUpdate] = []
      var slot = start
      while slot < state.slots.upperBound && found.count < limit {
        if state.isUsed(slot) { found.append(state.update(slot, state.updateID(slot), settings, &cache, names, now)) }
        slot += 1
      }
      return (found, slot < state.slots.upperBound ? slot : nil)
    }
  }

  /// Takes over what a peer says of an entry; false where the bytes are wrong.
  public func learn(
    _ bytes: ArraySlice<UInt8>, _ form: PeerTableForm, timeLeft: UInt32?, _ cache: inout PeerNameCache,
    _ names: ServerNames, now: Int64
  ) -> Bool {
    var at = bytes.startIndex
    var length = settings.keyLength
    if settings.keyType == .string {
      guard let told = PeerNumber.read(bytes, &at), told <= 16384 else { return false }
      length = Int(told)
    }
    guard bytes.endIndex - at >= length else { return false }
    let key = Array(bytes[at..<at + length].prefix(settings.keyLength))
    at += length
    // Read all of it first: a broken message changes nothing.
    var values: [(type: TableDataType, element: Int, words: (UInt64, UInt64, UInt64))] = []
    for type in TableDataType.allCases where form.types >> UInt64(type.rawValue) & 1 != 0 {
      for element in 0..<form.counts[Int(type.rawValue)] {
        guard let words = readValue(type, bytes, &at, &cache, names) else { return false }
        values.append((type, element, words))
      }
    }
    let tick = UInt32(truncatingIfNeeded: now)
    key.withBytes { key in
      state.withLock { state in
        guard let slot = state.obtain(key, now: now) else { return }
        for value in values where !value.type.isLocal {
          guard let word = state.word(value.type, value.element) else { continue }
          switch value.type.form {
          case .number, .name: state.records[slot, word] = UInt32(truncatingIfNeeded: value.words.0)
          case .wideNumber: state.records[wide: slot, word] = value.words.0
          case .rate:
            state.records.set(
              PeriodCounter(
                start: tick &- UInt32(truncatingIfNeeded: value.words.0),
                current: UInt32(truncatingIfNeeded: value.words.1),
                previous: UInt32(truncatingIfNeeded: value.words.2)), slot, word)
          }
        }
        let left = timeLeft.map { min(Int64($0), settings.expire) } ?? settings.expire
        state.extend(slot, to: now + left)
      }
    }
    return true
  }

  private func readValue(
    _ type: TableDataType, _ bytes: ArraySlice<UInt8>, _ at: inout Int, _ cache: inout PeerNameCache,
    _ names: ServerNames
  ) -> (UInt64, UInt64, UInt64)? {
    guard let first = PeerNumber.read(bytes, &at) else { return nil }
    switch type.form {
    case .number, .wideNumber: return (first, 0, 0)
    case .rate:
      guard let second = PeerNumber.read(bytes, &at), let third = PeerNumber.read(bytes, &at) else { return nil }
      return (first, second, third)
    case .name:
      if first == 0 { return (0, 0, 0) }
      guard first <= 16384, bytes.endIndex - at >= Int(first) else { return nil }
      let end = at + Int(first)
      guard let place = PeerNumber.read(bytes[..<end], &at), place >= 1, place <= UInt64(PeerNameCache.capacity) else {
        return nil
      }
      if at == end { return (UInt64(cache.name(Int(place) - 1)), 0, 0) }
      guard let length = PeerNumber.read(bytes[..<end], &at), length <= UInt64(end - at) else { return nil }
      let name = Array(bytes[at..<at + Int(length)]).withBytes { names.number(of: $0) }
      cache.set(Int(place) - 1, name)
      at = end
      return (UInt64(name), 0, 0)
    }
  }
}

extension TableState {
  mutating func compactUpdates() {
    if updates.items.count <= 2 * count + 1024 { return }
    var kept: [TableUpdates.Item] = []
    for item in updates.items where isUsed(Int(item.slot)) && updateID(Int(item.slot)) == item.id { kept.append(item) }
    updates.replace(kept)
  }

  func update(
    _ slot: Int, _ id: UInt32, _ settings: borrowing TableSettings, _ cache: inout PeerNameCache,
    _ names: ServerNames, _ now: Int64
  ) -> StickTable.PeerUpdate {
    var bytes: [UInt8] = []
    let key = key(slot)
    if settings.keyType == .string { PeerNumber.append(UInt64(key.count), to: &bytes) }
    bytes += key.array
    for type in settings.layout.types {
      for element in 0..<settings.layout.count(type) {
        guard let word = word(type, element) else { continue }
        switch type.form {
        case .number: PeerNumber.append(UInt64(records[slot, word]), to: &bytes)
        case .wideNumber: PeerNumber.append(records[wide: slot, word], to: &bytes)
        case .rate:
          let counter = records.counter(slot, word)
          PeerNumber.append(UInt64(UInt32(truncatingIfNeeded: now) &- counter.start), to: &bytes)
          PeerNumber.append(UInt64(counter.current), to: &bytes)
          PeerNumber.append(UInt64(counter.previous), to: &bytes)
        case .name: append(name: records[slot, word], &cache, names, to: &bytes)
        }
      }
    }
    let left = settings.expire == 0 ? 0 : max(0, expire(slot) - now)
    return StickTable.PeerUpdate(id: id, timeLeft: UInt32(clamping: left), keyAndData: bytes)
  }

  private func append(name: UInt32, _ cache: inout PeerNameCache, _ names: ServerNames, to bytes: inout [UInt8]) {
    guard name != 0, let text = names.name(name) else { return bytes.append(0) }
    let (place, isKnown) = cache.place(of: name)
    var part: [UInt8] = []
    PeerNumber.append(UInt64(place + 1), to: &part)
    if !isKnown {
      PeerNumber.append(UInt64(text.count), to: &part)
      part += text.array
    }
    PeerNumber.append(UInt64(part.count), to: &bytes)
    bytes += part
  }
}
