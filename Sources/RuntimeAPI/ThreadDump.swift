import Proxies

/// An answer that the workers have to give: each is asked in turn, a piece at a time (`WorkerReport`).
struct ThreadDump {
  enum Kind {
    /// `show sess`; the text is the line of the session that asks.
    case sessions(detailed: Bool, own: String)
    /// `show sess <id>`
    case session(UInt64)
    /// `shutdown session <id>`
    case kill(UInt64)
    /// `show fd`
    case descriptors(one: Int?)
    case activity(wallClock: Int64)
    case threads, pools, tasks
    case profile(ProfileText)
    /// `show peers`, which the first worker has.
    case peers(section: String?, dictionaries: Bool)
  }

  let kind: Kind
  /// The worker that is asked now, how many follow it, and where in its table the next piece begins.
  private var worker: Int
  private let last: Int
  private var position = 0
  private var report: WorkerReport?
  private var hasEnded = false
  private var isFound = false
  /// What the workers counted, for `show activity`.
  private var counts: [[Int]] = []

  /// nil: the number names no session.
  init?(_ kind: Kind, _ process: ProcessRuntime) {
    self.kind = kind
    switch kind {
    case .session(let number), .kill(let number):
      worker = WorkerReport.stream(number).worker
      last = worker
      if worker < 0 || worker >= process.mailboxes.count { return nil }
    case .peers: (worker, last) = (0, 0)
    case .descriptors:
      // Behind the workers: what is none of theirs.
      (worker, last) = (0, process.mailboxes.count)
    case .sessions, .activity, .threads, .pools, .tasks, .profile:
      worker = 0
      last = process.mailboxes.count - 1
    }
  }

  /// A worker has been asked and has not answered.
  var isWaiting: Bool { report.map { $0.take() == nil } ?? false }

  /// The next piece, which is empty while a worker is asked; nil at the end.
  mutating func next(_ process: ProcessRuntime) -> String? {
    if hasEnded { return nil }
    guard let report else {
      ask(process)
      return ""
    }
    guard let answer = report.take() else { return "" }
    if !answer.text.isEmpty || answer.numbers == [1] { isFound = true }
    counts.append(answer.numbers)
    if let next = answer.next {
      position = next
    } else {
      worker += 1
      position = 0
    }
    if worker <= last && !(isFound && isForOne) {
      ask(process)
      return answer.text
    }
    hasEnded = true
    self.report = nil
    return answer.text + closing
  }

  private var isForOne: Bool {
    switch kind {
    case .session, .kill: true
    case .descriptors(let one): one != nil
    case .sessions, .activity, .threads, .pools, .tasks, .peers, .profile: false
    }
  }

  private mutating func ask(_ process: ProcessRuntime) {
    let question: WorkerReport.Question
    switch kind {
    case .sessions(let detailed, _): question = .sessions(from: position, detailed: detailed, one: nil)
    case .session(let number): question = .sessions(from: position, detailed: true, one: number)
    case .kill(let number): question = .kill(WorkerReport.stream(number).token)
    case .descriptors(let one):
      question = worker == last ? .serviceDescriptors(one: one) : .descriptors(from: position, one: one)
    case .activity: question = .activity
    case .threads: question = .thread
    case .profile: question = .profile
    case .pools: question = .pools
    case .tasks: question = .tasks
    case .peers(let section, let dictionaries): question = .peers(section: section, dictionaries: dictionaries)
    }
    let report = WorkerReport(question, asker: process.mailboxes[0])
    self.report = report
    process.mailboxes[worker < process.mailboxes.count ? worker : 0].post(.report(report))
  }

  private var closing: String {
    switch kind {
    case .sessions(_, let own): own
    case .session: isFound ? "" : "Session not found.\n"
    case .kill: isFound ? "" : "No such session (use 'show sess').\n"
    case .activity(let wallClock): activityText(wallClock)
    case .pools: PoolsText.text(counts)
    case .tasks: PoolsText.tasks(counts)
    case .profile(let form): form.text(counts)
    case .descriptors, .threads, .peers: ""
    }
  }

  /// `show activity`: each count in total and by thread. What HAProxy counts and Weir never does is 0.
  private func activityText(_ wallClock: Int64) -> String {
    let fraction = String(wallClock % 1_000_000 + 1_000_000).dropFirst()
    var text = "thread_id: 1 (1..\(counts.count))\ndate_now: \(wallClock / 1_000_000).\(fraction)\n"
    for (name, kind) in ThreadDump.activityLines {
      let numbers = counts.map { row in
        guard let kind, kind.rawValue < row.count else { return 0 }
        return row[kind.rawValue]
      }
      let sum = numbers.reduce(0, &+)
      let whole = kind == .roundTime ? sum / max(1, numbers.count) : sum
      text += "\(name): \(whole) [ \(numbers.map(String.init).joined(separator: " ")) ]\n"
    }
    return text
  }
  private static let activityLines: [(String, WorkerActivity?)] = [
    ("ctxsw", .streamTurns), ("tasksw", .streamTurns), ("empty_rq", .emptyRounds), ("long_rq", nil), ("loops", .loops),
    ("wake_tasks", nil), ("wake_signal", nil), ("poll_io", .events), ("poll_exp", .expiries), ("poll_drop_fd", nil),
    ("poll_skip_fd", nil), ("conn_dead", nil), ("stream_calls", .streamTurns), ("pool_fail", nil), ("buf_wait", nil),
    ("cpust_ms_tot", nil), ("cpust_ms_1s", nil), ("cpust_ms_15s", nil), ("avg_loop_us", .roundTime),
    ("accepted", .accepted),
    ("accq_pushed", .handedOver), ("accq_full", nil), ("accq_ring", nil), ("fd_takeover", nil),
  ]
}
