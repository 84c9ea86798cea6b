/// What samples tell of the connections that servers could take more (`be_conn_free`, `connslots`, `srv_conn_free`).
public struct ConnectionRoom {
  private let withQueues: Bool
  /// Backups that count: none while an active server is there, else one or all.
  private var backups: Int
  private var sum: Int64 = 0
  private var isUnlimited = false

  /// `withQueues`: places in the servers' queues count too, and those of backups in any case.
  public init(of backend: BackendRuntime, withQueues: Bool) {
    self.withQueues = withQueues
    let isAlone = backend.activeServers.value == 0
    backups = isAlone ? (backend.settings.options.contains(.allBackups) ? .max : 1) : 0
  }

  public mutating func add(_ server: ServerRuntime) {
    if isUnlimited || !(withQueues ? server.state != .stopped : server.isUsable) { return }
    if server.settings.isBackup && !withQueues {
      if backups == 0 { return }
      backups -= 1
    }
    let free = Self.free(on: server)
    let limit = Int64(server.settings.maxQueue)
    if free < 0 || withQueues && limit == 0 {
      isUnlimited = true
      return
    }
    sum += free
    if withQueues { sum += max(0, limit - Int64(server.queue.length.value)) }
  }

  /// -1 where some server has no limit.
  public var free: Int64 { isUnlimited ? -1 : sum }

  /// The same of one server.
  public static func free(on server: ServerRuntime) -> Int64 {
    let maximum = Int64(server.settings.maxConnections)
    return maximum == 0 ? -1 : max(0, maximum - Int64(server.load.served.value))
  }
}
