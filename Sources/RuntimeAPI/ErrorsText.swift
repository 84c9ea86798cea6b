import Configuration
import Observability
import Primitives
import Proxies
import System

/// `show errors`.
extension CommandRunner {
  func showErrors(_ arguments: CommandArguments) -> CommandReply {
    if access.level == .user { return .permissionDenied }
    var wanted: Int?
    if !arguments[0].isEmpty && arguments[0] != "-1" {
      let name = arguments[0]
      let place = process.model.proxies.firstIndex {
        $0.name == name || "\($0.id)" == name || $0.id == Self.id(in: name)
      }
      // The number of a proxy that has no errors of its own is as good as any.
      if place == nil && LeadingNumber(name)?.value ?? 0 == 0 { return .error("No such proxy.") }
      wanted = place ?? -1
    }
    let (requests, responses) = (arguments[1] != "response", arguments[1] != "request")
    var text = "Total events captured on [\(Self.date(wallClock))] : \(process.errorCaptures.count)\n"
    for index in process.model.proxies.indices {
      let kept = process.errorCaptures.captures(ofProxy: index)
      if requests, let capture = kept.request, wanted == nil || wanted == index || wanted == capture.backend {
        text += describe(capture)
      }
      if responses, let capture = kept.response, wanted == nil || wanted == index || wanted == capture.frontend {
        text += describe(capture)
      }
    }
    return .text(text)
  }

  private static func date(_ microseconds: Int64) -> String {
    let time = Clock.local(secondsSince1970: microseconds / 1_000_000)
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let month = months.indices.contains(time.month - 1) ? months[time.month - 1] : "?"
    let milliseconds = String(microseconds / 1000 % 1000 + 1000).dropFirst()
    let clock = "\(two(time.hour)):\(two(time.minute)):\(two(time.second)).\(milliseconds)"
    return "\(two(time.day))/\(month)/\(time.year):\(clock)"
  }
  private static func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }

  private func describe(_ capture: ErrorCapture) -> String {
    let frontend = name(ofProxy: capture.frontend)
    let backend = capture.backend.map { name(ofProxy: $0) } ?? "<NONE> (#-1)"
    var server = "<NONE> (#-1)"
    if let b = capture.backend, let s = capture.server,
      let (_, found) = process.server(at: ServerPlace(backend: b, server: s))
    {
      server = "\(found.settings.name) (#\(found.settings.id))"
    }
    var text = " \n[\(Self.date(capture.date))] "
    if capture.isResponse {
      text += "backend \(backend): invalid response\n  frontend \(frontend), server \(server)"
    } else {
      text += "frontend \(frontend): invalid request\n  backend \(backend), server \(server)"
    }
    let source = capture.source.address.map { "\($0):\(capture.source.port)" } ?? "unix"
    text += ", event #\(capture.event), src \(source)\n"
    text += "  buffer starts at 0 (including 0 out), \(max(0, capture.bufferSize - capture.bytes.count)) free,\n"
    text += "  len \(capture.bytes.count), wraps at \(capture.bufferSize), error at position \(capture.errorOffset)\n"
    text += "  H1 msg state \(capture.stateName)(\(capture.stateNumber))\n  \n"
    return text + Self.lines(of: capture.bytes)
  }
  private func name(ofProxy index: Int) -> String {
    guard process.model.proxies.indices.contains(index) else { return "<NONE> (#-1)" }
    return "\(process.model.proxies[index].name) (#\(process.model.proxies[index].id))"
  }

  /// The bytes line by line, each with its place; lines go on after 64 printed columns, marked by a plus.
  private static func lines(of bytes: [UInt8]) -> String {
    var text = ""
    var i = 0
    var goesOn = false
    while i < bytes.count {
      let place = String(i + 100_000).dropFirst()
      var line = ""
      var ended = false
      while i < bytes.count && !ended {
        let piece = printed(bytes[i])
        if line.utf8.count + piece.utf8.count > 70 { break }
        line += piece
        ended = bytes[i] == 0x0a
        i += 1
      }
      text += "  \(place)\(goesOn ? "+" : " ") \(line)\n"
      goesOn = !ended
    }
    return text
  }
  private static func printed(_ byte: UInt8) -> String {
    switch byte {
    case 0x0a: return "\\n"
    case 0x0d: return "\\r"
    case 0x09: return "\\t"
    case 0x1b: return "\\e"
    case 0x5c: return "\\\\"
    case 0x20...0x7e: return String(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }
  }
}
