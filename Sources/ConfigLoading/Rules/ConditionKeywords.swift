import ConfigSyntax
import Configuration
import LogFormat
import Memory
import Rules
import Samples

/// `acl`, and the lines whose only rule is a condition (manual sections 4.2 and 7).
let conditionKeywords: [KeywordEntry] = [
  KeywordEntry("acl", .proxies, parse: ConditionLines.accessList),
  KeywordEntry("use_backend", .proxies, parse: ConditionLines.useBackend),
  KeywordEntry("use-server", .proxies, parse: ConditionLines.useServer),
  KeywordEntry("monitor", .proxies, parse: ConditionLines.monitor),
  KeywordEntry("force-persist", .proxies) { ConditionLines.persistence($0, $1, isForced: true) },
  KeywordEntry("ignore-persist", .proxies) { ConditionLines.persistence($0, $1, isForced: false) },
]

enum ConditionLines {
  @Sendable static func accessList(_ context: LoadContext, _ line: ConfigLine) {
    if context.isInDefaults && context.proxy.name.isEmpty {
      return context.alert("'acl' not allowed in anonymous 'defaults' section.")
    }
    if line[1].isEmpty { return context.alert("character '' is not permitted in acl name ''.") }
    if let bad = SampleCompiler.invalidCharacter(inAccessListName: line[1]) {
      return context.alert("character '\(bad)' is not permitted in acl name '\(line[1])'.")
    }
    if line[1].lowercased() == "or" {
      return context.alert(
        "acl name '\(line[1])' will never match. 'or' is used to express a logical disjunction within a condition.")
    }
    var lists = context.ruleState.accessLists[context.current] ?? AccessLists()
    do throws(SampleError) {
      try context.samples.parseAccessList(
        words: Array(line.words.dropFirst()), lists: &lists, site: context.ruleSite)
    } catch {
      context.alert("error detected while parsing ACL '\(line[1])' : \(error.message).")
    }
    context.ruleState.accessLists[context.current] = lists
    context.takeSampleWarnings()
  }

  /// Reads the condition from word `start` on; the outer nil follows a message.
  private static func condition(
    _ context: LoadContext, _ line: ConfigLine, from start: Int, at place: CheckPoint, failure: String
  ) -> Condition? {
    do throws(SampleError) {
      return try context.condition(Array(line.words.dropFirst(start)), site: context.ruleSite, at: place)
    } catch {
      context.alert("\(failure) : \(error.message).")
      return nil
    }
  }

  @Sendable static func useBackend(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("use_backend") else { return }
    context.requires(.frontend, "use_backend")
    if line[1].isEmpty { return context.alert("'use_backend' expects a backend name.") }
    var found: Condition?
    switch line[2] {
    case "": break
    case "if", "unless":
      guard
        let condition = condition(
          context, line, from: 2, at: .frontendSwitching, failure: "error detected while parsing switching rule")
      else { return }
      found = condition
    default:
      return context.alert(
        "unexpected keyword '\(line[2])' after switching rule, only 'if' and 'unless' are allowed.")
    }
    // The number of a static backend is found when all sections are known, and formats are read then.
    context.proxy.switchingRules.append(SwitchingRule(backend: line[1], location: context.location))
    context.proxy.rules.switching.append(SwitchRule(.backend(-1), if: found))
  }

  @Sendable static func useServer(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("use-server") else { return }
    context.requires(.backend, "use-server")
    if line[1].isEmpty { return context.alert("'use-server' expects a server name.") }
    guard line[2] == "if" || line[2] == "unless" else {
      return context.alert("'use-server' requires either 'if' or 'unless' followed by a condition.")
    }
    guard
      let condition = condition(
        context, line, from: 2, at: .backendServerSelection, failure: "error detected while parsing switching rule")
    else { return }
    context.proxy.serverRuleNames.append(SwitchingRule(backend: line[1], location: context.location))
    context.proxy.rules.servers.append(ServerRule(.server(-1), if: condition))
  }

  static func persistence(_ context: LoadContext, _ line: ConfigLine, isForced: Bool) {
    let keyword = line.keyword
    guard context.forbidsDefaults(keyword) else { return }
    context.requires(.backend, keyword)
    guard line[1] == "if" || line[1] == "unless" else {
      return context.alert("'\(keyword)' requires either 'if' or 'unless' followed by a condition.")
    }
    guard
      let condition = condition(
        context, line, from: 1, at: context.proxy.accepts(.frontend) ? .frontendRequestContent : .backendRequestContent,
        failure: "error detected while parsing a '\(keyword)' rule")
    else { return }
    context.proxy.rules.persistence.append(PersistRule(isForced: isForced, if: condition))
  }

  @Sendable static func monitor(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("monitor") else { return }
    context.requires(.frontend, "monitor")
    guard line[1] == "fail" else { return context.alert("'monitor' only supports 'fail'.") }
    guard line[2] == "if" || line[2] == "unless" else {
      return context.alert("'monitor fail' requires either 'if' or 'unless' followed by a condition.")
    }
    guard
      let condition = condition(
        context, line, from: 2, at: .frontendRequestHeader,
        failure: "error detected while parsing a 'monitor fail' condition")
    else { return }
    RuleLines.warnMisplaced("monitor fail", context)
    context.proxy.rules.monitorFailures.append(condition)
  }
}
