import Proxies

/// What SIGHUP asks for: the states of servers and proxies, in HAProxy's words, on standard error and in the logs.
enum StateDump {
  static func messages(_ process: ProcessRuntime) -> [StateMessage] {
    var found = [StateMessage(level: .notice, text: "", proxyIndex: -1)]
    found[0].consoleText = "SIGHUP received, dumping servers states."
    for index in process.model.proxies.indices {
      let name = process.model.proxies[index].name
      let (frontend, backend) = (process.frontends[index], process.backends[index])
      if frontend == nil && backend == nil { continue }
      func add(_ text: String) { found.append(StateMessage(level: .notice, text: text, proxyIndex: index)) }
      add("SIGHUP received, dumping servers states for proxy \(name).")
      found[found.count - 1].consoleText = ""
      var pending = backend?.queue.length.value ?? 0
      let unassigned = pending
      let servers = backend?.servers ?? []
      for server in servers {
        let waiting = server.queue.length.value
        pending += waiting
        add(
          "SIGHUP: Server \(name)/\(server.settings.name) is \(server.isRunning ? "UP" : "DOWN"). Conn: "
            + "\(server.sessions.value) act, \(waiting) pend, \(server.counters.total(.sessionsTotal)) tot.")
      }
      let sessions = "\(frontend?.sessions.value ?? 0)+\(backend?.sessions.value ?? 0)"
      let total =
        "\(frontend?.counters.total(.connectionsTotal) ?? 0)+\(backend?.counters.total(.sessionsTotal) ?? 0)"
      add(
        "SIGHUP: Proxy \(name) \(availability(backend, servers.isEmpty)) Conn: act(FE+BE): \(sessions), "
          + "\(pending) pend (\(unassigned) unass), tot(FE+BE): \(total).")
    }
    return found
  }

  private static func availability(_ backend: BackendRuntime?, _ isEmpty: Bool) -> String {
    guard let backend, !isEmpty else { return "has no servers." }
    let (active, backup) = (backend.activeServers.value, backend.backupServers.value)
    if active > 0 { return "has \(active) active servers and \(backup) backup servers available." }
    return backup > 0 ? "is running on backup servers !" : "has no server available !"
  }
}
