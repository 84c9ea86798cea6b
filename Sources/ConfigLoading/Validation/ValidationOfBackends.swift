import ConfigSyntax
import Configuration
import Primitives

/// The servers of one backend: names, numbers, tracking.
struct ServerValidation {
  let validation: ProxyValidation
  private var context: LoadContext { validation.context }
  private var proxy: ProxySettings { validation.proxy }

  func run() {
    guard !proxy.servers.isEmpty else { return }
    reportTwins()
    assignIDs()
    for at in proxy.servers.indices {
      completeLimits(at)
      var messages = ServerMessages(proxy: proxy, server: proxy.servers[at])
      ServerTLSValidation(validation: validation).run(at, &messages)
      warnFastOpen(at, &messages)
      if proxy.servers[at].track != nil { checkTracking(at, messages) }
    }
    if proxy.persistentRDPCookie != nil { warnRDPCookies() }
  }

  /// The cookie names an address with its port: a server without one of its own is never found.
  private func warnRDPCookies() {
    for server in proxy.servers where server.portOffset != nil {
      context.warningPlain(
        "\(proxy.title) : RDP cookie persistence will not work for server '\(server.name)' because it lacks an explicit "
          + "port number.")
    }
  }

  private func reportTwins() {
    var first: [String: Int] = [:]
    for server in proxy.servers {
      guard let line = first[server.name] else {
        first[server.name] = server.location.line
        continue
      }
      let place = server.location
      context.alertPlain(
        "parsing [\(place.file):\(place.line)] : \(proxy.title), another server named '\(server.name)' was already "
          + "defined at line \(line), please use distinct names.")
    }
  }

  /// A server without an `id` gets its place in the list, counted from 1, or the next number that is free; then the
  /// count goes on from there.
  private func assignIDs() {
    var used = Set(proxy.servers.map { $0.id })
    var next = 1
    for at in proxy.servers.indices {
      if proxy.servers[at].id == 0 {
        while used.contains(next) { next += 1 }
        validation.proxy.servers[at].id = next
        used.insert(next)
      }
      next += 1
    }
  }

  /// `minconn` without a larger `maxconn` is `maxconn`, and `maxconn` alone is both.
  private func completeLimits(_ at: Int) {
    let server = proxy.servers[at]
    if server.minConnections > server.maxConnections {
      validation.proxy.servers[at].maxConnections = server.minConnections
    } else if server.maxConnections > 0 && server.minConnections == 0 {
      validation.proxy.servers[at].minConnections = server.maxConnections
    }
  }

  /// Data sent with the SYN is lost with it, unless failures are retried.
  private func warnFastOpen(_ at: Int, _ messages: inout ServerMessages) {
    let needed: RetryConditions = [.connFailure, .emptyResponse, .responseTimeout]
    guard proxy.servers[at].tcpFastOpen, !proxy.retryOn.isSuperset(of: needed) else { return }
    context.warningPlain(
      messages.next(
        "server has tfo activated, the backend should be configured with at least 'conn-failure', 'empty-response' "
          + "and 'response-timeout' or we wouldn't be able to retry the connection on failure."))
  }

  private func checkTracking(_ at: Int, _ messages: ServerMessages) {
    let server = proxy.servers[at]
    var prefix = messages
    func fail(_ text: String) { context.alertPlain(prefix.next(text)) }
    guard let (ownerIndex, name) = trackedOwner(server, fail) else { return }
    let owner = context.model.proxies[ownerIndex]
    guard let tracked = owner.servers.firstIndex(where: { $0.name == name }) else {
      return fail("unable to find required server '\(name)' for tracking.")
    }
    if owner.servers.count(where: { $0.name == name }) > 1 {
      fail("Refusing to use duplicated server '\(name)' found in proxy: \(owner.name)!")
      return fail("unable to find required server '\(name)' for tracking.")
    }
    let target = owner.servers[tracked]
    if !target.checkEnabled && !target.agentEnabled && target.track == nil {
      return fail(
        "unable to use \(owner.name)/\(target.name) for tracking as it does not have any check nor agent enabled.")
    }
    if loops(from: (validation.index, at)) {
      return fail(
        "unable to track \(owner.name)/\(target.name) as it belongs to a tracking chain looping back to "
          + "\(proxy.name)/\(server.name).")
    }
    if owner.check.disableOn404 != proxy.check.disableOn404 {
      fail("unable to use \(owner.name)/\(target.name) fortracking: disable-on-404 option inconsistency.")
    }
  }

  /// The backend and the server's name in `[<backend>/]<server>`.
  private func trackedOwner(_ server: ServerSettings, _ fail: (String) -> Void) -> (Int, String)? {
    let parts = (server.track ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return (validation.index, String(parts.first ?? "")) }
    guard let owner = context.model.proxyIndex(named: String(parts[0]), having: .backend) else {
      fail("unable to find required proxy '\(parts[0])' for tracking.")
      return nil
    }
    return (owner, String(parts[1]))
  }

  private func loops(from start: (Int, Int)) -> Bool {
    var at = start
    var steps = 0
    while let word = context.model.proxies[at.0].servers[at.1].track {
      let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let owner =
        parts.count == 2 ? context.model.proxyIndex(named: String(parts[0]), having: .backend) : at.0
      guard let owner,
        let next = context.model.proxies[owner].servers.firstIndex(where: { $0.name == parts[parts.count - 1] })
      else { return false }
      at = (owner, next)
      steps += 1
      if at == start || steps > 10_000 { return true }
    }
    return false
  }

