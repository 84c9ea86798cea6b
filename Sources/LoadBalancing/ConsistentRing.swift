import Memory
import Primitives

/// The circle of a consistent hash: every server has as many points on it as its effective weight, and a key belongs
/// to the server of the nearest point. The points of servers that are down stay in place, marked as absent, so that a
/// change of state or weight touches only the points of that server. All workers read the ring without a lock.
final class ConsistentRing: Sendable {
  /// The places of points on the circle, in order.
  private let keys: [UInt32]
  /// For each place the server (upper bits) and which of its points it is (lower 12 bits). Only points of equal key
  /// ever trade places.
  private let points: SharedWords
  let live: LiveSet
  /// The first place in each of the equal parts the circle is cut into, to start a search from.
  private let parts: [Int32]
  private let shift: UInt32

  /// `capacities` are the most points each server may have, 0 for servers that are not on this ring.
  init(ids: [Int], capacities: [Int]) {
    var all: [UInt64] = []
    all.reserveCapacity(capacities.reduce(0, +))
    for server in ids.indices {
      for j in 0..<capacities[server] {
        let key = Hash.avalanche(UInt32(truncatingIfNeeded: ids[server] &* 4096 &+ j))
        all.append(UInt64(key) << 32 | UInt64(all.count))
      }
    }
    var identities: [UInt64] = []
    identities.reserveCapacity(all.count)
    for server in ids.indices {
      for j in 0..<capacities[server] { identities.append(UInt64(server) << 12 | UInt64(j)) }
    }
    all.sort()
    keys = all.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    points = SharedWords(count: all.count)
    for place in all.indices { points[place] = identities[Int(all[place] & 0xffff_ffff)] }
    live = LiveSet(count: all.count)

    var bits: UInt32 = 0
    while bits < 20 && 2 << Int(bits) < all.count { bits += 1 }
    shift = 32 - bits
    var parts: [Int32] = []
    var place = 0
    for part in 0..<(UInt64(1) << UInt64(bits)) {
      while place < keys.count && UInt64(keys[place]) < part << UInt64(shift) { place += 1 }
      parts.append(Int32(truncatingIfNeeded: place))
    }
    self.parts = parts
  }

  var count: Int { keys.count }
  func server(at place: Int) -> Int { Int(points[place] >> 12) }
  func identity(at place: Int) -> UInt64 { points[place] }
  /// Whether the points at `place` and the one after it have the same key.
  func isTied(_ place: Int) -> Bool { place + 1 < keys.count && keys[place] == keys[place + 1] }
  func trade(_ place: Int) {
    let first = points[place]
    points[place] = points[place + 1]
    points[place + 1] = first
  }

  /// The place of the present point nearest to `hash`, the one before it where both are as near; nil on an empty ring.
  func nearest(_ hash: UInt32) -> Int? {
    if keys.isEmpty { return nil }
    var place = Int(parts[shift == 32 ? 0 : Int(hash >> shift)])
    while place < keys.count && keys[place] < hash { place += 1 }
    guard let after = live.next(place) ?? live.next(0) else { return nil }
    let before = live.previous(after) ?? live.previous(keys.count) ?? after
    return hash &- keys[before] <= keys[after] &- hash ? before : after
  }

  /// The present point after `place`, or nil at the end of the circle.
  func following(_ place: Int) -> Int? { live.next(place + 1) }
}

/// Where each server's points are on a ring, and how many of them are present: the writer's side.
struct RingPlaces {
  /// The place of point `j` of server `s` is at `starts[s] + j`.
  private var places: [Int32] = []
  private var starts: [Int] = []
  private var capacities: [Int] = []
  private var present: [Int] = []

  init() {}

  init(_ ring: ConsistentRing, capacities: [Int]) {
    self.capacities = capacities
    present = Array(repeating: 0, count: capacities.count)
    var total = 0
    for capacity in capacities {
      starts.append(total)
      total += capacity
    }
    places = Array(repeating: 0, count: total)
    for place in 0..<ring.count {
      let identity = ring.identity(at: place)
      places[starts[Int(identity >> 12)] + Int(identity & 0xfff)] = Int32(truncatingIfNeeded: place)
    }
  }

  /// Gives a server `count` points, which its capacity must allow. `last`, the place of the last turn of the ring's
  /// round robin, steps back where its point goes.
  mutating func setCount(_ server: Int, _ count: Int, _ ring: ConsistentRing, last: inout Int?) {
    while present[server] > count {
      present[server] -= 1
      let place = Int(places[starts[server] + present[server]])
      ring.live.remove(place)
      if last == place { last = ring.live.next(place) }
    }
    while present[server] < count {
      var place = Int(places[starts[server] + present[server]])
      // A point that comes back goes behind those of equal key.
      while ring.isTied(place) {
        ring.trade(place)
        move(ring, place)
        move(ring, place + 1)
        if ring.live.contains(place + 1) {
          ring.live.insert(place)
          ring.live.remove(place + 1)
          if last == place + 1 { last = place }
        }
        place += 1
      }
      ring.live.insert(place)
      present[server] += 1
    }
  }

  /// Where the point of this identity is.
  func place(of identity: UInt64) -> Int { Int(places[starts[Int(identity >> 12)] + Int(identity & 0xfff)]) }

  private mutating func move(_ ring: ConsistentRing, _ place: Int) {
    let identity = ring.identity(at: place)
    places[starts[Int(identity >> 12)] + Int(identity & 0xfff)] = Int32(truncatingIfNeeded: place)
  }
}
