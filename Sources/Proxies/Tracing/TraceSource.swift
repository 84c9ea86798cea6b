import Configuration
import Memory
public import System

/// Where the events of a source go.
public enum TraceSink: Sendable {
  case none, stdout, stderr
  case ring(RingBuffer)
}

/// One source of traces: which of its events are told, where to, and which of them start, pause and stop the trace.
public final class TraceSource: Sendable {
  public enum Phase: Sendable { case stopped, waiting, running }
  /// The masks of events.
  public enum Mask: Sendable { case report, start, stop, pause }

  public struct State: Sendable {
    public var report: UInt32
    public var start: UInt32 = 0
    public var stop: UInt32 = 0
    public var pause: UInt32 = 0
    public var phase = Phase.stopped
    public var level = TraceLevel.user
    public var verbosity = TraceVerbosity.clean
    public var sink = TraceSink.none
    public var criterion = TraceCriterion.nothing
    /// What the trace keeps to since it began.
    var lockedTo: Int?

    public subscript(mask: Mask) -> UInt32 {
      get {
        switch mask {
        case .report: report
        case .start: start
        case .stop: stop
        case .pause: pause
        }
      }
      set {
        switch mask {
        case .report: report = newValue
        case .start: start = newValue
        case .stop: stop = newValue
        case .pause: pause = newValue
        }
      }
    }
  }

  public let kind: TraceKind
  /// The bits of sources that do not rest, for whoever might tell them something.
  private let active: SharedCell
  private let state: Lock<State>

  init(_ kind: TraceKind, active: SharedCell) {
    self.kind = kind
    self.active = active
    state = Lock(State(report: kind.allEvents))
  }

  public var current: State { state.withLock { $0 } }

  /// Changes settings; the sum of active sources follows.
  public func update(_ change: @Sendable (inout State) -> Void) {
    state.withLock { state in
      let was = state.phase
      change(&state)
      follow(was, state.phase)
    }
  }
  private func follow(_ old: Phase, _ new: Phase) {
    if (old == .stopped) == (new == .stopped) { return }
    let bit = 1 << kind.rawValue
    active.add(new == .stopped ? -bit : bit)
  }

  /// `now` of `start`, `pause` and `stop`; and the end of all (`trace 0`).
  public func go(to phase: Phase) {
    update { state in
      state.phase = phase
      state.lockedTo = nil
    }
  }

  /// Keeps to what the next event is about, by another criterion than before.
  public func lock(on criterion: TraceCriterion) {
    update { state in
      state.criterion = criterion
      state.lockedTo = nil
    }
  }

  /// How much shall be told of an event; nil: nothing. The event may start, pause or stop the trace.
  public func wants(_ event: Int, _ level: TraceLevel, _ context: TraceContext) -> TraceVerbosity? {
    let bit: UInt32 = 1 << UInt32(truncatingIfNeeded: event)
    return state.withLock { state in
      if state.phase == .stopped { return nil }
      if state.phase == .waiting {
        if state.start & bit == 0 { return nil }
        state.phase = .running
      }
      if state.criterion != .nothing {
        let key = context.key(state.criterion)
        if key < 0 { return nil }
        if state.lockedTo == nil { state.lockedTo = key }
        if state.lockedTo != key { return nil }
      }
      let isTold = state.report & bit != 0 && level.rawValue <= state.level.rawValue
      if state.stop & bit != 0 {
        follow(state.phase, .stopped)
        state.phase = .stopped
        state.lockedTo = nil
      } else if state.pause & bit != 0 {
        state.phase = .waiting
        state.lockedTo = nil
      }
      return isTold ? state.verbosity : nil
    }
  }

  /// Sends one event to the sink: `<0>DATE [THREAD|SOURCE|LEVEL|EVENT] text`.
  public func write(_ event: Int, _ level: TraceLevel, thread: Int, _ text: String) {
    let name = kind.events.indices.contains(event) ? kind.events[event].name : "?"
    let number = thread < 10 ? "0\(thread)" : "\(thread)"
    let line = "<0>\(Self.date()) [\(number)|\(kind.name)|\(level.rawValue)|\(name)] \(text)"
    var bytes = line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    switch current.sink {
    case .none: break
    case .stdout:
      bytes.append(0x0a)
      _ = FileDescriptor.standardOutput.write(bytes)
    case .stderr:
      bytes.append(0x0a)
      _ = FileDescriptor.standardError.write(bytes)
    case .ring(let ring): ring.append(bytes)
    }
  }

  /// The time in UTC, with microseconds.
  private static func date() -> String {
    let now = Clock.wallMicroseconds()
    let time = Clock.utc(secondsSince1970: now / 1_000_000)
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let fraction = String(now % 1_000_000 + 1_000_000).dropFirst()
    return "\(time.year)-\(two(time.month))-\(two(time.day))T\(two(time.hour)):\(two(time.minute)):"
      + "\(two(time.second)).\(fraction)+00:00"
  }
}

/// All sources of a process, and the ring in memory that they may write to.
public final class TraceControl: Sendable {
  /// 0 while nothing is traced: all that a stream looks at.
  public let active = SharedCell()
  public let sources: [TraceSource]
  /// `buf0`
  public let buffer: RingBuffer

  init(reader: WorkerMailbox?) {
    sources = TraceKind.allCases.map { [active] in TraceSource($0, active: active) }
    var settings = RingSettings(name: "buf0", size: 1 << 20, location: SourceLocation(file: "", line: 0))
    settings.description = "in-memory ring buffer"
    settings.maxLength = 16384
    buffer = RingBuffer(settings, reader: reader)
  }

  public func source(_ kind: TraceKind) -> TraceSource? {
    active.value & (1 << kind.rawValue) == 0 ? nil : sources[kind.rawValue]
  }
  public func stopAll() { for source in sources { source.go(to: .stopped) } }
}
