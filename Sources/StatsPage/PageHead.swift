import Configuration
import Memory
import Observability
import Proxies

/// The top of the page: the process, the legend, the links.
struct PageHead {
  let page: StatisticsPage
  let process: ProcessRuntime
  let information: [InformationField]

  private var settings: StatsPageSettings { page.settings.page }
  private func value(_ name: String) -> String { information.first { $0.name == name }?.value.printed ?? "" }

  func write(into text: inout GrowingText) {
    text.add(
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <meta name="color-scheme" content="light dark"><meta name="referrer" content="same-origin">
      <link rel="icon" href="data:,"><title>Statistics
      """)
    if let node = settings.showNode {
      text.add(" of ")
      text.add(html: node)
    }
    text.add("</title><style>")
    text.add(PageStyle.sheet)
    text.add("</style></head><body>\n<header><h1>Statistics")
    if !settings.hideVersion {
      text.add(" <small>HAProxy version ")
      text.add(html: value("Version"))
      text.add(", released ")
      text.add(html: value("Release_date"))
      text.add("</small>")
    }
    text.add("</h1><p>of process ")
    text.add(html: value("Pid"))
    if let node = settings.showNode {
      text.add(" on <b>")
      text.add(html: node)
      text.add("</b>")
    }
    if let description = settings.showDescription {
      text.add(": ")
      text.add(html: description)
    }
    text.add("</p></header>\n")
    writeNotice(&text)
    writeFacts(&text)
    writeLinks(&text)
    text.add(Self.legend)
  }

  private func writeNotice(_ text: inout GrowingText) {
    guard let notice = page.query.notice else { return }
    text.add(notice.isGood ? "<p class=\"notice\" role=\"status\">" : "<p class=\"notice bad\" role=\"alert\">")
    text.add(notice.text)
    text.add(" <a href=\"")
    link(&text, down: page.query.hidesDown, refresh: !page.query.stopsRefresh)
    text.add("\">Dismiss</a></p>\n")
  }

  private func writeFacts(_ text: inout GrowingText) {
    text.add("<dl class=\"facts\">")
    func fact(_ name: StaticString, _ words: String) {
      text.add("<div><dt>")
      text.add(name)
      text.add("</dt><dd>")
      text.add(html: words)
      text.add("</dd></div>")
    }
    func limit(_ name: String) -> String { value(name) == "0" ? "none" : value(name) }
    fact("Uptime", value("Uptime"))
    fact("Threads", value("Nbthread"))
    fact("Connections", "\(value("CurrConns")) of \(value("Maxconn"))")
    fact("Connections/s", "\(value("ConnRate")), most \(value("MaxConnRate"))")
    fact("Sessions/s", "\(value("SessRate")), most \(value("MaxSessRate"))")
    fact("Requests in total", value("CumReq"))
    fact("Sockets at most", value("Maxsock"))
    fact("Pipes", "\(value("PipesUsed")) of \(value("Maxpipes"))")
    fact("Memory limit", value("Memmax_MB") == "0" ? "none" : value("Memmax_MB") + " MB")
    fact("Tasks", "\(value("Tasks")), waiting \(value("Run_queue"))")
    fact("Idle", value("Idle_pct") + " %")
    var states = (up: 0, down: 0, maintenance: 0)
    for backend in process.backends {
      for server in backend?.servers ?? [] {
        if server.isInMaintenance {
          states.maintenance += 1
        } else if server.state == .stopped {
          states.down += 1
        } else {
          states.up += 1
        }
      }
    }
    fact("Servers", "▲ \(states.up)  ▼ \(states.down)  ◆ \(states.maintenance)".utf8Scalars)
    text.add("</dl>\n")
  }

  private func writeLinks(_ text: inout GrowingText) {
    let query = page.query
    text.add("<nav aria-label=\"page\"><form method=\"get\">")
    writeHiddenFields(&text)
    text.add("<label>Scope <input name=\"scope\" size=\"10\" maxlength=\"20\" value=\"")
    text.add(html: query.scope)
    text.add("\"></label> <button>Show</button></form>\n")
    text.add("<label hidden>Filter <input id=\"filter\" type=\"search\" size=\"16\"></label>\n")
    func entry(_ words: StaticString, down: Bool, refresh: Bool, form: StaticString = "") {
      text.add("<a href=\"")
      link(&text, down: down, refresh: refresh, form: form)
      text.add("\">")
      text.add(words)
      text.add("</a>\n")
    }
    let refreshes = !query.stopsRefresh
    if query.hidesDown {
      entry("Show all servers", down: false, refresh: refreshes)
    } else {
      entry("Hide servers that are down", down: true, refresh: refreshes)
    }
    if settings.refresh ?? 0 > 0 {
      if refreshes {
        entry("Stop refreshing", down: query.hidesDown, refresh: false)
      } else {
        entry("Refresh by itself", down: query.hidesDown, refresh: true)
      }
    }
    entry("Refresh now", down: query.hidesDown, refresh: refreshes)
    entry("CSV", down: query.hidesDown, refresh: false, form: ";csv")
    entry("JSON", down: query.hidesDown, refresh: false, form: ";json")
    entry("JSON schema", down: false, refresh: true, form: ";json-schema")
    text.add("</nav>\n")
  }

  /// A form puts its own query in the place of the page's: what stood there goes along.
  private func writeHiddenFields(_ text: inout GrowingText) {
    guard let mark = page.settings.address.firstIndex(of: "?") else { return }
    for field in page.settings.address[page.settings.address.index(after: mark)...].split(separator: "&") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      text.add("<input type=\"hidden\" name=\"")
      text.add(html: String(parts[0]))
      text.add("\" value=\"")
      text.add(html: parts.count > 1 ? String(parts[1]) : "")
      text.add("\">")
    }
  }

  /// An address of this page, asking for these things.
  private func link(_ text: inout GrowingText, down: Bool, refresh: Bool, form: StaticString = "") {
    text.add(address: page.settings.address)
    if down { text.add(";up") }
    if !refresh { text.add(";norefresh") }
    text.add(form)
    if !page.query.scope.isEmpty {
      text.add(page.settings.address.contains("?") ? ";scope=" : "?scope=")
      text.add(address: page.query.scope)
    }
  }

  private static let legend: StaticString = """
    <ul class="legend" aria-label="Legend"><li><span class="st up">▲ UP</span></li>
    <li><span class="st warn">▽ UP 1/3</span> going down</li><li><span class="st warn">△ DOWN 1/2</span> going up</li>
    <li><span class="st down">▼ DOWN</span></li><li><span class="st maint">◆ MAINT</span> in maintenance</li>
    <li><span class="st warn">◐ DRAIN</span> or <span class="st warn">◐ NOLB</span> no new visitors</li>
    <li><span class="st">○ no check</span></li><li>Session rates of the last 5 minutes beside the names.</li></ul>\n
    """
}

extension String {
  /// The text with each byte of its UTF-8 form as a scalar, as text of the configuration is kept.
  var utf8Scalars: String { String(String.UnicodeScalarView(utf8.map { Unicode.Scalar($0) })) }
}
