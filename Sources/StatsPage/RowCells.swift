import Configuration
import Memory
import Observability
import Proxies

/// One row of a proxy's table.
struct RowCells {
  let row: StatisticsRow
  var text: GrowingText

  mutating func write(_ server: ServerRuntime?, showsLegends: Bool, showsModules: Bool, hasBoxes: Bool) {
    text.add("<tr class=\"")
    text.add(rowClass)
    text.add("\">")
    if hasBoxes { writeBox(server) }
    writeName(server, showsLegends)
    switch row.object {
    case .server, .backend:
      numbers([.qcur, .qmax])
      number(.qlimit, missing: row.object == .server ? "-" : "")
    default: text.add("<td></td><td></td><td></td>")
    }
    writeRates()
    numbers([.scur, .smax])
    number(.slim, missing: "-")
    writeTotal()
    number(.lbtot)
    writeAge(.lastsess)
    writeSize(.bin)
    writeSize(.bout)
    numbers([.dreq, .dresp], isBad: true)
    numbers([.ereq, .econ, .eresp], isBad: true)
    numbers([.wretr, .wredis], isBad: true)
    writeServer()
    if showsModules { writeModules() }
    text.add("</tr>\n")
  }

  private var rowClass: StaticString {
    switch row.object {
    case .frontend: "fe"
    case .listener: "li"
    case .server: "sv"
    case .backend: "be"
    }
  }

  private mutating func writeBox(_ server: ServerRuntime?) {
    guard server != nil else { return text.add("<td></td>") }
    text.add("<td><input type=\"checkbox\" name=\"s\" value=\"")
    text.add(html: row[.svname].printed)
    text.add("\" aria-label=\"")
    text.add(html: row[.svname].printed)
    text.add("\"></td>")
  }

  private mutating func writeName(_ server: ServerRuntime?, _ showsLegends: Bool) {
    text.add("<th scope=\"row\">")
    let look = StatusLook(row[.status].printed)
    text.add("<span class=\"m")
    text.add(look.style)
    text.add("\" aria-hidden=\"true\">")
    text.add(look.mark)
    text.add("</span>")
    switch row.object {
    case .frontend: text.add("Frontend")
    case .backend: text.add("Backend")
    case .server, .listener: text.add(html: row[.svname].printed)
    }
    var legend: [String] = server?.settings.isBackup == true ? ["backup"] : []
    if showsLegends {
      if case .text(let address) = row[.addr] { legend.append(address) }
      if case .text(let cookie) = row[.cookie] { legend.append("cookie '\(cookie)'") }
      if case .text(let algorithm) = row[.algo] { legend.append("balance \(algorithm)") }
      if row.object == .server || row.object == .listener { legend.append("id \(row.id)") }
    }
    if !legend.isEmpty {
      text.add("<small>")
      text.add(html: legend.joined(separator: ", "))
      text.add("</small>")
    }
    text.add("</th>")
  }

  // MARK: - Numbers

  private mutating func numbers(_ keys: [StatisticsKey], isBad: Bool = false) {
    for key in keys { number(key, isBad: isBad) }
  }

  private mutating func number(_ key: StatisticsKey, missing: StaticString = "", isBad: Bool = false) {
    guard case .number(let value) = row[key] else {
      text.add("<td>")
      text.add(missing)
      return text.add("</td>")
    }
    text.add(value == 0 ? "<td class=\"z\">" : isBad ? "<td class=\"bad\">" : "<td>")
    text.add(grouped: value)
    text.add("</td>")
  }

  private mutating func writeRates() {
    if row.object == .listener { return text.add("<td></td><td></td><td></td>") }
    guard case .number(let current) = row[.rate] else { return text.add("<td></td><td></td><td></td>") }
    text.add(current == 0 ? "<td class=\"z\"" : "<td")
    if case .number(let requests) = row[.reqRate] {
      text.add(" title=\"requests/s: ")
      text.add(grouped: requests)
      if case .number(let most) = row[.reqRateMax] {
        text.add(", most ")
        text.add(grouped: most)
      }
      text.add("\"")
    }
    text.add(">")
    text.add(grouped: current)
    text.add("</td>")
    number(.rateMax)
    if case .number(0) = row[.rateLim] { text.add("<td>-</td>") } else { number(.rateLim) }
  }

  /// The total, with what came of it when the pointer rests there.
  private mutating func writeTotal() {
    guard case .number(let total) = row[.stot] else { return text.add("<td></td>") }
    text.add(total == 0 ? "<td class=\"z\"" : "<td")
    var notes: [String] = []
    func note(_ name: String, _ key: StatisticsKey) {
      if case .number(let value) = row[key] { notes.append("\(name): \(value)") }
    }
    note("connections", .connTot)
    note("requests", .reqTot)
    note("1xx", .hrsp1xx)
    note("2xx", .hrsp2xx)
    note("3xx", .hrsp3xx)
    note("4xx", .hrsp4xx)
    note("5xx", .hrsp5xx)
    note("other", .hrspOther)
    note("answered here", .intercepted)
    note("new connections", .connect)
    note("reused", .reuse)
    note("queue ms", .qtime)
    note("connect ms", .ctime)
    note("response ms", .rtime)
    note("total ms", .ttime)
    if !notes.isEmpty {
      text.add(" title=\"")
      text.add(html: notes.joined(separator: "\n"))
      text.add("\"")
    }
    text.add(">")
    text.add(grouped: total)
    text.add("</td>")
  }

