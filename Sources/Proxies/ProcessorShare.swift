import Memory
import System

/// How idle the process's threads are (`Idle_pct` of `show info`, `maxcompcpuusage`): measured over the time since the last
/// look, at least half a second of it.
public struct ProcessorShare: Sendable {
  private let lastTick = SharedCell(-1)
  private let lastUsed = SharedCell()
  private let idle = SharedCell(100)

  public init() {}

  /// Percent of `threads` threads that had nothing to do; `now` in milliseconds of the monotonic clock.
  public func idlePercent(threads: Int, at now: Int64) -> Int {
    let last = lastTick.value
    let age = Int(now) - last
    if last >= 0 && age < 500 { return idle.value }
    if !lastTick.exchange(last, for: Int(now)) { return idle.value }
    let used = Int(Clock.processMilliseconds())
    let before = lastUsed.value
    lastUsed.set(used)
    if last >= 0 {
      let share = 100 * (used - before) / max(1, age * max(1, threads))
      idle.set(min(100, max(0, 100 - share)))
    }
    return idle.value
  }
}
