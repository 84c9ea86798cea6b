public import System

/// The loop of one worker: a poller, a timer wheel, a wake-up and a clock that stands still while events are handled.
/// It calls nobody: its owner asks for events and timers and handles them.
public struct EventLoop: ~Copyable {
  public let poller: Poller
  public let wakeUp: WakeUp
  public var timers: TimerWheel
  /// Monotonic milliseconds, read once per round.
  public private(set) var now: Int64
  /// Wall clock in microseconds since 1970, read once per round.
  public private(set) var wallClock: Int64
  /// Tokens of timers that came due in this round.
  public var expired: [UInt64] = []

  /// `wakeToken` is what the wake-up's event carries.
  public init(
    capacity: Int, system: Poller.System = .epoll, wakeUp: WakeUp, wakeToken: Token
  ) throws(SystemError) {
    let poller = try Poller(capacity: capacity, system: system)
    self.init(poller: poller, wakeUp: wakeUp, wakeToken: wakeToken)
  }

  /// The same with a poller's descriptor that was made beforehand (`Poller.makeDescriptor`).
  public init(adopting descriptor: FileDescriptor, capacity: Int, wakeUp: WakeUp, wakeToken: Token) {
    self.init(poller: Poller(adopting: descriptor, capacity: capacity), wakeUp: wakeUp, wakeToken: wakeToken)
  }

  private init(poller: Poller, wakeUp: WakeUp, wakeToken: Token) {
    self.poller = poller
    self.wakeUp = wakeUp
    now = Clock.monotonicMilliseconds()
    wallClock = Clock.wallMicroseconds()
    timers = TimerWheel(now: now)
    poller.add(wakeUp.descriptor, .read, token: wakeToken.bits)
    expired.reserveCapacity(64)
  }

  /// Waits for events, at most until the next timer and `limit` milliseconds, then reads the clocks. Returns how many
  /// events there are.
  public mutating func wait(block: Bool, limit: Int64 = 1000) -> Int {
    let limit: Int64 = block && limit > 0 ? timers.wait(limit: limit) : 0
    let count = poller.wait(timeout: Int32(truncatingIfNeeded: limit))
    now = Clock.monotonicMilliseconds()
    wallClock = Clock.wallMicroseconds()
    return count
  }
  /// Another loop of the thread has read the clocks.
  public mutating func follow(_ other: borrowing EventLoop) {
    if other.now < now { return }
    (now, wallClock) = (other.now, other.wallClock)
  }
  /// When the timers must be looked at again; may be early, at most a second from the last look.
  public var due: Int64 { now + timers.wait(limit: 1000) }
  /// Another loop of the thread is woken from now on.
  public func letGoOfWakeUp() { poller.remove(wakeUp.descriptor) }
  /// Fills `expired` with the timers that are due.
  public mutating func collectTimers() {
    expired.removeAll(keepingCapacity: true)
    timers.advance(to: now, expired: &expired)
  }
}
