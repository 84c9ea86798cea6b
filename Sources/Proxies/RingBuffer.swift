public import Configuration
public import Memory

/// A `ring` section at work: the newest lines in memory, written by all workers, read by the runtime socket and by the
/// connections to syslog servers. A line that does not fit drops the oldest ones, unless a server has not had them yet:
/// then the new line is dropped and counted (manual section 3.9).
public final class RingBuffer: Sendable {
  public let settings: RingSettings
  /// Lines that found no room.
  public let dropped = SharedCell()
  /// 1 while a reader has seen everything and wants to be woken.
  private let isAwaited = SharedCell()
  private let reader: Lock<WorkerMailbox?>
  private let state: Lock<State>

  private struct State {
    /// Lines with four bytes of length before each, at the positions modulo the size.
    /// Nothing until the first line comes.
    var storage: [UInt8] = []
    /// Positions count all bytes ever written: those of the oldest line and behind the newest.
    var tail: UInt64 = 0
    var head: UInt64 = 0
    /// What each connection to a server has read.
    var pins: [UInt64] = []
  }

  /// `reader`: the worker that readers live on.
  public init(_ settings: RingSettings, reader: WorkerMailbox?) {
    self.settings = settings
    self.reader = Lock(reader)
    state = Lock(
      State(
        pins: [UInt64](repeating: 0, count: settings.servers.count)))
  }

  /// Readers live on another worker from now on.
  public func wake(_ next: WorkerMailbox?) { reader.withLock { $0 = next } }

  /// Writes one line, cut to the ring's longest.
  public func append(_ header: Bytes, _ body: Bytes) {
    let head = header.prefix(settings.maxLength)
    let rest = body.prefix(max(0, settings.maxLength &- head.count))
    let length = head.count &+ rest.count
    let fits = state.withLock { state in
      if !makeRoom(&state, length) { return false }
      for i in 0..<head.count { Self.put(&state, head[i]) }
      for i in 0..<rest.count { Self.put(&state, rest[i]) }
      return true
    }
    noteLine(fits)
  }
  /// The same, of a line in one piece.
  public func append(_ line: [UInt8]) {
    let line = line.prefix(settings.maxLength)
    let fits = state.withLock { state in
      if !makeRoom(&state, line.count) { return false }
      for byte in line { Self.put(&state, byte) }
      return true
    }
    noteLine(fits)
  }

  /// Drops the oldest lines and begins a new one; false: they may not be dropped.
  private func makeRoom(_ state: inout State, _ length: Int) -> Bool {
    if state.storage.isEmpty { state.storage = [UInt8](repeating: 0, count: max(settings.size, 64)) }
    let need = UInt64(length &+ 4)
    let size = UInt64(state.storage.count)
    if need > size { return false }
    while state.head &- state.tail &+ need > size {
      if state.pins.contains(where: { $0 <= state.tail }) { return false }
      state.tail &+= UInt64(Self.length(state, at: state.tail) &+ 4)
    }
    for shift in [0, 8, 16, 24] { Self.put(&state, UInt8(truncatingIfNeeded: length >> shift)) }
    return true
  }
  private func noteLine(_ fits: Bool) {
    if !fits { dropped.add(1) }
    if isAwaited.value != 0 && isAwaited.exchange(1, for: 0) {
      reader.withLock { $0 }?.post(.reportReady)
    }
  }

  private static func put(_ state: inout State, _ byte: UInt8) {
    state.storage[Int(state.head % UInt64(state.storage.count))] = byte
    state.head &+= 1
  }
  private static func length(_ state: borrowing State, at position: UInt64) -> Int {
    var length = 0
    for i in 0..<4 {
      length |= Int(state.storage[Int((position &+ UInt64(i)) % UInt64(state.storage.count))]) << (8 * i)
    }
    return length
  }

  // MARK: - Reading

  /// Where a reader begins: with the oldest line, or with the next to come.
  public func start(new: Bool) -> UInt64 { state.withLock { new ? $0.head : $0.tail } }

  /// The lines from `position` on, about `limit` bytes of them; `position` is moved behind them. Lines that were
  /// overwritten meanwhile are left out. `pin`: the server that has read so far.
  public func read(_ position: inout UInt64, limit: Int, pin: Int? = nil) -> [[UInt8]] {
    state.withLock { state in
      if position < state.tail { position = state.tail }
      var lines: [[UInt8]] = []
      var total = 0
      while position < state.head && total < limit {
        let length = Self.length(state, at: position)
        var line: [UInt8] = []
        line.reserveCapacity(length)
        for i in 0..<length {
          line.append(state.storage[Int((position &+ 4 &+ UInt64(i)) % UInt64(state.storage.count))])
        }
        position &+= UInt64(length &+ 4)
        total += length
        lines.append(line)
      }
      if let pin, pin < state.pins.count { state.pins[pin] = position }
      return lines
    }
  }

  /// Asks to be woken when something comes behind `position`; false: it is there already.
  public func wait(behind position: UInt64) -> Bool {
    isAwaited.set(1)
    return state.withLock { $0.head <= position }
  }
}

extension RingSettings {
  /// What one ring holds the other could hold as well, and would send on to the same servers.
  func isTheSame(as other: RingSettings) -> Bool {
    func text(_ ring: RingSettings) -> String {
      let servers = ring.servers.map { "\($0.name) \($0.address) \($0.logProto ?? "")" }
      let times = "\(ring.connectTimeout ?? -1) \(ring.serverTimeout ?? -1)"
      return "\(ring.name) \(ring.description) \(ring.maxLength) \(ring.size) \(times) \(servers)"
    }
    return text(self) == text(other) && format == other.format && isImplicit == other.isImplicit
  }
}
