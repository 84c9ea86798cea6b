import HTTP2
import Memory
import Proxies

/// What the counters of a frontend or backend know of one HTTP/2 connection.
struct MuxTally {
  private var streams: UInt64 = 0
  private var served: UInt64 = 0

  init(_ row: CounterRow) {
    row.count(.h2Connections)
    row.count(.h2OpenConnections)
  }

  /// Adds what has happened since the last call.
  mutating func add(_ session: HTTP2Session, served total: Int, to row: CounterRow) {
    let counts = session.counts
    session.counts = HTTP2Counts()
    let pairs: [(TrafficCounter, UInt64)] = [
      (.h2Headers, counts.headers), (.h2Data, counts.data), (.h2Settings, counts.settings), (.h2Resets, counts.resets),
      (.h2GoAways, counts.goAways), (.h2ResetsSent, counts.resetsSent), (.h2GoAwaysSent, counts.goAwaysSent),
    ]
    for (counter, n) in pairs where n > 0 { row.count(counter, n) }
    let (open, all) = (UInt64(session.streams.count), UInt64(total))
    if open != streams { row.count(.h2OpenStreams, open &- streams) }
    if all != served { row.count(.h2Streams, all &- served) }
    (streams, served) = (open, all)
  }

  /// The connection is over.
  func end(_ row: CounterRow) {
    if streams > 0 { row.count(.h2OpenStreams, 0 &- streams) }
    row.count(.h2OpenConnections, 0 &- 1)
  }
}
