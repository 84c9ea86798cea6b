import ConfigSyntax
import Configuration
import EventLoop
import Observability
import Primitives
import Proxies
import RuntimeAPI
import System

/// The thread that reads a new configuration beside the workers and has them serve it (`reload-mode in-place`). All that
/// can fail is done before a worker hears of it; what fails leaves everything as it is.
///
/// An answer begins with one word in a line of its own: `done`, `failed`, or `new-worker` where the running one cannot
/// take the configuration on. Messages follow.
struct InPlaceReload {
  private let options: CommandLineOptions
  private let succession: Succession
  private let requests: ReloadRequests
  private var current: Generation

  init(_ first: Generation, _ options: CommandLineOptions, _ succession: Succession, _ requests: ReloadRequests) {
    current = first
    self.options = options
    self.succession = succession
    self.requests = requests
  }

  /// Serves requests for ever.
  mutating func run() {
    guard let poller = try? Poller(capacity: 1) else { return }
    poller.add(requests.wakeUp.descriptor, .read, token: 0)
    while true {
      let tickets = requests.take()
      if tickets.isEmpty {
        _ = poller.wait(timeout: -1)
        requests.wakeUp.drain()
        continue
      }
      if tickets.contains(where: { $0.reader == nil }) {
        let answer = reload(poller, nil)
        for ticket in tickets { ticket.give(answer) }
      }
      for case let socket? in tickets.map(\.reader) {
        let reader = ReloadChannel(socket, patience: 60)
        let answer = reload(poller, reader)
        reader.send(.outcome, answer)
        reader.close()
      }
    }
  }

  /// `reader`: who reads the configuration for a process that has given its rights up.
  private mutating func reload(_ poller: Poller, _ reader: ReloadChannel?) -> String {
    if current.process.stopping.value != 0 { return "failed\nThe process is stopping.\n" }
    let old = current.process.model
    if let reason = InPlaceObstacles.standing(old.global) { return "new-worker\n\(reason)\n" }
    if reader == nil && InPlaceObstacles.isConfined(old.global) { return "new-worker\nnobody reads for the worker\n" }
    let diagnostics = Diagnostics(version: Version.text, printing: false)
    let model: ConfigurationModel
    switch read(diagnostics, reader) {
    case .success(let new): model = new
    case .failure(let answer): return answer.text
    }
    if let reason = InPlaceObstacles.find(old, model) { return "new-worker\n\(reason)\n" }
    guard let next = prepare(model, diagnostics, reader) else { return fail(diagnostics) }
    succession.offer(next)
    let threads = current.process.threads
    current.process.mailboxes[0].post(.succeed)
    while succession.readyThreads < threads {
      _ = poller.wait(timeout: 1000)
      requests.wakeUp.drain()
    }
    succession.offer(nil)
    closeSockets(notIn: next, reader)
    current = next
    tell(.notice, "Configuration reloaded in place.")
    return "done\n" + diagnostics.startMessages
  }

  private struct Refusal: Error { let text: String }

  private func read(_ diagnostics: Diagnostics, _ reader: ReloadChannel?) -> Result<ConfigurationModel, Refusal> {
    guard let reader else {
      if let model = Program.read(options, diagnostics) { return .success(model) }
      return .failure(Refusal(text: fail(diagnostics)))
    }
    reader.send(.ready, [UInt8(clamping: current.process.threads)])
    let piece = reader.receive()
    if let piece, piece.kind == .refusal {
      logRefusal(piece.text)
      return .failure(Refusal(text: "failed\n" + piece.text))
    }
    guard let piece, piece.kind == .answers, let answers = SystemAnswers(encoded: piece.payload) else {
      return .failure(Refusal(text: "new-worker\nthe process that reads the configuration is gone\n"))
    }
    if let model = answers.use({ Program.read(options, diagnostics) }) { return .success(model) }
    // It could be read a moment ago, by another process.
    if answers.hasGaps { return .failure(Refusal(text: "new-worker\nthe worker would need more rights to read it\n")) }
    return .failure(Refusal(text: fail(diagnostics)))
  }

