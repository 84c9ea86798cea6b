import Configuration
import EventLoop
import Proxies
import System

/// One connection to the runtime API.
struct RuntimeSession {
  /// The longest command line, payload included.
  static let inputLimit = 16384

  let socket: Socket
  var slot: TimerWheel.Slot
  var generation: UInt32
  var access: SessionAccess
  var input: [UInt8] = []
  /// Where `input` has not been looked at for a line end yet.
  var scanned = 0
  var output: [UInt8] = []
  var sent = 0
  var dump: CommandDump?
  /// Commands of the current line that wait for the one before them.
  var waiting: [ArraySlice<UInt8>] = []
  /// The line that ended in `<<`, and what has come of its payload.
  var payloadLine: [UInt8]?
  var payload = ""
  var inputEnded = false
  var isClosing = false
  /// Whether a command has been run.
  var hasAnswered = false
  /// What the poller is asked for.
  var interest: Poller.Interest = [.read, .peerClosed]

  init(socket: Socket, slot: TimerWheel.Slot, generation: UInt32, access: SessionAccess) {
    self.socket = socket
    self.slot = slot
    self.generation = generation
    self.access = access
  }

  var pendingOutput: Int { output.count - sent }

  mutating func write(_ text: String) {
    output.append(contentsOf: text.unicodeScalars.lazy.map { UInt8(truncatingIfNeeded: $0.value) })
  }

  /// The next line without its end; nil: it has not come yet.
  mutating func nextLine() -> [UInt8]? {
    guard let end = input[scanned...].firstIndex(of: 0x0a) else {
      scanned = input.count
      return nil
    }
    var line = Array(input[..<end])
    input.removeFirst(end + 1)
    scanned = 0
    if line.last == 0x0d { line.removeLast() }
    return line
  }

  /// Takes a line in; its commands wait then. Lines of a payload are kept until an empty one ends it.
  mutating func accept(_ line: [UInt8]) {
    if line.count + payload.utf8.count >= RuntimeSession.inputLimit {
      isClosing = true
      return
    }
    if let start = payloadLine {
      if !line.isEmpty {
        payload += String(String.UnicodeScalarView(line.map { Unicode.Scalar($0) })) + "\n"
        return
      }
      // No command begins so: the payload is PEM text with blank lines between its parts.
      if input.starts(with: "-----BEGIN ".utf8) { return }
      payloadLine = nil
      waiting = CommandWords.commands(start[...])
      return
    }
    payload = ""
    if line.suffix(2) == [0x3c, 0x3c] {
      payloadLine = Array(line.dropLast(2))
      return
    }
    waiting = CommandWords.commands(line[...])
  }

  /// What stands before a message of this severity.
  func label(_ severity: CommandReply.Severity) -> String {
    switch access.severity {
    case .none: ""
    case .number: "[\(severity.rawValue)]: "
    case .string: "[\(severity.name)]: "
    }
  }

  /// Puts an answer into the output; a long one stays to be made.
  mutating func take(_ reply: CommandReply) {
    switch reply {
    case .message(let severity, let text): write(label(severity) + text)
    case .text(let text): write(text)
    case .dump(let dump):
      self.dump = dump
      return
    case .empty: break
    case .close:
      isClosing = true
      waiting = []
      return
    }
    finishCommand()
  }
  mutating func finishCommand() {
    dump = nil
    write(access.isInteractive ? "\n> " : "\n")
  }
}
