import Configuration
import LogFormat
import Rules
import Samples

/// Finds the backends that a frontend's `default_backend` and `use_backend` lines name, and the servers of `use-server`.
struct BackendReferences {
  let validation: ProxyValidation
  private var context: LoadContext { validation.context }
  private var proxy: ProxySettings { validation.proxy }

  func run() {
    resolveDefault()
    for at in proxy.switchingRules.indices { resolveRule(at) }
    for at in proxy.serverRuleNames.indices { resolveServerRule(at) }
  }

  private func resolveDefault() {
    guard let name = proxy.defaultBackend else { return }
    guard let found = context.model.proxyIndex(named: name, having: .backend) else {
      return context.alertPlain("Proxy '\(proxy.name)': unable to find required default_backend: '\(name)'.")
    }
    if found == validation.index {
      return context.alertPlain("Proxy '\(proxy.name)': loop detected for default_backend: '\(name)'.")
    }
    if fits(found, "as its default backend") { validation.proxy.defaultBackendIndex = found }
  }

  private func resolveRule(_ at: Int) {
    guard at < proxy.rules.switching.count, case .backend = proxy.rules.switching[at].target else { return }
    let rule = proxy.switchingRules[at]
    let name = rule.backend
    switch read(rule, .frontendSwitching, .useBackend, fault: ": failed to parse use_backend rule") {
    case .wrong: return
    case .format(let format): return validation.proxy.rules.switching[at].target = .named(format)
    case .plain: break
    }
    guard let found = context.model.proxyIndex(named: name, having: .backend) else {
      return context.alertPlain("Proxy '\(proxy.name)': unable to find required use_backend: '\(name)'.")
    }
    if found == validation.index {
      return context.alertPlain("Proxy '\(proxy.name)': loop detected for use_backend: '\(name)'.")
    }
    if fits(found, "in a 'use_backend' rule") {
      validation.proxy.switchingRules[at].backendIndex = found
      validation.proxy.rules.switching[at].target = .backend(found)
    }
  }

  private func resolveServerRule(_ at: Int) {
    guard at < proxy.rules.servers.count, case .server = proxy.rules.servers[at].target else { return }
    let rule = proxy.serverRuleNames[at]
    let name = rule.backend
    switch read(rule, .backendServerSelection, .useServer, fault: "; use-server rule failed to parse log-format") {
    case .wrong: return
    case .format(let format): return validation.proxy.rules.servers[at].target = .named(format)
    case .plain: break
    }
    guard let place = proxy.servers.firstIndex(where: { $0.name == name }) else {
      return context.alertPlain("\(proxy.title) : unable to find server '\(name)' referenced in a 'use-server' rule.")
    }
    validation.proxy.rules.servers[at].target = .server(place)
  }

  private enum Name {
    case plain
    case format(TextHandle)
    /// It was told of.
    case wrong
  }

  /// What a rule names; `fault` goes into the message of a format that is wrong.
  private func read(
    _ rule: SwitchingRule, _ point: CheckPoint, _ user: ExpressionUser, fault: String
  ) -> Name {
    guard rule.backend.unicodeScalars.contains("%") else { return .plain }
    let place = rule.location
    let site = ExpressionSite(file: place.file, line: place.line, proxy: proxy.name, user: user)
    do throws(LogFormatError) {
      let format = try LogFormat(
        rule.backend, flags: [], isHTTP: proxy.mode == .http, places: CheckPoints(point), site: site,
        compiler: context.samples)
      return format.isPlain ? .plain : .format(context.model.ruleResources.add(format))
    } catch {
      context.alertPlain("Parsing [\(place.file):\(place.line)]\(fault) '\(rule.backend)' : \(error).")
      return .wrong
    }
  }

  /// Whether the backend's mode can serve the frontend's: a TCP frontend may use an HTTP backend, which upgrades.
  private func fits(_ index: Int, _ how: String) -> Bool {
    let backend = context.model.proxies[index]
    if backend.mode == proxy.mode || (proxy.mode == .tcp && backend.mode == .http) { return true }
    context.alertPlain(
      "\(proxy.mode.rawValue) \(proxy.title) (\(proxy.location.file):\(proxy.location.line)) tries to use "
        + "incompatible \(backend.mode.rawValue) \(backend.title) "
        + "(\(backend.location.file):\(backend.location.line)) \(how) (see 'mode').")
    return false
  }
}
