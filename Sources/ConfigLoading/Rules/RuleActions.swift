import Configuration
import HTTP
import LogFormat
import Memory
import Rules
import Samples

/// The arguments of each action (manual section 4.2, `http-request` and the like).
extension RuleParsing {
  mutating func action(_ name: String) throws(RuleProblem) -> RuleAction {
    let action = try readAction(name)
    // What would be read and then not be done is refused.
    switch (list, action) {
    case (.tcpConnection, _), (.tcpSession, _):
      switch action {
      case .allow, .reject, .silentDrop, .setVariable, .setVariableText, .unsetVariable, .setAddress, .setMark,
        .setTOS, .expectProxyHeader, .expectNetScalerHeader, .track, .incrementCounter, .setTag:
        break
      default: throw RuleProblem(name, .notImplemented)
      }
    default: break
    }
    return action
  }

  private mutating func readAction(_ name: String) throws(RuleProblem) -> RuleAction {
    switch name {
    case "allow", "accept": return .allow
    case "deny": return .deny(try reply(defaultStatus: list == .httpRequest ? 403 : 502))
    case "tarpit": return .tarpit(try reply(defaultStatus: 500))
    case "return": return .answer(try reply(defaultStatus: 200))
    case "redirect": return .redirect(try redirect())
    case "auth": return try authentication()
    case "reject": return .reject
    case "close": return .closeServer
    case "silent-drop": return .silentDrop
    case "use-service": return try service()
    case "switch-mode": return try switchMode()
    case "cache-use": return .useCache(try cache())
    case "cache-store": return .storeInCache(try cache())
    case "do-resolve": return try nameResolution()
    case "set-header", "add-header", "early-hint": return try header(name)
    case "del-header": return try deletion()
    case "replace-header", "replace-value": return try replacement(name)
    case "set-method": return try target(.method)
    case "set-path": return try target(.path)
    case "set-pathq": return try target(.pathAndQuery)
    case "set-query": return try target(.query)
    case "set-uri": return try target(.uri)
    case "replace-path": return try targetReplacement(.path)
    case "replace-pathq": return try targetReplacement(.pathAndQuery)
    case "replace-uri": return try targetReplacement(.uri)
    case "set-status": return try status()
    case "set-var", "set-var-fmt", "unset-var": return try variable()
    case "capture": return try capture()
    case "set-log-level": return try logLevel()
    case "set-nice":
      if word.isEmpty { throw RuleProblem("expects exactly 1 argument (integer value)") }
      return .setNice(Int32(clamping: max(-1024, min(1024, CInteger.leading(next())))))
    case "set-tos": return .setTOS(Int32(truncatingIfNeeded: try number()))
    case "set-mark": return .setMark(UInt32(truncatingIfNeeded: try number()))
    case "add-acl", "del-acl", "set-map", "del-map": return try patternEdit(name)
    case "set-priority-class": return .setPriority(.level, try expression())
    case "set-priority-offset": return .setPriority(.offset, try expression())
    case "expect-proxy", "expect-netscaler-cip": return try expectedHeader(name)
    case "set-timeout": return try timeout()
    case "wait-for-body": return try waitForBody()
    case "wait-for-handshake": return .nothing
    case "disable-l7-retry": return .disableRetries
    case "strict-mode": return try strictMode()
    case "set-src": return .setAddress(.source, try expression())
    case "set-src-port": return .setAddress(.sourcePort, try expression())
    case "set-dst": return .setAddress(.destination, try expression())
    case "set-dst-port": return .setAddress(.destinationPort, try expression())
    case "normalize-uri": return .normalizeTarget(try normalizer())
    case "track-sc": return try tracking()
    case "sc-inc-gpc", "sc-inc-gpc0", "sc-inc-gpc1": return try increment(exactCounterAction)
    case "sc-set-gpt", "sc-set-gpt0": return try setTag(exactCounterAction)
    default: throw RuleProblem(name, .notImplemented)
    }
  }

  private mutating func authentication() throws(RuleProblem) -> RuleAction {
    var realm = ""
    if word == "realm" {
      at += 1
      if word.isEmpty { throw RuleProblem("missing realm value.\n") }
      realm = next()
    }
    return .authenticate(realm: Bytes(permanent: realm))
  }

  private mutating func header(_ name: String) throws(RuleProblem) -> RuleAction {
    if word.isEmpty || self[at + 1].isEmpty { throw RuleProblem("expects exactly 2 arguments") }
    let field = try fieldName(next())
    let value = try text(next())
    return switch name {
    case "set-header": .setHeader(field, value)
    case "add-header": .addHeader(field, value)
    default: .earlyHint(field, value)
    }
  }

  /// A name that a message can carry: what would break its framing is refused.
  func fieldName(_ name: String) throws(RuleProblem) -> HTTPHeaderName {
    for scalar in name.unicodeScalars where scalar.value < 32 || scalar.value == 127 {
      throw RuleProblem("header name '\(name)' holds a character that no header name may have")
    }
    return HTTPHeaderName(permanent: Bytes(permanent: name))
  }

