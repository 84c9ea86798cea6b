import Configuration

/// What a reload in place cannot change: then a new worker takes over, as in any other reload.
enum InPlaceObstacles {
  /// Why a worker with this configuration can never take on another one; nil: it can.
  static func standing(_ global: GlobalSettings) -> String? {
    if global.noEpoll { return "there is no epoll" }
    return nil
  }

  /// The first difference that a running worker cannot take on; nil: there is none.
  static func find(_ old: ConfigurationModel, _ new: ConfigurationModel) -> String? {
    if !new.global.reloadsInPlace { return "'reload-mode in-place' is gone" }
    if let reason = standing(new.global) { return reason }
    for (name, before, after) in facts(old.global, new.global) where before != after {
      return "'\(name)' has changed"
    }
    if programs(old) != programs(new) { return "the 'program' sections have changed" }
    return nil
  }

  /// A worker of this configuration gives its rights up, and somebody else has to read for it (`ConfigurationReader`).
  static func isConfined(_ global: GlobalSettings) -> Bool {
    global.chroot != nil || (global.uid ?? 0) != 0 || global.user != nil || (global.gid ?? 0) != 0
      || global.group != nil
  }

  private static func programs(_ model: ConfigurationModel) -> [String] {
    model.programs.map { "\($0.name) \($0.command) \($0.user ?? 0) \($0.group ?? 0) \($0.startsOnReload)" }
  }

  private static func facts(_ old: GlobalSettings, _ new: GlobalSettings) -> [(String, String, String)] {
    func pair(_ name: String, _ value: (GlobalSettings) -> Any) -> (String, String, String) {
      (name, "\(value(old))", "\(value(new))")
    }
    return [
      pair("nbthread") { $0.threadCount ?? 0 }, pair("cpu-map") { $0.cpuMap.sorted { $0.key < $1.key } },
      pair("ulimit-n") { $0.ulimitN ?? 0 }, pair("maxconn") { $0.maxConnections ?? 0 },
      pair("fd-hard-limit") { $0.descriptorHardLimit }, pair("maxpipes") { $0.maxPipes },
      pair("maxconnrate") { $0.maxConnectionRate }, pair("maxsessrate") { $0.maxSessionRate },
      pair("maxsslconn") { $0.maxSSLConnections ?? 0 }, pair("maxsslrate") { $0.maxSSLRate },
      pair("nosplice") { $0.noSplice }, pair("noreuseport") { $0.noReusePort }, pair("nopoll") { $0.noPoll },
      pair("busy-polling") { $0.busyPolling }, pair("daemon") { $0.daemon }, pair("pidfile") { $0.pidFile ?? "" },
      pair("chroot") { $0.chroot ?? "" }, pair("user") { "\($0.uid ?? 0) \($0.user ?? "")" },
      pair("group") { "\($0.gid ?? 0) \($0.group ?? "")" }, pair("localpeer") { $0.localPeer ?? "" },
      pair("set-dumpable") { $0.dumpable },
      pair("insecure-fork-wanted") { $0.insecureForkWanted }, pair("external-check") { $0.externalCheck },
      pair("insecure-setuid-wanted") { $0.insecureSetuidWanted }, pair("numa-cpu-mapping") { $0.numaMapping },
      pair("master-worker") { "\($0.masterWorker) \($0.keepsWorkersOnFailure)" },
      pair("mworker-max-reloads") { $0.maxReloads }, pair("grace") { $0.grace ?? 0 },
      pair("hard-stop-after") { $0.hardStopAfter ?? 0 }, pair("close-spread-time") { $0.closeSpreadTime ?? -1 },
      pair("tune.*") { $0.tune }, pair("tune.*") { $0.dormant.sorted { $0.key < $1.key } },
    ]
  }
}