  /// To the log alone: the master shows messages.
  private func tell(_ level: StateMessage.Level, _ text: String) {
    var message = StateMessage(level: level, text: text, proxyIndex: -1)
    message.consoleText = ""
    current.process.mailboxes[0].post(.tell(message))
  }

  /// `messages`: as standard error has them.
  private func logRefusal(_ messages: String) {
    for line in messages.split(separator: "\n") {
      let isAlert = line.hasPrefix("[ALERT]")
      guard isAlert || line.hasPrefix("[WARNING]"), let text = line.firstRange(of: " : ") else { continue }
      tell(isAlert ? .alert : .warning, "Reload refused: \(line[text.upperBound...])")
    }
  }

  /// Says why in the log.
  private func fail(_ diagnostics: Diagnostics) -> String {
    for entry in diagnostics.entries where entry.severity == .alert || entry.severity == .warning {
      let level: StateMessage.Level = entry.severity == .alert ? .alert : .warning
      for line in entry.text.split(separator: "\n") { tell(level, "Reload refused: \(line)") }
    }
    return "failed\n" + diagnostics.startMessages
  }

  // MARK: - The next generation

  /// Opens what is new; nil after alerts, and then nothing is left open.
  private func prepare(
    _ model: ConfigurationModel, _ diagnostics: Diagnostics, _ reader: ReloadChannel?
  ) -> Generation? {
    let limits = DescriptorLimits(model, options, threads: current.process.threads)
    let process = RuntimeAssembly.assemble(
      model, wakeUps: current.wakeUps, limits: limits, predecessor: current.process)
    var listening = ListenerSetup(model.global)
    listening.kept = keptSockets()
    listening.reader = reader
    let opened = GenerationSockets(process, limits, &listening, diagnostics)
    var pollers: [FileDescriptor] = []
    for _ in current.wakeUps {
      guard let poller = try? Poller.makeDescriptor() else {
        diagnostics.alert("[haproxy.main()] Cannot create a poller.")
        break
      }
      pollers.append(poller)
    }
    guard var opened, pollers.count == current.wakeUps.count else {
      if opened != nil { listening.closeAll() }
      for poller in pollers { poller.close() }
      return nil
    }
    // The master's stays what it is.
    opened.stats += current.api.listeners.filter(\.settings.isSocketPair)
    var facts = current.api.facts
    facts.listeners = opened.listeners.count + opened.stats.count
    facts.startMessages = diagnostics.startMessages
    let api = RuntimeAPISockets(
      facts: facts, listeners: opened.stats, peers: opened.peers, forwards: opened.forwards,
      exposed: opened.exposed(process))
    return Generation(
      process: process, routes: LogRoutes(model, dropped: process.droppedLogs, rings: process.rings),
      reports: current.reports, api: api, sockets: opened.listeners, wakeUps: current.wakeUps, pollers: pollers)
  }

  /// The sockets that there are, by what they were made with.
  private func keptSockets() -> [String: [Socket]] {
    var kept: [String: [Socket]] = [:]
    let global = current.process.model.global
    for one in current.listening {
      kept[one.settings.keptText(global, isDatagram: one.isDatagram), default: []].append(one.socket)
    }
    return kept
  }

  /// Closes what the former generation alone listened to, and takes its names away.
  private func closeSockets(notIn next: Generation, _ reader: ReloadChannel?) {
    let wanted = Set(next.listening.map { $0.socket.descriptor.number })
    func path(_ settings: BindSettings, _ one: Generation) -> String? {
      guard case .unix(let path) = settings.address else { return nil }
      return (one.process.model.global.unixBindPrefix ?? "") + path
    }
    let paths = Set(next.listening.compactMap { path($0.settings, next) })
    for (settings, socket, _) in current.listening where !wanted.contains(socket.descriptor.number) {
      socket.close()
      guard let path = path(settings, current), !paths.contains(path) else { continue }
      if let reader { reader.send(.removal, path) } else { Files.remove(path) }
    }
  }
}
