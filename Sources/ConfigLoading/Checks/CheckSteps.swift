import ConfigSyntax
import Configuration

/// `tcp-check` and `http-check` (manual section 4.2).
let checkKeywords: [KeywordEntry] = [
  KeywordEntry("http-check", .proxies) { context, line in CheckSteps(context, line).parseHTTP() },
  KeywordEntry("tcp-check", .proxies) { context, line in CheckSteps(context, line).parseTCP() },
]

/// One line of a check's script.
struct CheckSteps {
  let context: LoadContext
  let line: ConfigLine
  private var title: String { "'\(line[0]) \(line[1])' : " }

  init(_ context: LoadContext, _ line: ConfigLine) {
    self.context = context
    self.line = line
  }

  private func isVariable(_ word: String) -> Bool {
    word.hasPrefix("set-var") || word.hasPrefix("unset-var")
  }

  /// The steps that both languages have; nil for another word.
  private func commonStep() throws(StepError) -> CheckScript.Step? {
    switch line[1] {
    case "connect": return .connect(try CheckConnectLine(context, line).parse())
    case "expect":
      var reading = CheckExpectLine(context, line)
      return .expect(try reading.parse())
    case "comment":
      if line[2].isEmpty { throw StepError("expects a string as argument.") }
      return .comment(line[2])
    case _ where isVariable(line[1]): return .variable(try context.checkVariable(line))
    default: return nil
    }
  }

  func parseTCP() {
    context.requires(.backend, "tcp-check")
    do throws(StepError) {
      let step: CheckScript.Step
      switch line[1] {
      case "send", "send-binary", "send-lf", "send-binary-lf":
        step = .send(try CheckSendLine(context, line).parseTCP())
      default:
        if let common = try commonStep() {
          step = common
          break
        }
        context.proxy.check.tcpRules = []
        return context.alert(
          "'tcp-check' only supports 'comment', 'connect', 'send', 'send-binary', 'expect', 'set-var-fmt(*)', "
            + "'set-var(*)', 'unset-var(*)'. but got '\(line[1])'")
      }
      try addTCP(step)
      // HAProxy ends such a line with the text of an error that there was not.
      if !context.proxy.accepts(.backend) { context.warning("(null)") }
    } catch {
      report(error)
    }
  }

  func parseHTTP() {
    context.requires(.backend, "http-check")
    do throws(StepError) {
      let step: CheckScript.Step
      switch line[1] {
      case "disable-on-404":
        if context.checkArgumentCount(line, atMost: 1) { context.proxy.check.disableOn404 = true }
        return
      case "send-state":
        if context.checkArgumentCount(line, atMost: 1) { context.proxy.check.sendState = true }
        return
      case "send": step = .send(try CheckSendLine(context, line).parseHTTP())
      default:
        if let common = try commonStep() {
          step = common
          break
        }
        context.proxy.check.httpRules = []
        return context.alert(
          "'http-check' only supports 'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', "
            + "'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '\(line[1])'")
      }
      try addHTTP(step)
    } catch {
      report(error)
    }
  }

  /// HAProxy ends every message with a point, behind those that have one too. The steps before the one that is wrong
  /// are forgotten, so that those behind it are not measured by them.
  private func report(_ error: StepError) {
    if line[0] == "tcp-check" { context.proxy.check.tcpRules = [] } else { context.proxy.check.httpRules = [] }
    context.alert(title + error.text + (error.text.hasSuffix(".") ? "" : "."))
  }

  // MARK: - Order

  private func addTCP(_ step: CheckScript.Step) throws(StepError) {
    if !context.proxy.check.hasOwnTCPRules { context.proxy.check.tcpRules = [] }
    context.proxy.check.hasOwnTCPRules = true
    context.proxy.check.hasUnusedTCPRules = true
    if step.isConnect { try checkFirst(context.proxy.check.tcpRules) }
    context.proxy.check.tcpRules.append(step)
  }

  /// A `connect` must be the first of the steps wherever there is one.
  private func checkFirst(_ steps: [CheckScript.Step]) throws(StepError) {
    guard let first = steps.first(where: \.isExchange), !first.isConnect else { return }
    throw StepError(
      "first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' or a 'comment', when "
        + "there is a 'connect' step in the tcp-check ruleset.")
  }

  /// Behind `option httpchk` the order counts: every connection has one request and what is expected of its answer.
  private func addHTTP(_ step: CheckScript.Step) throws(StepError) {
    var check = context.proxy.check
    if !check.hasOwnHTTPRules { check.httpRules = [] }
    check.hasOwnHTTPRules = true
    check.hasUnusedHTTPRules = true
    if step.isConnect { try checkFirst(check.httpRules) }
    if check.kind == .http { try checkOrder(step, check) }
    check.httpRules.append(step)
    // The first request takes over what `option httpchk` said.
    if check.firstRequest == check.httpRules.count - 1, case .send(var send) = step,
      case .request(let own) = send.content
    {
      send.content = .request((check.request ?? CheckRequest()).overwritten(by: own))
      check.httpRules[check.httpRules.count - 1] = .send(send)
    }
    context.proxy.check = check
  }

  private func checkOrder(_ step: CheckScript.Step, _ check: CheckSettings) throws(StepError) {
    guard let last = check.httpRules.last(where: \.isExchange) else { return }
    let isFirstRequestMerged = check.firstRequest != nil && check.httpRules.contains(where: \.isConnect)
    let number = check.httpRules.count + (isFirstRequestMerged ? 0 : 1)
    let missing: (String, String)? =
      switch (step, last) {
      case (.connect, .connect), (.connect, .send): ("connect", "expect")
      case (.send, .send), (.send, .expect): ("send", "connect")
      case (.expect, .connect): ("expect", "send")
      default: nil
      }
    if let (what, missing) = missing {
      throw StepError("unable to add http-check \(what) rule at step \(number) (missing \(missing) rule)..")
    }
  }
}
