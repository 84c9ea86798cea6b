import Memory
import Proxies
import Rules
import Samples
import StickTables

/// A server to be kept in a table once it is known which one serves the request.
struct PendingStore {
  let table: Int32
  let key: Bytes
  let isOfResponse: Bool
}

/// `stick` rules (manual section 4.2): a server found by what was kept of an earlier request.
extension Worker {
  static let storeLimit = 8

  /// Runs the rules of a request, once; the server they found is then in `stickServer`.
  func runStickRules(_ stream: Stream, _ backend: BackendReplica) {
    if stream.hasRunStickRules { return }
    stream.hasRunStickRules = true
    openVariables(stream)
    var view = StreamLogView(stream: stream, worker: self)
    for rule in backend.rules.sticking where rule.stores != .response {
      let index = table(rule.table)
      if !rule.matches && stream.pendingStores.contains(where: { $0.table == index }) { continue }
      if let condition = rule.condition, evaluator.evaluate(condition, .final, from: &view) != .yes { continue }
      guard let key = stickKey(rule, index, stream, &view, .final) else { continue }
      if rule.matches && stream.stickServer == nil && stream.cookieServer == nil {
        match(key, index, stream, backend)
      }
      if rule.stores == .request { remember(key, index, stream, isOfResponse: false) }
    }
  }

  private func stickKey(
    _ rule: StickRule, _ index: Int32, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions
  ) -> Bytes? {
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    guard let table = table(index),
      evaluator.evaluate(rule.expression, options, from: &view, into: &sample) == .found,
      let key = table.with({ $0.settings.key(sample, arena: evaluator.arena) })
    else { return nil }
    // Kept until the answer: the stream's text lives as long.
    return stream.text.copy(key)
  }

  private func remember(_ key: Bytes, _ index: Int32, _ stream: Stream, isOfResponse: Bool) {
    let isKnown = stream.pendingStores.contains { $0.table == index && $0.isOfResponse == isOfResponse }
    if isKnown || stream.pendingStores.count >= Worker.storeLimit { return }
    stream.pendingStores.append(PendingStore(table: index, key: key, isOfResponse: isOfResponse))
  }

  private func match(_ key: Bytes, _ index: Int32, _ stream: Stream, _ backend: BackendReplica) {
    let now = loop.now
    guard let table = table(index), let found = table.with({ $0.server(of: key, now: now) }) else { return }
    var place: Int?
    if found.name != 0, let name = process.serverNames.name(found.name) {
      place = backend.servers.firstIndex { !$0.isGone && stickName($0, table).equals(name) }
    }
    if place == nil && found.id != 0 {
      place = backend.servers.firstIndex { server in
        !server.isGone && server.shared.with { UInt32(clamping: $0.settings.id) } == found.id
      }
    }
    guard let place else { return }
    let server = backend.servers[place]
    if backend.options.contains(.persist) || server.shared.with({ $0.isRunning }) { stream.stickServer = place }
  }

  /// How a table calls a server: by its name, or by its address.
  private func stickName(_ server: ServerReplica, _ table: SharedReference<StickTable>) -> Bytes {
    if table.with({ $0.settings.serverKey }) == .name { return server.name }
    let endpoint = server.currentEndpoint()
    identifierArena.reset()
    identifierArena.begin()
    switch endpoint.address {
    case .v4(let address): _ = AddressText.append(address, to: identifierArena)
    case .v6(let address): _ = AddressText.append(address, to: identifierArena)
    case nil: break
    }
    identifierArena.append(byte: 0x3a)
    identifierArena.append(decimal: Int64(endpoint.port))
    return identifierArena.finish()
  }

  /// The server that a table named, while it can be used.
  func serverByTable(_ stream: Stream, _ backend: BackendReplica) -> ServerReplica? {
    guard let place = stream.stickServer, place < backend.servers.count else { return nil }
    let server = backend.servers[place]
    return backend.options.contains(.persist) || server.shared.with({ $0.isRunning }) ? server : nil
  }

  /// The server answers: what was found in request and answer now leads to it.
  func storeServer(_ stream: Stream) {
    guard let backend = stream.backend, !backend.rules.sticking.isEmpty, let server = stream.server else { return }
    if stream.hasStoredServer { return }
    stream.hasStoredServer = true
    var view = StreamLogView(stream: stream, worker: self)
    for rule in backend.rules.sticking where rule.stores == .response {
      let index = table(rule.table)
      let options: EvaluationOptions = [.final, .response]
      if stream.pendingStores.contains(where: { $0.table == index && $0.isOfResponse }) { continue }
      if let condition = rule.condition, evaluator.evaluate(condition, options, from: &view) != .yes { continue }
      if let key = stickKey(rule, index, stream, &view, options) {
        remember(key, index, stream, isOfResponse: true)
      }
    }
    let now = loop.now
    let id = server.shared.with { UInt32(clamping: $0.settings.id) }
    if server.shared.with({ !$0.settings.isSticky }) { return }
    for store in stream.pendingStores {
      guard let table = table(store.table) else { continue }
      let name = process.serverNames.number(of: stickName(server, table))
      table.with { $0.setServer(of: store.key, id: id, name: name, now: now) }
    }
    stream.pendingStores.removeAll(keepingCapacity: true)
  }
}
