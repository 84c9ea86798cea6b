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

  /// nil: the worker cannot be reached.
  init?(_ worker: ProcessTable.Entry) {
    guard let socket = worker.openSession() else { return nil }
    guard case .bytes = socket.send(Array("_reload\n".utf8)) else {
      socket.close()
      return nil
    }
    socket.descriptor.setNonBlocking()
    self.socket = socket
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
    guard MasterStart.reloadsInPlace, let worker = start.table.current, let request = InPlaceRequest(worker) else {
      return false
    }
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
    case .done(let messages):
      start.table.noteReload(hasFailed: false)
      tell(messages)
      diagnostics.notice("Loading success.")
      notify("READY=1\nMAINPID=\(OwnProcess.id)\nSTATUS=Ready.\n")
      answerReload("Success=1\n--\n" + messages)
    case .failed(let messages):
      start.table.noteReload(hasFailed: true)
      tell(messages)
      diagnostics.warning("Loading failure!")
      notify("READY=1\nSTATUS=Reload failed! \(Self.firstAlert(messages))\n")
      answerReload("Success=0\n--\n" + messages)
    case .needsNewWorker(let reason):
      diagnostics.notice("No reload in place: \(reason). A new worker takes over.")
      answerReload("No reload in place: \(reason). A new worker takes over.\n")
      reloadByNewWorker()
    }
  }

  private func tell(_ messages: String) {
    if messages.isEmpty { return }
    FileDescriptor.standardError.writeAll(messages.hasSuffix("\n") ? messages : messages + "\n")
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
