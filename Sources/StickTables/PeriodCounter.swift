import Memory

/// A frequency counter of an entry: the count of the running period, that of the one before, and when the running one
/// began. The estimate slides between both.
struct PeriodCounter: Equatable {
  /// Low 32 bits of the tick at which the running period began.
  var start: UInt32 = 0
  var current: UInt32 = 0
  var previous: UInt32 = 0

  /// Counts `n` events at tick `now`.
  mutating func add(_ n: UInt32, at now: UInt32, period: UInt32) {
    if now &- start < period {
      current = current &+ n
      return
    }
    previous = current
    current = n
    start = start &+ period
    if now &- start >= period {
      previous = 0
      start = now
    }
  }

  /// The events of the last `period` milliseconds, estimated.
  func rate(at now: UInt32, period: UInt32) -> UInt32 {
    var current = UInt64(current)
    var past = UInt64(previous)
    var left = Int64(Int32(truncatingIfNeeded: start &+ period &- now))
    if left < 0 {
      left += Int64(period)
      past = left >= 0 ? current : 0
      left = max(left, 0)
      current = 0
    }
    // A very low rate is not let flap between 0 and 1.
    if current == 0 && past <= 1 { return UInt32(past) }
    let sum = past &* UInt64(left) &+ current &* UInt64(period)
    return UInt32(truncatingIfNeeded: sum / UInt64(max(period, 1)))
  }
}

extension RecordStore {
  func counter(_ record: Int, _ offset: Int) -> PeriodCounter {
    PeriodCounter(start: self[record, offset], current: self[record, offset + 1], previous: self[record, offset + 2])
  }
  func set(_ counter: PeriodCounter, _ record: Int, _ offset: Int) {
    self[record, offset] = counter.start
    self[record, offset + 1] = counter.current
    self[record, offset + 2] = counter.previous
  }
}
