import Memory
import Primitives

/// What a pick yields.
public enum BalanceChoice: Equatable, Sendable {
  case server(Int)
  /// Servers are up, but none has room: the request waits in the backend's queue.
  case full
  /// No server is usable.
  case none
}

/// One worker's way to a balancer. It may not be shared between threads; copies share what they cache.
public struct BalancerReplica {
  private let cache: ReplicaCache

  public init(_ balancer: Balancer) { cache = ReplicaCache(balancer) }

  /// Picks a server. `hash` is the hash of the request's key, nil where it has none: then servers take turns, as they
  /// do for algorithms without a key. `avoided` is the server that just failed, picked only where no other is left.
  public func pick(hash: UInt32?, avoiding avoided: Int? = nil) -> BalanceChoice {
    cache.balancer.with { cache.pick($0, hash, avoided) }
  }
}

/// The worker's references to the balancer and to its snapshot, and its random numbers.
private final class ReplicaCache {
  let balancer: LentReference<Balancer>
  private var generation = 0
  private var snapshot: LentReference<BalancerSnapshot>
  private var randomState: UInt64

  init(_ balancer: Balancer) {
    self.balancer = LentReference(balancer)
    snapshot = LentReference(balancer.state.withLock { $0.snapshot })
    randomState = UInt64.random(in: 1...UInt64.max)
  }

  func pick(_ balancer: Balancer, _ hash: UInt32?, _ avoided: Int?) -> BalanceChoice {
    let scope = balancer.scope.value
    if scope == Balancer.nobody { return .none }
    if balancer.generation.value != generation { refresh(balancer) }
    switch balancer.policy {
    case .turns:
      let queued = balancer.backend.queued.value
      if queued > 0 && queued != balancer.backend.sessions.value { return .full }
    case .leastConnections: break
    case .random(let draws):
      return random(balancer, draws, scope, avoided).map { .server($0) } ?? .full
    case .key(let whenAlone):
      var key = hash
      if balancer.usedCount == 1 && (whenAlone == .needsNoKey || (whenAlone == .ignoresKey && key != nil)) { key = 0 }
      if let key, let server = lookUp(balancer, key, scope, avoided) { return .server(server) }
    }
    return balancer.state.withLock { $0.pickByTurn(avoiding: avoided) }.map { .server($0) } ?? .full
  }

  private func refresh(_ balancer: Balancer) {
    generation = balancer.generation.value
    snapshot = LentReference(
      balancer.state.withLock { state in
        state.refresh()
        return state.snapshot
      })
  }

  private func lookUp(_ balancer: Balancer, _ hash: UInt32, _ scope: Int, _ avoided: Int?) -> Int? {
    if scope >= 0 && balancer.method != .map { return scope }
    return snapshot.with { snapshot in
      if balancer.method == .map {
        let servers = snapshot.map.servers
        return servers.isEmpty ? nil : Int(servers[Int(hash) % servers.count])
      }
      return snapshot.server(
        of: hash, backups: scope == Balancer.backups, avoiding: avoided, bound: balancer.bound,
        totalWeight: balancer.totalWeight, balancer.backend)
    }
  }

  /// Draws servers at random and keeps the one with the least sessions for its weight; none where even that is full.
  private func random(_ balancer: Balancer, _ draws: Int, _ scope: Int, _ avoided: Int?) -> Int? {
    var best: Int?
    for _ in 0..<draws {
      let drawn = UInt32(truncatingIfNeeded: nextRandom() >> 32)
      guard let server = lookUp(balancer, drawn, scope, avoided) else { break }
      guard let kept = best, kept != server else {
        best = server
        continue
      }
      let keptIsBetter = snapshot.with { snapshot in
        snapshot.loads[server].served.value &* Int(snapshot.weights[kept])
          > snapshot.loads[kept].served.value &* Int(snapshot.weights[server])
      }
      if !keptIsBetter { best = server }
    }
    guard let best else { return nil }
    return snapshot.with { snapshot in
      let load = snapshot.loads[best]
      if load.queued.value > 0 { return nil }
      return load.maximum > 0 && load.served.value >= load.limit(in: balancer.backend) ? nil : best
    }
  }

  /// The generator xorshift64* of Marsaglia and Vigna.
  private func nextRandom() -> UInt64 {
    randomState ^= randomState >> 12
    randomState ^= randomState << 25
    randomState ^= randomState >> 27
    return randomState &* 0x2545_f491_4f6c_dd1d
  }
}
