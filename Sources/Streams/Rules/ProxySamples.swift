import Compression
import Configuration
import Memory
import Proxies
import Samples

/// Fetches and converters that ask for the state of proxies and servers, with or without a stream.
extension Worker {
  /// Nil for other fetches. `current` is the backend of the stream, where it has one.
  func fetchOfProxy(_ call: FetchCall, _ current: BackendReplica?, _ sample: inout Sample) -> FetchStatus? {
    let value: Int64?
    switch call.id {
    case .nbsrv: value = backend(call, current).map { Int64($0.figures.usable) }
    case .beConn: value = backend(call, current).map { Int64($0.sessions.value) }
    case .beSessRate:
      value = backend(call, current).map { b in b.shared.with { Int64($0.sessionRate.rate(at: loop.now)) } }
    case .queue: value = backend(call, current).map { Int64($0.figures.waiting) }
    case .avgQueue: value = backend(call, current).map { Int64($0.figures.averageQueue) }
    case .connslots, .beConnFree:
      value = backend(call, current).map { $0.freeConnections(withQueues: call.id == .connslots) }
    case .srvConn: value = server(call).map { s in s.shared.with { Int64($0.sessions.value) } }
    case .srvConnFree: value = server(call).map { $0.freeConnections }
    case .srvIsUp:
      guard let server = server(call) else { return .notFound }
      sample.data = .boolean(server.shared.with { $0.isRunning })
      return .found
    case .srvQueue: value = server(call).map { s in s.shared.with { Int64($0.queue.length.value) } }
    case .srvSessRate:
      value = server(call).map { s in s.shared.with { Int64($0.sessionRate.rate(at: loop.now)) } }
    case .srvUweight: value = server(call).map { s in s.shared.with { Int64($0.userWeight.value) } }
    case .srvIweight: value = server(call).map { s in s.shared.with { Int64($0.initialWeight) } }
    case .srvWeight: value = server(call).map { s in s.shared.with { Int64(($0.effectiveWeight.value + 15) / 16) } }
    default: return nil
    }
    guard let value else { return .notFound }
    sample.data = .integer(value)
    return .found
  }

  /// `nbsrv` of a backend and `srv_queue` of a server, by name. False where there is none.
  func convertByProxy(_ call: ConverterCall, _ current: BackendReplica?, _ sample: inout Sample) -> Bool {
    guard let name = sample.data.text else { return false }
    if call.id == .nbsrv {
      guard let backend = backend(named: name) else { return false }
      sample.data = .integer(Int64(backend.figures.usable))
      return true
    }
    let slash = name.firstIndex(of: UInt8(ascii: "/"))
    let owner = slash.map { backend(named: name.prefix($0)) } ?? current
    let server = name.dropFirst(slash.map { $0 + 1 } ?? 0)
    guard let found = owner?.servers.first(where: { $0.name.equals(server) }) else { return false }
    sample.data = .integer(found.shared.with { Int64($0.queue.length.value) })
    return true
  }

  private func backend(named name: Bytes) -> BackendReplica? {
    backends.first { $0?.name.equals(name) == true } ?? nil
  }
  private func backend(_ call: FetchCall, _ current: BackendReplica?) -> BackendReplica? {
    guard let number = call.arguments.first.object else { return current }
    return number >= 0 && Int(number) < backends.count ? backends[Int(number)] : nil
  }
  private func server(_ call: FetchCall) -> ServerReplica? {
    guard let number = call.arguments.first.object, number >= 0 else { return nil }
    let (proxy, place) = (Int(number) >> 16, Int(number) & 0xffff)
    guard proxy < backends.count, let backend = backends[proxy], place < backend.servers.count else { return nil }
    return backend.servers[place]
  }
}

extension BackendReplica {
  /// Gathered through the replicas, which costs no lock.
  var figures: BackendFigures {
    var figures = BackendFigures(
      queued: shared.with { $0.queue.length.value }, usesAllBackups: options.contains(.allBackups))
    for server in servers { server.shared.with { figures.add($0) } }
    return figures
  }
  /// Places that `maxconn` (and `maxqueue`) of the usable servers leave; -1 where one of them has no limit.
  func freeConnections(withQueues: Bool) -> Int64 {
    var room = shared.with { ConnectionRoom(of: $0, withQueues: withQueues) }
    for server in servers { server.shared.with { room.add($0) } }
    return room.free
  }
}

extension ServerReplica {
  /// Places that `maxconn` leaves; -1 without a limit.
  var freeConnections: Int64 {
    shared.with { ConnectionRoom.free(on: $0) }
  }
}

extension CompressionForm {
  /// Its name in `compression algo`.
  var keyword: Bytes {
    switch self {
    case .identity: Bytes("identity")
    case .gzip: Bytes("gzip")
    case .deflate: Bytes("deflate")
    case .rawDeflate: Bytes("raw-deflate")
    }
  }
}
