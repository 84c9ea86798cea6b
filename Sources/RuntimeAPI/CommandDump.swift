import Configuration
import Observability
import Proxies

/// A long answer, made as the client takes it: it remembers how far it has come.
enum CommandDump {
  case statistics(StatisticsDump)
  case servers(ServersDump)
  case threads(ThreadDump)
  case ring(RingDump)
  case patterns(PatternDump)

  /// Another thread has been asked and has not answered yet.
  var isWaiting: Bool {
    switch self {
    case .threads(let dump): dump.isWaiting
    case .ring(let dump): dump.isWaiting
    case .statistics, .servers, .patterns: false
    }
  }
  /// It goes on until the client sends something.
  var isEndless: Bool {
    if case .ring(let dump) = self { return dump.waits }
    return false
  }
  /// Another thread has something for it.
  mutating func wake() {
    if case .ring(var dump) = self {
      dump.wake()
      self = .ring(dump)
    }
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
    case .ring(var dump):
      let piece = dump.next()
      self = .ring(dump)
      return piece
    case .patterns(var dump):
      let piece = dump.next()
      self = .patterns(dump)
      return piece
    case .threads(var dump):
      let piece = dump.next(process)
      self = .threads(dump)
      return piece
    }
  }
}
