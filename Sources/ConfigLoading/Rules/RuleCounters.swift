import Configuration
import Rules
import Samples

/// `track-sc*`, `sc-inc-gpc*`, `sc-set-gpt*` (manual section 4.2).
extension RuleParsing {
  /// How many tables one connection or request can be tracked in.
  static let counters = 3

  mutating func tracking() throws(RuleProblem) -> RuleAction {
    let number = String(written.dropFirst(8))
    // HAProxy reads the number only where there is one, and misses the fetch first.
    var counter = 0
    if !number.isEmpty {
      guard number.utf8.allSatisfy({ (48...57).contains($0) }) else {
        throw RuleProblem("Wrong track-sc number '\(number)'")
      }
      counter = CInteger.leading(number)
      if counter >= RuleParsing.counters {
        throw RuleProblem("\(counter) track-sc number exceeding 2 (MAX_SESS_STKCTR-1) value")
      }
    }
    let (expression, type, fitsSession) = try typedExpression()
    var table = proxy.name
    if word == "table" {
      at += 1
      if word.isEmpty && list.isHTTP { throw RuleProblem("missing table name") }
      table = next()
    }
    let reference = context.use(table: table, .track("track-sc\(counter)"), type)
    if list == .tcpRequest {
      context.ruleState.tables.uses[context.ruleState.tables.uses.count - 1].fitsSession = fitsSession
    }
    return .track(Int8(counter), expression, reference)
  }

  private mutating func typedExpression() throws(RuleProblem) -> (Expression, SampleType, Bool) {
    let start = at
    do throws(SampleError) {
      if word.isEmpty { throw SampleError("missing fetch method") }
      var site = site
      site.user = .tracking
      let parsed = try context.samples.parse(words: words, at: &at, site: site)
      if parsed.fetch.places.isDisjoint(with: places) {
        throw SampleError(
          "fetch method '\(self[start])' extracts information from '\(parsed.fetch.sourceNames)', none of which is "
            + "available here")
      }
      return (parsed.expression, parsed.type, parsed.isAvailable(at: .frontendSession))
    } catch {
      throw RuleProblem(error.message)
    }
  }

  /// What stands behind the name in the action's word.
  private func argument(of name: String) -> String { String(written.dropFirst(name.count)) }

  private func problem(_ text: String) -> RuleProblem { RuleProblem(text, .bare) }

  mutating func increment(_ name: String) throws(RuleProblem) -> RuleAction {
    if name == "sc-inc-gpc" {
      let (element, counter) = try indexed(name, "GPC", "gpc")
      return .incrementCounter(.indexed(UInt8(element)), Int8(counter))
    }
    let text = argument(of: name)
    let counter = try trackID(text, invalid: "invalid stick table track ID. Expects \(written)(<Track ID>)", range: "")
    return .incrementCounter(name == "sc-inc-gpc0" ? .first : .second, Int8(counter))
  }

  mutating func setTag(_ name: String) throws(RuleProblem) -> RuleAction {
    var element: UInt8?
    let counter: Int
    if name == "sc-set-gpt" {
      let both = try indexed(name, "GPT", "gpt")
      element = UInt8(both.0)
      counter = both.1
    } else {
      counter = try trackID(
        argument(of: name),
        invalid: "invalid stick table track ID '\(written)'. Expects \(name)(<Track ID>)", range: " '\(written)'")
    }
    if list == .tcpConnection || list == .tcpSession, CInteger.long(word).rest.isEmpty == false || word.isEmpty {
      throw problem(
        "internal error, unexpected rule->from=\(list == .tcpConnection ? 0 : 1), please report this bug!")
    }
    let (value, rest) = CInteger.long(word)
    if rest.isEmpty {
      at += 1
      return .setTag(element, Int8(counter), UInt32(truncatingIfNeeded: value))
    }
    let found = try expression()
    return .setTagFrom(element, Int8(counter), found)
  }

  /// `(<id>)`; nothing stands for 0.
  private func trackID(_ text: String, invalid: String, range: String) throws(RuleProblem) -> Int {
    if text.isEmpty { return 0 }
    let inside = text.hasPrefix("(") ? String(text.dropFirst()) : text
    let (value, rest) = CInteger.long(inside)
    let isEmpty = inside.hasPrefix(")")
    guard text.hasPrefix("("), isEmpty || rest.hasPrefix(")") else { throw problem(invalid) }
    if value < 0 || value >= RuleParsing.counters {
      throw problem("invalid stick table track ID\(range). The max allowed ID is 2")
    }
    return isEmpty ? 0 : value
  }

  /// `(<element>,<track id>)`.
  private func indexed(_ name: String, _ upper: String, _ lower: String) throws(RuleProblem) -> (Int, Int) {
    let usage = "Expects \(name)(<\(upper) ID>,<Track ID>)"
    let text = argument(of: name)
    guard text.hasPrefix("(") else { throw problem("invalid \(lower) ID '\(written)'. \(usage)") }
    let (element, rest) = CInteger.long(String(text.dropFirst()))
    let tail = rest
    guard tail.hasPrefix(",") else { throw problem("Missing \(lower) ID '\(written)'. \(usage)") }
    let inside = String(tail.dropFirst())
    let (counter, end) = CInteger.long(inside)
    guard end.hasPrefix(")") else { throw problem("invalid stick table track ID '\(written)'. \(usage)") }
    if counter < 0 || counter >= RuleParsing.counters {
      throw problem("invalid stick table track ID '\(written)'. The max allowed ID is 2")
    }
    return (min(max(element, 0), 255), counter)
  }
}

extension RuleParsing {
  /// The name of the action before its parenthesis: `sc-inc-gpc0` begins with the name of another one.
  var exactCounterAction: String {
    for name in ["sc-inc-gpc0", "sc-inc-gpc1", "sc-inc-gpc", "sc-set-gpt0", "sc-set-gpt"] where written.hasPrefix(name)
    {
      return name
    }
    return written
  }
}
