import EventLoop
import Proxies
import System

/// What a worker measures of its own loop: how long rounds take on average, and, while profiling is on, what the time
/// goes to.
public struct TaskProfile {
  private let control: TaskProfilingSwitch
  /// Whether this thread measures now.
  public private(set) var isOn = false
  /// Nanoseconds of a round, over the last 1024.
  private var average: Int64 = 0
  private var wokeAt: Int64
  /// When the clock was read last: the end of one task is the beginning of the next.
  private var mark: Int64
  private var resetsSeen: Int
  /// Calls, nanoseconds taken and nanoseconds waited, by task.
  private var sums = [Int](repeating: 0, count: 3 * ProfiledTask.allCases.count)

  init(_ control: TaskProfilingSwitch) {
    self.control = control
    wokeAt = Clock.monotonicNanoseconds()
    mark = wokeAt
    resetsSeen = control.resetCount
  }

  var roundMicroseconds: Int { Int(average / 1000) }
  var numbers: [Int] { sums }

  /// The loop is about to wait.
  @inline(__always) public mutating func roundEnds() {
    if control.isOff && !isOn { return }
    endRound()
  }
  /// The loop has events.
  @inline(__always) public mutating func roundBegins() {
    if control.isOff && !isOn { return }
    wokeAt = Clock.monotonicNanoseconds()
    mark = wokeAt
  }

  private mutating func endRound() {
    average += (max(0, Clock.monotonicNanoseconds() - wokeAt) - average) / 1024
    let isWanted =
      switch control.current {
      case .on: true
      case .off: false
      case .automatic: roundMicroseconds >= (isOn ? TaskProfilingSwitch.fastRound : TaskProfilingSwitch.slowRound)
      }
    if isWanted != isOn {
      isOn = isWanted
      control.note(active: isOn)
    }
    if control.resetCount != resetsSeen {
      resetsSeen = control.resetCount
      for i in sums.indices { sums[i] = 0 }
    }
  }

  /// When a task begins, for `count`; 0 where nothing is measured.
  @inline(__always) public func start() -> Int64 { isOn ? mark : 0 }

  /// The task that began at `start` is over.
  @inline(__always) public mutating func count(_ task: ProfiledTask, from start: Int64) {
    if start != 0 { add(task, start) }
  }
  private mutating func add(_ task: ProfiledTask, _ start: Int64) {
    let place = 3 * task.rawValue
    mark = Clock.monotonicNanoseconds()
    sums[place] &+= 1
    sums[place + 1] &+= Int(max(0, mark - start))
    sums[place + 2] &+= Int(max(0, start - wokeAt))
  }

  /// Nanoseconds from `start` to the last `count`, and how long what began then had waited.
  @inline(__always) func spans(from start: Int64) -> (taken: Int64, waited: Int64) {
    (max(0, mark - start), max(0, start - wokeAt))
  }
}

extension ProfiledTask {
  /// What events and timers with such a token belong to.
  public init(kind: UInt8) {
    self =
      switch kind {
      case TokenKind.wakeUp: .mailbox
      case TokenKind.listener: .accept
      case TokenKind.client: .client
      case TokenKind.server, TokenKind.idleServer: .server
      case TokenKind.streamTimer: .streamTimer
      case TokenKind.check: .check
      case TokenKind.runtimeAPI: .runtimeAPI
      case TokenKind.log: .logForwarding
      case TokenKind.resolver: .resolver
      case TokenKind.peers: .peers
      case TokenKind.mail: .mail
      case TokenKind.forward: .forward
      default: .housekeeping
      }
  }
}
