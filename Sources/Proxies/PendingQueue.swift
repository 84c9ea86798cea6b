public import Memory

/// Streams that wait for a place on one server, or on any server of a backend (manual section 5.2, `maxconn`).
/// First come, first served within one priority class.
public final class PendingQueue: Sendable {
  public struct Entry: Sendable {
    public let stream: StreamReference
    /// The order of arrival over all queues of the process.
    public let ticket: Int
    /// Date of `http-request set-priority-*`; smaller goes first.
    public let priority: Int64
  }
  private struct State {
    var entries: [Entry] = []
    var first = 0
  }
  private let state = Lock(State())
  /// Entries waiting; streams that left without being served are counted until they are met.
  public let length: SharedCell
  public let longest: SharedCell
  /// Entries that left to be served.
  public let processed: SharedCell
  private static let tickets = SharedCell()

  /// With its three cells among others of one object, which gives them back.
  init(in cells: inout CellPack) {
    (length, longest, processed) = (cells.cell(), cells.cell(), cells.cell())
  }

  /// Adds a stream at the end and returns its ticket.
  @discardableResult public func append(_ stream: StreamReference, priority: Int64 = 0) -> Int {
    let ticket = Self.tickets.add(1)
    state.withLock { s in
      var at = s.entries.count
      while at > s.first && s.entries[at - 1].priority > priority { at -= 1 }
      s.entries.insert(Entry(stream: stream, ticket: ticket, priority: priority), at: at)
    }
    longest.raise(to: length.add(1))
    return ticket
  }
  /// The key of the next entry, to compare two queues.
  public var next: (priority: Int64, ticket: Int)? {
    if length.value == 0 { return nil }
    return state.withLock { s in
      s.first < s.entries.count ? (s.entries[s.first].priority, s.entries[s.first].ticket) : nil
    }
  }
  public func popFirst() -> Entry? {
    let entry: Entry? = state.withLock { s in
      guard s.first < s.entries.count else { return nil }
      let entry = s.entries[s.first]
      s.first += 1
      if s.first > 64 && s.first * 2 > s.entries.count {
        s.entries.removeFirst(s.first)
        s.first = 0
      }
      return entry
    }
    if entry != nil {
      processed.add(1)
      length.add(-1)
    }
    return entry
  }
  /// Takes a stream out (timeout, abort). Returns false where it was not there any more: a server has been reserved for it.
  public func remove(_ stream: StreamReference) -> Bool {
    let found = state.withLock { s in
      guard let at = s.entries[s.first...].firstIndex(where: { $0.stream == stream }) else { return false }
      s.entries.remove(at: at)
      return true
    }
    if found { length.add(-1) }
    return found
  }
  /// Takes all streams out, for a server that went down.
  public func removeAll() -> [Entry] {
    let all = state.withLock { s in
      let rest = Array(s.entries[s.first...])
      s.entries.removeAll()
      s.first = 0
      return rest
    }
    length.add(-all.count)
    return all
  }
}
