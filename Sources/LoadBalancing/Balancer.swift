import Memory
public import Primitives

/// The choice of a server in one backend, shared by all workers. It knows keys, weights and usable servers, and reads
/// their loads; it is told of every change of state or weight. Workers pick through a `BalancerReplica` each.
public final class Balancer: Sendable {
  public let settings: BalanceSettings
  /// How weights become the effective weights that `setServer` takes.
  public let scale: WeightScale
  public let backend: BackendLoad
  let method: BalancerState.Method
  let policy: Policy
  let bound: Int
  let state: Lock<BalancerState>
  /// Rises when replicas must fetch the snapshot anew.
  let generation: SharedCell
  /// Who shares the load: see `Scope`; kept for readers without the lock.
  let scope: SharedCell
  private let weightInUse: SharedCell
  private let countInUse: SharedCell
  private let activeServers: SharedCell
  private let backupServers: SharedCell
  private let cells: CellPack

  public init(_ settings: BalanceSettings, servers: [BalancedServer], backend: BackendLoad = BackendLoad()) {
    self.settings = settings
    self.backend = backend
    var cells = CellPack(lines: 1)
    generation = cells.cell(1)
    scope = cells.cell()
    weightInUse = cells.cell()
    countInUse = cells.cell()
    activeServers = cells.cell()
    backupServers = cells.cell()
    self.cells = cells
    scale = WeightScale(settings, weights: servers.map(\.weight))
    let first = BalancerState(settings, servers, scale, backend)
    method = first.method
    policy = Policy(settings.algorithm)
    bound = settings.hashBalanceFactor
    state = Lock(first)
    publish(first)
  }

  deinit { cells.giveBack() }

  /// Scope as a number: a server's index for the only one, or one of these.
  static var nobody: Int { -1 }
  static var active: Int { -2 }
  static var backups: Int { -3 }

  private func publish(_ state: BalancerState) {
    let number =
      switch state.scope {
      case .nobody: Balancer.nobody
      case .active: Balancer.active
      case .backups: Balancer.backups
      case .only(let server): server
      }
    scope.set(number)
    weightInUse.set(state.totalWeight)
    countInUse.set(state.usedCount)
    activeServers.set(state.activeCount)
    backupServers.set(state.backupCount)
  }

  /// Tells of a server's state and effective weight (see `scale`). Servers that are not usable, or whose weight is 0,
  /// are given no requests.
  public func setServer(_ server: Int, isUsable: Bool, effectiveWeight: Int) {
    state.withLock { state in
      guard server >= 0, server < state.members.count else { return }
      let isStale = state.setWeight(server, isUsable ? min(max(effectiveWeight, 0), 4096) : 0)
      publish(state)
      if isStale { generation.add(1) }
    }
  }

  /// Adds a server at run time: behind the others, or in the place of one that is not usable any more. It is given no
  /// requests before `setServer` makes it usable; a server that is deleted stays as one that is not usable.
  public func insert(_ server: BalancedServer, at index: Int) {
    state.withLock { state in
      let capacity = scale.effective(server.weight)
      if index >= 0 && index < state.members.count {
        state.replace(index, by: server, capacity: capacity)
      } else {
        _ = state.append(server, capacity: capacity)
      }
      generation.add(1)
    }
  }

  /// Tells that a server was given sessions or queued requests, or lost some. Only `leastconn` must be told, after
  /// the cells of the server's load have changed; for the others this costs nothing.
  public func loadChanged(_ server: Int) {
    if method == .leastConnections { state.withLock { $0.loadChanged(server) } }
  }

  /// Whether a server is among those that share the load: a backup server only while no other is usable, and then the
  /// first alone without `option allbackups`. Only such servers may serve the backend's queue.
  public func sharesLoad(_ server: Int, isBackup: Bool) -> Bool {
    switch scope.value {
    case Balancer.active: !isBackup
    case Balancer.backups: isBackup
    case let only: only == server
    }
  }

  /// The sum of the effective weights of the servers that share the load; 0 where no server can be picked.
  public var totalWeight: Int { weightInUse.value }
  /// How many servers share the load.
  public var usedCount: Int { countInUse.value }
  /// How many servers that are not backups are usable, and how many backups.
  public var activeCount: Int { activeServers.value }
  public var backupCount: Int { backupServers.value }
}

/// How a pick begins, without what makes a `BalanceAlgorithm` costly to copy.
enum Policy: Sendable {
  /// Turns in which a queue at the backend proves that no server has room.
  case turns
  case leastConnections
  case random(draws: Int)
  /// By hash.
  case key(WhenAlone)

  /// What HAProxy does with the key where one server takes all. It shows where a map has more than that server (see
  /// `ServerMap`), and in whose turn it is afterwards.
  enum WhenAlone: Sendable {
    /// A key counts as 0, and without one the turn goes on.
    case ignoresKey
    /// The key counts as 0, be there one or not.
    case needsNoKey
    /// The key is used as ever.
    case usesKey
  }

  init(_ algorithm: BalanceAlgorithm) {
    switch algorithm {
    case .roundrobin, .staticRoundRobin, .first: self = .turns
    case .leastconn: self = .leastConnections
    case .random(let draws): self = .random(draws: max(draws, 1))
    case .urlParameter: self = .key(.usesKey)
    case .header, .hash: self = .key(.needsNoKey)
    case .source, .uri, .rdpCookie: self = .key(.ignoresKey)
    }
  }
}
