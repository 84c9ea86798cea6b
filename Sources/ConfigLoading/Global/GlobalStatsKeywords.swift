import ConfigSyntax
import Configuration

/// `stats socket|timeout|maxconn` in `global`: the runtime API (manual section 3.1).
let globalStatsKeywords: [KeywordEntry] = [
  KeywordEntry("stats", .global) { context, line in
    switch line[1] {
    case "socket": StatsSocketLine.parse(context, line)
    case "timeout": StatsSocketLine.timeout(context, line)
    case "maxconn":
      let count = CInteger.leading(line[2])
      guard count > 0 else { return context.alert("'stats maxconn' expects a positive value") }
      context.model.global.statsMaxConnections = count
    case "bind-process": break  // Has had no effect since HAProxy 2.5.
    default:
      context.alert(
        "'stats' only supports 'socket', 'maxconn', 'bind-process' and 'timeout' (got '\(line[1])')")
    }
  }
]

enum StatsSocketLine {
  static func timeout(_ context: LoadContext, _ line: ConfigLine) {
    do throws(TimeText.Failure) {
      let value = try context.duration(line[2])
      if value == 0 { return context.alert("'stats timeout' expects a positive value") }
      context.model.global.statsTimeout = value
    } catch {
      switch error {
      case .unexpected(let scalar): context.alert("'stats timeout' : unexpected character '\(scalar)'")
      case .overflow:
        context.alert(
          "timer overflow in argument '\(line[2])' to 'stats timeout' (maximum value is 2147483647 ms or ~24.8 days)")
      }
    }
  }

  static func parse(_ context: LoadContext, _ line: ConfigLine) {
    if line[2].isEmpty {
      return context.alert("'stats socket' in global section expects an address or a path to a UNIX socket")
    }
    let start: [BindSettings]
    do throws(AddressError) {
      start = try BindLine.addresses(line[2], context)
    } catch {
      // HAProxy's own texts end in a line feed, except this one, and it adds another.
      let text = error.text.hasPrefix("missing port") ? error.text.droppingLastLineFeed : error.text
      return context.alert("parsing [\(line.file):\(line.number)] : 'stats socket' : \(text)\n")
    }
    guard let first = start.first else { return }
    var options = BindOptionContext(
      context: context, title: "stats socket", cursor: OptionCursor(line: line, at: 3), settings: first,
      addressCount: start.count, proxy: nil, prefix: "'stats socket'")
    do throws(Problem) { try read(&options) } catch { return context.alert("'stats socket' : \(error.text)") }
    for one in start {
      var settings = options.settings
      settings.address = one.address
      context.model.global.statsSockets.append(settings)
    }
  }

  struct Problem: Error {
    let option: String
    let text: String
  }

  /// As on `bind` lines, but HAProxy puts its messages in another frame.
  static func read(_ options: inout BindOptionContext) throws(Problem) {
    while !options.cursor.name.isEmpty {
      let name = options.cursor.name
      guard let option = BindOption.byName[name] else {
        let advice = WordSimilarity.bestMatch(for: name, among: BindOption.all.map(\.name))
        let tail = advice.map { " Did you mean '\($0)' maybe ?" } ?? ""
        throw Problem(option: name, text: "unknown keyword '\(name)'.\(tail)")
      }
      do throws(OptionError) {
        try option.parse(&options)
      } catch {
        switch error {
        case .text(let text): throw Problem(option: name, text: "'\(text)'")
        case .silent, .reported: throw Problem(option: name, text: "error encountered while processing '\(name)'")
        }
      }
      options.cursor.advance()
    }
  }
}
