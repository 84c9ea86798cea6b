import Configuration
import Memory
import Observability
import Proxies

/// A long answer, made as the client takes it: it remembers how far it has come.
enum CommandDump {
  case statistics(StatisticsDump)
  case servers(ServersDump)
  case threads(ThreadDump)
  case ring(RingDump)
  case patterns(PatternDump)
  case reload(ReloadDump)
  case web(WebExchange)

  /// Another thread has been asked and has not answered yet.
  var isWaiting: Bool {
    switch self {
    case .threads(let dump): dump.isWaiting
    case .ring(let dump): dump.isWaiting
    case .reload(let dump): dump.isWaiting
    case .web(let exchange): exchange.isWaiting
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

  /// Adds the next piece to what a session sends. False: that was the end.
  mutating func next(_ process: ProcessRuntime, now: Int64, into output: inout [UInt8]) -> Bool {
    if case .statistics(var dump) = self {
      var text = GrowingText(capacity: 24576)
      let goesOn = dump.next(process, now: now, limit: 16384, into: &text)
      self = .statistics(dump)
      output += text.bytes
      return goesOn
    }
    guard let piece = nextText(process, now: now) else { return false }
    output.append(contentsOf: piece.unicodeScalars.lazy.map { UInt8(truncatingIfNeeded: $0.value) })
    return true
  }

  /// The next piece; nil at the end.
  private mutating func nextText(_ process: ProcessRuntime, now: Int64) -> String? {
    switch self {
    case .statistics: return nil
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
    case .web(let exchange): return exchange.take()
    case .reload(var dump):
      let piece = dump.next()
      self = .reload(dump)
      return piece
    }
  }
}
