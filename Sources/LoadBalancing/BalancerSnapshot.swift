import Memory
import Primitives

/// What workers read without a lock. A new one is made when servers are added or a map is to change; what a change of
/// state alone touches is kept in shared words.
final class BalancerSnapshot: Sendable {
  let loads: [ServerLoad]
  /// Effective weights, 0 for servers that are not usable.
  let weights: SharedWords
  /// For the bounded load: the sum of the weights before each server in its group.
  let precedingWeights: SharedWords
  let activeRing: ConsistentRing
  let backupRing: ConsistentRing
  /// Servers by id, for `first`, and which of them are usable.
  let order: [Int32]
  let activeInOrder: LiveSet
  let backupInOrder: LiveSet
  let map: ServerMap

  init(
    loads: [ServerLoad], weights: SharedWords, precedingWeights: SharedWords, activeRing: ConsistentRing,
    backupRing: ConsistentRing, order: [Int32], activeInOrder: LiveSet, backupInOrder: LiveSet, map: ServerMap
  ) {
    self.loads = loads
    self.weights = weights
    self.precedingWeights = precedingWeights
    self.activeRing = activeRing
    self.backupRing = backupRing
    self.order = order
    self.activeInOrder = activeInOrder
    self.backupInOrder = backupInOrder
    self.map = map
  }

  func withMap(_ map: ServerMap) -> BalancerSnapshot {
    BalancerSnapshot(
      loads: loads, weights: weights, precedingWeights: precedingWeights, activeRing: activeRing,
      backupRing: backupRing, order: order, activeInOrder: activeInOrder, backupInOrder: backupInOrder, map: map)
  }

  /// `first`: the server of the lowest id that has room, or `avoided` where no other has, or nil.
  func firstWithRoom(backups: Bool, avoiding avoided: Int?, _ backend: BackendLoad) -> Int? {
    // Two calls rather than a choice of sets: choosing would count references that all workers share.
    backups ? firstWithRoom(backupInOrder, avoided, backend) : firstWithRoom(activeInOrder, avoided, backend)
  }

  private func firstWithRoom(_ members: borrowing LiveSet, _ avoided: Int?, _ backend: BackendLoad) -> Int? {
    var fallback: Int?
    var place = members.next(0)
    while let at = place {
      let server = Int(order[at])
      if loads[server].hasRoom(in: backend) {
        if server != avoided { return server }
        fallback = server
      }
      place = members.next(at + 1)
    }
    return fallback
  }

  /// The server of a key on the ring: the nearest, or the next one round the circle that is neither `avoided` nor,
  /// with a bound, at its share of the load. Two rounds without finding one end the search where it stands.
  func server(
    of hash: UInt32, backups: Bool, avoiding avoided: Int?, bound: Int, totalWeight: Int, _ backend: BackendLoad
  ) -> Int? {
    backups
      ? server(of: hash, on: backupRing, avoided, bound, totalWeight, backend)
      : server(of: hash, on: activeRing, avoided, bound, totalWeight, backend)
  }

  private func server(
    of hash: UInt32, on ring: ConsistentRing, _ avoided: Int?, _ bound: Int, _ totalWeight: Int, _ backend: BackendLoad
  ) -> Int? {
    guard var place = ring.nearest(hash) else { return nil }
    var server = ring.server(at: place)
    var rounds = 0
    while server == avoided || (bound > 0 && !isBelowShare(server, bound, totalWeight, backend)) {
      if let next = ring.following(place) {
        place = next
      } else {
        rounds += 1
        guard rounds < 2, let next = ring.live.next(0) else { break }
        place = next
      }
      server = ring.server(at: place)
    }
    return server
  }

  /// Whether a server is below `bound` percent of its fair share of the backend's requests, the one to come included.
  /// The shares are whole numbers that add up, spread by the running sum of weights.
  private func isBelowShare(_ server: Int, _ bound: Int, _ totalWeight: Int, _ backend: BackendLoad) -> Bool {
    if totalWeight <= 0 { return true }
    let weight = Int(weights[server])
    let preceding = Int(precedingWeights[server])
    let slots = ((backend.served.value + 1) * bound + 99) / 100
    let (each, rest) = slots.quotientAndRemainder(dividingBy: totalWeight)
    let share = weight * each + (preceding + weight) * rest / totalWeight - preceding * rest / totalWeight
    return loads[server].served.value < max(share, 1)
  }
}
