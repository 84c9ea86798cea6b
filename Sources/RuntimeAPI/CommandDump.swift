import Configuration
import Observability
import Proxies

/// A long answer, made as the client takes it: it remembers how far it has come.
enum CommandDump {
  case statistics(StatisticsDump)
  case servers(ServersDump)
  case threads(ThreadDump)

  /// Another thread has been asked and has not answered yet.
  var isWaiting: Bool {
    if case .threads(let dump) = self { return dump.isWaiting }
    return false
  }

  /// The next piece; nil at the end.
  mutating func next(_ process: ProcessRuntime, now: Int64) -> String? {
    switch self {
    case .statistics(var dump):
      let piece = dump.next(process, now: now)
      self = .statistics(dump)
      return piece
    case .servers(var dump):
      let piece = dump.next(process, now: now)
      self = .servers(dump)
      return piece
    case .threads(var dump):
      let piece = dump.next(process)
      self = .threads(dump)
      return piece
    }
  }
}

/// `show stat`.
struct StatisticsDump {
  struct Options {
    var form = StatisticsForm.csv
    var desc = false
    var hidesMaintenance = false
    var hidesDown = false
    /// A proxy's id, or -1 for all.
    var proxyID = -1
    /// 1: frontends, 2: backends, 4: servers (and 8 listeners with `option socket-stats`), or -1.
    var types = -1
    /// A server's id, or -1 for all.
    var serverID = -1
    /// With addresses and cookies: not for users.
    var legends = true
  }
  let options: Options
  private var proxy = 0
  /// Where the proxy's rows go on: 0 frontend and listeners, then servers, then backend.
  private var server = 0
  private var isFrontendDone = false
  private var hasBegun = false
  private var isFirstRow = true
  private var hasEnded = false

  init(_ options: Options) { self.options = options }

  mutating func next(_ process: ProcessRuntime, now: Int64) -> String? {
    var text = ""
    if !hasBegun {
      hasBegun = true
      switch options.form {
      case .csv: text += StatisticsRow.csvHead
      case .typed: break
      case .json: text += "["
      }
    }
    while proxy < process.model.proxies.count {
      if dumpProxy(process, now: now, into: &text) {
        proxy += 1
        server = 0
        isFrontendDone = false
      }
      if text.utf8.count > 16384 { return text }
    }
    if hasEnded { return nil }
    hasEnded = true
    return text + (options.form == .json ? "]\n" : "")
  }

  /// Some rows of the current proxy; true: that was the last.
  private mutating func dumpProxy(_ process: ProcessRuntime, now: Int64, into text: inout String) -> Bool {
    let settings = process.model.proxies[proxy]
    if settings.disabled || (options.proxyID != -1 && options.proxyID != settings.id) { return true }
    if !isFrontendDone {
      isFrontendDone = true
      if let frontend = process.frontends[proxy] { dumpFrontend(frontend, process, now: now, into: &text) }
    }
    guard let backend = process.backends[proxy] else { return true }
    while server < backend.servers.count {
      let place = ServerPlace(backend: proxy, server: server)
      server += 1
      if !shows(backend.servers[place.server]) { continue }
      add(StatisticsRow(place, process, now: now, legends: options.legends), to: &text)
      if text.utf8.count > 16384 { return false }
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
    _ frontend: FrontendRuntime, _ process: ProcessRuntime, now: Int64, into text: inout String
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

  private mutating func add(_ row: StatisticsRow, to text: inout String) {
    switch options.form {
    case .csv: text += row.csv
    case .typed: text += row.typed(desc: options.desc)
    case .json: text += (isFirstRow ? "" : ",") + row.json
    }
    isFirstRow = false
  }
}
