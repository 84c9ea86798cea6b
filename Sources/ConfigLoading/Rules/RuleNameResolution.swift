import Configuration
import Rules
import Samples

/// `do-resolve(<variable>,<resolvers>[,<options>]) <expression>` (manual section 4.2).
extension RuleParsing {
  mutating func nameResolution() throws(RuleProblem) -> RuleAction {
    func unusable(_ word: String) -> RuleProblem {
      RuleProblem(
        "Can't parse '\(word)'. Expects 'do-resolve(<varname>,<resolvers>[,<options>]) <expr>'. Available options are "
          + "'ipv4' and 'ipv6'", .bare)
    }
    // What follows the first closing parenthesis counts for nothing, as with HAProxy.
    guard written.hasPrefix("do-resolve("), let close = written.firstIndex(of: ")") else { throw unusable(written) }
    let words = written[..<close].dropFirst(11).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard words.count > 1, !words[1].isEmpty else { throw unusable(written) }
    let options = words.dropFirst(2).filter { !$0.isEmpty }
    guard options.allSatisfy({ $0 == "ipv4" || $0 == "ipv6" }) else { throw unusable(written) }
    let start = word
    let expression: Expression
    do throws(RuleProblem) {
      expression = try self.expression()
    } catch {
      throw unusable(start)
    }
    let variable: VariableID?
    do throws(VariableNameError) {
      variable = try context.samples.variables.register(words[0])
    } catch {
      variable = nil
    }
    let rule = ResolutionRule(
      variable, expression, prefersVersion6: options.last != "ipv4", section: words[1])
    let handle = context.model.ruleResources.add(rule)
    context.ruleState.resolutions.append((context.proxyIndex, handle))
    return .resolveName(handle)
  }
}

extension LoadContext {
  /// Finds the `resolvers` sections that rules name.
  func findResolvers(of index: Int) {
    for (proxy, handle) in ruleState.resolutions where proxy == index {
      let name = model.ruleResources.resolutions[Int(handle.index)].section
      // `default` is made of the system's name servers where there is none.
      if name != "default" && !model.resolvers.contains(where: { $0.name == name }) {
        alertPlain(
          "Proxy '\(model.proxies[index].name)': Can't find resolvers section '\(name)' for do-resolve action.")
      }
    }
  }

  /// Once all sections are there.
  func numberResolvers() {
    for i in model.ruleResources.resolutions.indices {
      let name = model.ruleResources.resolutions[i].section
      model.ruleResources.resolutions[i].sectionIndex = model.resolvers.firstIndex { $0.name == name } ?? 0
    }
  }
}
