public import Memory

/// How much TLS the process does, and may do (`maxsslconn`, `maxsslrate`).
public struct TLSCounts: Sendable {
  /// Connections with TLS, of clients and to servers: now, and since the start.
  public let connections = SharedCell()
  public let connectionsTotal = SharedCell()
  /// 0 for none.
  public let connectionLimit: Int
  /// Connections of clients in a second.
  public let rate = FrequencyCounter()
  public let rateMax = SharedCell()
  public let rateLimit: SharedCell
  /// Handshakes that computed a key, as those that resume a session do not.
  public let frontendKeys = FrequencyCounter()
  public let frontendKeysMax = SharedCell()
  public let backendKeys = FrequencyCounter()
  public let backendKeysMax = SharedCell()
  /// Sessions that were found in the cache.
  public let cacheHits = SharedCell()

  init(connectionLimit: Int, rateLimit: Int) {
    self.connectionLimit = connectionLimit
    self.rateLimit = SharedCell(rateLimit)
  }

  /// One more connection; false where there are too many.
  public func begin() -> Bool {
    if connectionLimit > 0 {
      if !connections.addIfBelow(connectionLimit) { return false }
    } else {
      connections.add(1)
    }
    connectionsTotal.add(1)
    return true
  }
  /// Clients wait until another connection has ended.
  public var isFull: Bool { connectionLimit > 0 && connections.value >= connectionLimit }
  public func end() { connections.add(-1) }

  /// A client came to a listener with TLS at `now` (milliseconds).
  public func countClient(at now: Int64) { rateMax.raise(to: rate.count(at: now)) }
  public func countFrontendKey(at now: Int64) { frontendKeysMax.raise(to: frontendKeys.count(at: now)) }
  public func countBackendKey(at now: Int64) { backendKeysMax.raise(to: backendKeys.count(at: now)) }

  /// Percent of the clients of the last second that resumed a session.
  public func reuse(at now: Int64) -> Int {
    let clients = rate.rate(at: now)
    if clients <= 0 { return 0 }
    return max(0, 100 * (clients - frontendKeys.rate(at: now)) / clients)
  }
}
