import EventLoop

/// How a soft stop ends the connections of clients: at once, spread over a time, or not at all (`close-spread-time`).
struct ClosingSpread {
  private let window: Int64?
  private var end: Int64 = 0
  /// Milliseconds without a request after which none is expected to be on its way, longer than most paths take.
  private static let patience: Int64 = 1_000

  /// `window`: milliseconds, `.max` for infinite; nil ends all connections at once.
  init(_ window: Int?) { self.window = window.map(Int64.init) }

  /// The soft stop begins.
  mutating func begin(at now: Int64) {
    if let window, window < Int64(Int32.max) { end = now + window } else { end = TimerWheel.never }
  }

  /// Nothing is spread.
  var isAtOnce: Bool { window == nil }

  /// Whether an answer that leaves now shall be the last of its connection: the likelier, the later it is.
  func endsConnection(at now: Int64) -> Bool {
    guard let window else { return true }
    if end == TimerWheel.never { return false }
    return end - now <= Int64.random(in: 0..<max(1, window))
  }

  /// When a connection that is idle since `start` (always, where its protocol says which requests were not taken) shall be
  /// closed; nil: now.
  ///
  /// The next request of a client that asks all the time may be on its way, and closing would lose it: it is waited for.
  func endOfIdle(at now: Int64, since start: Int64 = .min) -> Int64? {
    if window == nil { return start > now - Self.patience ? start + Self.patience : nil }
    if end == TimerWheel.never { return end }
    return end > now ? Int64.random(in: now + 1...end) : nil
  }
}

extension Worker {
  /// Whether an answer that leaves now shall be the last of its connection.
  func endsConnection(_ stream: Stream) -> Bool {
    if !isLeaving { return false }
    if isStopping && closing.endsConnection(at: loop.now) { return true }
    return succession.hasSuccessor && stream.session.map { !mayPassOn($0) } == true
  }
}
