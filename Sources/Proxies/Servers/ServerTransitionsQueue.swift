import Configuration
import Memory

extension ServerTransitions {
  /// Sends the streams that wait for a server that went away back to choose another, where `option redispatch` lets
  /// them and nothing (`option persist`) binds them. Returns how many.
  func redistribute(_ server: ServerRuntime, _ backend: BackendRuntime) -> Int {
    if backend.settings.options.contains(.persist) || !mayRedispatch(backend) { return 0 }
    let entries = server.queue.removeAll()
    server.load.queued.add(-entries.count)
    for entry in entries { post(.chooseAgain(entry.stream.token), to: entry) }
    return entries.count
  }

  /// Gives waiting streams of the backend to a server that came back, as many as it may take. Returns how many.
  func grabQueued(_ server: ServerRuntime, _ backend: BackendRuntime) -> Int {
    if !server.isUsable { return 0 }
    // A backup server has no say while another server does the work.
    if server.settings.isBackup {
      if backend.activeServers.value > 0 { return 0 }
      if let elected = backend.electedBackup, elected.index != server.index { return 0 }
    }
    var moved = 0
    while true {
      let limit = server.load.limit(in: backend.load)
      if limit == 0 { server.served.add(1) } else if !server.served.addIfBelow(limit) { break }
      guard let entry = backend.queue.popFirst() else {
        server.served.add(-1)
        break
      }
      backend.load.queued.add(-1)
      backend.load.served.add(1)
      post(.dequeued(entry.stream.token, backend: backend.index, server: server.index), to: entry)
      moved += 1
    }
    return moved
  }

  private func post(_ message: WorkerMessage, to entry: PendingQueue.Entry) {
    let worker = entry.stream.worker
    if worker < 0 || worker >= process.mailboxes.count { return }
    process.mailboxes[worker].post(message)
  }

  /// A backend that says nothing itself leaves it to its frontends (see the deliberate differences).
  private func mayRedispatch(_ backend: BackendRuntime) -> Bool {
    if let own = backend.settings.redispatch { return own != 0 }
    return process.frontends.contains { ($0?.settings.redispatch ?? 0) != 0 }
  }
}
