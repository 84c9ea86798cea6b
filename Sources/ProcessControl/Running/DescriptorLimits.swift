import ConfigSyntax
import Configuration
import System

/// How many connections fit into the descriptors that the system grants, as HAProxy computes it (manual section 3.2,
/// `maxconn`): two descriptors for each, some for pipes where splicing is possible, and a reserve for everything else.
struct DescriptorLimits {
  var maxConnections = 2000
  var maxPipes = 0
  /// Descriptors that the process may need in all.
  var maxSockets = 0
  /// The limit that was asked for, or what of it was to be had: `Ulimit-n` of `show info`.
  private(set) var granted = 0

  /// `threads`: each has a poller and two ends of what wakes it up.
  init(_ model: ConfigurationModel, _ options: CommandLineOptions?, threads: Int) {
    let global = model.global
    let boot = OwnProcess.descriptorLimit
    // Also where `nosplice` says that none will be used, as with HAProxy.
    let splices = model.proxies.contains {
      !$0.options.isDisjoint(with: [.spliceAuto, .spliceRequest, .spliceResponse])
    }
    // Listeners, checks, logs, pollers, wake-ups, and some to spare.
    let binds = model.proxies.reduce(0) { sum, proxy in
      sum + proxy.binds.reduce(0) { $0 + ListenerShards.expand($1, threads: threads).count }
    }
    let checks = model.proxies.filter { !$0.disabled }.reduce(0) { sum, proxy in
      sum + proxy.servers.reduce(0) { $0 + ($1.checkEnabled ? 1 : 0) + ($1.agentEnabled ? 2 : 0) }
    }
    let peers = model.peers.filter { !$0.isDisabled && $0.localPeer != nil }.reduce(0) {
      $0 + 3 * $1.peers.count + $1.binds.count
    }
    let forwards = model.logForwards.reduce(0) { $0 + $1.binds.count + $1.datagramBinds.count }
    // The master's pair of sockets; its own socket has ten connections at most.
    var master = global.masterWorker ? 1 : 0
    if global.masterWorker && options?.masterSocket != nil { master += 11 }
    let reserve =
      10 + 3 * threads + binds + global.statsSockets.count + checks + peers + forwards + master
      + global.statsMaxConnections
    let wanted = options?.maxConnections ?? global.maxConnections
    if let wanted, wanted > 0 {
      maxConnections = wanted
    } else {
      // `fd-hard-limit` bounds what a generous system would grant.
      let granted = max(boot.soft, boot.hard)
      let ceiling = global.descriptorHardLimit > 0 ? min(granted, global.descriptorHardLimit) : granted
      let available = max(0, ceiling - reserve)
      let ideal = splices ? available * 2 / 5 : available / 2
      maxConnections = max(100, min(ideal, 1 << 24))
    }
    maxPipes = global.maxPipes > 0 ? global.maxPipes : splices ? max(1, maxConnections / 4) : 0
    maxSockets = maxConnections * 2 + maxPipes * 2 + reserve
  }

  /// Raises the soft limit to what is needed. False: the system does not grant it, and the process shall not start then
  /// (`strict-limits`).
  mutating func raise(_ global: GlobalSettings, _ diagnostics: Diagnostics) -> Bool {
    let wanted = global.ulimitN ?? maxSockets
    granted = wanted
    var now = OwnProcess.descriptorLimit
    let ceiling = global.descriptorHardLimit > 0 ? global.descriptorHardLimit : Int.max
    if wanted <= ceiling {
      if now.soft >= wanted { return true }
      if OwnProcess.setDescriptorLimit(soft: wanted, hard: max(now.hard, wanted)) { return true }
    }
    now.soft = min(now.soft, ceiling)
    if !global.strictLimits {
      now.soft = min(now.hard, ceiling)
      OwnProcess.setDescriptorLimit(soft: now.soft, hard: now.hard)
    }
    granted = now.soft
    let text = "[haproxy.main()] Cannot raise FD limit to \(wanted), limit is \(granted)."
    if global.strictLimits { diagnostics.alert(text) } else { diagnostics.warning(text) }
    return !global.strictLimits
  }

  /// Whether the process may go on with the limit that it has, once everything listens.
  func check(_ global: GlobalSettings, _ diagnostics: Diagnostics) -> Bool {
    let limit = OwnProcess.descriptorLimit.soft
    if limit >= maxSockets { return true }
    diagnostics.alert(
      "[haproxy.main()] FD limit (\(limit)) too low for maxconn=\(maxConnections)/maxsock=\(maxSockets). "
        + "Please raise 'ulimit-n' to \(maxSockets) or more to avoid any trouble.")
    return !global.strictLimits
  }
}
