import ConfigSyntax
import Memory
import Observability
import Proxies
import Streams
import System

/// Messages of state changes, to the terminal and to the logs of the proxy they are about. Shared by all workers.
struct StateReports: Sendable {
  private let isPrinting: Bool

  init(_ diagnostics: Diagnostics, quiet: Bool) {
    isPrinting = !quiet
  }

  func report(_ messages: [StateMessage], _ worker: Worker) {
    for message in messages {
      if isPrinting { print(message) }
      if message.text.isEmpty { continue }
      let level = LogLevel(rawValue: message.level.rawValue) ?? .notice
      let routes = worker.logs.routes
      let route = message.proxyIndex < 0 ? routes.global : routes.route(ofProxy: message.proxyIndex)
      worker.logs.send(LogEvent(level, message.text), to: route, now: worker.loop.wallClock)
    }
  }

  /// What the states that an earlier process left had to say: to the logs alone, standard error had it before.
  func reportStart(_ worker: Worker, _ process: ProcessRuntime) {
    var messages = process.takeStartMessages()
    for place in messages.indices { messages[place].consoleText = "" }
    report(messages, worker)
  }

  private func print(_ message: StateMessage) {
    if message.consoleText.isEmpty { return }
    FileDescriptor.standardError.writeAll(line(message.isConsoleAlert ? "ALERT" : "WARNING", message.consoleText))
  }
  private func line(_ label: String, _ text: String) -> String {
    let padding = String(repeating: " ", count: max(9 - label.utf8.count, 1))
    return "[\(label)]\(padding)(\(OwnProcess.id)) : \(text)\n"
  }
}

extension Diagnostics {
  /// Everything that was said so far, each as it stands on a line of its own.
  var startMessages: String {
    entries.map { entry in
      let padding = String(repeating: " ", count: max(9 - entry.severity.rawValue.utf8.count, 1))
      return "[\(entry.severity.rawValue)]\(padding)(\(OwnProcess.id)) : \(entry.text)\n"
    }.joined()
  }
}
