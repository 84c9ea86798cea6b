import Configuration
import Primitives
import Proxies

/// `show servers state` and `show servers conn`.
struct ServersDump {
  enum Kind { case state, connections }
  let kind: Kind
  /// A backend's place, or nil for all.
  let backend: Int?
  private var proxy = 0
  private var server = 0
  private var hasBegun = false

  init(_ kind: Kind, backend: Int?) {
    self.kind = kind
    self.backend = backend
  }

  mutating func next(_ process: ProcessRuntime, now: Int64) -> String? {
    var text = ""
    if !hasBegun {
      hasBegun = true
      text = head(process)
    }
    while proxy < process.backends.count {
      guard let current = process.backends[proxy], backend == nil || backend == proxy, server < current.servers.count
      else {
        (proxy, server) = (proxy + 1, 0)
        continue
      }
      let one = current.servers[server]
      server += 1
      text += kind == .state ? state(one, current, now: now) : connections(one, current, threads: process.threads)
      if text.utf8.count > 16384 { return text }
    }
    return text.isEmpty ? nil : text
  }

  private func head(_ process: ProcessRuntime) -> String {
    switch kind {
    case .state:
      "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
        + "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state "
        + "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
        + "srv_agent_addr srv_agent_port\n"
    case .connections:
      "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur "
        + "idle_per_thr[\(process.threads)]\n"
    }
  }

  private func address(_ server: ServerRuntime) -> (String, UInt32) {
    let endpoint = server.currentEndpoint
    // A port that is the client's plus something is told by what is added.
    let offset = UInt32(truncatingIfNeeded: server.portOffset ?? 0)
    let port = UInt32(endpoint.port)
    if let address = endpoint.address { return ("\(address)", port != 0 ? port : offset) }
    if endpoint.family == .unix { return ("-", 0) }
    return ("-", port != 0 ? port : UInt32(server.settings.port))
  }

  private func state(_ server: ServerRuntime, _ backend: BackendRuntime, now: Int64) -> String {
    let settings = server.settings
    let (address, port) = address(server)
    let check = server.check.current
    let agentValues = server.agent.current
    let override = server.checkOverrides.current
    let age = max(0, Int(now / 1000) - server.lastChange.value)
    var columns = ["\(backend.settings.id)", backend.settings.name, "\(settings.id)", settings.name, address]
    columns += ["\(server.operational.value)", "\(server.admin.value)", "\(server.userWeight.value)"]
    columns += ["\(server.initialWeight)", "\(age)", "\(check.status.rawValue)", "\(check.result.rawValue)"]
    columns += [
      "\(check.health)", "\(check.stateBits)", "\(agentValues.isConfigured ? agentValues.stateBits | 16 : 0)",
    ]
    columns += [
      backend.settings.hasOwnID ? "1" : "0", settings.hasOwnID ? "1" : "0", server.hostname ?? "-", "\(port)",
    ]
    let record = settings.hostname.flatMap { $0.hasPrefix("_") ? $0 : nil }
    columns += [record ?? "-", "\(server.tlsUse.value)", "\(override.checkPort ?? settings.checkPort ?? 0)"]
    columns.append((override.checkAddress ?? settings.checkAddress).map { "\($0)" } ?? "-")
    columns.append((override.agentAddress ?? settings.agentAddress ?? settings.checkAddress).map { "\($0)" } ?? "-")
    let agentPort = override.agentPort ?? (settings.agentPort != 0 ? settings.agentPort : settings.checkPort ?? 0)
    columns.append("\(agentPort)")
    return columns.joined(separator: " ") + "\n"
  }

  private func connections(_ server: ServerRuntime, _ backend: BackendRuntime, threads: Int) -> String {
    let settings = server.settings
    let (address, port) = address(server)
    let idle = server.idleConnections.value
    let used = server.usedConnections.value
    var columns = [
      "\(backend.settings.name)/\(settings.name)", "\(backend.settings.id)/\(settings.id)", address, "\(port)", "-",
    ]
    columns += ["\(settings.poolPurgeDelay)", "\(used)", "\(used)", "\(used)", "0", "\(idle)"]
    columns += ["\(settings.poolMaxConnections)", "\(idle)"]
    // How the idle ones lie on the workers is known to the workers alone: the first shows them all.
    columns += (0..<threads).map { $0 == 0 ? "\(idle)" : "0" }
    return columns.joined(separator: " ") + "\n"
  }
}
