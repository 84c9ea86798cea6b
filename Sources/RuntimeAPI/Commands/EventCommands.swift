import Proxies

/// `show events [<ring>] [-w] [-n]`: the lines of a ring, those that come later too (`-w`), or only those (`-n`).
extension CommandRunner {
  func showEvents(_ arguments: CommandArguments) -> CommandReply {
    let name = arguments[0]
    if name.isEmpty { return .text(ringList) }
    if access.level == .user { return .permissionDenied }
    guard let ring = ([process.traces.buffer] + process.rings).first(where: { $0.settings.name == name }) else {
      if ["stdout", "stderr"].contains(name) {
        return .message(.error, "Nothing to report for this sink")
      }
      return .message(.error, "No such event sink")
    }
    var waits = false
    var new = false
    for word in arguments.words.dropFirst() {
      for letter in word {
        switch letter {
        case "-": continue
        case "w": waits = true
        case "n": new = true
        default: return .message(.error, "unknown option")
        }
      }
    }
    return .dump(.ring(RingDump(ring, waits: waits, new: new)))
  }

  private var ringList: String {
    var text = "Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n"
    text += line("stdout", "fd", 0, "standard output (fd#1)") + line("stderr", "fd", 0, "standard output (fd#2)")
    for ring in [process.traces.buffer] + process.rings {
      text += line(ring.settings.name, "buffer", ring.dropped.value, ring.settings.description)
    }
    return text
  }
  private func line(_ name: String, _ kind: String, _ dropped: Int, _ description: String) -> String {
    let padding = String(repeating: " ", count: max(0, 10 - name.unicodeScalars.count))
    return "    \(name)\(padding) : type=\(kind), \(dropped) dropped, \(description)\n"
  }
}

/// The lines of a ring as the client takes them.
struct RingDump {
  let ring: RingBuffer
  /// Goes on with lines that come later.
  let waits: Bool
  private var position: UInt64
  private(set) var isWaiting = false

  init(_ ring: RingBuffer, waits: Bool, new: Bool) {
    self.ring = ring
    self.waits = waits
    position = ring.start(new: new)
  }

  /// nil at the end; empty where more may come.
  mutating func next() -> String? {
    isWaiting = false
    while true {
      let lines = ring.read(&position, limit: 16384)
      if !lines.isEmpty {
        return lines.map { line in
          var text = String.UnicodeScalarView()
          for byte in line { text.append(Unicode.Scalar(byte)) }
          return String(text) + "\n"
        }.joined()
      }
      if !waits { return nil }
      if ring.wait(behind: position) {
        isWaiting = true
        return ""
      }
    }
  }
  /// Something may have come: `next` shall look.
  mutating func wake() { isWaiting = false }
}
