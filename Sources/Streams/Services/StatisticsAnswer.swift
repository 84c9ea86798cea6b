import Configuration
import EventLoop
import HTTP
import Memory
import Observability
import Proxies
import Rules
import Samples
import StatsPage

/// What one worker keeps of a proxy's page of statistics.
final class StatisticsReplica {
  let settings: PageSettings
  /// What the targets that are meant for the page begin with.
  let address: Bytes
  /// The header `refresh`; empty for none.
  let refresh: Bytes

  init?(_ proxy: ProxySettings) {
    if !proxy.stats.enabled || proxy.mode != .http { return nil }
    settings = PageSettings(proxy.stats, owner: proxy.name)
    address = Bytes(permanent: settings.address)
    let seconds = proxy.stats.refresh ?? 0
    refresh = seconds > 0 ? Bytes(permanent: "\(seconds)") : Bytes()
  }

  /// What stands behind the page's address in a target; nil where the request is not for the page.
  func words(of request: borrowing HTTPMessage) -> Bytes? {
    guard request.method == .get || request.method == .head || request.method == .post else { return nil }
    // An address that is a path is meant whatever authority the target names.
    let target =
      address.at(0) == UInt8(ascii: "/") ? RequestTarget(request.target).pathAndQuery : request.target
    return target.hasPrefix(address) ? target.dropFirst(address.count) : nil
  }
}

/// The page of statistics (`stats uri` and its relatives).
extension Worker {
  static let statisticsName = Bytes("<STATS>")

  /// `.proceed` where the request is not for the page.
  func answerStatistics(_ stream: Stream, _ page: StatisticsReplica, _ rules: ProxyRules) -> RuleOutcome {
    guard let words = page.words(of: stream.request) else { return .proceed }
    if stream.service == nil {
      // From here on the log shows the page in a server's place, whatever its rules say.
      stream.service = RunningService(name: Self.statisticsName, .none)
      stream.queueEndTick = loop.now
      stream.connectedTick = loop.now
    }
    if !rules.statistics.isEmpty {
      openVariables(stream)
      let outcome = run(rules.statistics, stream)
      if outcome != .proceed { return outcome }
    }
    var query = StatisticsQuery(words)
    if page.refresh.isEmpty { query.stopsRefresh = false }
    let isAdmin = mayAdminister(stream, rules)
    if stream.request.method != .post {
      show(stream, page, query, isAdmin: isAdmin)
      return .stop
    }
    var result = ActionResult.denied
    if isAdmin && CrossSiteCheck.isOwn(stream.request) {
      guard let outcome = act(stream) else { return stream.requestPhase == .route ? .wait : .stop }
      result = outcome
    }
    sendBack(stream, query.address(after: result, page: page.settings.address))
    return .stop
  }

  private func mayAdminister(_ stream: Stream, _ rules: ProxyRules) -> Bool {
    if rules.administration.isEmpty { return false }
    openVariables(stream)
    var view = StreamLogView(stream: stream, worker: self)
    return rules.administration.contains { evaluator.evaluate($0, .final, from: &view) == .yes }
  }

  /// Does what the form of a POST says once it is there; nil where it is waited for, or the client is gone.
  private func act(_ stream: Stream) -> ActionResult? {
    if waitForBody(stream, 1 << 40, 0) != .ready { return nil }
    let body: Bytes
    let have = stream.requestChannel.input.readable
    let mark = stream.text.mark
    switch stream.requestChannel.source {
    case .none: body = Bytes()
    case .length(let length) where UInt64(have.count) >= length: body = have.prefix(Int(length))
    case .chunked where have.hasSuffix(Bytes("0\r\n\r\n")):
      body = ChunkedBody.plain(have, into: arena)
    default:
      if stream.requestChannel.input.room == 0 { return .tooLong }
      clientAborted(stream)
      return nil
    }
    defer {
      stream.text.reset(to: mark)
      arena.reset()
    }
    var transitions = ServerTransitions(process: process, now: loop.now)
    let result = AdminForm(body).apply(process, &transitions)
    stateMessages += transitions.takeMessages()
    return result
  }

  // MARK: - Answers

  private func show(_ stream: Stream, _ page: StatisticsReplica, _ query: StatisticsQuery, isAdmin: Bool) {
    let source: RunningService.Source
    switch query.form {
    case .html: source = .page(StatisticsPage(page.settings, query, isAdmin: isAdmin))
    case .csv, .typed, .json:
      source = .rows(StatisticsDump(query.rows(page.settings.names, legends: page.settings.page.showLegends)))
    case .schema: source = .schema
    }
    beginService(stream, RunningService(name: Self.statisticsName, source), status: 200)
    stream.response.add(.cacheControl, Bytes("no-cache"))
    stream.response.add(.contentType, Bytes(query.contentType))
    if !page.refresh.isEmpty && !query.stopsRefresh {
      stream.response.add(HTTPHeaderName(Bytes("refresh")), page.refresh)
    }
    let framing: ServiceFraming = stream.request.isVersion11 ? .chunked : .untilClose
    if framing == .chunked && stream.request.method != .head {
      stream.response.add(.transferEncoding, Bytes("chunked"))
    }
    noteServiceHead(stream)
    if query.form == .html {
      stream.response.add(
        HTTPHeaderName(Bytes("content-security-policy")), StatisticsPage.policy(isAdmin: isAdmin))
    }
    finishHead(stream, framing)
  }

  /// After an action the browser asks for the page anew: loading it again must not repeat the action.
  private func sendBack(_ stream: Stream, _ address: String) {
    stream.text.begin()
    for scalar in address.unicodeScalars { stream.text.append(byte: UInt8(truncatingIfNeeded: scalar.value)) }
    let location = stream.text.finish()
    beginService(stream, RunningService(name: Self.statisticsName, .none), status: 303)
    stream.response.add(.cacheControl, Bytes("no-cache"))
    stream.response.add(.contentType, Bytes("text/plain"))
    stream.response.add(.contentLength, Bytes("0"))
    stream.response.add(.location, location)
    noteServiceHead(stream)
    finishHead(stream, .length)
  }

  private func finishHead(_ stream: Stream, _ framing: ServiceFraming) {
    if hasRules && hasAfterResponse(stream) { runAfterResponse(stream) }
    sendServiceHead(stream, framing)
  }
}

/// Whether a form was sent from the page itself. Browsers say where a request comes from, and other sites cannot keep
/// them from it; scripts and `curl` say nothing and are believed, as they have no visitor's rights to borrow.
enum CrossSiteCheck {
  static func isOwn(_ request: borrowing HTTPMessage) -> Bool {
    if let place = request.find(HTTPHeaderName(Bytes("sec-fetch-site"))) {
      let site = request[place].value
      return site.equals("same-origin") || site.equals("none")
    }
    guard let source = request.value(.origin) ?? request.value(.referer) else { return true }
    guard let host = request.value(.host), let colon = source.firstIndex(of: Bytes("://")) else { return false }
    let rest = source.dropFirst(colon + 3)
    var end = 0
    while let byte = rest.at(end), byte != UInt8(ascii: "/"), byte != UInt8(ascii: "?"), byte != UInt8(ascii: "#") {
      end += 1
    }
    return rest.prefix(end).equalsIgnoringCase(host)
  }
}
