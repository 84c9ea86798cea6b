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
    do throws(LogFormatError) {
      if let format = try format(name, rule.location, .frontendSwitching, .useBackend) {
        validation.proxy.rules.switching[at].target = .named(format)
        return
      }
    } catch {
      return context.alertPlain(
        "Parsing [\(rule.location.file):\(rule.location.line)]: failed to parse use_backend rule '\(name)' : \(error)."
      )
    }
    guard let found = context.model.proxyIndex(named: name, having: .backend) else {
      return context.alertPlain("Proxy '\(proxy.name)': unable to find required use_backend: '\(name)'.")
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
    do throws(LogFormatError) {
      if let format = try format(name, rule.location, .backendServerSelection, .useServer) {
        validation.proxy.rules.servers[at].target = .named(format)
        return
      }
    } catch {
      return context.alertPlain(
        "Parsing [\(rule.location.file):\(rule.location.line)]; use-server rule failed to parse log-format '\(name)' : "
          + "\(error).")
    }
    guard let place = proxy.servers.firstIndex(where: { $0.name == name }) else {
      return context.alertPlain("\(proxy.title) : unable to find server '\(name)' referenced in a 'use-server' rule.")
    }
    validation.proxy.rules.servers[at].target = .server(place)
  }

  /// The name as a format, nil where it is plain text.
  private func format(
    _ text: String, _ place: SourceLocation, _ point: CheckPoint, _ user: ExpressionUser
  ) throws(LogFormatError) -> TextHandle? {
    guard text.unicodeScalars.contains("%") else { return nil }
    let site = ExpressionSite(file: place.file, line: place.line, proxy: proxy.name, user: user)
    let format = try LogFormat(
      text, flags: [], isHTTP: proxy.mode == .http, places: CheckPoints(point), site: site, compiler: context.samples)
    return format.isPlain ? nil : context.model.ruleResources.add(format)
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
