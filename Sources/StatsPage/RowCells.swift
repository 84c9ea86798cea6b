import Configuration
import Memory
import Observability
import Proxies

/// One row of a proxy's table.
struct RowCells {
  let row: StatisticsRow
  var text: GrowingText
  private let status: String
  private let look: StatusLook

  init(row: StatisticsRow, text: consuming GrowingText) {
    self.row = row
    self.text = text
    status = row.text(.status) ?? ""
    look = StatusLook(status)
  }

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
    let name = row.text(.svname) ?? ""
    text.add(html: name)
    text.add("\" aria-label=\"")
    text.add(html: name)
    text.add("\"></td>")
  }

  private mutating func writeName(_ server: ServerRuntime?, _ showsLegends: Bool) {
    text.add("<th scope=\"row\"><span class=\"m")
    text.add(look.style)
    text.add("\" aria-hidden=\"true\">")
    text.add(look.mark)
    text.add("</span>")
    switch row.object {
    case .frontend: text.add("Frontend")
    case .backend: text.add("Backend")
    case .server, .listener: text.add(html: row.text(.svname) ?? "")
    }
    if server?.settings.isBackup == true || showsLegends { writeLegend(server, showsLegends) }
    text.add("</th>")
  }

  private mutating func writeLegend(_ server: ServerRuntime?, _ showsLegends: Bool) {
    var legend: [String] = server?.settings.isBackup == true ? ["backup"] : []
    if showsLegends {
      if let address = row.text(.addr) { legend.append(address) }
      if let cookie = row.text(.cookie) { legend.append("cookie '\(cookie)'") }
      if let algorithm = row.text(.algo) { legend.append("balance \(algorithm)") }
      if row.object == .server || row.object == .listener { legend.append("id \(row.id)") }
    }
    if legend.isEmpty { return }
    text.add("<small>")
    text.add(html: legend.joined(separator: ", "))
    text.add("</small>")
  }

  // MARK: - Numbers

  private mutating func numbers(_ keys: [StatisticsKey], isBad: Bool = false) {
    for key in keys { number(key, isBad: isBad) }
  }

  private mutating func number(_ key: StatisticsKey, missing: StaticString = "", isBad: Bool = false) {
    guard let value = row.number(key) else {
      text.add("<td>")
      text.add(missing)
      return text.add("</td>")
    }
    if value == 0 { return text.add("<td class=\"z\">0</td>") }
    if isBad { text.add("<td class=\"bad\">") } else { text.add("<td>") }
    text.add(grouped: value)
    text.add("</td>")
  }

  private mutating func writeRates() {
    if row.object == .listener { return text.add("<td></td><td></td><td></td>") }
    guard let current = row.number(.rate) else { return text.add("<td></td><td></td><td></td>") }
    if current == 0 { text.add("<td class=\"z\"") } else { text.add("<td") }
    if let requests = row.number(.reqRate) {
      text.add(" title=\"requests/s: ")
      text.add(grouped: requests)
      if let most = row.number(.reqRateMax) {
        text.add(", most ")
        text.add(grouped: most)
      }
      text.add("\"")
    }
    text.add(">")
    text.add(grouped: current)
    text.add("</td>")
    number(.rateMax)
    if row.number(.rateLim) == 0 { text.add("<td>-</td>") } else { number(.rateLim) }
  }

  /// The total, with what came of it when the pointer rests there.
  private mutating func writeTotal() {
    guard let total = row.number(.stot) else { return text.add("<td></td>") }
    if total == 0 { text.add("<td class=\"z\" title=\"") } else { text.add("<td title=\"") }
    let start = text.count
    for (key, name) in Self.notes {
      guard let value = row.number(key) else { continue }
      if text.count > start { text.add("\n") }
      text.add(name)
      text.add(decimal: value)
    }
    text.add("\">")
    text.add(grouped: total)
    text.add("</td>")
  }

  private static let notes: [(StatisticsKey, Bytes)] = [
    (.connTot, Bytes("connections: ")), (.reqTot, Bytes("requests: ")),
    (.hrsp1xx, Bytes("1xx: ")), (.hrsp2xx, Bytes("2xx: ")), (.hrsp3xx, Bytes("3xx: ")), (.hrsp4xx, Bytes("4xx: ")),
    (.hrsp5xx, Bytes("5xx: ")), (.hrspOther, Bytes("other: ")),
    (.intercepted, Bytes("answered here: ")), (.connect, Bytes("new connections: ")), (.reuse, Bytes("reused: ")),
    (.qtime, Bytes("queue ms: ")), (.ctime, Bytes("connect ms: ")), (.rtime, Bytes("response ms: ")),
    (.ttime, Bytes("total ms: ")),
  ]

  private mutating func writeSize(_ key: StatisticsKey) {
    guard let value = row.number(key) else { return text.add("<td></td>") }
    if value == 0 { return text.add("<td class=\"z\" data-v=\"0\" title=\"0 bytes\">0 B</td>") }
    text.add("<td data-v=\"")
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
    writeRole(.act)
    writeRole(.bck)
    numbers([.chkfail, .chkdown], isBad: true)
    writeAge(.downtime)
    if let percent = row.number(.throttle) {
      text.add("<td>")
      text.add(decimal: percent)
      text.add(" %</td>")
    } else {
      text.add("<td>-</td>")
    }
  }

  /// How many of a backend's servers are active, or a backup; of a server, whether it is.
  private mutating func writeRole(_ key: StatisticsKey) {
    if row.object == .backend {
      number(key)
    } else if row.number(key) == 1 {
      text.add("<td>Y</td>")
    } else {
      text.add("<td class=\"z\">-</td>")
    }
  }

  private mutating func writeWeight() {
    guard let now = row.number(.weight), let set = row.number(.uweight) else { return text.add("<td></td>") }
    text.add("<td data-v=\"")
    text.add(decimal: now)
    text.add("\">")
    text.add(decimal: now)
    text.add("/")
    text.add(decimal: set)
    text.add("</td>")
  }

  private mutating func writeStatus() {
    text.add("<td class=\"s\" data-v=\"")
    text.add(html: status)
    text.add("\"><span class=\"st")
    text.add(look.style)
    text.add("\"><span aria-hidden=\"true\">")
    text.add(look.mark)
    text.add("</span> ")
    text.add(html: status)
    text.add("</span>")
    if let seconds = row.number(.lastchg) {
      text.add(" <small>")
      text.add(duration: seconds)
      text.add("</small>")
    }
    if let tracked = row.text(.tracked) {
      text.add(" <small>via ")
      text.add(html: tracked)
      text.add("</small>")
    }
    text.add("</td>")
  }

  private mutating func writeCheck() {
    guard let status = row.text(.checkStatus) else {
      text.add("<td class=\"s\">")
      if let agent = row.text(.agentStatus) {
        text.add("agent ")
        text.add(html: agent)
      }
      return text.add("</td>")
    }
    text.add("<td class=\"s\" title=\"")
    text.add(html: row.text(.checkDesc) ?? "")
    if let last = row.text(.lastChk) {
      text.add(": ")
      text.add(html: last)
    }
    text.add("\">")
    text.add(html: status)
    if let code = row.number(.checkCode) {
      text.add("/")
      text.add(decimal: code)
    }
    if let duration = row.number(.checkDuration), duration < 1 << 40 {
      text.add(" in ")
      text.add(decimal: duration)
      text.add(" ms")
    }
    if let agent = row.text(.agentStatus) {
      text.add(", agent ")
      text.add(html: agent)
    }
    text.add("</td>")
  }

  /// `stats show-modules`: what the columns behind the core's count.
  private mutating func writeModules() {
    text.add("<td class=\"s\"><details><summary>counters</summary><ul>")
    for place in StatisticsColumn.coreCount..<StatisticsColumn.all.count {
      guard let key = StatisticsKey(rawValue: place), let value = row.number(key) else { continue }
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
    // The points of a check that moves, as in `UP 1/3`; not the servers of a backend, as in `UP (1/3)`.
    let isMoving = status.utf8.contains(UInt8(ascii: "/")) && status.utf8.last != UInt8(ascii: ")")
    func begins(_ word: String) -> Bool {
      status.utf8.starts(with: word.utf8) && (status.utf8.count == word.utf8.count || status.hasPrefix(word + " "))
    }
    if begins("UP") || begins("OPEN") {
      (style, mark) = isMoving ? (" warn", "▽") : (" up", "▲")
    } else if begins("DOWN") {
      (style, mark) = isMoving ? (" warn", "△") : (" down", "▼")
    } else if begins("MAINT") {
      (style, mark) = (" maint", "◆")
    } else if begins("DRAIN") || begins("NOLB") {
      (style, mark) = (" warn", "◐")
    } else if begins("FULL") || begins("STOP") || begins("PAUSED") {
      (style, mark) = (" down", "▼")
    } else {
      (style, mark) = ("", "○")
    }
  }

  static func == (a: Self, b: Self) -> Bool {
    a.style.description == b.style.description && a.mark.description == b.mark.description
  }
}
