import ConfigSyntax
import Configuration
import System
import TLS

/// What is checked and completed in proxies after the last file, proxy by proxy in the order of the files.
@Sendable func completeProxies(_ context: LoadContext) {
  assignProxyIDs(context)
  for index in context.model.proxies.indices where !context.model.proxies[index].disabled {
    ProxyValidation(context: context, index: index).run()
  }
  var sharesScript: Set<Int?> = []
  for index in context.model.proxies.indices where !context.model.proxies[index].disabled {
    context.completeErrorAnswers(of: index)
    CheckValidation(context: context, index: index).run(&sharesScript)
  }
  // HAProxy has a server of its own, which needs TLS whatever the configuration has.
  if !TLSProviders.areUsable {
    context.alertPlain("'server <HTTPCLIENT>/<HTTPSCLIENT>' : unable to allocate ssl context.")
  }
}

/// A proxy without an `id` gets its place in the list, counted from 1, or the next number that is free; then the count
/// goes on from there.
private func assignProxyIDs(_ context: LoadContext) {
  var used = Set(context.model.proxies.map { $0.id })
  var next = 1
  // The runtime API's own proxy comes before all others.
  if !context.model.global.statsSockets.isEmpty {
    while used.contains(next) { next += 1 }
    used.insert(next)
    next += 1
  }
  for index in context.model.proxies.indices {
    if context.model.proxies[index].id == 0 {
      while used.contains(next) { next += 1 }
      context.model.proxies[index].id = next
      used.insert(next)
    }
    next += 1
  }
}

/// The checks of one proxy.
struct ProxyValidation {
  let context: LoadContext
  let index: Int

  var proxy: ProxySettings {
    get { context.model.proxies[index] }
    nonmutating _modify { yield &context.model.proxies[index] }
  }
  var title: String { proxy.title }

  func run() {
    if proxy.accepts(.frontend) && proxy.binds.isEmpty {
      context.warningPlain(
        "\(title) has no 'bind' directive. Please declare it as a backend if this was intended.")
    }
    checkDestination()
    checkModeOfFeatures()
    checkLogMode()
    checkCheckOptions()
    CheckProtocols.validate(proxy, context)
    BackendReferences(validation: self).run()
    StatsPageLines.complete(context, index)
    LogFormatValidation(validation: self).run()
    warnMissingTimeouts()
    completeTimeouts()
    checkUnusedCheckRules()
    limitCapturedCookie()
    ServerValidation(validation: self).run()
    checkLogTargets()
    warnIgnoredOptions()
    ServerValidation(validation: self).checkCookies()
    completeBinds()
    ServerValidation(validation: self).checkProtocols()
  }

  /// `balance`, `dispatch` and `option transparent` do not go together.
  private func checkDestination() {
    guard proxy.accepts(.backend), proxy.hasBalance else { return }
    if proxy.options.contains(.transparent) {
      context.alertPlain("\(title) cannot use both transparent and balance mode.")
    } else if proxy.dispatch != nil {
      context.warningPlain("dispatch address of \(title) will be ignored in balance mode.")
      proxy.dispatch = nil
    }
  }

  private func checkModeOfFeatures() {
    if proxy.mode == .http { return }
    if proxy.cookie != nil {
      context.warningPlain("cookie will be ignored for \(title) (needs 'mode http').")
      proxy.cookie = nil
    }
    if proxy.monitorURI != nil {
      context.warningPlain("monitor-uri will be ignored for \(title) (needs 'mode http').")
      proxy.monitorURI = nil
    }
    switch proxy.balance.algorithm {
    case .uri, .urlParameter, .header:
      context.warningPlain(
        "Layer 7 hash not possible for \(title) (needs 'mode http'). Falling back to round robin.")
      proxy.balance.algorithm = .roundrobin
    default: break
    }
    context.warnOfFormats(of: index)
  }

  private func warnMissingTimeouts() {
    let timeouts = proxy.timeouts
    let lacksClient = proxy.accepts(.frontend) && timeouts.client == nil
    let lacksServer =
      timeouts.connect == nil || (timeouts.server == nil && (proxy.mode == .http || timeouts.tunnel == nil))
    guard lacksClient || (proxy.accepts(.backend) && !proxy.servers.isEmpty && lacksServer) else { return }
    context.warningPlain(
      "missing timeouts for \(title).\n"
        + "   | While not properly invalid, you will certainly encounter various problems\n"
        + "   | with such a configuration. To fix this, please ensure that all following\n"
        + "   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.")
  }

  /// The tarpit and the queue wait as long as a connection where they have no timeout of their own.
  private func completeTimeouts() {
    proxy.timeouts.tarpit = proxy.timeouts.tarpit ?? proxy.timeouts.connect
    if proxy.accepts(.backend) { proxy.timeouts.queue = proxy.timeouts.queue ?? proxy.timeouts.connect }
  }

