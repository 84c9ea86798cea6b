import ConfigLoading
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
    case .debugBug: ("debug dev bug", "", "end in a fault (not implemented)")
    case .debugCheck: ("debug dev check", "", "see a check pass (not implemented)")
    case .debugClose: ("debug dev close", " <fd>", "close a descriptor (not implemented)")
    case .debugDelay: ("debug dev delay", " [ms]", "let the thread sleep (not implemented)")
    case .debugExit: ("debug dev exit", "  [code]", "end the process at once")
    case .debugFD: ("debug dev fd", "", "list unknown descriptors (not implemented)")
    case .debugHex: ("debug dev hex", "   <addr> [len]", "show memory (not implemented)")
    case .debugLog: ("debug dev log", "   [msg] ...", "log a message (not implemented)")
    case .debugLoop: ("debug dev loop", "  [ms]", "let the thread spin (not implemented)")
    case .debugPanic: ("debug dev panic", "", "end in a panic (not implemented)")
    case .debugSched: ("debug dev sched", " {task|tasklet} [k=v]*", "load the scheduler (not implemented)")
    case .debugStream: ("debug dev stream", "[k=v]*", "change a stream (not implemented)")
    case .debugSym: ("debug dev sym", "   <addr>", "name an address (not implemented)")
    case .debugTkill: ("debug dev tkill", " [thr] [sig]", "signal a thread (not implemented)")
    case .debugWarn: ("debug dev warn", "", "see a check fail (not implemented)")
    case .debugWrite: ("debug dev write", " [size]", "answer with that many bytes")
    default: ("httpclient", "<method> <URI>", "make a request (not implemented)")
    }
  }
}

enum CommandMode: String { case expert, experimental }

extension CommandRunner {
  /// What the session must be switched to first; nil: it may use the command.
  func missingMode(for command: RuntimeCommand) -> CommandReply? {
    guard let mode = command.mode else { return nil }
    if access.isOn(mode) && access.level == .admin { return nil }
    return .error("This command is restricted to \(mode.rawValue) mode only.")
  }

  func debug(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    switch command {
    case .debugExit: OwnProcess.exitNow(Int32(truncatingIfNeeded: LeadingNumber(arguments[0])?.value ?? 0))
    case .debugWrite:
      guard let size = LeadingNumber(arguments[0])?.value, size > 0 else { return .error("Missing output size.") }
      let line = String(repeating: ".", count: 64) + "\n"
      let count = min(size, 1 << 20)
      return .text(String(String(repeating: line, count: count / 65 + 1).prefix(count)))
    default: return .error("'\(command.expertForm.words)' is not implemented by Weir.")
    }
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
