/// The map that `static-rr` and `hash-type map-based` take servers from: each server as often as its weight, spread
/// evenly. Never changed once made.
final class ServerMap: Sendable {
  let servers: [Int32]

  /// `weights` are effective ones, 0 for servers that take no part.
  init(weights: [Int]) {
    let members = weights.indices.filter { weights[$0] > 0 }
    let total = members.reduce(0) { $0 + weights[$1] }
    if members.count == 1 || members.allSatisfy({ weights[$0] == 1 }) {
      servers = members.count == 1 ? Array(repeating: Int32(members[0]), count: total) : members.map { Int32($0) }
      return
    }
    servers = ServerMap.spread(members, weights, total)
  }

  /// The map of a backend that uses its first backup server alone. HAProxy shares it out among all backup servers,
  /// but ends it at the weight of the first: others come in where they weigh more.
  init(weights: [Int], cutTo total: Int) {
    let members = weights.indices.filter { weights[$0] > 0 }
    var scores = Array(repeating: 0, count: members.count)
    var servers: [Int32] = []
    if total == 1, let first = members.first { servers = [Int32(first)] }
    while servers.count < total {
      var best = 0
      for i in members.indices {
        scores[i] += weights[members[i]]
        if scores[i] / total > scores[best] / total { best = i }
      }
      scores[best] -= total
      servers.append(Int32(members[best]))
    }
    self.servers = servers
  }

  /// At each step every server earns its weight, and one of them pays the total. The server to pay is the first in
  /// the list of those that can afford it most often. How often, in whole numbers, changes at known steps only: so a
  /// tournament over the list is updated just there.
  private static func spread(_ members: [Int], _ weights: [Int], _ total: Int) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(total)
    // Members by the step at which they will have earned the total once more, chained.
    var due = Array(repeating: Int32(-1), count: total + 1)
    var following = Array(repeating: Int32(-1), count: members.count)
    var paid = Array(repeating: 0, count: members.count)
    var earned = paid
    var tournament = Tournament(count: members.count)
    func plan(_ member: Int) {
      let weight = weights[members[member]]
      let step = ((earned[member] + 1) * total + weight - 1) / weight
      if step > total { return }
      following[member] = due[step]
      due[step] = Int32(member)
    }
    for member in members.indices { plan(member) }
    for now in stride(from: 1, through: total, by: 1) {
      var next = due[now]
      while next >= 0 {
        let member = Int(next)
        next = following[member]
        earned[member] += 1
        tournament.set(member, earned[member] - paid[member])
        plan(member)
      }
      let best = tournament.winner
      paid[best] += 1
      tournament.set(best, earned[best] - paid[best])
      result.append(Int32(members[best]))
    }
    return result
  }
}

/// Finds the first place with the greatest number; all numbers start at 0.
private struct Tournament {
  private var scores: [Int32]
  private let leaves: Int

  init(count: Int) {
    var leaves = 1
    while leaves < count { leaves *= 2 }
    self.leaves = leaves
    scores = Array(repeating: .min, count: 2 * leaves)
    for i in 0..<count { scores[leaves + i] = 0 }
    for i in (1..<leaves).reversed() { scores[i] = max(scores[2 * i], scores[2 * i + 1]) }
  }

  mutating func set(_ place: Int, _ score: Int) {
    var i = leaves + place
    scores[i] = Int32(truncatingIfNeeded: score)
    while i > 1 {
      i /= 2
      scores[i] = max(scores[2 * i], scores[2 * i + 1])
    }
  }

  var winner: Int {
    var i = 1
    while i < leaves { i = scores[2 * i] == scores[i] ? 2 * i : 2 * i + 1 }
    return i - leaves
  }
}
