import Memory
import Primitives

/// The circle of a consistent hash: every server has as many points on it as its effective weight, and a key belongs
/// to the server of the nearest point. The points of servers that are down stay in place, marked as absent, so that a
/// change of state or weight touches only the points of that server. All workers read the ring without a lock.
final class ConsistentRing: Sendable {
  /// The points in the order of their places on the circle: the place in the upper half, below it the server and which
  /// of its points it is (12 bits). Only points of the same place ever trade.
  private let points: SharedWords
  let live: LiveSet
  /// The first place in each of the equal parts the circle is cut into, to start a search from.
  private let parts: [Int32]
  private let shift: UInt32

  /// `capacities` are the most points each server may have, 0 for servers that are not on this ring.
  init(ids: [Int], capacities: [Int]) {
    var all: [UInt64] = []
    all.reserveCapacity(capacities.reduce(0, +))
    for server in ids.indices.prefix(1 << 20) {
      for j in 0..<capacities[server] {
        let key = Hash.avalanche(UInt32(truncatingIfNeeded: ids[server] &* 4096 &+ j))
        all.append(UInt64(key) << 32 | UInt64(server) << 12 | UInt64(j))
      }
    }
    all.sort()
    points = SharedWords(count: all.count)
    for place in all.indices { points[place] = all[place] }
    live = LiveSet(count: all.count)

    var bits: UInt32 = 0
    while bits < 20 && 2 << Int(bits) < all.count { bits += 1 }
    shift = 32 - bits
    var parts: [Int32] = []
    var place = 0
    for part in 0..<(UInt64(1) << UInt64(bits)) {
      while place < all.count && all[place] >> 32 < part << UInt64(shift) { place += 1 }
      parts.append(Int32(truncatingIfNeeded: place))
    }
    self.parts = parts
  }

  var count: Int { points.count }
  func key(at place: Int) -> UInt32 { UInt32(truncatingIfNeeded: points[place] >> 32) }
  func server(at place: Int) -> Int { Int(points[place] >> 12 & 0xfffff) }
  /// The server and the number of its point, as one number.
  func identity(at place: Int) -> Int { Int(points[place] & 0xffff_ffff) }
  /// Whether the points at `place` and the next have the same place on the circle.
  func isTied(_ place: Int) -> Bool { place + 1 < count && key(at: place) == key(at: place + 1) }
  func trade(_ place: Int) {
    let first = points[place]
    points[place] = points[place + 1]
    points[place + 1] = first
  }

  /// The place of the present point nearest to `hash`, the one before it where both are as near; nil on an empty ring.
  func nearest(_ hash: UInt32) -> Int? {
    if count == 0 { return nil }
    var place = Int(parts[shift == 32 ? 0 : Int(hash >> shift)])
    while place < count && key(at: place) < hash { place += 1 }
    guard let after = live.next(place) ?? live.next(0) else { return nil }
    let before = live.previous(after) ?? live.previous(count) ?? after
    return hash &- key(at: before) <= key(at: after) &- hash ? before : after
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
      places[starts[identity >> 12] + (identity & 0xfff)] = Int32(truncatingIfNeeded: place)
    }
  }

  /// Gives a server `count` points, or as many as its capacity allows. `last`, the place of the last turn of the ring's
  /// round robin, steps back where its point goes.
  mutating func setCount(_ server: Int, _ count: Int, _ ring: ConsistentRing, last: inout Int?) {
    if server >= present.count { return }
    let count = min(count, capacities[server])
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
  func place(of identity: Int) -> Int { Int(places[starts[identity >> 12] + (identity & 0xfff)]) }

  private mutating func move(_ ring: ConsistentRing, _ place: Int) {
    let identity = ring.identity(at: place)
    places[starts[identity >> 12] + (identity & 0xfff)] = Int32(truncatingIfNeeded: place)
  }
}
