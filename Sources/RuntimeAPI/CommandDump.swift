import Configuration
import Observability
import Proxies

/// A long answer, made as the client takes it: it remembers how far it has come.
enum CommandDump {
  case statistics(StatisticsDump)
  case servers(ServersDump)
  case threads(ThreadDump)

  /// Another thread has been asked and has not answered yet.
  var isWaiting: Bool {
    if case .threads(let dump) = self { return dump.isWaiting }
    return false
  }

  /// The next piece; nil at the end.
  mutating func next(_ process: ProcessRuntime, now: Int64) -> String? {
    switch self {
    case .statistics(var dump):
      let piece = dump.next(process, now: now)
      self = .statistics(dump)
      return piece
    case .servers(var dump):
      let piece = dump.next(process, now: now)
      self = .servers(dump)
      return piece
    case .threads(var dump):
      let piece = dump.next(process)
      self = .threads(dump)
      return piece
    }
  }
}
