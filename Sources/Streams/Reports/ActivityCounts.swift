import Proxies

/// What a worker counts of its own loop, for `show activity`.
public struct ActivityCounts {
  public var loops = 0
  public var emptyRounds = 0
  public var events = 0
  public var expiries = 0
  public var streamTurns = 0
  public var accepted = 0
  public var handedOver = 0
  public var roundTime = 0

  /// One round of the loop with so many events.
  @inline(__always) public mutating func count(events count: Int) {
    loops &+= 1
    events &+= count
    if count == 0 { emptyRounds &+= 1 }
  }

  subscript(_ number: WorkerActivity) -> Int {
    switch number {
    case .loops: loops
    case .emptyRounds: emptyRounds
    case .events: events
    case .expiries: expiries
    case .streamTurns: streamTurns
    case .accepted: accepted
    case .handedOver: handedOver
    case .roundTime: roundTime
    }
  }
}
