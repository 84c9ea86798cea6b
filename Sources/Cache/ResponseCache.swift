public import HTTP
import Memory

/// A cache that all workers share: answers by host and target, at most so many kilobytes of them. When room is wanted,
/// those that were not used for longest go first, whether they have expired or not.
public final class ResponseCache: Sendable {
  struct Slot {
    var entry: CachedResponse?
    /// The neighbours in the order of use; -1 for none.
    var older: Int32 = -1
    var newer: Int32 = -1
  }
  struct State {
    var slots: [Slot] = []
    var free: [Int32] = []
    var places: [UInt64: [Int32]] = [:]
    var oldest: Int32 = -1
    var newest: Int32 = -1
    /// Kilobytes of entries, and of answers that are coming in.
    var usedBlocks = 0
    var reservedBlocks = 0
    /// What is coming in: a second answer of the same key is not kept.
    var pending: Set<UInt64> = []
  }

  public let settings: CacheSettings
  private let state = Lock(State())
  private var totalBlocks: Int { settings.megabytes << 10 }

  public init(_ settings: CacheSettings) { self.settings = settings }

  /// A complete and fresh answer for a request. `now`: seconds since 1970.
  public func find(_ key: CacheKey, _ variant: VariantKey, now: Int64) -> CachedResponse? {
    state.withLock { state in
      guard let places = state.places[key.hash] else { return nil }
      var found: CachedResponse?
      for place in places {
        guard let entry = state.slots[Int(place)].entry, entry.isOf(key) else { continue }
        if entry.expiresAt <= now {
          state.remove(place)
        } else if found == nil && entry.variant.suits(variant, entry.vary) {
          found = entry
          state.touch(place)
        }
      }
      return found
    }
  }

  /// Begins to keep an answer, where it may be kept at all. What was kept of the same key and variant goes.
  public func begin(
    _ key: CacheKey, _ request: VariantKey, _ response: borrowing HTTPMessage, _ freshness: Freshness, now: Int64
  ) -> CacheStore? {
    if freshness.lifetime == nil { return nil }
    var variant = VariantKey()
    if freshness.vary.contains(.encoding) { variant.codings = freshness.codings }
    if freshness.vary.contains(.referer) { variant.referer = request.referer }
    let mark = key.hash ^ CacheStore.mix(variant)
    let limit = settings.maximumVariants
    let isWelcome = state.withLock { state in
      if state.pending.contains(mark) { return false }
      var others = 0
      for place in state.places[key.hash] ?? [] {
        guard let entry = state.slots[Int(place)].entry, entry.isOf(key) else { continue }
        if entry.expiresAt <= now || freshness.vary.isEmpty || entry.variant == variant {
          state.remove(place)
        } else {
          others += 1
        }
      }
      if !freshness.vary.isEmpty && others >= limit { return false }
      state.pending.insert(mark)
      return true
    }
    if !isWelcome { return nil }
    let store = CacheStore(self, CacheStore.Parts(key: key, freshness: freshness, variant: variant))
    return store.setHead(response) ? store : nil
  }

  /// Forgets an answer: something was done to what it tells of.
  public func forget(_ key: CacheKey) {
    state.withLock { state in
      for place in state.places[key.hash] ?? [] {
        if state.slots[Int(place)].entry?.isOf(key) == true { state.remove(place) }
      }
    }
  }

  // MARK: - Room

  /// False where so much cannot be had.
  func reserve(_ blocks: Int) -> Bool {
    state.withLock { state in
      while state.usedBlocks + state.reservedBlocks + blocks > totalBlocks {
        if state.oldest < 0 { return false }
        state.remove(state.oldest)
      }
      state.reservedBlocks += blocks
      return true
    }
  }

  func giveUp(_ mark: UInt64, blocks: Int) {
    state.withLock { state in
      state.reservedBlocks -= blocks
      state.pending.remove(mark)
    }
  }

  func insert(_ entry: CachedResponse) {
    state.withLock { state in
      state.reservedBlocks -= entry.blocks
      state.insert(entry)
    }
  }

  // MARK: - Reports

  /// Kilobytes that no entry in use keeps from being taken: all but what is coming in.
  public var availableBlocks: Int { state.withLock { totalBlocks - $0.reservedBlocks } }
  /// The entries that have not expired, with their places.
  public func entries(now: Int64) -> [(place: Int, entry: CachedResponse)] {
    state.withLock { state in
      state.slots.indices.compactMap { i in
        guard let entry = state.slots[i].entry, entry.expiresAt > now else { return nil }
        return (i, entry)
      }
    }
  }
}

extension ResponseCache.State {
  mutating func insert(_ entry: CachedResponse) {
    let place = free.popLast() ?? Int32(clamping: slots.count)
    if Int(place) == slots.count { slots.append(ResponseCache.Slot()) }
    slots[Int(place)].entry = entry
    places[entry.hash, default: []].append(place)
    usedBlocks += entry.blocks
    link(place)
  }

  mutating func remove(_ place: Int32) {
    guard let entry = slots[Int(place)].entry else { return }
    unlink(place)
    slots[Int(place)].entry = nil
    free.append(place)
    usedBlocks -= entry.blocks
    places[entry.hash]?.removeAll { $0 == place }
    if places[entry.hash]?.isEmpty == true { places[entry.hash] = nil }
  }

  mutating func touch(_ place: Int32) {
    if newest == place { return }
    unlink(place)
    link(place)
  }

  private mutating func link(_ place: Int32) {
    slots[Int(place)].older = newest
    slots[Int(place)].newer = -1
    if newest >= 0 { slots[Int(newest)].newer = place } else { oldest = place }
    newest = place
  }

  private mutating func unlink(_ place: Int32) {
    let slot = slots[Int(place)]
    if slot.older >= 0 { slots[Int(slot.older)].newer = slot.newer } else { oldest = slot.newer }
    if slot.newer >= 0 { slots[Int(slot.newer)].older = slot.older } else { newest = slot.older }
  }
}
