/// The `roundrobin` algorithm for one group of servers (active or backup): each server's turns are spread evenly over
/// a period as long as the sum of the weights.
///
/// The group has a position that advances by one with each pick. A server waits in one of three queues: `current`, by
/// the position of its next turn; `starting`, by falling weight, for servers that had no turn in this period yet; and
/// `later`, likewise, for those whose next turn lies beyond the period. When the first two are exhausted, `later`
/// becomes `starting` and a new period begins. The same numbers as HAProxy's give the same sequence of servers.
struct WeightedRoundRobin {
  private enum Queue: UInt8 { case none, even, odd, current }

  private struct Turn {
    var next = 0
    var last = 0
    /// What integer division left over of the server's step, in parts of its weight.
    var remainder = 0
    var weight = 0
    var queue = Queue.none
    /// Chains the servers that one pick passed over.
    var following: Int32 = -1
  }

  private var turns: [Turn] = []
  private var places: [Int32] = []
  private var even = ServerHeap()
  private var odd = ServerHeap()
  private var current = ServerHeap()
  /// Whether `even` is the starting queue now, and `odd` the later one.
  private var evenStarts = true
  private var position = 0
  private var periodWeight = 0
  private var nextWeight = 0
  private var arrivals: UInt64 = 0

  private var starting: Queue { evenStarts ? .even : .odd }
  private var later: Queue { evenStarts ? .odd : .even }

  init() {}

  /// `weights` are effective ones, 0 for servers that are not usable or not of this group.
  init(weights: [Int]) {
    turns = weights.map { Turn(weight: $0) }
    places = Array(repeating: -1, count: weights.count)
    nextWeight = weights.reduce(0, +)
    (periodWeight, position) = (nextWeight, nextWeight)
    for server in weights.indices where weights[server] > 0 { enqueueByWeight(server, starting) }
  }

  // MARK: changes

  /// Makes a place for one more server, which takes part once it has a weight.
  mutating func append() {
    turns.append(Turn())
    places.append(-1)
  }

  /// Changes a server's effective weight; 0 takes it out.
  mutating func setWeight(_ server: Int, _ weight: Int) {
    let old = turns[server].weight
    if old == 0 && weight == 0 { return }
    nextWeight += weight - old
    let queue = turns[server].queue
    remove(server)
    turns[server].weight = weight
    if weight == 0 {
      turns[server].queue = .none
    } else if old == 0 {
      turns[server].next = position + (nextWeight + periodWeight - position) / weight
      enqueue(server)
    } else if queue == starting {
      enqueueByWeight(server, queue)
    } else {
      if queue == later { turns[server].next += periodWeight }
      let planned = turns[server].next
      let step = nextWeight / weight
      turns[server].remainder = 0
      turns[server].next = min(turns[server].last + step, planned)
      if turns[server].next < position + 2 { turns[server].next = position + step }
      enqueue(server)
    }
  }

  // MARK: queues

  private mutating func remove(_ server: Int) {
    switch turns[server].queue {
    case .even: even.remove(server, &places)
    case .odd: odd.remove(server, &places)
    case .current: current.remove(server, &places)
    case .none: break
    }
  }

  private mutating func enqueueByWeight(_ server: Int, _ queue: Queue) {
    let entry = entry(server, UInt32(truncatingIfNeeded: 4096 - turns[server].weight))
    if queue == .even { even.insert(entry, &places) } else { odd.insert(entry, &places) }
    turns[server].queue = queue
  }

  /// Puts a server where its next turn belongs.
  private mutating func enqueue(_ server: Int) {
    let turn = turns[server]
    if turn.next < 0 || turn.next >= 2 * periodWeight || turn.next >= periodWeight + nextWeight {
      enqueueByWeight(server, later)
    } else {
      let key = 256 * turn.next + (4096 + turn.remainder - turn.weight) / 16
      current.insert(entry(server, UInt32(truncatingIfNeeded: key)), &places)
      turns[server].queue = .current
    }
  }

  private mutating func entry(_ server: Int, _ key: UInt32) -> ServerHeap.Entry {
    arrivals &+= 1
    return ServerHeap.Entry(key: key, server: Int32(truncatingIfNeeded: server), arrival: arrivals)
  }

  // MARK: picks

  private var candidate: Int? {
    let first = current.first
    if let first, turns[first].next <= position { return first }
    return (evenStarts ? even.first : odd.first) ?? first
  }

  /// The next server with room, or `avoided` where no other has room, or nil.
  mutating func pick(avoiding avoided: Int?, _ loads: [ServerLoad], _ backend: BackendLoad) -> Int? {
    var hasSwitched = false
    var hasSeenAvoided = false
    var passedOver: Int32 = -1
    var picked: Int?
    while picked == nil {
      if periodWeight == 0 { (periodWeight, position) = (nextWeight, nextWeight) }
      guard let server = candidate else {
        if hasSwitched {
          if hasSeenAvoided { picked = avoided }
          break
        }
        hasSwitched = true
        evenStarts.toggle()
        (periodWeight, position) = (nextWeight, nextWeight)
        continue
      }
      take(server)
      let hasRoom = loads[server].hasRoom(in: backend)
      if hasRoom && (server != avoided || hasSeenAvoided) {
        picked = server
      } else {
        if hasRoom { hasSeenAvoided = true }
        turns[server].following = passedOver
        passedOver = Int32(truncatingIfNeeded: server)
      }
    }
    if let picked { enqueue(picked) }
    // Servers passed over in a pick that began a period have lost their place, and only their weight counts;
    // otherwise they go on as if they had been served.
    while passedOver >= 0 {
      let server = Int(passedOver)
      passedOver = turns[server].following
      if server == picked { continue }
      if hasSwitched { enqueueByWeight(server, starting) } else { enqueue(server) }
    }
    return picked
  }

  /// Takes a server out of its queue and plans its next turn.
  private mutating func take(_ server: Int) {
    remove(server)
    var turn = turns[server]
    if turn.queue == starting { (turn.next, turn.remainder) = (0, 0) }
    if turn.next == 0 { turn.next = position }
    turn.last = turn.next
    turn.next += nextWeight / turn.weight
    turn.remainder += nextWeight % turn.weight
    if turn.remainder >= turn.weight {
      turn.remainder -= turn.weight
      turn.next += 1
    }
    turn.queue = .none
    turns[server] = turn
    position += 1
  }
}
