import Proxies

/// `show trace` and `trace` (management guide section 9.3).
extension CommandRunner {
  func trace(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    if command == .trace && access.level == .user { return .permissionDenied }
    let name = arguments[0]
    if name.isEmpty { return .text(command == .trace ? sourceNames : sourceStates) }
    if access.level == .user { return .permissionDenied }
    if command == .trace && name == "0" {
      process.traces.stopAll()
      return .message(.notice, "All traces now stopped")
    }
    guard let source = process.traces.sources.first(where: { $0.kind.name == name }) else {
      if name == "fcgi" {
        return .message(.error, "Trace source '\(name)' is not implemented by Weir")
      }
      return .message(.error, "No such trace source")
    }
    if command == .showTrace { return .text(TraceText.state(of: source)) }
    let word = arguments[2]
    switch arguments[1] {
    case "": return .text(TraceText.commands)
    case "event": return changeEvents(.report, word, of: source)
    case "start": return changeEvents(.start, word, of: source)
    case "stop": return changeEvents(.stop, word, of: source)
    case "pause": return changeEvents(.pause, word, of: source)
    case "level": return changeLevel(word, of: source)
    case "verbosity": return changeVerbosity(word, of: source)
    case "lock": return changeCriterion(word, of: source)
    case "sink": return changeSink(word, of: source)
    default: return .message(.error, "Unknown trace keyword")
    }
  }

  private static let title = "Supported trace sources and states (.=stopped, w=waiting, R=running) :\n"
  private var sourceNames: String {
    process.traces.sources.reduce(
      into: Self.title + " [.] 0          : not a source, ends all traces at once\n"
    ) { text, source in
      text +=
        " [\(TraceText.letter(source.current.phase))] \(TraceText.padded(source.kind.name, 10)) : \(source.kind.text)\n"
    }
  }
  private var sourceStates: String {
    process.traces.sources.reduce(into: Self.title) { text, source in
      let state = source.current
      text += " [\(TraceText.letter(state.phase))] \(TraceText.padded(source.kind.name, 10)) -> "
      text += "\(TraceText.name(state.sink)) [drp \(TraceText.dropped(state.sink))]  [\(source.kind.text)]\n"
    }
  }

  /// `event`, `start`, `stop` and `pause`: events by name, `+` or nothing before it takes them in, `-` or `!` out.
  private func changeEvents(_ mask: TraceSource.Mask, _ word: String, of source: TraceSource) -> CommandReply {
    if word.isEmpty { return .text(TraceText.events(of: source, mask)) }
    var name = Substring(word)
    let leaves = name.hasPrefix("-") || name.hasPrefix("!")
    if leaves || name.hasPrefix("+") { name = name.dropFirst() }
    if name == "now" && mask != .report {
      source.go(to: mask == .start ? .running : mask == .pause ? .waiting : .stopped)
      return .empty
    }
    let bits: UInt32
    let clears = (name == "none") != leaves
    if name == "none" || name == "any" {
      bits = UInt32.max >> UInt32(32 - source.kind.events.count)
    } else if let place = source.kind.events.firstIndex(where: { $0.name == name }) {
      bits = 1 << UInt32(place)
    } else {
      return .message(.error, "No such trace event")
    }
    source.update { state in
      state[mask] = clears ? state[mask] & ~bits : state[mask] | bits
      // Events that start a trace are waited for from now on.
      if mask == .start && state.phase == .stopped && state.start != 0 { state.phase = .waiting }
    }
    return .empty
  }

  private func changeLevel(_ word: String, of source: TraceSource) -> CommandReply {
    if word.isEmpty { return .text(TraceText.levels(of: source)) }
    guard let level = TraceLevel.allCases.first(where: { "\($0)" == word }) else {
      return .message(.error, "No such trace level")
    }
    source.update { $0.level = level }
    return .empty
  }

  private func changeVerbosity(_ word: String, of source: TraceSource) -> CommandReply {
    if word.isEmpty { return .text(TraceText.verbosities(of: source)) }
    guard let verbosity = TraceVerbosity.allCases.first(where: { "\($0)" == word }) else {
      return .message(.error, "No such verbosity level")
    }
    source.update { $0.verbosity = verbosity }
    return .empty
  }

  private func changeCriterion(_ word: String, of source: TraceSource) -> CommandReply {
    if word.isEmpty { return .text(TraceText.criteria(of: source)) }
    guard let criterion = source.kind.criteria.first(where: { $0.rawValue == word }) else {
      return .message(.error, "Unsupported lock-on criterion")
    }
    source.lock(on: criterion)
    return .empty
  }

