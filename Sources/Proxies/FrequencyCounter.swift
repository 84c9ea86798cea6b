import Memory

/// Events per period, estimated over a sliding window of one period: the current period's count plus the share of the
/// previous one that the window still covers. Any thread may count.
public struct FrequencyCounter: Sendable {
  private let period: Int64
  private let started: SharedCell
  private let current: SharedCell
  private let previous: SharedCell

  /// `period` in milliseconds.
  public init(period: Int64 = 1000) {
    self.period = period
    (started, current, previous) = (SharedCell(), SharedCell(), SharedCell())
  }
  /// With its three cells among others of one object, which gives them back.
  init(in cells: inout CellPack) {
    period = 1000
    (started, current, previous) = (cells.cell(), cells.cell(), cells.cell())
  }

  private func rotate(_ now: Int64) {
    let start = Int64(started.value)
    let age = now - start
    if age < period { return }
    let newStart = start + age / period * period
    if started.exchange(Int(start), for: Int(newStart)) {
      let count = current.value
      previous.set(age < 2 * period ? count : 0)
      current.add(-count)
    }
  }
  /// Counts `n` events at `now` (milliseconds) and returns the count of the current period.
  @discardableResult public func count(_ n: Int = 1, at now: Int64) -> Int {
    rotate(now)
    return current.add(n)
  }
  /// The estimate at `now`.
  public func rate(at now: Int64) -> Int {
    rotate(now)
    let left = max(0, period - (now - Int64(started.value)))
    return current.value + Int(Int64(previous.value) * left / period)
  }
  /// How many more events may happen now without passing `limit` per period.
  public func remaining(limit: Int, at now: Int64) -> Int { limit - rate(at: now) }
  /// Milliseconds until one more event is within `limit`.
  public func wait(limit: Int, at now: Int64) -> Int64 {
    let rate = rate(at: now)
    if rate < limit || limit <= 0 { return 0 }
    let gone = now - Int64(started.value)
    let before = Int64(previous.value)
    if current.value >= limit { return max(1, period - gone) }
    // The previous period's share shrinks by `before` per period.
    return before > 0 ? max(1, Int64(rate - limit + 1) * period / before) : 1
  }
}
