import Configuration
import Rules

/// `tcp-request content switch-mode http [proto <name>]` (manual section 4.2).
extension RuleParsing {
  mutating func switchMode() throws(RuleProblem) -> RuleAction {
    let prefix = "'tcp-request switch-mode'"
    if !proxy.accepts(.frontend) {
      throw RuleProblem("\(prefix) not allowed because \(proxy.title) has no frontend capability", .bare)
    }
    if word.isEmpty { throw RuleProblem("\(prefix) expects a mode as argument.", .bare) }
    let mode = next()
    if mode != "http" { throw RuleProblem("\(prefix) expects a valid mode (got '\(mode)').", .bare) }
    guard word == "proto" else { return .switchMode(.detected) }
    at += 1
    if word.isEmpty { throw RuleProblem("\(prefix): 'proto' expects a protocol as argument.", .bare) }
    let name = next()
    switch name {
    case "h1": return .switchMode(.http1)
    case "h2": return .switchMode(.http2)
    case "none", "fcgi":
      context.ruleState.wrongSwitches.append((context.proxyIndex, name))
      return .switchMode(.detected)
    default:
      throw RuleProblem("\(prefix): 'proto' expects a valid MUX protocol, if specified (got '\(name)')", .bare)
    }
  }
}

extension LoadContext {
  /// What `switch-mode` asks for and the proxy cannot do.
  func checkModeSwitches(of index: Int) {
    for (proxy, name) in ruleState.wrongSwitches where proxy == index {
      alertPlain(
        "Proxy '\(model.proxies[index].name)': MUX protocol '\(name)' is not compatible with the selected mode.")
    }
    let proxy = model.proxies[index]
    guard proxy.capabilities.isSuperset(of: .listen), proxy.mode == .tcp, proxy.defaultBackend == nil,
      !proxy.servers.isEmpty
    else { return }
    for rule in proxy.rules.tcpRequest {
      guard case .switchMode = rule.action else { continue }
      warningPlain(
        "Proxy '\(proxy.name)' : 'switch-mode http' configured for a tcp \(proxy.capabilities.typeName) with no "
          + "backend. Incoming connections upgraded to HTTP cannot be routed to TCP servers")
    }
  }
}