  private mutating func writeSize(_ key: StatisticsKey) {
    guard case .number(let value) = row[key] else { return text.add("<td></td>") }
    text.add(value == 0 ? "<td class=\"z\" data-v=\"" : "<td data-v=\"")
    text.add(decimal: value)
    text.add("\" title=\"")
    text.add(grouped: value)
    text.add(" bytes\">")
    text.add(size: value)
    text.add("</td>")
  }

  private mutating func writeAge(_ key: StatisticsKey) {
    let seconds: Int64
    switch row[key] {
    case .signed(let n): seconds = n
    case .number(let n): seconds = Int64(clamping: n)
    default: return text.add("<td></td>")
    }
    text.add("<td data-v=\"")
    text.add(signed: seconds)
    if seconds < 0 { return text.add("\">?</td>") }
    text.add("\">")
    text.add(duration: UInt64(seconds))
    text.add("</td>")
  }

  // MARK: - The server's part

  private mutating func writeServer() {
    writeStatus()
    writeCheck()
    if row.object == .frontend || row.object == .listener {
      return text.add("<td></td><td></td><td></td><td></td><td></td><td></td><td></td>")
    }
    writeWeight()
    for (key, letter) in [(StatisticsKey.act, "Y"), (.bck, "Y")] as [(StatisticsKey, StaticString)] {
      if row.object == .backend {
        number(key)
      } else if case .number(1) = row[key] {
        text.add("<td>")
        text.add(letter)
        text.add("</td>")
      } else {
        text.add("<td class=\"z\">-</td>")
      }
    }
    numbers([.chkfail, .chkdown], isBad: true)
    writeAge(.downtime)
    if case .number(let percent) = row[.throttle] {
      text.add("<td>")
      text.add(decimal: percent)
      text.add(" %</td>")
    } else {
      text.add("<td>-</td>")
    }
  }

  private mutating func writeWeight() {
    guard case .number(let now) = row[.weight], case .number(let set) = row[.uweight] else {
      return text.add("<td></td>")
    }
    text.add("<td data-v=\"")
    text.add(decimal: now)
    text.add("\">")
    text.add(decimal: now)
    text.add("/")
    text.add(decimal: set)
    text.add("</td>")
  }

  private mutating func writeStatus() {
    let status = row[.status].printed
    let look = StatusLook(status)
    text.add("<td class=\"s\" data-v=\"")
    text.add(html: status)
    text.add("\"><span class=\"st")
    text.add(look.style)
    text.add("\"><span aria-hidden=\"true\">")
    text.add(look.mark)
    text.add("</span> ")
    text.add(html: status)
    text.add("</span>")
    if case .number(let seconds) = row[.lastchg] {
      text.add(" <small>")
      text.add(duration: seconds)
      text.add("</small>")
    }
    if case .text(let tracked) = row[.tracked] {
      text.add(" <small>via ")
      text.add(html: tracked)
      text.add("</small>")
    }
    text.add("</td>")
  }

  private mutating func writeCheck() {
    guard case .text(let status) = row[.checkStatus] else {
      text.add("<td class=\"s\">")
      if case .text(let agent) = row[.agentStatus] {
        text.add("agent ")
        text.add(html: agent)
      }
      return text.add("</td>")
    }
    text.add("<td class=\"s\" title=\"")
    text.add(html: row[.checkDesc].printed)
    if case .text(let last) = row[.lastChk] {
      text.add(": ")
      text.add(html: last)
    }
    text.add("\">")
    text.add(html: status)
    if case .number(let code) = row[.checkCode] {
      text.add("/")
      text.add(decimal: code)
    }
    if case .number(let duration) = row[.checkDuration], duration < 1 << 40 {
      text.add(" in ")
      text.add(decimal: duration)
      text.add(" ms")
    }
    if case .text(let agent) = row[.agentStatus] {
      text.add(", agent ")
      text.add(html: agent)
    }
    text.add("</td>")
  }

  /// `stats show-modules`: what the columns behind the core's count.
  private mutating func writeModules() {
    text.add("<td class=\"s\"><details><summary>counters</summary><ul>")
    for place in StatisticsColumn.coreCount..<StatisticsColumn.all.count {
      guard let key = StatisticsKey(rawValue: place), case .number(let value) = row[key] else { continue }
      text.add("<li>")
      text.add(html: StatisticsColumn.all[place].name)
      text.add(": ")
      text.add(grouped: value)
      text.add("</li>")
    }
    text.add("</ul></details></td>")
  }
}

/// How a status is shown: a colour, and a mark for who does not see colours.
struct StatusLook: Equatable {
  let style: StaticString
  let mark: StaticString

  init(_ status: String) {
    let isMoving = status.contains("/")
    switch status.prefix { $0 != " " } {
    case "UP", "OPEN": (style, mark) = isMoving && !status.hasSuffix(")") ? (" warn", "▽") : (" up", "▲")
    case "DOWN": (style, mark) = isMoving && !status.hasSuffix(")") ? (" warn", "△") : (" down", "▼")
    case "FULL", "STOP", "PAUSED": (style, mark) = (" down", "▼")
    case "MAINT": (style, mark) = (" maint", "◆")
    case "DRAIN", "NOLB": (style, mark) = (" warn", "◐")
    default: (style, mark) = ("", "○")
    }
  }

  static func == (a: Self, b: Self) -> Bool {
    a.style.description == b.style.description && a.mark.description == b.mark.description
  }
}
