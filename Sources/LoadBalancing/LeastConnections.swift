/// The `leastconn` algorithm for one group of servers (active or backup): servers in the order of their sessions in
/// proportion to their weight. Those with equal load take turns, since a server goes behind its equals each time its
/// load comes to that value.
struct LeastConnections {
  private var weights: [Int32] = []
  private var keys: [UInt32] = []
  private var places: [Int32] = []
  private var heap = ServerHeap()
  private var arrivals: UInt64 = 0

  init() {}

  /// `weights` are effective ones, 0 for servers that are not usable or not of this group.
  init(weights: [Int], _ loads: [ServerLoad]) {
    for server in weights.indices {
      append()
      setWeight(server, weights[server], loads)
    }
  }

  /// Makes a place for one more server, which takes part once it has a weight.
  mutating func append() {
    weights.append(0)
    keys.append(0)
    places.append(-1)
  }

  /// Changes a server's effective weight; 0 takes it out.
  mutating func setWeight(_ server: Int, _ weight: Int, _ loads: [ServerLoad]) {
    if weights[server] > 0 { heap.remove(server, &places) }
    weights[server] = Int32(truncatingIfNeeded: weight)
    if weight > 0 { insert(server, key(server, loads)) }
  }

  /// To be called when sessions were given to a server or taken from it: finds its new place.
  mutating func loadChanged(_ server: Int, _ loads: [ServerLoad]) {
    if server >= weights.count || weights[server] == 0 { return }
    let new = key(server, loads)
    if new == keys[server] { return }
    heap.remove(server, &places)
    insert(server, new)
  }

  /// The load counts the session to come, but for idle servers, which all come first whatever their weight.
  private func key(_ server: Int, _ loads: [ServerLoad]) -> UInt32 {
    let load = loads[server].served.value &+ loads[server].queued.value
    return load <= 0 ? 0 : UInt32(truncatingIfNeeded: (load &+ 1) &* 4096 / Int(weights[server]))
  }

  private mutating func insert(_ server: Int, _ key: UInt32) {
    arrivals &+= 1
    keys[server] = key
    heap.insert(
      ServerHeap.Entry(key: key, server: Int32(truncatingIfNeeded: server), arrival: arrivals), &places)
  }

  private func hasRoom(_ load: ServerLoad, _ maximumQueue: Int, _ backend: BackendLoad) -> Bool {
    load.maximum == 0 || load.served.value + load.queued.value < load.limit(in: backend) + maximumQueue
  }

  /// The least loaded server whose limit and queue are not full, or `avoided` where no other is left, or nil.
  mutating func pick(
    avoiding avoided: Int?, _ loads: [ServerLoad], _ maximumQueues: [Int], _ backend: BackendLoad
  ) -> Int? {
    guard let first = heap.first else { return nil }
    if first != avoided && hasRoom(loads[first], maximumQueues[first], backend) { return first }
    return scan(avoided, loads, maximumQueues, backend)
  }

  /// The same where the first server will not do: looks at all.
  private func scan(
    _ avoided: Int?, _ loads: [ServerLoad], _ maximumQueues: [Int], _ backend: BackendLoad
  ) -> Int? {
    var best: ServerHeap.Entry?
    var fallback: Int?
    for entry in heap.entries {
      let server = Int(entry.server)
      if let best, !entry.precedes(best) { continue }
      if !hasRoom(loads[server], maximumQueues[server], backend) { continue }
      if server == avoided { fallback = avoided } else { best = entry }
    }
    return best.map { Int($0.server) } ?? fallback
  }
}
