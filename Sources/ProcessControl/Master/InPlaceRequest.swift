import ConfigSyntax
import System

/// A master's request that its running worker take on the new configuration (`reload-mode in-place`), until its answer
/// is whole.
final class InPlaceRequest {
  enum Outcome {
    /// The worker serves the new configuration; or it goes on as before.
    case done(messages: String)
    case failed(messages: String)
    /// The running worker cannot: another has to take its place.
    case needsNewWorker(reason: String)
  }

  let socket: Socket
  private var answer: [UInt8] = []
  /// No sane answer is longer.
  private static let limit = 1 << 20

  /// nil: the worker cannot be reached. `isConfined`: it has given its rights up, and another process reads for it.
  init?(_ worker: ProcessTable.Entry, isConfined: Bool, _ options: CommandLineOptions) {
    guard let session = worker.openSession() else { return nil }
    if isConfined {
      defer { session.close() }
      guard let answering = ConfigurationReader.start(session, options) else { return nil }
      socket = answering
    } else if case .bytes = session.send(Array("_reload\n".utf8)) {
      socket = session
    } else {
      session.close()
      return nil
    }
    socket.descriptor.setNonBlocking()
  }

  /// nil: more is to come.
  func receive() -> Outcome? {
    while true {
      var chunk: [UInt8] = []
      switch socket.receive(into: &chunk, limit: 65536) {
      case .bytes:
        answer += chunk
        if answer.count > Self.limit { return outcome }
      case .wouldBlock: return nil
      case .closed, .failed: return outcome
      }
    }
  }

  private var outcome: Outcome {
    var text = Substring(String(String.UnicodeScalarView(answer.map { Unicode.Scalar($0) })))
    while text.last == "\n" { text.removeLast() }
    let word = text.prefix { $0 != "\n" }
    let rest = String(text.dropFirst(word.count + 1))
    switch word {
    case "done": return .done(messages: rest)
    case "failed": return .failed(messages: rest)
    case "new-worker": return .needsNewWorker(reason: rest)
    default: return .needsNewWorker(reason: "the worker gave no answer")
    }
  }
}

extension ProcessTable.Entry {
  /// A session of the worker's runtime API: one end of a pair goes over the socket that it listens to.
  func openSession() -> Socket? {
    guard socket >= 0, let ends = try? Socket.pair() else { return nil }
    let sent = Socket(FileDescriptor(socket)).send([0, 0], descriptors: [ends.1.descriptor])
    ends.1.close()
    if case .bytes = sent { return ends.0 }
    ends.0.close()
    return nil
  }
}

// MARK: - The master's part

extension MasterLoop {
  /// Asks the worker, where it may take a new configuration on. False: a new worker is needed at once.
  func beginInPlace() -> Bool {
    if inPlace != nil {
      // What changed meanwhile is read by another reload.
      isReloadWanted = true
      return true
    }
    guard let confined = MasterStart.reloadsInPlace, let worker = start.table.current,
      let request = InPlaceRequest(worker, isConfined: confined, options)
    else { return false }
    notify("RELOADING=1\nSTATUS=Reloading Configuration.\n")
    diagnostics.notice("Reloading in place")
    inPlace = request
    poller.add(request.socket.descriptor, .read, token: Self.inPlaceToken)
    return true
  }

  /// The worker's answer comes.
  func continueInPlace() {
    guard let request = inPlace, let outcome = request.receive() else { return }
    poller.remove(request.socket.descriptor)
    request.socket.close()
    inPlace = nil
    switch outcome {
    case .done(let messages): endInPlace(messages, hasFailed: false)
    case .failed(let messages): endInPlace(messages, hasFailed: true)
    case .needsNewWorker(let reason):
      let text = "No reload in place: \(reason). A new worker takes over."
      diagnostics.notice(text)
      answerReload(text + "\n")
      reloadByNewWorker()
    }
  }

  /// The processes are those of before, whatever they serve now.
  private func endInPlace(_ messages: String, hasFailed: Bool) {
    start.table.noteReload(hasFailed: hasFailed)
    if !messages.isEmpty {
      FileDescriptor.standardError.writeAll(messages.hasSuffix("\n") ? messages : messages + "\n")
    }
    if hasFailed { diagnostics.warning("Loading failure!") } else { diagnostics.notice("Loading success.") }
    let status = hasFailed ? "Reload failed! \(Self.firstAlert(messages))" : "Ready."
    notify("READY=1\n\(hasFailed ? "" : "MAINPID=\(OwnProcess.id)\n")STATUS=\(status)\n")
    answerReload("Success=\(hasFailed ? 0 : 1)\n--\n" + messages)
  }

  /// The line that says most, for the service manager's status.
  private static func firstAlert(_ messages: String) -> String {
    let lines = messages.split(separator: "\n")
    return String(lines.first { $0.hasPrefix("[ALERT]") } ?? lines.first ?? "").replacingRuns()
  }
}

extension String {
  /// Runs of blanks as one.
  fileprivate func replacingRuns() -> String { split(separator: " ").joined(separator: " ") }
}
