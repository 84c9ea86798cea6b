public import EventLoop
import Primitives

/// What is left to do for a process that stops: the one that follows it listens where it did, and is taught all that the
/// tables hold (manual section 3.5).
struct Farewell {
  /// Local peers that have not been taught yet, by their places among the remotes, and how often that was tried.
  private(set) var waiting: [Int: Int]
  var isOver: Bool { waiting.isEmpty }

  init(_ places: [Int]) { waiting = Dictionary(uniqueKeysWithValues: places.map { ($0, 0) }) }

  mutating func finish(_ place: Int) { waiting[place] = nil }
  /// Whether it may be tried again.
  mutating func tries(_ place: Int) -> Bool {
    let count = waiting[place] ?? 3
    waiting[place] = count < 3 ? count + 1 : nil
    return count < 3
  }
}

extension PeersService {
  /// There is nothing to wait for before the process ends.
  public var isDone: Bool { farewell?.isOver ?? (remotes.isEmpty && listeners.isEmpty) }

  /// A process that stops leaves its place to the one that follows it: peers shall connect to that one, and it is told
  /// what this one knows.
  public mutating func stopListening(_ loop: inout EventLoop) {
    if farewell != nil { return }
    for i in sessions.indices { close(i, &loop) }
    var places: [Int] = []
    for i in remotes.indices where remotes[i].isLocal {
      let section = remotes[i].section
      guard let listener = listeners.first(where: { $0.section == section }), !tables(of: section).isEmpty else {
        continue
      }
      remotes[i].endpoint = listener.socket.localEndpoint
      remotes[i].nextTry = 0
      if remotes[i].endpoint.family != .none { places.append(i) }
    }
    for (i, listener) in listeners.enumerated() {
      if !resting.contains(i) { loop.poller.remove(listener.socket.descriptor) }
      listener.socket.close()
    }
    forgetResting()
    farewell = Farewell(places)
    continueFarewell(&loop)
  }

  /// Connects to who follows. Where nobody listens any more, nobody does.
  mutating func continueFarewell(_ loop: inout EventLoop) {
    for i in remotes.indices where farewell?.waiting[i] != nil && remotes[i].session == nil {
      if loop.now < remotes[i].nextTry { continue }
      if farewell?.tries(i) != true { continue }
      connect(i, &loop)
      if remotes[i].session == nil { farewell?.finish(i) }
    }
  }
}
