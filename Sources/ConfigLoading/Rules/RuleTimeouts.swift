import ConfigSyntax
import Configuration
import Rules

/// `set-timeout`, `wait-for-body` and `capture`: actions whose arguments are times, sizes and slots.
extension RuleParsing {
  mutating func timeout() throws(RuleProblem) -> RuleAction {
    if word.isEmpty || self[at + 1].isEmpty { throw RuleProblem("expects exactly 2 arguments") }
    if !proxy.accepts(.backend) { throw RuleProblem("proxy '\(proxy.name)' has no backend capability") }
    let which: SettableTimeout
    switch next() {
    case "server": which = .server
    case "tunnel": which = .tunnel
    default: throw RuleProblem("'set-timeout' rule supports 'server'/'tunnel' (got '\(self[at - 1])')")
    }
    let rule = "set-timeout \(which == .server ? "server" : "tunnel")"
    let overflow = "timer overflow in argument '\(word)' to rule '\(rule)'"
    do throws(RuleProblem) {
      let milliseconds = try time(word, overflow: overflow, place: " in rule '\(rule)'")
      if milliseconds == 0 { throw RuleProblem("null value is not valid for a '\(rule)' rule") }
      at += 1
      return .setTimeout(which, milliseconds: milliseconds)
    } catch {
      // What is neither a time nor an expression was to be a time.
      if error.text.hasPrefix("null") { throw error }
      guard let parsed = try? context.samples.parse(words: words, at: &at, site: site) else { throw error }
      return .setTimeoutFrom(which, parsed.expression)
    }
  }

  /// A time in milliseconds.
  private func time(_ text: String, overflow: String, place: String = "") throws(RuleProblem) -> Int64 {
    switch context.time(text) {
    case .value(let value): return Int64(value)
    case .unexpected(let scalar): throw RuleProblem("unexpected character '\(scalar)'\(place)")
    case .overflow: throw RuleProblem("\(overflow) (maximum value is 2147483647 ms or ~24.8 days)")
    }
  }

  mutating func waitForBody() throws(RuleProblem) -> RuleAction {
    var wait: Int64?
    var least: Int64 = 0
    while true {
      if word == "time" {
        at += 1
        if word.isEmpty { throw RuleProblem("missing argument for 'time'") }
        wait = try time(next(), overflow: "time overflow")
      } else if word == "at-least" {
        at += 1
        if word.isEmpty { throw RuleProblem("missing argument for 'at-least'") }
        least = try size(next())
      } else {
        break
      }
    }
    guard let wait else { throw RuleProblem("expects time <time> [ at-least <bytes> ]") }
    return .waitForBody(milliseconds: wait, atLeast: least)
  }

  private func size(_ text: String) throws(RuleProblem) -> Int64 {
    do throws(SizeText.Failure) {
      return Int64(clamping: try SizeText.parse(text))
    } catch {
      switch error {
      case .unexpected(let scalar), .overflow(let scalar): throw RuleProblem("unexpected character '\(scalar)'")
      }
    }
  }

  /// `capture`: a new slot of some length, or one that was declared.
  mutating func capture() throws(RuleProblem) -> RuleAction {
    let isContent = list == .tcpRequest
    let usage = list.isResponse ? "expects <expression> id <idx>" : "expects <expression> [ 'len' <length> | id <idx> ]"
    if !isContent, (0..<3).contains(where: { ["", "if", "unless"].contains(self[at + $0]) }) {
      throw RuleProblem(usage)
    }
    let expression = try expression()
    if isContent && !proxy.accepts(.frontend) {
      throw RuleProblem("proxy '\(proxy.name)' has no frontend capability")
    }
    if isAtEnd { throw RuleProblem(isContent ? "a positive 'len' argument is mandatory" : usage) }
    let isResponse = list.isResponse
    switch word {
    case "len":
      if isResponse { throw RuleProblem("expects 'id', found 'len'") }
      at += 1
      if !proxy.accepts(.frontend) { throw RuleProblem("proxy '\(proxy.name)' has no frontend capability") }
      if isAtEnd && !isContent { throw RuleProblem(usage) }
      let length = CInteger.leading(next())
      if length <= 0 { throw RuleProblem("length must be > 0") }
      if isContent, let index = context.proxyIndex, lastFetch?.readsRequest == true {
        context.ruleState.contentCaptures.append(index)
      }
      context.proxy.requestCaptures.append(HeaderCapture(name: "", length: length))
      return .capture(expression, slot: Int32(context.proxy.requestCaptures.count - 1))
    case "id" where !isContent:
      at += 1
      if isAtEnd { throw RuleProblem(usage) }
      let (slot, rest) = CInteger.long(next())
      if !rest.isEmpty { throw RuleProblem("cannot parse id '\(self[at - 1])'") }
      // A number is cut to 32 bits, and one below zero is no slot: nothing is captured then.
      let cut = Int32(truncatingIfNeeded: slot)
      context.ruleState.captures.append(
        CaptureUse(proxy: context.proxyIndex, list: list, slot: Int(cut), isResponse: isResponse))
      return .capture(expression, slot: cut)
    default:
      if isContent { throw RuleProblem("a positive 'len' argument is mandatory") }
      throw RuleProblem("expects \(isResponse ? "" : "'len' or ")'id', found '\(word)'")
    }
  }
}
