import ConfigSyntax
import Configuration
import HTTP
import LogFormat
import Memory
import Rules
import Samples

/// `redirect`, as a line of its own and as an action.
extension RuleParsing {
  /// `isFormat`: what an action says is a log format; the line of its own is taken as it stands.
  mutating func redirect(isFormat: Bool = true) throws(RuleProblem) -> RedirectHandle {
    let expectation =
      "expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', 'ignore-empty' or "
      + "'append-slash'"
    var rule = RedirectRule()
    var target: String?
    var cookie: (text: String, isSet: Bool)?
    func argument(_ parsing: inout RuleParsing, _ keyword: String) throws(RuleProblem) -> String {
      parsing.at += 1
      if parsing.word.isEmpty { throw RuleProblem("missing argument for '\(keyword)'") }
      return parsing.next()
    }
    reading: while !isAtEnd {
      let keyword = word
      switch keyword {
      case "location", "prefix", "scheme":
        rule.kind = keyword == "location" ? .location : keyword == "prefix" ? .prefix : .scheme
        target = try argument(&self, keyword)
      case "set-cookie", "clear-cookie":
        cookie = (try argument(&self, keyword), keyword == "set-cookie")
      case "code":
        let code = try argument(&self, keyword)
        rule.code = CInteger.leading(code)
        if ![301, 302, 303, 307, 308].contains(rule.code) {
          throw RuleProblem(
            "'code': unsupported HTTP code '\(code)' (must be one of 301, 302, 303, 307 or 308)")
        }
      case "drop-query":
        rule.dropsQuery = true
        at += 1
      case "append-slash":
        rule.appendsSlash = true
        at += 1
      case "ignore-empty":
        rule.ignoresEmpty = true
        at += 1
      default: throw RuleProblem("\(expectation) (was '\(keyword)')")
      }
    }
    if target != nil && rule.kind != .location && list == .httpResponse {
      throw RuleProblem("response only supports redirect type 'location'")
    }
    if target == nil {
      do throws(RuleProblem) {
        _ = try condition()
      } catch {
        throw RuleProblem("error in condition: \(error.text)")
      }
    }
    guard let target else { throw RuleProblem("redirection type expected ('prefix', 'location', or 'scheme')") }
    // A prefix of "/" is none.
    if !isFormat {
      rule.target = Bytes(permanent: rule.kind == .prefix && target == "/" ? "" : target)
    } else if rule.kind != .prefix || target != "/" {
      let text: LogFormat
      do throws(LogFormatError) {
        text = try LogFormat(
          target, flags: .http, isHTTP: proxy.mode == .http, places: places, site: site, compiler: context.samples)
        text.warnings.forEach { context.warning($0) }
        context.noteFormat(text)
      } catch {
        error.warnings.forEach { context.warning($0) }
        throw RuleProblem(error.description)
      }
      if let constant = text.constantText {
        rule.target = constant
      } else {
        rule.format = context.model.ruleResources.add(text)
      }
    }
    if let cookie {
      let text = cookie.text + (cookie.isSet ? "; path=/;" : "; path=/; Max-Age=0;")
      rule.cookie = Bytes(permanent: text)
    }
    return context.model.ruleResources.add(rule)
  }
}

/// The `redirect` line.
let redirectKeywords: [KeywordEntry] = [
  KeywordEntry("redirect", .proxies) { context, line in
    guard context.forbidsDefaults("redirect") else { return }
    var parsing = RuleParsing(context, .httpRequest, line.words)
    let handle: RedirectHandle
    do throws(RuleProblem) {
      handle = try parsing.redirect(isFormat: false)
    } catch {
      return context.alert("error detected in \(context.proxy.title) while parsing redirect rule : \(error.text).")
    }
    do throws(RuleProblem) {
      let condition = try parsing.condition()
      RuleLines.warnMisplaced("redirect", context)
      context.proxy.rules.redirects.append(
        Rule(.redirect(handle), if: condition, line: line.number, file: context.ruleState.name(of: line.file)))
    } catch {
      context.alert(
        "error detected in \(context.proxy.title) while parsing redirect rule : error in condition: \(error.text).")
    }
  }
]