  private func changeSink(_ word: String, of source: TraceSource) -> CommandReply {
    let rings = [process.traces.buffer] + process.rings
    if word.isEmpty { return .text(TraceText.sinks(of: source, rings)) }
    let sink: TraceSink
    switch word {
    case "none": sink = .none
    case "stdout": sink = .stdout
    case "stderr": sink = .stderr
    default:
      guard let ring = rings.first(where: { $0.settings.name == word }) else {
        return .message(.error, "No such sink")
      }
      sink = .ring(ring)
    }
    source.update { $0.sink = sink }
    return .empty
  }
}

/// The lists that `trace` and `show trace` give, in HAProxy's form.
enum TraceText {
  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
  static func letter(_ phase: TraceSource.Phase) -> String {
    switch phase {
    case .stopped: "."
    case .waiting: "w"
    case .running: "R"
    }
  }
  static func name(_ sink: TraceSink) -> String {
    switch sink {
    case .none: "none"
    case .stdout: "stdout"
    case .stderr: "stderr"
    case .ring(let ring): ring.settings.name
    }
  }
  static func dropped(_ sink: TraceSink) -> Int {
    if case .ring(let ring) = sink { return ring.dropped.value }
    return 0
  }

  static let commands = """
    Supported commands:
      event     : tell which events are reported, or change that
      level     : tell how important they must be, or change that
      lock      : keep to what started the trace
      pause     : wait for the next start, now or at an event
      sink      : tell where the trace goes, or change that
      start     : begin now, or at an event
      stop      : end now, or at an event
      verbosity : tell how much of an event is told, or change that

    """

  static func events(of source: TraceSource, _ mask: TraceSource.Mask) -> String {
    var text = "Supported events for source \(source.kind.name) (+=enabled, -=disabled):\n"
    if mask != .report { text += "  - now          : at once, without an event\n" }
    text += "  - none         : no event\n  - any          : every event\n"
    let bits = source.current[mask]
    for (i, event) in source.kind.events.enumerated() {
      text += "  \(bits & 1 << UInt32(i) != 0 ? "+" : "-") \(padded(event.name, 12)) : \(event.text)\n"
    }
    return text
  }

  static func state(of source: TraceSource) -> String {
    let state = source.current
    var text = "Trace status for \(source.kind.name):\n"
    text += "  - sink: \(name(state.sink)) [\(dropped(state.sink)) dropped]\n"
    text += "  - event name   :     report    start    stop    pause\n"
    for (i, event) in source.kind.events.enumerated() {
      func mark(_ bits: UInt32) -> String { bits & 1 << UInt32(i) != 0 ? "+" : "-" }
      text += "    \(padded(event.name, 12)) :        \(mark(state.report))        \(mark(state.start))"
      text += "        \(mark(state.stop))       \(mark(state.pause))\n"
    }
    return text
  }

  private static func choices(_ title: String, _ lines: [(name: String, text: String, isChosen: Bool)]) -> String {
    lines.reduce(into: title + "\n") { text, line in
      text += "  \(line.isChosen ? "*" : " ") \(padded(line.name, 10)) : \(line.text)\n"
    }
  }

  static func levels(of source: TraceSource) -> String {
    let current = source.current.level
    return choices(
      "Supported trace levels for source \(source.kind.name):",
      TraceLevel.allCases.map { level in
        let text =
          switch level {
          case .error: "errors"
          case .user: "also what tells a user about his traffic"
          case .proto: "also changes of protocols"
          case .state: "also changes of states inside"
          case .data: "as state"
          case .developer: "as state"
          }
        return ("\(level)", text, level == current)
      })
  }

  static func verbosities(of source: TraceSource) -> String {
    let current = source.current.verbosity
    return choices(
      "Supported trace verbosities for source \(source.kind.name):",
      TraceVerbosity.allCases.map { verbosity in
        let text =
          switch verbosity {
          case .quiet: "the event alone"
          case .clean: "also stream, frontend, backend and server"
          case .simple: "also the client's address and the first line of a head"
          case .complete: "also the fields of a head"
          }
        return ("\(verbosity)", text, verbosity == current)
      })
  }

  static func criteria(of source: TraceSource) -> String {
    let current = source.current.criterion
    return choices(
      "Supported lock-on criteria for source \(source.kind.name):",
      source.kind.criteria.map { criterion in
        let text = criterion == .nothing ? "keep to nothing" : "keep to the \(criterion) that started the trace"
        return (criterion.rawValue, text, criterion == current)
      })
  }

  static func sinks(of source: TraceSource, _ rings: [RingBuffer]) -> String {
    let current = name(source.current.sink)
    let fixed = [("none", "no sink"), ("stdout", "standard output (fd#1)"), ("stderr", "standard output (fd#2)")]
    let all = fixed + rings.map { ($0.settings.name, $0.settings.description) }
    return choices(
      "Supported sinks for source \(source.kind.name) (*=current):", all.map { ($0.0, $0.1, $0.0 == current) })
  }
}
