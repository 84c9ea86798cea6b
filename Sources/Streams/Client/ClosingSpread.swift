import EventLoop

/// How a soft stop ends the connections of clients: at once, spread over a time, or not at all (`close-spread-time`).
struct ClosingSpread {
  private let window: Int64?
  private var end: Int64 = 0

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

  /// When a connection that is idle now shall be closed; nil: now.
  func endOfIdle(at now: Int64) -> Int64? {
    if window == nil { return nil }
    if end == TimerWheel.never { return end }
    return end > now ? Int64.random(in: now + 1...end) : nil
  }
}

extension Worker {
  /// Whether an answer that leaves now shall be the last of its connection.
  var endsConnections: Bool { isStopping && closing.endsConnection(at: loop.now) }
}
