public import Memory

/// Statistics of a frontend, backend, server or listener. Names follow the columns of `show stat` (management guide
/// section 9.1), which says what each counts.
public enum TrafficCounter: Int, CaseIterable, Sendable {
  /// Sessions (frontend, listener) or streams (backend, server) in total.
  case sessionsTotal
  case connectionsTotal
  case bytesIn, bytesOut
  case deniedRequests, deniedResponses
  case requestErrors, connectionErrors, responseErrors
  case retries, redispatches
  case deniedConnections, deniedSessions
  case failedChecks, downTransitions, downtimeSeconds
  case selectedTotal
  case http1xx, http2xx, http3xx, http4xx, http5xx, httpOther
  case requestsTotal, interceptedRequests
  case clientAborts, serverAborts
  case connectAttempts, connectReuses
  case failedRewrites, internalErrors
  case cacheLookups, cacheHits
  case compressedIn, compressedOut, compressedBypassed, compressedResponses
  /// Frames of HTTP/2.
  case h2Headers, h2Data, h2Settings, h2Resets, h2GoAways, h2ResetsSent, h2GoAwaysSent, h2ConnectionErrors,
    h2StreamErrors
  case h2Connections, h2Streams
  /// Those that are there now: never cleared.
  case h2OpenConnections, h2OpenStreams
  /// Handshakes of TLS with a new key, with a session resumed, and failed.
  case tlsSessions, tlsResumed, tlsFailures
  /// Sums of the last exchanges' times in milliseconds and their number, for the averages `qtime`...`ttime`.
  case queueTime, connectTime, responseTime, totalTime
  case queueTimeMax, connectTimeMax, responseTimeMax, totalTimeMax
  case timedExchanges

  /// The counter of answers with this status.
  @inlinable public static func ofStatus(_ status: Int) -> TrafficCounter {
    switch status / 100 {
    case 1: .http1xx
    case 2: .http2xx
    case 3: .http3xx
    case 4: .http4xx
    case 5: .http5xx
    default: .httpOther
    }
  }
}

/// The counters of one object: a row for each worker, so that counting costs no locked instruction.
public struct CounterSet: Sendable {
  @usableFromInline let table: CounterTable
  public init(threads: Int) { table = CounterTable(rows: threads, count: TrafficCounter.timedExchanges.rawValue + 1) }
  /// The row that worker `thread` writes.
  public func row(_ thread: Int) -> CounterRow { table.row(thread) }
  @inlinable public func total(_ counter: TrafficCounter) -> UInt64 {
    switch counter {
    case .queueTimeMax, .connectTimeMax, .responseTimeMax, .totalTimeMax: table.largest(counter.rawValue)
    default: table.total(counter.rawValue)
    }
  }
  /// Gives its memory back (`SharedCell.giveBack`).
  func giveBack() { table.giveBack() }
  /// `clear counters`. A count that a worker adds at this very moment may survive.
  public func clear(_ counter: TrafficCounter) {
    if counter == .h2OpenConnections || counter == .h2OpenStreams { return }
    table.clear(counter.rawValue)
  }
}

extension CounterRow {
  @inlinable public func count(_ counter: TrafficCounter, _ n: UInt64 = 1) { add(counter.rawValue, n) }
  @inlinable public func raise(_ counter: TrafficCounter, to n: UInt64) {
    if value(counter.rawValue) < n { set(counter.rawValue, n) }
  }
}
