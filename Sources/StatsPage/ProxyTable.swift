import Configuration
import Memory
import Observability
import Proxies

/// The table of one proxy: its frontend, listeners, servers and backend, in HAProxy's groups of columns.
struct ProxyTable {
  let settings: StatsPageSettings
  let query: StatisticsQuery
  /// Servers have a box to be chosen by for an action.
  let hasBoxes: Bool

  func begin(_ proxy: ProxySettings, address: String, _ samples: [UInt32], into text: inout GrowingText) {
    text.add("<section class=\"px\" id=\"")
    text.add(html: proxy.name)
    text.add("\" data-name=\"")
    text.add(html: proxy.name)
    text.add("\"><h2><a href=\"#")
    text.add(address: proxy.name)
    text.add("\">")
    text.add(html: proxy.name)
    text.add("</a> <small>")
    text.add(
      proxy.capabilities.isSuperset(of: .listen)
        ? "listen" : proxy.capabilities.contains(.frontend) ? "frontend" : "backend")
    text.add(", ")
    text.add(html: proxy.mode.rawValue)
    if settings.showLegends {
      text.add(", id ")
      text.add(decimal: UInt64(max(0, proxy.id)))
    }
    if let description = proxy.descriptionText {
      text.add(": ")
      text.add(html: description)
    }
    text.add("</small>")
    Sparkline.write(samples, into: &text)
    text.add("</h2>")
    if hasBoxes { text.add("<form method=\"post\">") }
    // It scrolls sideways by the arrow keys once it has the focus.
    text.add("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"table of ")
    text.add(html: proxy.name)
    text.add("\"><table class=\"px\" aria-label=\"")
    text.add(html: proxy.name)
    text.add("\"><thead><tr>")
    if hasBoxes {
      text.add("<td rowspan=\"2\"><input type=\"checkbox\" class=\"every\" hidden aria-label=\"all servers\"></td>")
    }
    text.add(Self.groups)
    if settings.showModules { text.add("<th rowspan=\"2\" scope=\"col\">Extra modules</th>") }
    text.add("</tr><tr class=\"cols\">")
    for (place, column) in Self.columns.enumerated() {
      text.add("<th scope=\"col\" data-i=\"")
      text.add(decimal: UInt64(place + (hasBoxes ? 2 : 1)))
      text.add("\" title=\"")
      text.add(column.title)
      text.add("\">")
      text.add(column.name)
      text.add("</th>")
    }
    text.add("</tr></thead><tbody>\n")
  }

  func end(_ proxy: ProxySettings, into text: inout GrowingText) {
    text.add("</tbody></table></div>")
    if hasBoxes {
      text.add("<p class=\"act\"><label>With the chosen servers <select name=\"action\">")
      text.add("<option value=\"\">choose what</option>")
      for action in AdminAction.allCases {
        guard let label = action.label else { continue }
        text.add("<option value=\"")
        text.add(action.rawValue)
        text.add("\">")
        text.add(label)
        text.add("</option>")
      }
      text.add("</select></label><input type=\"hidden\" name=\"b\" value=\"#")
      text.add(decimal: UInt64(max(0, proxy.id)))
      text.add("\"><button>Apply</button></p></form>")
    }
    text.add("</section>\n")
  }

  func add(_ row: StatisticsRow, server: ServerRuntime?, into text: inout GrowingText) {
    var cells = RowCells(row: row, text: text)
    // The text is moved in and out: two owners would copy it.
    text = GrowingText()
    cells.write(server, showsLegends: settings.showLegends, showsModules: settings.showModules, hasBoxes: hasBoxes)
    text = cells.text
  }

  private static let groups: StaticString = """
    <th rowspan="2" scope="col">Name</th><th colspan="3" scope="colgroup">Queue</th>\
    <th colspan="3" scope="colgroup">Session rate</th><th colspan="6" scope="colgroup">Sessions</th>\
    <th colspan="2" scope="colgroup">Bytes</th><th colspan="2" scope="colgroup">Denied</th>\
    <th colspan="3" scope="colgroup">Errors</th><th colspan="2" scope="colgroup">Warnings</th>\
    <th colspan="9" scope="colgroup">Server</th>
    """
  private static let columns: [(name: StaticString, title: StaticString)] = [
    ("Cur", "requests in the queue"), ("Max", "most requests in the queue"), ("Limit", "limit of the queue"),
    ("Cur", "sessions in the last second"), ("Max", "most sessions in a second"),
    ("Limit", "limit of sessions per second"),
    ("Cur", "sessions now"), ("Max", "most sessions at once"), ("Limit", "limit of sessions"),
    ("Total", "sessions in total"), ("LbTot", "times chosen by load balancing"),
    ("Last", "time since the last session"),
    ("In", "bytes of requests"), ("Out", "bytes of responses"),
    ("Req", "requests denied"), ("Resp", "responses denied"),
    ("Req", "invalid requests"), ("Conn", "failed connections"), ("Resp", "invalid responses"),
    ("Retr", "retries of connections"), ("Redis", "requests sent to another server"),
    ("Status", "state, and since when"), ("LastChk", "the last health check"), ("Wght", "weight now / as set"),
    ("Act", "active servers"), ("Bck", "backup servers"), ("Chk", "failed checks"), ("Dwn", "times it went down"),
    ("Dwntme", "time spent down"), ("Thrtle", "percent of the weight in slow start"),
  ]
}

/// A curve of the last minutes.
enum Sparkline {
  static func write(_ samples: [UInt32], into text: inout GrowingText) {
    guard samples.count > 1, let most = samples.max() else { return }
    text.add("<svg class=\"spark\" viewBox=\"0 0 120 18\" role=\"img\" aria-label=\"sessions per second of the last ")
    text.add(decimal: UInt64(samples.count) * UInt64(RateHistory.period / 1000))
    text.add(" seconds, at most ")
    text.add(decimal: UInt64(most))
    text.add("\"><title>at most ")
    text.add(decimal: UInt64(most))
    text.add(" sessions/s</title><polyline points=\"")
    for (place, sample) in samples.enumerated() {
      if place > 0 { text.add(" ") }
      text.add(decimal: UInt64(120 - 2 * (samples.count - place)))
      text.add(",")
      text.add(decimal: 17 - UInt64(sample) * 16 / UInt64(max(1, most)))
    }
    text.add("\"/></svg>")
  }
}
