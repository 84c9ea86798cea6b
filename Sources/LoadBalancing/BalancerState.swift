import Memory
import Primitives

/// What changes of a balancer, under its lock.
struct BalancerState {
  struct Member {
    var id: Int
    var isBackup: Bool
    /// The effective weight while usable, else 0.
    var weight: Int
    /// How many points of the ring are reserved.
    var capacity: Int
  }

  /// Which of the servers share the load.
  enum Scope: Equatable {
    case nobody, active, backups
    /// The first backup server alone.
    case only(Int)
  }

  let method: Method
  let allBackups: Bool
  let bound: Int
  let backend: BackendLoad
  var members: [Member]
  var loads: [ServerLoad]
  var maximumQueues: [Int]
  private(set) var activeCount = 0
  private(set) var backupCount = 0
  private(set) var activeWeight = 0
  private(set) var backupWeight = 0
  private var firstBackup: Int?

  var snapshot: BalancerSnapshot
  /// Whether the map no longer fits the weights.
  private var mapIsStale = false
  /// Whether servers were added, or outgrew their part of the ring.
  private var snapshotIsStale = false
  private var activePlaces = RingPlaces()
  private var backupPlaces = RingPlaces()
  /// The place of each server in the snapshot's order by id.
  private var placeInOrder: [Int] = []
  private var activeTurns = WeightedRoundRobin()
  private var backupTurns = WeightedRoundRobin()
  private var activeLoads = LeastConnections()
  private var backupLoads = LeastConnections()
  private var mapPosition = 0
  /// Where the turns over the points of the rings stand: the place of the last turn on each, of which one is in use.
  private var lastActive: Int?
  private var lastBackup: Int?

  enum Method { case roundRobin, leastConnections, first, map, ring }

  init(_ settings: BalanceSettings, _ servers: [BalancedServer], _ scale: WeightScale, _ backend: BackendLoad) {
    method =
      switch settings.algorithm {
      case .roundrobin: .roundRobin
      case .leastconn: .leastConnections
      case .first: .first
      case .random: .ring
      case .staticRoundRobin: .map
      case .source, .uri, .urlParameter, .header, .rdpCookie, .hash:
        settings.hashType == .consistent ? .ring : .map
      }
    allBackups = settings.allBackups
    bound = settings.hashBalanceFactor
    self.backend = backend
    members = servers.map {
      let weight = scale.effective($0.weight)
      return Member(id: $0.id, isBackup: $0.isBackup, weight: $0.isUsable ? weight : 0, capacity: weight)
    }
    loads = servers.map(\.load)
    maximumQueues = servers.map(\.maximumQueue)
    snapshot = BalancerSnapshot(
      loads: loads, weights: SharedWords(count: 0), precedingWeights: SharedWords(count: servers.count),
      activeRing: ConsistentRing(ids: [], capacities: []), backupRing: ConsistentRing(ids: [], capacities: []),
      order: [], activeInOrder: LiveSet(count: 0), backupInOrder: LiveSet(count: 0), map: ServerMap(weights: []))
    if bound > 0 && method == .ring { sumPrecedingWeights() }
    count()
    rebuild()
    switch method {
    case .roundRobin:
      activeTurns = WeightedRoundRobin(weights: weights(backups: false))
      backupTurns = WeightedRoundRobin(weights: weights(backups: true))
    case .leastConnections:
      activeLoads = LeastConnections(weights: weights(backups: false), loads)
      backupLoads = LeastConnections(weights: weights(backups: true), loads)
    case .first, .map, .ring: break
    }
  }

  // MARK: accounting

  private func weights(backups: Bool) -> [Int] { members.map { $0.isBackup == backups ? $0.weight : 0 } }

  var scope: Scope {
    if activeCount > 0 { return .active }
    if let firstBackup { return .only(firstBackup) }
    return backupCount > 0 ? .backups : .nobody
  }
  /// The sum of the effective weights of the servers in use.
  var totalWeight: Int {
    switch scope {
    case .active: activeWeight
    case .backups: backupWeight
    case .only(let server): members[server].weight
    case .nobody: 0
    }
  }
  var usedCount: Int {
    switch scope {
    case .active: activeCount
    case .backups: backupCount
    case .only: 1
    case .nobody: 0
    }
  }

  private mutating func count() {
    (activeCount, backupCount, activeWeight, backupWeight) = (0, 0, 0, 0)
    for member in members where member.weight > 0 {
      if member.isBackup {
        backupCount += 1
        backupWeight += member.weight
      } else {
        activeCount += 1
        activeWeight += member.weight
      }
    }
    findFirstBackup()
  }
  private mutating func findFirstBackup() {
    firstBackup = allBackups ? nil : members.firstIndex { $0.isBackup && $0.weight > 0 }
  }

  // MARK: changes

