public import Memory

/// What a backend carries now, as its servers' limits and the balance depend on it.
public struct BackendLoad: Sendable {
  /// Sessions of the backend, queued ones included.
  public let sessions: SharedCell
  /// Sessions that servers of the backend are serving.
  public let served: SharedCell
  /// Requests in the backend's own queue, which belong to no server yet.
  public let queued: SharedCell
  /// `fullconn`: from this many sessions on, servers run at `maxconn` rather than `minconn`; 0 for always.
  public let fullConnections: Int

  public init(fullConnections: Int = 0) {
    var cells = CellPack(lines: 1)
    self.init(fullConnections: fullConnections, in: &cells)
  }
  /// With its cells among others of one object; `sessions` may be another's.
  public init(fullConnections: Int, sessions: SharedCell? = nil, in cells: inout CellPack) {
    self.fullConnections = fullConnections
    self.sessions = sessions ?? cells.cell()
    (served, queued) = (cells.cell(), cells.cell())
  }
}

/// What a server carries now and may carry: cells that all workers share.
public struct ServerLoad: Sendable {
  /// Sessions and requests the server is serving.
  public let served: SharedCell
  /// Requests waiting in the server's own queue.
  public let queued: SharedCell
  /// `maxconn` in bits 0 to 27, `minconn` in 28 to 55, and above them the percentage a slow start takes away.
  private let limits: SharedCell

  public init() {
    var cells = CellPack(lines: 1)
    self.init(in: &cells)
  }
  /// With its three cells among others of one object, which gives them back when nobody balances with it any more.
  public init(in cells: inout CellPack) {
    (served, queued, limits) = (cells.cell(), cells.cell(), cells.cell())
  }

  private static let largest = 1 << 28 - 1

  /// Sets `minconn` and `maxconn`; 0 stands for absent. A minimum above the maximum replaces it.
  public func setLimits(minimum: Int, maximum: Int) {
    let highest = min(max(minimum, maximum, 0), ServerLoad.largest)
    let lowest = minimum > 0 ? min(minimum, ServerLoad.largest) : highest
    let old = limits.value
    limits.set((old >> 56) << 56 | lowest << 28 | highest)
  }
  /// Sets how much of the limit is open during a slow start, in percent; 100 ends it.
  public func setThrottle(percent: Int) {
    limits.set(limits.value & (1 << 56 - 1) | (100 - min(max(percent, 0), 100)) << 56)
  }

  /// The limits without a slow start's share, to be compared.
  public var configured: Int { limits.value & (1 << 56 - 1) }
  /// Takes on the limits of another, without its slow start.
  public func takeLimits(of other: ServerLoad) { limits.set(other.configured) }

  /// The configured `maxconn`; 0 where the server has no limit.
  public var maximum: Int { limits.value & ServerLoad.largest }

  /// The sessions the server may serve now: between `minconn` and `maxconn` in proportion to the backend's load, and
  /// less during a slow start. 0 where it has no limit.
  public func limit(in backend: BackendLoad) -> Int {
    let packed = limits.value
    let maximum = packed & ServerLoad.largest
    let minimum = packed >> 28 & ServerLoad.largest
    var limit = maximum
    if minimum != maximum {
      let sessions = backend.sessions.value
      if sessions < backend.fullConnections { limit = max(minimum, sessions * maximum / backend.fullConnections) }
    }
    let withheld = packed >> 56
    return withheld == 0 || maximum == 0 ? limit : max(1, limit * (100 - withheld) / 100)
  }

  /// Whether the server would take one more session at once: it has no queue, and its limit is not reached.
  public func hasRoom(in backend: BackendLoad) -> Bool {
    maximum == 0 || (queued.value == 0 && served.value < limit(in: backend))
  }
}
