import Configuration
import Memory
import Rules
import Samples

/// Actions that edit lists of patterns, that ask for a header of another protocol, or that rewrite the request target
/// by a rule of its own.
extension RuleParsing {
  /// `add-acl(<list>) <key>`, `set-map(<list>) <key> <value>` and so on. The list stands in the action's own word.
  mutating func patternEdit(_ name: String) throws(RuleProblem) -> RuleAction {
    let needsValue = name == "set-map"
    if word.isEmpty || needsValue && self[at + 1].isEmpty {
      throw RuleProblem("expects exactly \(needsValue ? 2 : 1) arguments")
    }
    let inside = written.unicodeScalars.dropFirst(name.unicodeScalars.count + 1).dropLast()
    let key = try text(next())
    let value = needsValue ? try text(next()) : nil
    let kind: PatternEdit.Kind = name == "add-acl" ? .addPattern : needsValue ? .setValue : .remove
    return .editPatterns(
      context.model.ruleResources.add(PatternEdit(kind, of: String(inside), key: key, value: value)))
  }

  mutating func expectedHeader(_ name: String) throws(RuleProblem) -> RuleAction {
    let title = proxy.title
    if word != "layer4" {
      throw RuleProblem("'\(list.rawValue) \(name)' only supports 'layer4' in \(title) (got '\(word)')", .bare)
    }
    if list != .tcpConnection {
      throw RuleProblem("'\(name) \(word)' is not allowed in '\(list.rawValue)' rules in \(title)", .bare)
    }
    at += 1
    return name == "expect-proxy" ? .expectProxyHeader : .expectNetScalerHeader
  }

  mutating func normalizer() throws(RuleProblem) -> TargetNormalizer {
    if !context.globalState.allowsExperiments {
      throw RuleProblem(
        "'normalize-uri' action is experimental, must be allowed via a global 'expose-experimental-directives'",
        .experimental)
    }
    if isAtEnd { throw RuleProblem("missing argument <normalizer>") }
    let name = next()
    func option(_ word: String, _ this: inout RuleParsing) throws(RuleProblem) -> Bool {
      if this.isAtEnd { return false }
      if this.word != word { throw RuleProblem("unknown argument '\(this.word)' for '\(name)' normalizer") }
      this.at += 1
      return true
    }
    switch name {
    case "path-merge-slashes": return .pathMergeSlashes
    case "path-strip-dot": return .pathStripDot
    case "path-strip-dotdot": return try option("full", &self) ? .pathStripDotDotFull : .pathStripDotDot
    case "query-sort-by-name": return .querySortByName
    case "percent-to-uppercase": return try option("strict", &self) ? .percentToUppercaseStrict : .percentToUppercase
    case "percent-decode-unreserved":
      return try option("strict", &self) ? .percentDecodeUnreservedStrict : .percentDecodeUnreserved
    case "fragment-strip": return .fragmentStrip
    case "fragment-encode": return .fragmentEncode
    default: throw RuleProblem("unknown normalizer '\(name)'")
    }
  }
}

extension LoadContext {
  /// Finds the lists that rules edit, once all of them are read, and numbers the lists.
  func resolvePatternEdits() {
    samples.patterns.numberReferences()
    for i in model.ruleResources.patternEdits.indices {
      let name = model.ruleResources.patternEdits[i].name
      model.ruleResources.patternEdits[i].reference = samples.patterns.reference(file: name)
    }
    model.patternReferences = samples.patterns.references
  }
}
