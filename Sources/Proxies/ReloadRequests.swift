public import Memory
public import System

/// Where a worker's master asks for a reload in place, and where the thread that does it finds out.
public final class ReloadRequests: Sendable {
  /// Wakes that thread.
  public let wakeUp: WakeUp
  private let waiting = Lock<[ReloadTicket]>([])

  public init(wakeUp: WakeUp) { self.wakeUp = wakeUp }

  /// Asks; the answer wakes `asker`.
  public func ask(_ asker: WorkerMailbox) -> ReloadTicket {
    let ticket = ReloadTicket(asker)
    waiting.withLock { $0.append(ticket) }
    wakeUp.notify()
    return ticket
  }
  /// Asks, where another process reads for this one: it is at the other end of `reader`, which the thread closes.
  public func ask(reader: Socket) {
    waiting.withLock { $0.append(ReloadTicket(reader: reader)) }
    wakeUp.notify()
  }
  /// All who asked since the last call: one reload serves them.
  public func take() -> [ReloadTicket] {
    waiting.withLock { tickets in
      defer { tickets = [] }
      return tickets
    }
  }
}

/// One question for a reload, and its answer.
public final class ReloadTicket: Sendable {
  private let asker: WorkerMailbox?
  /// Who hears the answer himself.
  public let reader: Socket?
  private let answer = Lock<String?>(nil)

  init(_ asker: WorkerMailbox) {
    self.asker = asker
    reader = nil
  }
  init(reader: Socket) {
    asker = nil
    self.reader = reader
  }

  public func give(_ text: String) {
    answer.withLock { $0 = text }
    asker?.post(.reportReady)
  }
  /// nil: the reload is still under way.
  public var text: String? { answer.withLock { $0 } }
}
