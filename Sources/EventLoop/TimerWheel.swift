/// Deadlines of one worker, in milliseconds of its clock.
///
/// Each user owns a slot for as long as it likes and moves its deadline freely: moving it later costs one store,
/// because the slot stays where it was filed and is filed anew only when that moment comes. That is what timeouts on
/// the data path need, which are pushed back by every byte and hardly ever fire.
///
/// Four wheels of 256 buckets each; a slot is filed in the wheel whose step spans its distance.
public struct TimerWheel: ~Copyable {
  public typealias Slot = Int32
  /// Deadline of a slot that has none.
  public static let never = Int64.max

  private struct Entry {
    var deadline = TimerWheel.never
    /// When the bucket it is filed in comes up; `never` where it is not filed.
    var filed = TimerWheel.never
    var bucket: Int32 = -1
    var previous: Int32 = -1
    var next: Int32 = -1
    var token: UInt64 = 0
  }
  private var entries: [Entry] = []
  private var freeSlots: [Slot] = []
  private var buckets = [Int32](repeating: -1, count: 1024)
  /// Which buckets of the first wheel hold something, a bit for each: finding the next one takes a few steps.
  private var near: [4 of UInt64] = [0, 0, 0, 0]
  /// The time up to which all buckets have been visited.
  private var now: Int64
  private var filedCount = 0

  public init(now: Int64) { self.now = now }

  /// A slot whose expiry is reported with `token`; it has no deadline yet.
  public mutating func allocate(token: UInt64) -> Slot {
    let slot: Slot
    if let free = freeSlots.popLast() {
      slot = free
      entries[Int(slot)] = Entry()
    } else {
      slot = Slot(entries.count)
      entries.append(Entry())
    }
    entries[Int(slot)].token = token
    return slot
  }
  public mutating func release(_ slot: Slot) {
    unfile(slot)
    entries[Int(slot)].deadline = Self.never
    freeSlots.append(slot)
  }
  public mutating func setToken(_ slot: Slot, _ token: UInt64) { entries[Int(slot)].token = token }
  public func deadline(_ slot: Slot) -> Int64 { entries[Int(slot)].deadline }

  /// Sets the deadline; `never` takes it away.
  public mutating func arm(_ slot: Slot, at deadline: Int64) {
    let i = Int(slot)
    entries[i].deadline = deadline
    if deadline < entries[i].filed { file(slot, at: deadline) }
  }

  /// Moves the clock to `time` and appends the tokens of the slots whose deadline is over to `expired`. An expired slot
  /// has no deadline any more.
  public mutating func advance(to time: Int64, expired: inout [UInt64]) {
    if filedCount == 0 {
      if time > now { now = time }
      return
    }
    while now < time {
      now += 1
      var level = 0
      var index = now
      while true {
        collect(bucket: level << 8 | Int(index & 255), expired: &expired)
        if index & 255 != 0 || level == 3 { break }
        level += 1
        index >>= 8
      }
      if filedCount == 0 {
        now = time
        break
      }
    }
  }

  /// Milliseconds until the wheel must be advanced again: 0 to `limit`. May be early, never late.
  public func wait(limit: Int64) -> Int64 {
    if filedCount == 0 { return limit }
    let place = Int(now & 255)
    // The next wheel is looked at when the first one has turned.
    var found = 256
    if place < 255 {
      var word = (place + 1) >> 6
      var bits = near[word] & (UInt64.max << UInt64((place + 1) & 63))
      while bits == 0 && word < 3 {
        word += 1
        bits = near[word]
      }
      if bits != 0 { found = word << 6 | bits.trailingZeroBitCount }
    }
    return min(limit, Int64(found - place))
  }

  private mutating func mark(_ bucket: Int, isFilled: Bool) {
    if bucket > 255 { return }
    let bit = UInt64(1) << UInt64(bucket & 63)
    if isFilled { near[bucket >> 6] |= bit } else { near[bucket >> 6] &= ~bit }
  }

  private mutating func collect(bucket: Int, expired: inout [UInt64]) {
    var slot = buckets[bucket]
    if slot < 0 { return }
    buckets[bucket] = -1
    mark(bucket, isFilled: false)
    // What was filed first comes first.
    while entries[Int(slot)].next >= 0 { slot = entries[Int(slot)].next }
    while slot >= 0 {
      let i = Int(slot)
      let next = entries[i].previous
      entries[i].bucket = -1
      entries[i].filed = Self.never
      filedCount -= 1
      if entries[i].deadline <= now {
        entries[i].deadline = Self.never
        expired.append(entries[i].token)
      } else if entries[i].deadline != Self.never {
        file(slot, at: entries[i].deadline)
      }
      slot = next
    }
  }

  private mutating func file(_ slot: Slot, at deadline: Int64) {
    unfile(slot)
    // What is due already comes up with the next tick; what is far is looked at again when its wheel turns.
    let due = max(deadline, now + 1)
    let distance = due - now
    let level = distance < 256 ? 0 : distance < 65536 ? 1 : distance < 1 << 24 ? 2 : 3
    let moment = min(due, now + (Int64(1) << 32) - (Int64(1) << 24))
    // A bucket of a higher wheel is visited at the start of its step: file one step early, so that it is never late.
    let bucket = level << 8 | Int((moment >> Int64(8 * level)) & 255)
    let i = Int(slot)
    entries[i].filed = deadline
    entries[i].bucket = Int32(bucket)
    entries[i].previous = -1
    entries[i].next = buckets[bucket]
    if buckets[bucket] >= 0 { entries[Int(buckets[bucket])].previous = slot }
    buckets[bucket] = slot
    mark(bucket, isFilled: true)
    filedCount += 1
  }

  private mutating func unfile(_ slot: Slot) {
    let i = Int(slot)
    let bucket = entries[i].bucket
    if bucket < 0 { return }
    let (previous, next) = (entries[i].previous, entries[i].next)
    if previous >= 0 {
      entries[Int(previous)].next = next
    } else {
      buckets[Int(bucket)] = next
      if next < 0 { mark(Int(bucket), isFilled: false) }
    }
    if next >= 0 { entries[Int(next)].previous = previous }
    entries[i].bucket = -1
    entries[i].filed = Self.never
    filedCount -= 1
  }
}