  func checkCookies() {
    warnOfEqualCookies()
    guard proxy.mode != .http else { return }
    for at in proxy.servers.indices {
      let server = proxy.servers[at]
      if server.redirectPrefix != nil {
        context.alertPlain("\(proxy.title) : server cannot have cookie or redirect prefix in non-HTTP mode.")
      }
      if server.cookie != nil {
        context.warningPlain(
          "\(proxy.title) : ignoring cookie for server '\(server.name)' as HTTP mode is disabled.")
        validation.proxy.servers[at].cookie = nil
      }
      if case .headerIP(let name, _) = server.source?.useSource {
        context.warningPlain(
          "\(proxy.title) : server \(server.name) cannot use header \(name) as source IP in non-HTTP mode.")
        validation.proxy.servers[at].source?.useSource = .none
      }
    }
  }

  /// Two servers of the same address have the same dynamic cookie.
  private func warnOfEqualCookies() {
    guard proxy.cookie?.isDynamic == true, let key = proxy.dynamicCookieKey else { return }
    var seen: [[UInt8]] = []
    let bytes = key.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    for server in proxy.servers where server.cookie == nil {
      guard case .socket(.ip(let address, let port)) = server.address else { continue }
      let cookie = ServerCookie.dynamic(key: bytes, address: address, port: port)
      if server.disabled { continue }
      for other in seen where other == cookie {
        context.warningPlain(
          "We generated two equal cookies for two different servers.\nPlease change the secret key for '\(proxy.name)'."
        )
      }
      seen.append(cookie)
    }
  }

  func checkProtocols() {
    for server in proxy.servers {
      guard let proto = server.proto, !Multiplexer.fits(proto, proxy.mode) else { continue }
      context.alertPlain(
        "\(proxy.title) : MUX protocol '\(proto)' is not usable for server '\(server.name)' at "
          + "[\(server.location.file):\(server.location.line)].")
    }
  }
}

/// Messages about a server: HAProxy puts the place before the first of them only.
struct ServerMessages {
  private let proxy: String
  private let server: String
  private let location: SourceLocation
  private var hasSpoken: Bool

  /// `isNamed`: the first message says which server it is about.
  init(proxy: ProxySettings, server: ServerSettings, isNamed: Bool = true) {
    hasSpoken = !isNamed
    self.proxy = proxy.name
    self.server = server.name
    location = server.location
  }
  mutating func next(_ text: String) -> String {
    defer { hasSpoken = true }
    return hasSpoken ? text : "[\(location.file):\(location.line)] : 'server \(proxy)/\(server)' : " + text
  }
}

/// What health checks need, looked at when all proxies are complete.
struct CheckValidation {
  let context: LoadContext
  let index: Int

  /// `seen` holds the `defaults` sections whose check script, empty so far, some backend uses: HAProxy completes it
  /// after the first of them, and words its message for the next ones by what it then finds.
  func run(_ seen: inout Set<Int?>) {
    let proxy = context.model.proxies[index]
    guard proxy.accepts(.backend) else { return }
    checkMultiplexers(proxy)
    let rules =
      switch proxy.check.kind {
      case .tcpScript: proxy.check.tcpRules
      case .http: proxy.check.httpRules
      default: [CheckScript.Step]()
      }
    if case .connect(let first)? = rules.first(where: \.isExchange), case .number? = first.port,
      proxy.check.kind == .tcpScript || proxy.check.firstRequest != nil
    {
      return checkOtherConnects(rules, proxy)
    }
    var hasConnectRule = proxy.check.kind == .http || proxy.check.kind == .script || !rules.isEmpty
    if !hasConnectRule && !proxy.check.hasOwnScript {
      let inherits = context.defaultsOfProxy[index].flatMap {
        context.defaults[$0].settings.check.hasOwnScript ? $0 : nil
      }
      hasConnectRule = !seen.insert(inherits).inserted
    }
    for server in proxy.servers where server.checkEnabled {
      guard server.checkPort == nil, needsPort(server) else { continue }
      let rule = hasConnectRule ? " nor tcp_check rule 'connect' with port information" : ""
      context.alertPlain(
        "config: \(proxy.title): server '\(server.name)' has neither service port nor check port\(rule).")
    }
  }

  private func checkOtherConnects(_ rules: [CheckScript.Step], _ proxy: ProxySettings) {
    let lacksPort = rules.contains {
      guard case .connect(let connect) = $0 else { return false }
      if case .number? = connect.port { return false }
      return true
    }
    guard lacksPort else { return }
    for server in proxy.servers where server.checkEnabled && server.checkPort == nil && needsPort(server) {
      context.alertPlain(
        "config: \(proxy.title): server '\(server.name)' has neither service port nor check port, and a tcp_check rule "
          + "'connect' with no port information.")
    }
  }

  private func checkMultiplexers(_ proxy: ProxySettings) {
    let isHTTP = proxy.check.kind == .http
    for server in proxy.servers where server.checkEnabled && server.checkProto.map({ ($0 == "none") == isHTTP }) == true
    {
      context.alertPlain(
        "config: \(proxy.title): server '\(server.name)' uses an incompatible MUX protocol for the selected check type")
    }
  }

  private func needsPort(_ server: ServerSettings) -> Bool {
    switch server.address {
    case .socket(.ip): server.portOffset != nil
    default: false
    }
  }
}
