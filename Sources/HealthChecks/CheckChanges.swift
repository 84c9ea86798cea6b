public import EventLoop
public import Proxies

/// Checks of servers that are added and deleted while the process runs.
extension CheckScheduler {
  /// Begins the checks of a new server, where they are this worker's.
  public mutating func add(_ place: ServerPlace, _ loop: inout EventLoop) {
    guard process.checkingWorker(of: place) == worker, let (backend, server) = process.server(at: place) else { return }
    for (role, plan) in Self.plans(server, backend, CheckScriptPlan(of: backend.settings)) {
      let free = entries.firstIndex { $0.isVacant }
      let index = free ?? entries.count
      let slot = loop.timers.allocate(token: Token(kind: TokenKind.check, index: index, generation: 0).bits)
      var entry = CheckEntry(role: role, of: server, backend, plan: plan, slot: slot, position: 0)
      if let free {
        entry.generation = entries[free].generation &+ 1
        entries[free] = entry
      } else {
        entries.append(entry)
      }
      var first = role == .slowStart ? plan.inter : firstInterval(role, plan, server)
      let limit = process.model.global.maxSpreadChecks
      if limit > 0 && role != .slowStart { first = min(first, limit) }
      loop.timers.arm(slot, at: loop.now + Int64(first))
    }
  }

  /// Ends the checks of a server that was deleted.
  public mutating func remove(_ place: ServerPlace, _ loop: inout EventLoop) {
    for i in entries.indices where entries[i].place == place && !entries[i].isVacant {
      entries[i].child?.end()
      forgetProgram(i, &loop)
      close(i, &loop)
      loop.timers.release(entries[i].slot)
      entries[i].phase = .idle
      entries[i].generation &+= 1
      entries[i].isVacant = true
    }
  }
}
