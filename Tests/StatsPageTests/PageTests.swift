import Configuration
import Memory
import Observability
import Primitives
import System
import Testing

@testable import Proxies
@testable import StatsPage

/// What the page is asked for, what its form does, and that it comes out whole wherever it is cut.
@Suite struct PageTests {
  // MARK: - Queries

  private func query(_ text: String) -> StatisticsQuery { StatisticsQuery(Bytes(permanent: text)) }

  @Test(arguments: [
    ("", StatisticsQuery.Form.html), (";csv", .csv), ("/x;csv;norefresh", .csv), (";json", .json), (";typed", .typed),
    (";json-schema", .schema), (";csv;json", .json), (";typed;csv", .typed), (";json-schema;csv", .schema),
    (";json;typed", .json), ("csv", .html),
  ])
  func forms(text: String, form: StatisticsQuery.Form) { #expect(query(text).form == form) }

  @Test func words() {
    let all = query(";up;no-maint;norefresh;st=PART;scope=web-1;x")
    #expect(all.hidesDown && all.hidesMaintenance && all.stopsRefresh)
    #expect(all.notice == .partial && all.scope == "web-1")
    #expect(query(";st=what").notice == .unknown)
    #expect(query(";st=").notice == .unknown)
    #expect(query("").notice == nil)
  }

  @Test(arguments: [
    ("?scope=be", "be"), ("?scope=be&x=1", "be"), (";scope=a/b", ""), (";scope=a%20b", ""), (";scope=", ""),
    (";scope=aaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa"), (";scope=<b>", ""),
  ])
  func scopes(text: String, scope: String) { #expect(query(text).scope == scope) }

  @Test func addressAfterAnAction() {
    #expect(query(";up;norefresh;csv?scope=we").address(after: .done, page: "/s") == "/s;st=DONE;up;norefresh?scope=we")
    #expect(query(";no-maint").address(after: .denied, page: "/s") == "/s;st=DENY")
  }

  // MARK: - Forms

  private func makeProcess(servers count: Int = 3, name: String = "p", description: String? = nil) throws
    -> ProcessRuntime
  {
    var model = ConfigurationModel()
    var settings = ProxySettings(name: name, location: SourceLocation(), capabilities: .listen)
    settings.id = 2
    settings.mode = .http
    settings.fullConnections = 10
    settings.descriptionText = description
    let address = SocketAddress.ip(.v4(IPv4Address(bits: 0x7f00_0001)), port: 80)
    for i in 1...count {
      var server = ServerSettings(name: "s\(i)", address: .socket(address))
      server.id = i
      settings.servers.append(server)
    }
    model.proxies = [settings]
    let servers = settings.servers.enumerated().map {
      ServerRuntime(settings: $1, backendIndex: 0, index: $0, endpoint: address.endpoint, threads: 1)
    }
    return ProcessRuntime(
      model: model, threads: 1,
      frontends: [FrontendRuntime(settings: settings, index: 0, maxConnections: 100, threads: 1)],
      backends: [BackendRuntime(settings: settings, index: 0, servers: servers, threads: 1)], listeners: [],
      mailboxes: [WorkerMailbox(wakeUp: try WakeUp())], startedAt: 0, startedAtTick: 0, maxConnections: 100,
      maxPipes: 0)
  }

  @Test(arguments: [
    ("s=s1&action=ready&b=p", ActionResult.done), ("b=p&action=ready&s=s1", .done), ("s=s1&action=ready&b=%232", .done),
    ("s=s1&s=none&action=ready&b=p", .partial), ("s=none&action=ready&b=p", .invalid), ("s=s1&b=p", .nothing),
    ("action=ready&b=p", .nothing), ("s=s1&action=bad&b=p", .invalid), ("s=s1&action=ready&b=q", .invalid),
    ("", .nothing),
    ("&s=s1&action=ready&b=p", .nothing), ("s=s1&action=ready&b=p&", .done), ("s=%zz&action=ready&b=p", .nothing),
    ("s=s1+&action=ready&b=p", .invalid), ("s=s1&action=dhlth&b=p", .nothing), ("s=s1&action=stop&b=p", .done),
    ("s=s1&action=start&b=p", .nothing), ("s=s1&action=arunn&b=p", .nothing), ("s=s1&action=%", .nothing),
    ("s=s1&action=ready&b=#9223372036854775808", .invalid),
  ])
  func results(body: String, result: ActionResult) throws {
    let process = try makeProcess()
    var transitions = ServerTransitions(process: process, now: 1000)
    #expect(AdminForm(Bytes(permanent: body)).apply(process, &transitions) == result)
  }

  @Test func lastOfSeveralActionsCounts() throws {
    let process = try makeProcess()
    var transitions = ServerTransitions(process: process, now: 1000)
    let form = AdminForm(Bytes(permanent: "s=s1&action=ready&action=maint&b=p"))
    #expect(form.apply(process, &transitions) == .done)
    #expect(process.backends[0]?.servers[0].isInMaintenance == true)
    #expect(process.backends[0]?.servers[1].isInMaintenance == false)
  }

  // MARK: - The page

  private func page(
    _ process: ProcessRuntime, limit: Int, query text: String = "", isAdmin: Bool = true,
    change: (inout StatsPageSettings) -> Void = { _ in }
  ) -> String {
    var settings = StatsPageSettings()
    settings.uri = "/s?t"
    change(&settings)
    var page = StatisticsPage(PageSettings(settings, owner: "p"), query(text), isAdmin: isAdmin)
    var text = GrowingText()
    var whole: [UInt8] = []
    var goesOn = true
    while goesOn {
      goesOn = page.next(process, .none, nil, now: 60_000, wallClock: 60_000_000, limit: limit, into: &text)
      #expect(text.count < limit + 24_576, "a piece may not grow with the configuration")
      whole += text.bytes
      text.removeAll()
    }
    return String(decoding: whole, as: UTF8.self)
  }

  @Test func resumesAnywhere() throws {
    let process = try makeProcess(servers: 100)
    let whole = page(process, limit: 1 << 20)
    #expect(whole.hasSuffix("</html>\n") && whole.count > 50_000)
    #expect(page(process, limit: 1000) == whole)
    #expect(page(process, limit: 1) == whole)
  }

  @Test func nothingOfTheConfigurationBecomesMarkup() throws {
    let evil = "\"><script>alert(1)</script>"
    let process = try makeProcess(name: evil, description: evil)
    process.backends[0]?.servers[0].check.update {
      $0.isConfigured = true
      $0.isEnabled = true
      $0.status = .layer7Status
      $0.info = evil
    }
    let text = page(process, limit: 16384) {
      $0.showNode = evil
      $0.showDescription = evil
      $0.showLegends = true
      $0.uri = "/" + evil + "?a=" + evil
    }
    #expect(!text.contains("<script>alert") && !text.contains("\"><script"))
    #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
  }

  @Test func formsOnlyForAdministrators() throws {
    let process = try makeProcess()
    #expect(page(process, limit: 16384).contains("name=\"b\" value=\"#2\""))
    let text = page(process, limit: 16384, isAdmin: false)
    #expect(!text.contains("<form method=\"post\"") && !text.contains("name=\"s\""))
  }

  @Test func hidesWhatIsAskedFor() throws {
    let process = try makeProcess()
    process.backends[0]?.servers[0].operational.set(OperationalState.stopped.rawValue)
    process.backends[0]?.servers[1].admin.set(AdminState.forcedMaintenance.rawValue)
    func has(_ text: String, _ name: String) -> Bool { text.contains("</span>\(name)</th>") }
    let all = page(process, limit: 16384)
    #expect(has(all, "s1") && has(all, "s2") && has(all, "s3"))
    let up = page(process, limit: 16384, query: ";up")
    #expect(!has(up, "s1") && !has(up, "s2") && has(up, "s3"))
    let maintained = page(process, limit: 16384, query: ";no-maint")
    #expect(has(maintained, "s1") && !has(maintained, "s2") && has(maintained, "s3"))
    #expect(!page(process, limit: 16384, query: ";scope=q").contains("<section class=\"px\""))
  }

  /// The form for a part of names keeps what the page's own address asks for.
  @Test func scopeFormKeepsTheAddress() throws {
    #expect(page(try makeProcess(), limit: 16384).contains(#"<input type="hidden" name="t" value="">"#))
  }

  @Test(arguments: [
    ("UP", " up"), ("UP 1/3", " warn"), ("UP (2/3)", " up"), ("DOWN", " down"), ("DOWN 1/2", " warn"),
    ("DOWN (agent)", " down"), ("MAINT (via p/s)", " maint"), ("DRAIN", " warn"), ("NOLB 1/3", " warn"),
    ("no check", ""), ("OPEN", " up"), ("FULL", " down"),
  ])
  func looks(status: String, style: String) { #expect(StatusLook(status).style.description == style) }

  @Test func curves() {
    var text = GrowingText()
    Sparkline.write([0, 5, 10], into: &text)
    #expect(String(decoding: text.bytes, as: UTF8.self).contains("points=\"114,17 116,9 118,1\""))
    text.removeAll()
    Sparkline.write([7], into: &text)
    #expect(text.isEmpty)
  }

  @Test func historyKeepsTheLastSamples() throws {
    let process = try makeProcess()
    let history = RateHistory(proxies: 1)
    #expect(history.samples(of: 0).isEmpty)
    for turn in 0..<(RateHistory.length + 5) {
      process.frontends[0]?.sessionRate.count(turn, at: Int64(turn) * 5000)
      history.sample(process, now: Int64(turn) * 5000)
    }
    #expect(history.samples(of: 0) == (5..<UInt32(RateHistory.length + 5)).map { $0 })
    #expect(history.samples(of: 1).isEmpty && history.samples(of: -1).isEmpty)
  }
}
