import Memory

/// A question that one thread asks of a worker about what only the worker knows: its streams, its loop. The worker
/// answers between two events, a bounded piece at a time, and the asker's loop is woken.
public final class WorkerReport: Sendable {
  public enum Question: Sendable {
    /// `show sess`: streams from this place of the worker's table on; `one` is the only one wanted, by its number.
    case sessions(from: Int, detailed: Bool, one: UInt64?)
    /// `show fd`: connections from this place on; `one` is the only descriptor wanted.
    case descriptors(from: Int, one: Int?)
    /// `shutdown session`: ends the stream with this token; the numbers are [1] when it was there.
    case kill(UInt64)
    /// `show activity`: the numbers of `WorkerActivity`, in its order.
    case activity
    /// `show profiling`: three numbers for each `ProfiledTask`: calls, nanoseconds they took and had to wait.
    case profile
    /// `show threads`: one paragraph.
    case thread
    /// `show pools`: the numbers are three for each `WorkerPool`: bytes of one, how many exist, how many are in use.
    case pools
    /// `show tasks`: [what waits for its turn].
    case tasks
    /// `show peers`, of the worker that has them; nil: all sections.
    case peers(section: String?, dictionaries: Bool)
    /// `show fd`: descriptors of the runtime API, of peers and of `log-forward` sections, which the first worker has.
    case serviceDescriptors(one: Int?)
  }
  public struct Answer: Sendable {
    public var text = ""
    public var numbers: [Int] = []
    /// Where the next question goes on; nil: that was all.
    public var next: Int?
    public init() {}
  }

  public let question: Question
  private let asker: WorkerMailbox
  private let answer = Lock<Answer?>(nil)

  public init(_ question: Question, asker: WorkerMailbox) {
    self.question = question
    self.asker = asker
  }
  public func give(_ value: Answer) {
    answer.withLock { $0 = value }
    asker.post(.reportReady)
  }
  /// nil: the worker has not answered yet.
  public func take() -> Answer? { answer.withLock { $0 } }
}

/// What a worker counts of its own loop (`show activity`), in the order of its numbers.
public enum WorkerActivity: Int, CaseIterable, Sendable {
  /// Rounds of the loop; those that found nothing to do; events of the poller; rounds that a timer ended.
  case loops, emptyRounds, events, expiries
  /// Turns of streams; connections accepted; those handed to another worker.
  case streamTurns, accepted, handedOver
  /// Average microseconds of the last thousand rounds.
  case roundTime
}

/// What workers keep pools of, in the order of HAProxy's names for them.
public enum WorkerPool: Int, CaseIterable, Sendable {
  case connection, session, stream, buffer
}

extension WorkerReport {
  /// The number by which a stream is named in `show sess`: unique as long as it lives.
  public static func streamNumber(worker: Int, token: UInt64) -> UInt64 {
    UInt64(truncatingIfNeeded: worker &+ 1) << 56 | token & 0xff_ffff_ffff_ffff
  }
  /// The worker and the token that such a number stands for.
  public static func stream(_ number: UInt64) -> (worker: Int, token: UInt64) {
    (Int(truncatingIfNeeded: number >> 56) - 1, number & 0xff_ffff_ffff_ffff)
  }
}
