import ConfigLoading
import Proxies
import System

/// Commands that only `expert-mode` or `experimental-mode` offers, for who develops or tests the program.
extension RuntimeCommand {
  /// The mode of the session without which the command is refused, and `help` does not tell of it.
  var mode: CommandMode? {
    switch self {
    case .setVar: .experimental
    case .debugBug, .debugCheck, .debugClose, .debugDelay, .debugExit, .debugFD, .debugHex, .debugLog, .debugLoop,
      .debugPanic, .debugSched, .debugStream, .debugSym, .debugTkill, .debugWarn, .debugWrite, .httpClient:
      .expert
    default: nil
    }
  }

  var expertForm: (words: String, arguments: String, text: String) {
    switch self {
    case .debugBug: ("debug dev bug", "", "end in a fault")
    case .debugCheck: ("debug dev check", "", "see a check pass (not implemented)")
    case .debugClose: ("debug dev close", " <fd>", "cut the connection of a descriptor")
    case .debugDelay: ("debug dev delay", " [ms]", "let the thread sleep")
    case .debugExit: ("debug dev exit", "  [code]", "end the process at once")
    case .debugFD: ("debug dev fd", "", "list unknown descriptors (not implemented)")
    case .debugHex: ("debug dev hex", "   <addr> [len]", "show memory (not implemented)")
    case .debugLog: ("debug dev log", "   [msg] ...", "log a message")
    case .debugLoop: ("debug dev loop", "  [ms]", "let the thread spin")
    case .debugPanic: ("debug dev panic", "", "end in a panic")
    case .debugSched: ("debug dev sched", " {task|tasklet} [k=v]*", "load the scheduler (not implemented)")
    case .debugStream: ("debug dev stream", "[k=v]*", "change a stream (not implemented)")
    case .debugSym: ("debug dev sym", "   <addr>", "name an address (not implemented)")
    case .debugTkill: ("debug dev tkill", " [thr] [sig]", "signal the process")
    case .debugWarn: ("debug dev warn", "", "see a check fail (not implemented)")
    case .debugWrite: ("debug dev write", " [size]", "answer with that many bytes")
    default: ("httpclient", "<method> <URI>", "make an HTTP request")
    }
  }
}

enum CommandMode: String { case expert, experimental }

extension CommandRunner {
  /// What the session must be switched to first; nil: it may use the command.
  func missingMode(for command: RuntimeCommand) -> CommandReply? {
    guard let mode = command.mode else { return nil }
    if access.isOn(mode) && access.level == .admin {
      process.operations.taint(mode == .expert ? 0x4 : 0x8)
      return nil
    }
    return .error("This command is restricted to \(mode.rawValue) mode only.")
  }

  /// Commands that look into memory or change streams and the scheduler behind their owners' backs are refused: nothing
  /// here may do that. What an operator may need is there: to see how a process behaves that hangs, dies, or loses a
  /// connection, and to make it leave a core.
  mutating func debug(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    let first = LeadingNumber(arguments[0])?.value ?? 0
    switch command {
    case .debugBug, .debugPanic:
      FileDescriptor.standardError.writeAll("A command of the runtime API ends the process (\(command.form.words)).\n")
      OwnProcess.abort()
    case .debugExit: OwnProcess.exitNow(Int32(truncatingIfNeeded: first))
    case .debugClose: return closeConnection(arguments[0])
    case .debugDelay, .debugLoop:
      process.operations.debugCommands.add(1)
      let time = Int64(clamping: arguments[0].isEmpty ? 100 : max(0, first))
      let end = Clock.monotonicMilliseconds() + min(time, 86_400_000)
      while true {
        let left = end - Clock.monotonicMilliseconds()
        if left <= 0 { return .empty }
        if command == .debugDelay { Clock.sleep(milliseconds: left) }
      }
    case .debugLog:
      process.operations.debugCommands.add(1)
      var message = StateMessage(level: .information, text: arguments.words.joined(separator: " "), proxyIndex: -1)
      message.consoleText = ""
      messages.append(message)
      return .empty
    case .debugTkill:
      if first < 0 || first > process.threads { return .error("Thread number out of range (use 0 for current).") }
      process.operations.debugCommands.add(1)
      let signal = LeadingNumber(arguments[1])?.value ?? 6
      OwnProcess.send(signal: Int32(truncatingIfNeeded: signal), to: OwnProcess.id)
      return .empty
    case .debugWrite:
      if arguments[0].isEmpty { return .error("Missing output size.") }
      process.operations.debugCommands.add(1)
      let count = min(max(0, first), 1 << 20)
      return .text(String(String.UnicodeScalarView((0..<count).map { $0 > 0 && $0 % 64 == 0 ? "\n" : "." })))
    default: return .error("'\(command.expertForm.words)' is not implemented by Weir.")
    }
  }

  /// `httpclient <method> <URI>`, with a payload as the body.
  func fetch(_ arguments: CommandArguments, body: String?) -> CommandReply {
    if arguments[0].isEmpty || arguments[1].isEmpty {
      return .error("Can't start the HTTP client: not enough parameters.")
    }
    if let request = WebRequest(method: arguments[0], url: arguments[1], body: body) {
      let exchange = WebExchange(request, process, asker: process.mailboxes[0])
      if WebClient.shared.start(exchange) { return .dump(.web(exchange)) }
    }
    return .error("Can't start the HTTP client.")
  }

  /// `debug dev close <fd>`: the connection is cut, and its owner finds that out and closes it: a descriptor that was
  /// closed behind its owner's back would soon be another's.
  private func closeConnection(_ word: String) -> CommandReply {
    if word.isEmpty { return .error("Missing file descriptor number.") }
    let number = Int32(truncatingIfNeeded: LeadingNumber(word)?.value ?? 0)
    let socket = Socket(FileDescriptor(number))
    if number < 3 || !FileDescriptor(number).isValid { return .error("File descriptor was already closed.") }
    if socket.isListening || !socket.shutdown(.both) { return .error("Only connections can be closed.") }
    process.operations.debugCommands.add(1)
    return .empty
  }

  /// `set var <name> [fmt|expr] {<fmt>|<expr>}`
  func setVariable(_ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty { return .error("Missing process-wide variable identifier.") }
    var isFormat = false
    var words = Array(arguments.words.dropFirst())
    if words.isEmpty { return .error("Missing either 'expr', 'fmt' or expression.") }
    if words.count > 1 {
      if words[0] != "expr" && words[0] != "fmt" {
        return .message(.error, "'set var': arg type must be either 'expr' or 'fmt' but got '\(words[0])'.")
      }
      isFormat = words[0] == "fmt"
      words.removeFirst()
    }
    return RuntimeVariable.set(arguments[0], isFormat: isFormat, words, in: process.model).map { .message(.error, $0) }
      ?? .empty
  }
}
