import ConfigSyntax
import Configuration
import Primitives

enum LogLineError: Error, Equatable {
  /// HAProxy's text, to be printed after `log : `.
  case invalid(String)
  /// A form that Weir does not have yet.
  case notImplemented(String)
}

/// `log <address> [len <n>] [format <f>] [sample <ranges>:<n>] <facility> [<level> [<level>]]` of proxies and `global`.
enum LogLineParsing {
  static let facilities = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp", "ntp", "audit",
    "alert", "cron2", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
  ]
  static let levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
  static let defaultPort: UInt16 = 514

  static func parse(_ line: ConfigLine, at location: SourceLocation) throws(LogLineError) -> LogTarget {
    if line[1].isEmpty || line[2].isEmpty {
      throw .invalid("expects <address> and <facility> or global as arguments")
    }
    var target = LogTarget(destination: .descriptor(1))
    var at = 2
    if line[at] == "len" {
      let length = CInteger.leading(line[at + 1])
      guard (80...65535).contains(length) else {
        throw .invalid("invalid log length '\(line[at + 1])', must be between 80 and 65535")
      }
      target.maxLength = length
      at += 2
    }
    if line[at] == "format" {
      guard let format = LogTarget.Format(rawValue: line[at + 1]) else {
        throw .invalid("unknown log format '\(line[at + 1])'")
      }
      target.format = format
      at += 2
    }
    if line[at] == "sample" {
      try sample(line[at + 1], &target)
      at += 2
    }
    guard let facility = facilities.firstIndex(of: line[at]) else {
      throw .invalid("unknown log facility '\(line[at])'")
    }
    target.facility = facility
    try readLevels(line, at + 1, &target)
    target.destination = try destination(line[1])
    target.location = location
    return target
  }

  private static func readLevels(_ line: ConfigLine, _ at: Int, _ target: inout LogTarget) throws(LogLineError) {
    if line[at].isEmpty { return }
    guard let most = levels.firstIndex(of: line[at]) else {
      throw .invalid("unknown optional log level '\(line[at])'")
    }
    target.maxLevel = most
    if line[at + 1].isEmpty { return }
    guard let least = levels.firstIndex(of: line[at + 1]) else {
      throw .invalid("unknown optional minimum log level '\(line[at + 1])'")
    }
    target.minLevel = least
    if !line[at + 2].isEmpty { throw .invalid("cannot handle unexpected argument '\(line[at + 2])'") }
  }

  private static func destination(_ word: String) throws(LogLineError) -> LogTarget.Destination {
    switch word {
    case "stdout": return .descriptor(1)
    case "stderr": return .descriptor(2)
    case _ where word.hasPrefix("ring@"): return .ring(String(word.dropFirst(5)))
    default: break
    }
    let parsed: ParsedAddress
    do throws(AddressError) {
      parsed = try AddressParsing.parse(
        word, [.resolveNow, .portAllowed, .rawDescriptor, .datagram, .stream, .defaultDatagram])
    } catch {
      throw .invalid(error.text)
    }
    switch parsed.host {
    case .descriptor(let number): return .descriptor(number)
    case .unix(let path) where parsed.isDatagram: return .unix(path)
    case .abstract(let name) where parsed.isDatagram: return .abstract(name)
    case .ip(let address) where parsed.isDatagram:
      return .udp(address, port: parsed.hasPort ? UInt16(clamping: parsed.firstPort) : defaultPort)
    default:
      let port = parsed.hasPort ? UInt16(clamping: parsed.firstPort) : defaultPort
      guard let address = parsed.socketAddress(port: port) else { throw .notImplemented("log to '\(word)'") }
      return .stream(address)
    }
  }

  /// `<ranges>:<size>`: numbers and ranges from 1, in ascending order, that may not touch.
  private static func sample(_ word: String, _ target: inout LogTarget) throws(LogLineError) {
    guard let colon = word.firstIndex(of: ":") else { throw .invalid("Missing sample size") }
    let list = word[..<colon]
    let sizeText = word[word.index(after: colon)...]
    if list.isEmpty { throw .invalid("no sampling ranges given") }
    var ranges: [ClosedRange<Int>] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      ranges.append(try range(part))
    }
    guard let size = number(sizeText), size > 0 else {
      throw .invalid("wrong sample size '\(sizeText)' for sample range '\(list)'")
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (previous, next) in zip(ranges, ranges.dropFirst()) where next.lowerBound <= previous.upperBound {
      throw .invalid("ranges are overlapping")
    }
    let highest = ranges.last?.upperBound ?? 0
    if highest > size {
      throw .invalid(
        "sample size \(size) should be greater or equal to \(highest) the maximum of the high ranges limits")
    }
    target.sampleRanges = ranges
    target.sampleSize = size
  }

  private static func range(_ text: Substring) throws(LogLineError) -> ClosedRange<Int> {
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let low = ends.first.flatMap(number), let high = ends.last.flatMap(number), low >= 1, high >= low else {
      throw .invalid("wrong sample range '\(text)'")
    }
    return low...high
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
