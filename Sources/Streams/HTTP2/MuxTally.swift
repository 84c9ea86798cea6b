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
    func add(_ counter: TrafficCounter, _ n: UInt64) { if n > 0 { row.count(counter, n) } }
    add(.h2Headers, counts.headers)
    add(.h2Data, counts.data)
    add(.h2Settings, counts.settings)
    add(.h2Resets, counts.resets)
    add(.h2GoAways, counts.goAways)
    add(.h2ResetsSent, counts.resetsSent)
    add(.h2GoAwaysSent, counts.goAwaysSent)
    add(.h2ConnectionErrors, counts.connectionErrors)
    add(.h2StreamErrors, counts.streamErrors)
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