  /// The HTTP formats need the mode.
  private func checkLogMode() {
    guard proxy.mode != .http else { return }
    let name: String
    switch proxy.logFormat {
    case .http, .clf: name = "option httplog"
    case .custom(LogOptions.httpsFormat): name = "option httpslog"
    default: return
    }
    let place = proxy.logFormatLocation
    context.warningPlain(
      "parsing [\(place.file):\(place.line)] : '\(name)' not usable with \(title) (needs 'mode http'). "
        + "Falling back to 'option tcplog'.")
    proxy.logFormat = .tcp
  }

  private func checkCheckOptions() {
    if proxy.check.kind == .tcpScript || proxy.check.kind == .script {
      let options = [("disable-on-404", proxy.check.disableOn404), ("send-state", proxy.check.sendState)]
      for (name, isSet) in options where isSet {
        context.warningPlain("'\(name)' will be ignored for \(title) (requires 'option httpchk').")
      }
    }
  }

  /// Rules that stand behind the option of another kind; those before it have gone with it.
  private func checkUnusedCheckRules() {
    if proxy.check.kind != .tcpScript && proxy.check.hasUnusedTCPRules {
      context.warningPlain("\(title) uses tcp-check rules without 'option tcp-check', so the rules are ignored.")
    }
    if proxy.check.kind != .http && proxy.check.hasUnusedHTTPRules {
      context.warningPlain("\(title) uses http-check rules without 'option httpchk', so the rules are ignored.")
    }
  }

  private func checkLogTargets() {
    guard proxy.accepts(.frontend), proxy.logTargets.isEmpty else { return }
    if proxy.logFormat != .none || proxy.logFormatSD != nil {
      context.warningPlain("log format ignored for \(title) since it has no log address.")
    }
  }

  /// `tune.http.cookielen` bounds what is captured.
  private func limitCapturedCookie() {
    let limit = max(0, context.model.global.tune.httpCookieLength)
    guard let capture = proxy.capturedCookie, capture.length > limit else { return }
    context.warningPlain("truncating capture length to \(limit) bytes for \(title).")
    proxy.capturedCookie?.length = limit
  }

  private func warnIgnoredOptions() {
    if proxy.mode == .http { return }
    func warn(_ what: String) {
      context.warningPlain("'\(what)' ignored for \(title) as it requires HTTP mode.")
    }
    if proxy.stats.enabled {
      context.warningPlain("'stats' statement ignored for \(title) as it requires HTTP mode.")
    }
    if proxy.capturedCookie != nil {
      context.warningPlain("'capture' statement ignored for \(title) as it requires HTTP mode.")
    }
    if proxy.forwardFor != nil { warn("option forwardfor") }
    if proxy.originalTo != nil { warn("option originalto") }
    for known in SwitchOption.all where known.needsHTTP && proxy.options.contains(known.option) {
      if proxy.accepts(known.capability) { warn("option \(known.name)") }
      proxy.options.remove(known.option)
    }
    if case .headerIP(let name, _) = proxy.source?.useSource {
      context.warningPlain("\(title) : ignoring use of header \(name) as source IP in non-HTTP mode.")
      proxy.source?.useSource = .none
    }
    proxy.forwardFor = nil
    proxy.originalTo = nil
    proxy.stats.enabled = false
  }

  /// A `thread` list of which no thread exists leaves nobody to accept.
  private func checkThreads(_ bind: BindSettings, _ reported: inout Set<SourceLocation>) {
    let count = context.model.global.threadCount ?? min(Affinity.usable.count, ThreadRanges.maximum)
    guard !bind.threads.isEmpty, bind.threads.allSatisfy({ $0 > count }), reported.insert(bind.location).inserted
    else { return }
    context.alertPlain(
      "Proxy '\(proxy.name)': 'thread' directive contains threads that belong to no group in 'bind \(bind.written)' at "
        + "[\(bind.location.file):\(bind.location.line)].")
  }

  /// Listeners without an `id` get numbers as servers do; their `proto` must fit the mode.
  private func completeBinds() {
    var used = Set(proxy.binds.map(\.id))
    var next = 1
    var reported: Set<SourceLocation> = []
    for at in proxy.binds.indices {
      if proxy.binds[at].id == 0 {
        while used.contains(next) { next += 1 }
        proxy.binds[at].id = next
        used.insert(next)
      }
      next += 1
      let bind = proxy.binds[at]
      checkThreads(bind, &reported)
      if let proto = bind.proto, !Multiplexer.fits(proto, proxy.mode), reported.insert(bind.location).inserted {
        context.alertPlain(
          "\(title) : MUX protocol '\(proto)' is not usable for 'bind \(bind.written)' at "
            + "[\(bind.location.file):\(bind.location.line)].")
      }
      BindTLSValidation(validation: self).run(at)
    }
  }
}

/// Which connection protocols `proto` may choose in a mode.
enum Multiplexer {
  static func fits(_ name: String, _ mode: ProxyMode) -> Bool { name == "none" ? mode == .tcp : mode == .http }
}