  /// Gives a server its effective weight, 0 where it is not usable. Says whether the snapshot is out of date.
  mutating func setWeight(_ server: Int, _ weight: Int) -> Bool {
    let old = members[server].weight
    if old == weight { return false }
    if snapshotIsStale && hasLastTurn(server) { refresh() }
    members[server].weight = weight
    let (countChange, weightChange) = ((weight > 0 ? 1 : 0) - (old > 0 ? 1 : 0), weight - old)
    if members[server].isBackup {
      backupCount += countChange
      backupWeight += weightChange
      if countChange > 0 && !allBackups {
        firstBackup = min(firstBackup ?? server, server)
      } else if firstBackup == server && weight == 0 {
        findFirstBackup()
      }
    } else {
      activeCount += countChange
      activeWeight += weightChange
    }
    return applyWeight(server, weight)
  }

  private mutating func applyWeight(_ server: Int, _ weight: Int) -> Bool {
    let isBackup = members[server].isBackup
    if server < snapshot.weights.count { snapshot.weights[server] = UInt64(weight) }
    switch method {
    case .roundRobin:
      if isBackup { backupTurns.setWeight(server, weight) } else { activeTurns.setWeight(server, weight) }
    case .leastConnections:
      if isBackup {
        backupLoads.setWeight(server, weight, loads)
      } else {
        activeLoads.setWeight(server, weight, loads)
      }
    case .first:
      if server >= placeInOrder.count { break }
      let set = isBackup ? snapshot.backupInOrder : snapshot.activeInOrder
      if weight > 0 { set.insert(placeInOrder[server]) } else { set.remove(placeInOrder[server]) }
    case .map:
      mapIsStale = true
      return true
    case .ring:
      if weight > members[server].capacity {
        // The server leaves the ring, and comes back when the next one has more room for it.
        setPoints(server, 0)
        members[server].capacity = min(max(weight, 2 * members[server].capacity), 4096)
        snapshotIsStale = true
      } else {
        setPoints(server, weight)
      }
    }
    return snapshotIsStale
  }

  /// Adds a server behind the others and returns its index. Nobody may use it before its weight is set.
  mutating func append(_ server: BalancedServer, capacity: Int) -> Int {
    members.append(Member(id: server.id, isBackup: server.isBackup, weight: 0, capacity: capacity))
    loads.append(server.load)
    maximumQueues.append(server.maximumQueue)
    activeTurns.append()
    backupTurns.append()
    activeLoads.append()
    backupLoads.append()
    snapshotIsStale = true
    return members.count - 1
  }

  /// Gives the place of a server that nobody may use any more to another one.
  mutating func replace(_ index: Int, by server: BalancedServer, capacity: Int) {
    _ = setWeight(index, 0)
    members[index] = Member(id: server.id, isBackup: server.isBackup, weight: 0, capacity: capacity)
    loads[index] = server.load
    maximumQueues[index] = server.maximumQueue
    snapshotIsStale = true
  }

  /// Whether the last turn over the ring was a point of this server: where that goes, all others must be in place.
  private func hasLastTurn(_ server: Int) -> Bool {
    lastActive.map { snapshot.activeRing.server(at: $0) } == server
      || lastBackup.map { snapshot.backupRing.server(at: $0) } == server
  }

  private mutating func setPoints(_ server: Int, _ count: Int) {
    if members[server].isBackup {
      backupPlaces.setCount(server, count, snapshot.backupRing, last: &lastBackup)
    } else {
      activePlaces.setCount(server, count, snapshot.activeRing, last: &lastActive)
    }
  }

  /// The running sums of weights of the bounded load. As in HAProxy they are those of the start: later changes of
  /// weights and states do not move them.
  private func sumPrecedingWeights() {
    var (active, backup) = (0, 0)
    for (server, member) in members.enumerated() where member.weight > 0 {
      snapshot.precedingWeights[server] = UInt64(member.isBackup ? backup : active)
      if member.isBackup { backup += member.weight } else { active += member.weight }
    }
  }

