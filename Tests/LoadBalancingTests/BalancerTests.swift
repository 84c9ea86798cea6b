import Foundation
import Primitives
import Testing

@testable import LoadBalancing

private let algorithms: [BalanceSettings] = [
  BalanceSettings(algorithm: .roundrobin), BalanceSettings(algorithm: .staticRoundRobin),
  BalanceSettings(algorithm: .leastconn), BalanceSettings(algorithm: .first), BalanceSettings(algorithm: .source),
  BalanceSettings(algorithm: .source, hashType: .consistent, avalanche: true),
  BalanceSettings(algorithm: .source, hashType: .consistent, hashBalanceFactor: 150),
  BalanceSettings(algorithm: .random(draws: 2)),
]

private func servers(_ count: Int, weight: Int = 1, maximum: Int = 0) -> [BalancedServer] {
  (0..<count).map { i in
    let load = ServerLoad()
    load.setLimits(minimum: 0, maximum: maximum)
    return BalancedServer(id: i + 1, weight: weight, load: load)
  }
}

struct BalancerTests {
  @Test(arguments: algorithms) func aRetryGoesElsewhere(_ settings: BalanceSettings) {
    let balancer = Balancer(settings, servers: servers(4))
    let replica = BalancerReplica(balancer)
    for i in 0..<100 {
      let avoided = i % 4
      // The map of a hash has one server for a key, whatever befell it.
      let isMap = settings.algorithm == .source && settings.hashType == .mapBased
      let choice = replica.pick(hash: isMap ? nil : UInt32(i) &* 0x9e37_79b9, avoiding: avoided)
      #expect(choice != .server(avoided) && choice != .none && choice != .full)
    }
    for i in 0..<3 { balancer.setServer(i, isUsable: false, effectiveWeight: 1) }
    #expect(replica.pick(hash: 7, avoiding: 3) == .server(3))
    #expect(replica.pick(hash: nil, avoiding: 3) == .server(3))
  }

  @Test(arguments: algorithms) func nobodyIsLeft(_ settings: BalanceSettings) {
    let balancer = Balancer(settings, servers: servers(2))
    let replica = BalancerReplica(balancer)
    #expect(balancer.usedCount == 2 && balancer.totalWeight == 2 * balancer.scale.effective(1))
    for i in 0..<2 { balancer.setServer(i, isUsable: false, effectiveWeight: 16) }
    #expect(replica.pick(hash: 5) == .none && balancer.totalWeight == 0)
    balancer.setServer(1, isUsable: true, effectiveWeight: 0)
    #expect(replica.pick(hash: 5) == .none)
    balancer.setServer(1, isUsable: true, effectiveWeight: balancer.scale.effective(1))
    #expect(replica.pick(hash: 5) == .server(1) && balancer.activeCount == 1)
    #expect(BalancerReplica(Balancer(settings, servers: [])).pick(hash: nil) == .none)
  }

  @Test(arguments: algorithms) func fullServersAreLeftAlone(_ settings: BalanceSettings) {
    let all = servers(3, maximum: 2)
    let balancer = Balancer(settings, servers: all)
    let replica = BalancerReplica(balancer)
    var chosen = [0, 0, 0]
    for _ in 0..<6 {
      guard case .server(let i) = replica.pick(hash: nil) else { continue }
      chosen[i] += 1
      all[i].load.served.add(1)
      balancer.loadChanged(i)
    }
    if case .random = settings.algorithm {
      #expect(chosen.allSatisfy { $0 <= 2 })
    } else {
      #expect(chosen == [2, 2, 2])
      #expect(replica.pick(hash: nil) == .full)
    }
  }

  @Test func queuedRequestsAtTheBackendProveThatAllAreFull() {
    for (settings, choice) in [
      (BalanceSettings(algorithm: .roundrobin), BalanceChoice.full),
      (BalanceSettings(algorithm: .leastconn), .server(0)),
    ] {
      let balancer = Balancer(settings, servers: servers(1))
      balancer.backend.sessions.set(3)
      balancer.backend.queued.set(1)
      #expect(BalancerReplica(balancer).pick(hash: nil) == choice)
      balancer.backend.queued.set(3)
      #expect(BalancerReplica(balancer).pick(hash: nil) == .server(0))
    }
  }

