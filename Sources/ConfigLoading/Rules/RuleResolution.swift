import Configuration
import Rules
import Samples

/// Finds what expressions and rules name in other sections, and finishes the program of all expressions.
@Sendable func completeRules(_ context: LoadContext) {
  for index in context.model.proxies.indices { context.compileBalanceKey(of: index) }
  context.report(context.samples.resolve(SectionNumbers(model: context.model)))
  for number in context.samples.namedServers {
    context.model.proxies[Int(number >> 16)].servers[Int(number & 0xffff)].isNamedByExpressions = true
  }
  for message in context.samples.groupErrors() { context.alertPlain(message) }
  for index in context.model.proxies.indices where !context.model.proxies[index].disabled {
    for use in context.ruleState.captures where use.proxy == index { context.check(use) }
    context.checkModeSwitches(of: index)
    context.findResolvers(of: index)
    context.resolveReplySections(of: context.model.proxies[index])
    context.warnOfBuffers(of: index)
    context.warnRulesWithoutHTTP(of: index)
  }
  context.resolvePatternEdits()
  if context.isUsable { context.model.program = context.samples.makeProgram() }
  if context.isUsable { context.setStartVariables() }
}

/// What the names in arguments stand for.
private struct SectionNumbers: ConfigurationNames {
  let model: ConfigurationModel
  func frontend(_ name: String) -> Int32? { model.proxyIndex(named: name, having: .frontend).map { Int32($0) } }
  func backend(_ name: String) -> Int32? { model.proxyIndex(named: name, having: .backend).map { Int32($0) } }
  func hasProxy(_ name: String) -> Bool { model.proxies.contains { $0.name == name } }
  /// Proxy and place in one number.
  func server(_ name: String, ofProxy proxy: String) -> Int32? {
    guard let index = model.proxyIndex(named: proxy, having: .backend),
      let place = model.proxies[index].servers.firstIndex(where: { $0.name == name })
    else { return nil }
    return Int32(truncatingIfNeeded: index << 16 | place)
  }
  func table(_ name: String) -> Int32? { model.tables.firstIndex { $0.name == name }.map { Int32(clamping: $0) } }
}

extension LoadContext {
  /// Resolves what an expression that came while the process runs names in the configuration; the first error.
  func resolveLate() -> String? {
    samples.resolve(SectionNumbers(model: model)).first.map {
      "parsing [\($0.site.file):\($0.site.line)]: \($0.message)"
    }
  }

  /// One message for each proxy, with a line for each error where there are several.
  fileprivate func report(_ errors: [ResolutionError]) {
    var proxies: [(name: String, lines: [String])] = []
    for error in errors {
      let line = "parsing [\(error.site.file):\(error.site.line)]: \(error.message)"
      if let known = proxies.firstIndex(where: { $0.name == error.site.proxy }) {
        proxies[known].lines.append(line)
      } else {
        proxies.append((error.site.proxy, [line]))
      }
    }
    for (_, lines) in proxies {
      if lines.count == 1 {
        alertPlain(lines[0])
      } else {
        alertPlain("multiple argument resolution errors:\n        " + lines.joined(separator: "\n        "))
      }
    }
  }

  /// The expression of `balance hash`.
  fileprivate func compileBalanceKey(of index: Int) {
    let proxy = model.proxies[index]
    guard let text = proxy.balanceExpression, proxy.balance.algorithm == .hash else { return }
    let place = "\(proxy.title) [\(proxy.location.file):\(proxy.location.line)]"
    do throws(SampleError) {
      let parsed = try samples.parse(
        text, site: ExpressionSite(file: proxy.location.file, line: proxy.location.line, proxy: proxy.name))
      if !parsed.fetch.places.contains(.backendServerSelection) {
        return alertPlain(
          "\(place): error detected while parsing 'balance hash' expression '\(text)' which requires information from "
            + "\(parsed.fetch.sourceNames), which is not available here.")
      }
      model.proxies[index].balanceKey = parsed.expression
    } catch {
      alertPlain("\(place): failed to parse 'balance hash' expression '\(text)' in : \(error.message).")
    }
  }

  fileprivate func check(_ use: CaptureUse) {
    guard let index = use.proxy else { return }
    let proxy = model.proxies[index]
    let list = use.list == .httpAfterResponse ? RuleList.httpResponse : use.list
    let count = use.isResponse ? proxy.responseCaptures.count : proxy.requestCaptures.count
    if proxy.accepts(.frontend), use.slot >= count {
      alertPlain(
        "Proxy '\(proxy.name)': unable to find capture id '\(use.slot)' referenced by \(list.rawValue) capture rule."
      )
    }
  }

  /// Rules of HTTP in a proxy that does not speak it are never evaluated.
  fileprivate func warnRulesWithoutHTTP(of index: Int) {
    let proxy = model.proxies[index]
    if proxy.mode == .http { return }
    func warn(_ keyword: String) {
      warningPlain("'\(keyword)' rules ignored for \(proxy.title) as they require HTTP mode.")
    }
    if !proxy.rules.httpRequest.isEmpty { warn("http-request") }
    if !proxy.rules.httpResponse.isEmpty { warn("http-response") }
    if !proxy.rules.httpAfterResponse.isEmpty { warn("http-after-response") }
    if !proxy.rules.redirects.isEmpty { warn("redirect") }
  }
}
