import Proxies

/// `show pools` and `show tasks`, from what each worker told.
enum PoolsText {
  static func text(_ counts: [[Int]]) -> String {
    var text = "Dumping pools usage. Use SIGQUIT to flush them.\n"
    var sum = (allocated: 0, cached: 0)
    let pools = WorkerPool.allCases.map { pool in
      counts.reduce(into: (pool: pool, size: 0, all: 0, used: 0)) { total, numbers in
        guard numbers.count >= 3 * (pool.rawValue + 1) else { return }
        total.size = numbers[3 * pool.rawValue]
        total.all += numbers[3 * pool.rawValue + 1]
        total.used += numbers[3 * pool.rawValue + 2]
      }
    }.sorted { $0.size < $1.size }
    for pool in pools {
      let free = pool.all - pool.used
      text +=
        "  - Pool \(pool.pool) (\(pool.size) bytes) : \(pool.all) allocated (\(pool.all * pool.size) bytes), "
        + "\(pool.all) used (~\(free) by thread caches), needed_avg \(pool.used), 0 failures, \(counts.count) users, "
        + "@0x\(String(pool.pool.rawValue + 1, radix: 16))\n"
      sum.allocated += pool.all * pool.size
      sum.cached += free * pool.size
    }
    return text + "Total: \(pools.count) pools, \(sum.allocated) bytes allocated, \(sum.allocated) used "
      + "(~\(sum.cached) by thread caches).\n"
  }

  /// What waits for its turn: streams that stopped so that others go on.
  static func tasks(_ counts: [[Int]]) -> String {
    let waiting = counts.reduce(0) { $0 + ($1.first ?? 0) }
    let text =
      "Running tasks: \(waiting) (\(counts.count) threads)\n"
      + "  function                     places     %    lat_tot   lat_avg\n"
    if waiting == 0 { return text }
    let count = String(waiting)
    return text + "  process_stream" + String(repeating: " ", count: max(1, 21 - count.utf8.count)) + count
      + "  100.0         -         -\n"
  }
}
