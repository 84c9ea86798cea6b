import Primitives
import Testing

@testable import LoadBalancing

struct StructureTests {
  @Test func mapIsTheOneThatStepsGive() {
    var keys = Keys(state: 3)
    for round in 0..<60 {
      let count = Int(keys.random() % 9) + 1
      let weights = (0..<count).map { _ in Int(keys.random() % (round < 30 ? 5 : 60)) }
      #expect(ServerMap(weights: weights).servers == StructureTests.steps(weights))
    }
  }

  /// At each step all earn their weight, and the first of those with the most whole totals pays one.
  private static func steps(_ weights: [Int]) -> [Int32] {
    let total = weights.reduce(0, +)
    var scores = weights.map { _ in 0 }
    return (0..<total).map { _ in
      for i in weights.indices { scores[i] += weights[i] }
      let members = weights.indices.filter { weights[$0] > 0 }
      let most = members.map { (scores[$0] + total) / total }.max()!
      let best = members.first { (scores[$0] + total) / total == most }!
      scores[best] -= total
      return Int32(best)
    }
  }

  @Test func heapKeepsKeysThenArrivals() {
    var keys = Keys(state: 5)
    var heap = ServerHeap()
    var places = [Int32](repeating: -1, count: 64)
    var model: [Int: (UInt32, UInt64)] = [:]
    for arrival in 0..<3000 {
      let server = Int(keys.random() % 64)
      if model.removeValue(forKey: server) != nil {
        heap.remove(server, &places)
      } else {
        let key = UInt32(keys.random() % 8)
        model[server] = (key, UInt64(arrival))
        heap.insert(.init(key: key, server: Int32(server), arrival: UInt64(arrival)), &places)
      }
      #expect(heap.first == model.min { $0.value < $1.value }?.key)
    }
  }

  @Test(arguments: [1, 63, 64, 65, 4096, 5000]) func liveSetFindsNeighbours(_ count: Int) {
    var keys = Keys(state: UInt64(count))
    let set = LiveSet(count: count)
    var model = Set<Int>()
    for _ in 0..<300 {
      let place = Int(keys.random() % UInt64(count))
      if model.remove(place) != nil {
        set.remove(place)
      } else {
        model.insert(place)
        set.insert(place)
      }
      let from = Int(keys.random() % UInt64(count + 1))
      #expect(set.next(from) == model.filter { $0 >= from }.min())
      #expect(set.previous(from) == model.filter { $0 < from }.max())
      #expect(set.contains(place) == model.contains(place))
    }
  }

  @Test func limitsBetweenMinimumAndMaximum() {
    let backend = BackendLoad(fullConnections: 100)
    let load = ServerLoad()
    #expect(load.limit(in: backend) == 0 && load.hasRoom(in: backend))
    load.setLimits(minimum: 10, maximum: 50)
    for (sessions, limit) in [(0, 10), (10, 10), (40, 20), (99, 49), (100, 50), (500, 50)] {
      backend.sessions.set(sessions)
      #expect(load.limit(in: backend) == limit)
    }
    load.setThrottle(percent: 10)
    #expect(load.limit(in: backend) == 5)
    load.setThrottle(percent: 0)
    #expect(load.limit(in: backend) == 1)
    load.setThrottle(percent: 100)
    #expect(load.limit(in: backend) == 50 && load.maximum == 50)
    load.served.set(49)
    #expect(load.hasRoom(in: backend))
    load.queued.set(1)
    #expect(!load.hasRoom(in: backend))
    load.setLimits(minimum: 60, maximum: 50)
    #expect(load.maximum == 60)
  }

  /// The weights that HAProxy shows each second of a slow start of ten seconds at weight 100.
  @Test func weightGrowsDuringASlowStart() {
    let scale = WeightScale(BalanceSettings(algorithm: .roundrobin), weights: [100, 3])
    let shown = (0...10).map { scale.displayed(scale.effective(100, elapsed: $0, slowStart: 10)) }
    #expect(shown == [7, 13, 25, 32, 44, 57, 63, 75, 82, 94, 100])
    let small = (0...7).map { scale.displayed(scale.effective(3, elapsed: $0, slowStart: 7)) }
    #expect(small == [1, 1, 1, 2, 2, 3, 3, 3])
  }

  @Test func staticWeightsAreDividedByWhatTheyShare() {
    let scale = WeightScale(BalanceSettings(algorithm: .source), weights: [20, 0, 30, 50])
    #expect(scale.divisor == 10 && scale.effective(30) == 3 && scale.displayed(3) == 30)
    #expect(scale.effective(30, elapsed: 1, slowStart: 10) == 3)
    #expect(WeightScale(BalanceSettings(algorithm: .source), weights: [0]).divisor == 1)
  }
}