  /// Makes a new snapshot from the members.
  private mutating func rebuild() {
    snapshotIsStale = false
    let weights = SharedWords(count: members.count)
    let precedingWeights = SharedWords(count: members.count)
    for (server, member) in members.enumerated() {
      weights[server] = UInt64(member.weight)
      if server < snapshot.precedingWeights.count { precedingWeights[server] = snapshot.precedingWeights[server] }
    }
    let isRing = method == .ring
    let ids = members.map(\.id)
    func capacities(backups: Bool) -> [Int] {
      members.map { isRing && $0.isBackup == backups ? $0.capacity : 0 }
    }
    let activeRing = ConsistentRing(ids: ids, capacities: capacities(backups: false))
    let backupRing = ConsistentRing(ids: ids, capacities: capacities(backups: true))
    var order: [Int32] = []
    if method == .first {
      order = members.indices.sorted { (ids[$0], $0) < (ids[$1], $1) }.map { Int32(truncatingIfNeeded: $0) }
    }
    placeInOrder = Array(repeating: 0, count: order.count)
    let (activeInOrder, backupInOrder) = (LiveSet(count: order.count), LiveSet(count: order.count))
    for (place, server) in order.enumerated() {
      let member = members[Int(server)]
      placeInOrder[Int(server)] = place
      if member.weight > 0 { (member.isBackup ? backupInOrder : activeInOrder).insert(place) }
    }
    snapshot = BalancerSnapshot(
      loads: loads, weights: weights, precedingWeights: precedingWeights, activeRing: activeRing,
      backupRing: backupRing, order: order, activeInOrder: activeInOrder, backupInOrder: backupInOrder,
      map: ServerMap(weights: []))
    if isRing {
      activePlaces = RingPlaces(activeRing, capacities: capacities(backups: false))
      backupPlaces = RingPlaces(backupRing, capacities: capacities(backups: true))
      (lastActive, lastBackup) = (nil, nil)
      for (server, member) in members.enumerated() { setPoints(server, member.weight) }
    }
    mapIsStale = method == .map
  }

  /// Brings the snapshot up to date.
  mutating func refresh() {
    if snapshotIsStale {
      let active = lastActive.map { snapshot.activeRing.identity(at: $0) }
      let backup = lastBackup.map { snapshot.backupRing.identity(at: $0) }
      rebuild()
      lastActive = active.map { activePlaces.place(of: $0) }
      lastBackup = backup.map { backupPlaces.place(of: $0) }
    }
    guard mapIsStale else { return }
    mapIsStale = false
    let map =
      switch scope {
      case .nobody: ServerMap(weights: [])
      case .active: ServerMap(weights: weights(backups: false))
      case .backups: ServerMap(weights: weights(backups: true))
      case .only(let server): ServerMap(weights: weights(backups: true), cutTo: members[server].weight)
      }
    snapshot = snapshot.withMap(map)
  }

  mutating func loadChanged(_ server: Int) {
    guard server >= 0, server < members.count else { return }
    if members[server].isBackup {
      backupLoads.loadChanged(server, loads)
    } else {
      activeLoads.loadChanged(server, loads)
    }
  }

  // MARK: picks

  mutating func pickByTurn(avoiding avoided: Int?) -> Int? {
    refresh()
    return switch (method, scope) {
    case (_, .nobody): nil
    case (.map, _): pickFromMap(avoiding: avoided)
    case (_, .only(let server)): server
    case (.roundRobin, .active): activeTurns.pick(avoiding: avoided, loads, backend)
    case (.roundRobin, .backups): backupTurns.pick(avoiding: avoided, loads, backend)
    case (.leastConnections, .active): activeLoads.pick(avoiding: avoided, loads, maximumQueues, backend)
    case (.leastConnections, .backups): backupLoads.pick(avoiding: avoided, loads, maximumQueues, backend)
    case (.first, let scope):
      snapshot.firstWithRoom(backups: scope == .backups, avoiding: avoided, backend)
    case (.ring, let scope):
      if scope == .backups {
        BalancerState.pick(on: snapshot.backupRing, &lastBackup, avoided, loads, backend)
      } else {
        BalancerState.pick(on: snapshot.activeRing, &lastActive, avoided, loads, backend)
      }
    }
  }

  /// Takes turns over the map; servers without room are passed over.
  private mutating func pickFromMap(avoiding avoided: Int?) -> Int? {
    let servers = snapshot.map.servers
    if servers.isEmpty { return nil }
    // The position goes back to the start only when it is used: the map may have grown meanwhile.
    if mapPosition >= servers.count { mapPosition = 0 }
    var position = mapPosition
    var fallback: (server: Int, position: Int)?
    repeat {
      let server = Int(servers[position])
      position += 1
      if loads[server].hasRoom(in: backend) {
        if server != avoided {
          mapPosition = position
          return server
        }
        fallback = (server, position)
      }
      if position == servers.count { position = 0 }
    } while position != mapPosition
    if let fallback { mapPosition = fallback.position }
    return fallback?.server
  }

  /// Takes turns over the points of a ring; servers without room are passed over.
  private static func pick(
    on ring: ConsistentRing, _ last: inout Int?, _ avoided: Int?, _ loads: [ServerLoad], _ backend: BackendLoad
  ) -> Int? {
    var stop = last
    var fallback: Int?
    repeat {
      guard let place = last.flatMap({ ring.following($0) }) ?? ring.live.next(0) else { return nil }
      last = place
      if stop == nil { stop = place }
      let server = ring.server(at: place)
      if loads[server].hasRoom(in: backend) {
        if server != avoided { return server }
        fallback = server
      }
    } while last != stop
    return fallback
  }
}
