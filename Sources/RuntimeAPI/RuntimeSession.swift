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
  /// Whether the byte before that is a backslash that escapes the next one.
  private var isEscaped = false
  /// The command that has come and is to be run.
  var waiting: [ArraySlice<UInt8>] = []
  /// The line that ended in `<<`, and what has come of its payload.
  var payloadLine: [UInt8]?
  var payload = ""
  var hasPayload = false
  var inputEnded = false
  var isClosing = false
  /// Whether a command has been run.
  var hasAnswered = false
  /// Commands that were run, and bytes that came and went.
  var commands = 0
  var received = 0
  var transmitted = 0
  /// When it began: monotonic milliseconds, and microseconds since 1970.
  var beganAt: Int64 = 0
  var beganOn: Int64 = 0
  /// Among all streams of the process.
  var number = 0
  /// Tick at which silence ends it.
  var deadline: Int64 = 0
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

  /// The next command without the `;` or line feed that ends it, of a payload the next line; nil: it has not come yet.
  /// A backslash takes both ends as bytes of the command.
  mutating func nextLine() -> [UInt8]? {
    while scanned < input.count {
      let byte = input[scanned]
      scanned += 1
      if isEscaped {
        isEscaped = false
        continue
      }
      if byte == UInt8(ascii: "\\") && payloadLine == nil { isEscaped = true }
      if byte != 0x0a && (byte != UInt8(ascii: ";") || payloadLine != nil) { continue }
      var line = Array(input[..<(scanned - 1)])
      input.removeFirst(scanned)
      scanned = 0
      if byte == 0x0a && line.last == 0x0d { line.removeLast() }
      return line
    }
    return nil
  }

  /// Takes a command in, which waits then. Lines of a payload are kept until an empty one ends it.
  mutating func accept(_ line: [UInt8]) {
    if line.count + payload.utf8.count >= RuntimeSession.inputLimit {
      isClosing = true
      return
    }
    if let start = payloadLine {
      if !line.isEmpty {
        payload += String(String.UnicodeScalarView(line.map { Unicode.Scalar($0) })) + "\n"
        askForPayload()
        return
      }
      // No command begins so: the payload is PEM text with blank lines between its parts.
      if input.starts(with: "-----BEGIN ".utf8) { return }
      payloadLine = nil
      waiting = [start[...]]
      if !hasPayload {
        // The mark was the end of a word: then what follows is more words.
        let words = payload.unicodeScalars.map { $0 == "\n" ? 0x20 : UInt8(truncatingIfNeeded: $0.value) }
        waiting = [(start + [0x20] + words)[...]]
        payload = ""
      }
      return
    }
    payload = ""
    hasPayload = false
    if line.suffix(2) == [0x3c, 0x3c] {
      payloadLine = CommandWords.withoutPayloadMark(line)
      // A word that ends in it is only a word where no line follows.
      hasPayload = (payloadLine?.count ?? 0) < line.count
      askForPayload()
      return
    }
    waiting = [line[...]]
  }
  private mutating func askForPayload() { if access.isInteractive { write("+ ") } }

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
