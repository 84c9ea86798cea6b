import Proxies

/// The answer to `show profiling`: the switches, and what the workers' time went to.
struct ProfileText {
  var state: String?
  var showsTasks = true
  /// By name instead of by calls.
  var isByName = false
  var limit = Int.max

  /// `counts` by worker, as `WorkerReport.Question.profile` has them.
  func text(_ counts: [[Int]]) -> String {
    var text = state ?? ""
    if !showsTasks { return text }
    text += "Tasks activity:\n  function                      calls   cpu_tot   cpu_avg   lat_tot   lat_avg\n"
    for line in lines(counts).prefix(max(0, limit)) {
      let name = "  " + line.task.name
      text += name + Self.right(String(line.calls), 37 - name.utf8.count)
      for time in [line.taken, line.taken / line.calls, line.waited, line.waited / line.calls] {
        text += Self.right(Self.time(time), 10)
      }
      text += "\n"
    }
    return text
  }

  private func lines(_ counts: [[Int]]) -> [(task: ProfiledTask, calls: Int, taken: Int, waited: Int)] {
    let all = ProfiledTask.allCases.map { task in
      func sum(_ number: Int) -> Int {
        counts.reduce(0) { $0 &+ (3 * task.rawValue + number < $1.count ? $1[3 * task.rawValue + number] : 0) }
      }
      return (task: task, calls: sum(0), taken: sum(1), waited: sum(2))
    }
    let called = all.filter { $0.calls > 0 }
    return isByName ? called.sorted { $0.task.name < $1.task.name } : called.sorted { $0.calls > $1.calls }
  }

  /// Four digits and a unit.
  static func time(_ nanoseconds: Int) -> String {
    if nanoseconds <= 0 { return "0" }
    let units: [(size: Int, name: String)] = [
      (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"),
      (1_000_000, "ms"), (1000, "us"), (1, "ns"),
    ]
    let unit = units.first { nanoseconds >= $0.size } ?? (1, "ns")
    let whole = nanoseconds / unit.size
    let digits = whole >= 1000 ? 0 : whole >= 100 ? 1 : whole >= 10 ? 2 : 3
    if digits == 0 { return "\(whole)\(unit.name)" }
    let scale = digits == 1 ? 10 : digits == 2 ? 100 : 1000
    // Nothing here comes near the bounds of 64 bits: what is left is less than the unit.
    let fraction = nanoseconds % unit.size * scale / unit.size
    return "\(whole).\(String(scale + fraction).dropFirst())\(unit.name)"
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.utf8.count)) + text
  }
}
