import Configuration

/// What samples tell of a backend as the sum of its servers (`nbsrv`, `queue`, `avg_queue`).
public struct BackendFigures {
  private let usesAllBackups: Bool
  private var active = 0
  private var backup = 0
  /// Streams in the backend's queue and in those of its servers.
  public private(set) var waiting: Int

  /// `queued`: streams in the backend's own queue.
  public init(queued: Int, usesAllBackups: Bool) {
    waiting = queued
    self.usesAllBackups = usesAllBackups
  }

  public mutating func add(_ server: ServerRuntime) {
    waiting += server.queue.length.value
    guard server.isUsable else { return }
    if server.settings.isBackup { backup += 1 } else { active += 1 }
  }

  /// Servers that can take requests now: the active ones, and backups only where there is none of those.
  public var usable: Int { active > 0 ? active : usesAllBackups ? backup : min(1, backup) }
  /// Streams that wait for each usable server, rounded up.
  public var averageQueue: Int { usable == 0 ? waiting : (waiting + usable - 1) / usable }
}