  private mutating func deletion() throws(RuleProblem) -> RuleAction {
    if word.isEmpty { throw RuleProblem("expects at least 1 argument") }
    let name = next()
    guard word == "-m" else { return .deleteHeader(.name(HTTPHeaderName(permanent: Bytes(permanent: name)))) }
    let method = self[at + 1]
    if method.isEmpty { throw RuleProblem("-m flag expects exactly 1 argument") }
    at += 2
    let lowered = Bytes(
      permanent: name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }.map { $0 &- 65 < 26 ? $0 | 32 : $0 })
    switch method {
    case "str": return .deleteHeader(.name(HTTPHeaderName(lowered)))
    case "beg": return .deleteHeader(.prefix(lowered))
    case "end": return .deleteHeader(.suffix(lowered))
    case "sub": return .deleteHeader(.contains(lowered))
    case "reg": return .deleteHeader(.regex(try regex(name)))
    default: throw RuleProblem("-m with unsupported matching method '\(method)'")
    }
  }

  private mutating func replacement(_ name: String) throws(RuleProblem) -> RuleAction {
    for i in 0..<3 where self[at + i].isEmpty { throw RuleProblem("expects exactly 3 arguments") }
    let field = try fieldName(next())
    let pattern = try regex(next())
    let value = try text(next())
    return name == "replace-header" ? .replaceHeader(field, pattern, value) : .replaceValue(field, pattern, value)
  }

  private mutating func target(_ part: TargetPart) throws(RuleProblem) -> RuleAction {
    let follower = self[at + 1]
    if word.isEmpty || !(follower.isEmpty || follower == "if" || follower == "unless") {
      throw RuleProblem("expects exactly 1 argument <format>")
    }
    return .setTarget(part, try text(next()))
  }

  private mutating func targetReplacement(_ part: TargetPart) throws(RuleProblem) -> RuleAction {
    let follower = self[at + 2]
    if word.isEmpty || self[at + 1].isEmpty || !(follower.isEmpty || follower == "if" || follower == "unless") {
      throw RuleProblem("expects exactly 2 arguments <match-regex> and <replace-format>")
    }
    let pattern = try regex(next(), prefix: "failed to parse the regex : ")
    return .replaceTarget(part, pattern, try text(next()))
  }

  private mutating func status() throws(RuleProblem) -> RuleAction {
    if word.isEmpty { throw RuleProblem("expects 1 argument: <status>; or 3 arguments: <status> reason <fmt>") }
    let (code, rest) = CInteger.long(next())
    if code < 100 || code > 999 || !rest.isEmpty {
      throw RuleProblem("expects an integer status code between 100 and 999")
    }
    var reason = ""
    if word == "reason", !self[at + 1].isEmpty, self[at + 1] != "if", self[at + 1] != "unless" {
      at += 1
      reason = next()
    }
    return .setStatus(Int32(code), reason: Bytes(permanent: reason))
  }

  private mutating func logLevel() throws(RuleProblem) -> RuleAction {
    let names = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
    let word = next()
    if word == "silent" { return .setLogLevel(-1) }
    guard let level = names.firstIndex(of: word) else {
      throw RuleProblem("expects exactly 1 argument (log level name or 'silent')")
    }
    return .setLogLevel(Int8(level))
  }

  private mutating func number() throws(RuleProblem) -> Int {
    if word.isEmpty { throw RuleProblem("expects exactly 1 argument (integer/hex value)") }
    let word = next()
    let isHex = word.hasPrefix("0x") || word.hasPrefix("0X")
    let isOctal = !isHex && word.hasPrefix("0") && word.count > 1
    let (value, rest) = CInteger.long(isHex ? String(word.dropFirst(2)) : word, radix: isHex ? 16 : isOctal ? 8 : 10)
    if !rest.isEmpty { throw RuleProblem("invalid character starting at '\(rest)' (integer/hex value expected)") }
    return value
  }

  private mutating func strictMode() throws(RuleProblem) -> RuleAction {
    if word.isEmpty { throw RuleProblem("expects exactly 1 arguments") }
    switch next() {
    case "on": return .strictMode(true)
    case "off": return .strictMode(false)
    default: throw RuleProblem("Unexpected value '\(self[at - 1])'. Only 'on' and 'off' are supported")
    }
  }

  /// `set-var(name[,condition...])` and its relatives: the name stands in the action's own word.
  private mutating func variable() throws(RuleProblem) -> RuleAction {
    let usage = "Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'"
    guard let open = written.unicodeScalars.firstIndex(of: "(") else {
      throw RuleProblem("invalid or incomplete action '\(written)'. \(usage)")
    }
    let close = written.unicodeScalars.index(before: written.unicodeScalars.endIndex)
    guard written.unicodeScalars[close] == ")" else {
      throw RuleProblem("incomplete argument after action '\(written)'. \(usage)")
    }
    let kind = String(written.unicodeScalars[..<open])
    guard ["set-var", "set-var-fmt", "unset-var"].contains(kind) else {
      throw RuleProblem("invalid or incomplete action '\(written)'. \(usage)")
    }
    let inside = String(written.unicodeScalars[written.unicodeScalars.index(after: open)..<close])
    let parts = inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var conditions: VariableConditions = []
    for part in parts.dropFirst() {
      // Behind an empty one HAProxy looks at none.
      if part.isEmpty { break }
      guard let condition = VariableConditions(name: part) else { throw RuleProblem("unknown condition \"\(part)\"") }
      conditions.insert(condition)
    }
    let id: VariableID
    do throws(VariableNameError) {
      id = try context.samples.variables.register(parts.first ?? "")
    } catch {
      throw RuleProblem(error.message(in: written, behind: kind.count + 1 + (parts.first?.count ?? 0)))
    }
    switch kind {
    case "unset-var": return .unsetVariable(id)
    case "set-var-fmt": return .setVariableText(id, try text(next(), []), conditions)
    default: return .setVariable(id, try expression(named: written), conditions)
    }
  }
}
