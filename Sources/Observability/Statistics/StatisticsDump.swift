public import Configuration
public import Memory
public import Proxies

/// Which proxies are shown: those that `stats scope` lists, and of them those whose name holds what was asked for.
public struct StatisticsScope: Sendable {
  /// Nil: all.
  public var names: Set<String>?
  /// In lower case; empty: all.
  public var part = ""
  public init() {}

  public func shows(_ proxy: ProxySettings) -> Bool {
    if let names, !names.contains(proxy.name) { return false }
    return part.isEmpty || Self.holds(proxy.name, part)
  }
  private static func holds(_ name: String, _ part: String) -> Bool {
    let name = Array(name.lowercased().utf8)
    let part = Array(part.utf8)
    if part.count > name.count { return false }
    return (0...(name.count - part.count)).contains { name[$0..<($0 + part.count)].elementsEqual(part) }
  }
}

/// All rows of statistics, made as somebody takes them: `show stat`, and the page's `;csv`, `;typed` and `;json`.
public struct StatisticsDump: Sendable {
  public struct Options: Sendable {
    public var form = StatisticsForm.csv
    public var desc = false
    public var hidesMaintenance = false
    public var hidesDown = false
    /// A proxy's id, or -1 for all.
    public var proxyID = -1
    /// 1: frontends, 2: backends, 4: servers (and 8 listeners with `option socket-stats`), or -1.
    public var types = -1
    /// A server's id, or -1 for all.
    public var serverID = -1
    /// With addresses and cookies: not for users.
    public var legends = true
    public var scope = StatisticsScope()
    public init() {}
  }
  private let options: Options
  private var proxy = 0
  /// Where the proxy's rows go on: 0 frontend and listeners, then servers, then backend.
  private var server = 0
  private var isFrontendDone = false
  private var hasBegun = false
  private var isFirstRow = true
  private var hasEnded = false

  public init(_ options: Options) { self.options = options }

  /// Adds the next piece, until there are some `limit` bytes. False: nothing was left. `now`: monotonic milliseconds.
  public mutating func next(_ process: ProcessRuntime, now: Int64, limit: Int, into text: inout GrowingText) -> Bool {
    if !hasBegun {
      hasBegun = true
      switch options.form {
      case .csv: text.add(StatisticsRow.csvHead)
      case .typed: break
      case .json: text.add("[")
      }
    }
    while proxy < process.model.proxies.count {
      if dumpProxy(process, now: now, limit, into: &text) {
        proxy += 1
        server = 0
        isFrontendDone = false
      }
      if text.count >= limit { return true }
    }
    if hasEnded { return false }
    hasEnded = true
    if options.form == .json { text.add("]\n") }
    return true
  }

  /// Some rows of the current proxy; true: that was the last.
  private mutating func dumpProxy(
    _ process: ProcessRuntime, now: Int64, _ limit: Int, into text: inout GrowingText
  ) -> Bool {
    let settings = process.model.proxies[proxy]
    if settings.disabled || !options.scope.shows(settings) { return true }
    if options.proxyID != -1 && options.proxyID != settings.id { return true }
    if !isFrontendDone {
      isFrontendDone = true
      if let frontend = process.frontends[proxy] { dumpFrontend(frontend, process, now: now, into: &text) }
    }
    guard let backend = process.backends[proxy] else { return true }
    let servers = backend.servers
    while server < servers.count {
      let current = servers[server]
      server += 1
      if !shows(current) { continue }
      add(
        StatisticsRow(ServerPlace(backend: proxy, server: current.index), process, now: now, legends: options.legends),
        to: &text)
      if text.count >= limit { return false }
    }
    if options.types & 2 != 0 {
      let counts = options.hidesMaintenance || options.hidesDown
      var row = StatisticsRow(backend, now: now, legends: options.legends, countsServers: counts)
      if !options.legends { row[.algo] = .none }
      add(row, to: &text)
    }
    return true
  }

  private mutating func dumpFrontend(
    _ frontend: FrontendRuntime, _ process: ProcessRuntime, now: Int64, into text: inout GrowingText
  ) {
    if options.types & 1 != 0 { add(StatisticsRow(frontend, now: now), to: &text) }
    if options.types & 8 == 0 || !frontend.settings.options.contains(.socketStats) { return }
    for listener in process.listeners where listener.frontendIndex == frontend.index {
      var row = StatisticsRow(listener, of: frontend)
      if !options.legends { row[.addr] = .none }
      add(row, to: &text)
    }
  }

  private func shows(_ server: ServerRuntime) -> Bool {
    if options.types & 4 == 0 || (options.serverID != -1 && options.serverID != server.settings.id) { return false }
    if (options.hidesMaintenance || options.hidesDown) && server.isInMaintenance { return false }
    return !options.hidesDown || server.state != .stopped
  }

  private mutating func add(_ row: StatisticsRow, to text: inout GrowingText) {
    switch options.form {
    case .csv: row.addCSV(to: &text)
    case .typed: row.addTyped(desc: options.desc, to: &text)
    case .json:
      if !isFirstRow { text.add(",") }
      row.addJSON(to: &text)
    }
    isFirstRow = false
  }
}
