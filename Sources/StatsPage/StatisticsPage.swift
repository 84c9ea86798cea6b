public import Configuration
public import Memory
public import Observability
public import Proxies

/// How a proxy's page looks: what its `stats` lines say.
public struct PageSettings: Sendable {
  public var page: StatsPageSettings
  /// The page's address, which its links begin with.
  public var address: String
  /// The names of `stats scope`; nil for all proxies.
  public var names: Set<String>?

  /// - Parameter owner: the proxy that has the page, which `.` in its scope stands for.
  public init(_ page: StatsPageSettings, owner: String) {
    self.page = page
    address = page.uri ?? StatsPageSettings.standardURI
    names = page.scope.isEmpty ? nil : Set(page.scope.map { $0 == "." ? owner : $0 })
  }
}

/// The page of statistics, made as the browser takes it: the head, then proxy by proxy and row by row.
public struct StatisticsPage: Sendable {
  let settings: PageSettings
  let query: StatisticsQuery
  /// Who asks may change servers.
  let isAdmin: Bool
  private enum Place { case head, proxies, foot, end }
  private var place = Place.head
  private var proxy = 0
  /// Rows of the current proxy that are done; -1: not begun.
  private var row = -1

  public init(_ settings: PageSettings, _ query: StatisticsQuery, isAdmin: Bool) {
    self.settings = settings
    self.query = query
    self.isAdmin = isAdmin
  }

  /// What the page may load and do, as a header says it. A page that changes servers stays out of foreign frames.
  public static func policy(isAdmin: Bool) -> Bytes { PageStyle.policy(framed: !isAdmin) }

  /// Adds some `limit` bytes. False: that was the end.
  public mutating func next(
    _ process: ProcessRuntime, _ facts: ProcessFacts, _ history: RateHistory?, now: Int64, wallClock: Int64,
    limit: Int, into text: inout GrowingText
  ) -> Bool {
    while text.count < limit {
      switch place {
      case .head:
        let information = ProcessInformation.fields(process, facts, now: now, wallClock: wallClock)
        PageHead(page: self, process: process, information: information).write(into: &text)
        place = .proxies
      case .proxies:
        if proxy >= process.model.proxies.count {
          place = .foot
        } else if writeRows(process, history, now: now, limit: limit, into: &text) {
          proxy += 1
          row = -1
        }
      case .foot:
        text.add("<script>")
        text.add(PageStyle.script)
        text.add("</script></body></html>\n")
        place = .end
      case .end: return false
      }
    }
    return place != .end
  }

  /// Rows of the current proxy; true: that was the last.
  private mutating func writeRows(
    _ process: ProcessRuntime, _ history: RateHistory?, now: Int64, limit: Int, into text: inout GrowingText
  ) -> Bool {
    let model = process.model.proxies[proxy]
    let frontend = process.frontends[proxy]
    let backend = process.backends[proxy]
    var scope = StatisticsScope()
    scope.names = settings.names
    scope.part = query.scope.lowercased()
    if model.disabled || (frontend == nil && backend == nil) || !scope.shows(model) { return true }
    let hasBoxes = isAdmin && backend?.servers.isEmpty == false
    let table = ProxyTable(settings: settings.page, query: query, hasBoxes: hasBoxes)
    if row < 0 {
      table.begin(model, address: settings.address, history?.samples(of: proxy) ?? [], into: &text)
      if let frontend { writeFrontend(table, frontend, process, now, &text) }
      row = 0
    }
    if let backend {
      while row < backend.servers.count {
        if text.count >= limit { return false }
        let server = backend.servers[row]
        let place = ServerPlace(backend: proxy, server: server.index)
        row += 1
        if shows(server) {
          table.add(
            StatisticsRow(place, process, now: now, legends: settings.page.showLegends), server: server, into: &text)
        }
      }
      let counts = query.hidesDown || query.hidesMaintenance
      table.add(
        StatisticsRow(backend, now: now, legends: settings.page.showLegends, countsServers: counts), server: nil,
        into: &text)
    }
    table.end(model, into: &text)
    return true
  }

  private func writeFrontend(
    _ table: ProxyTable, _ frontend: FrontendRuntime, _ process: ProcessRuntime, _ now: Int64,
    _ text: inout GrowingText
  ) {
    table.add(StatisticsRow(frontend, now: now), server: nil, into: &text)
    if !frontend.settings.options.contains(.socketStats) { return }
    for listener in process.listeners where listener.frontendIndex == frontend.index {
      table.add(StatisticsRow(listener, of: frontend), server: nil, into: &text)
    }
  }

  private func shows(_ server: ServerRuntime) -> Bool {
    if (query.hidesDown || query.hidesMaintenance) && server.isInMaintenance { return false }
    return !query.hidesDown || server.state != .stopped
  }
}