  @Test(arguments: [false, true]) func backupsShareTheLoadOnlyWhileNoOtherDoes(_ all: Bool) {
    let list = (0..<4).map { BalancedServer(id: $0 + 1, isBackup: $0 > 0, isUsable: $0 != 1) }
    let balancer = Balancer(BalanceSettings(algorithm: .roundrobin, allBackups: all), servers: list)
    func sharing() -> [Int] { (0..<4).filter { balancer.sharesLoad($0, isBackup: $0 > 0) } }
    #expect(sharing() == [0])
    balancer.setServer(0, isUsable: false, effectiveWeight: 16)
    #expect(sharing() == (all ? [1, 2, 3] : [2]))
    for i in 2..<4 { balancer.setServer(i, isUsable: false, effectiveWeight: 16) }
    #expect(sharing() == [])
  }

  @Test func drawsPreferTheLessLoaded() {
    let all = servers(2)
    all[0].load.served.set(50)
    let balancer = Balancer(BalanceSettings(algorithm: .random(draws: 64)), servers: all)
    let replica = BalancerReplica(balancer)
    #expect((0..<50).allSatisfy { _ in replica.pick(hash: nil) == .server(1) })
    all[1].load.queued.set(1)
    #expect(replica.pick(hash: nil) == .full)
  }

  @Test func aRingAfterManyChangesIsLikeANewOne() {
    var keys = Keys(state: 11)
    let settings = BalanceSettings(algorithm: .source, hashType: .consistent, avalanche: true)
    let all = (0..<30).map { BalancedServer(id: Int($0) * 7 + 1, weight: 4, isBackup: $0 % 5 == 0) }
    let balancer = Balancer(settings, servers: all)
    var now = all
    for round in 0..<40 {
      for _ in 0..<5 {
        let i = Int(keys.random() % 30)
        now[i].weight = Int(keys.random() % (round < 20 ? 5 : 40))
        now[i].isUsable = keys.random() % 3 > 0
        balancer.setServer(i, isUsable: now[i].isUsable, effectiveWeight: balancer.scale.effective(now[i].weight))
      }
      let fresh = Balancer(settings, servers: now)
      #expect(balancer.totalWeight == fresh.totalWeight && balancer.usedCount == fresh.usedCount)
      let (ours, theirs) = (BalancerReplica(balancer), BalancerReplica(fresh))
      for _ in 0..<200 {
        let hash = UInt32(truncatingIfNeeded: keys.random())
        #expect(ours.pick(hash: hash) == theirs.pick(hash: hash))
      }
    }
  }

  @Test(arguments: algorithms) func serversJoinAtRunTime(_ settings: BalanceSettings) {
    let balancer = Balancer(settings, servers: servers(2))
    let replica = BalancerReplica(balancer)
    #expect(replica.pick(hash: nil) != .none)
    balancer.insert(BalancedServer(id: 9, weight: 3), at: 2)
    #expect((0..<50).allSatisfy { replica.pick(hash: UInt32($0) << 25) != .server(2) })
    balancer.setServer(2, isUsable: true, effectiveWeight: balancer.scale.effective(3))
    for i in 0..<2 { balancer.setServer(i, isUsable: false, effectiveWeight: 0) }
    #expect(replica.pick(hash: 3) == .server(2))
    #expect(replica.pick(hash: nil) == .server(2))
  }

  @Test(arguments: algorithms) func workersPickWhileServersComeAndGo(_ settings: BalanceSettings) {
    let all = servers(40, weight: 3)
    let balancer = Balancer(settings, servers: all)
    let group = DispatchGroup()
    for worker in 0..<3 {
      DispatchQueue.global().async(group: group) {
        let replica = BalancerReplica(balancer)
        for i in 0..<3000 {
          guard case .server(let server) = replica.pick(hash: UInt32(i) &* 0x9e37_79b9 &+ UInt32(worker)) else {
            continue
          }
          all[server].load.served.add(1)
          balancer.loadChanged(server)
          all[server].load.served.add(-1)
          balancer.loadChanged(server)
        }
      }
    }
    for i in 0..<2000 {
      balancer.setServer(i % 39, isUsable: i % 3 > 0, effectiveWeight: balancer.scale.effective(1 + i % 5))
    }
    group.wait()
    for i in 0..<39 { balancer.setServer(i, isUsable: false, effectiveWeight: 0) }
    #expect(BalancerReplica(balancer).pick(hash: 1) == .server(39))
    #expect(balancer.activeCount == 1)
  }
}
