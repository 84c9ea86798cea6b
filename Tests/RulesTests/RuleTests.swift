import HTTP
import Memory
import Samples
import Testing

@testable import Rules

@Suite struct RuleTests {
  private let text = TextHandle(0)
  private let reply = ReplyHandle(0)

  @Test func finalActions() {
    let final: [RuleAction] = [
      .allow, .deny(reply), .tarpit(reply), .answer(reply), .redirect(RedirectHandle(0)), .authenticate(realm: Bytes()),
      .reject, .closeServer, .silentDrop,
    ]
    for action in final { #expect(action.isFinal, "\(action)") }
    let others: [RuleAction] = [
      .setTarget(.path, text), .setStatus(200, reason: Bytes()), .setLogLevel(3), .setNice(1), .strictMode(true),
      .disableRetries, .nothing, .waitForBody(milliseconds: 1, atLeast: 0), .useService(.prometheusExporter),
      .incrementCounter(.first, 0), .expectProxyHeader, .switchMode(.detected),
    ]
    for action in others { #expect(!action.isFinal, "\(action)") }
  }

  /// The line is kept in 32 bits, whatever file it comes from.
  @Test func lineIsClamped() {
    #expect(Rule(.allow, if: nil, line: 7).line == 7)
    #expect(Rule(.allow, if: nil, line: .max).line == Int32.max)
    #expect(Rule(.allow, if: nil, line: 1, file: Bytes("a.cfg")).file.equals("a.cfg"))
  }

  @Test func whatRulesTouch() {
    #expect(!ProxyRules().touchesRequest && !ProxyRules().touchesResponse)
    let rule = Rule(.allow, if: nil, line: 1)
    for path in [\ProxyRules.tcpRequest, \.httpRequest, \.redirects] {
      var rules = ProxyRules()
      rules[keyPath: path].append(rule)
      #expect(rules.touchesRequest && !rules.touchesResponse)
    }
    for path in [\ProxyRules.tcpResponse, \.httpResponse, \.httpAfterResponse] {
      var rules = ProxyRules()
      rules[keyPath: path].append(rule)
      #expect(!rules.touchesRequest && rules.touchesResponse)
    }
    // Those of the connection are evaluated before there is a request.
    var rules = ProxyRules()
    rules.tcpConnection.append(rule)
    rules.tcpSession.append(rule)
    #expect(!rules.touchesRequest && !rules.touchesResponse)
    rules.switching.append(SwitchRule(.backend(1), if: nil))
    #expect(rules.touchesRequest)
  }

  @Test func replicaHasListsOfItsOwn() {
    var rules = ProxyRules()
    rules.httpRequest = [Rule(.setNice(1), if: nil, line: 1), Rule(.allow, if: nil, line: 2)]
    rules.requestInspectDelay = 30
    var copy = rules.replica()
    copy.httpRequest.removeLast()
    #expect(rules.httpRequest.count == 2)
    #expect(copy.httpRequest.count == 1 && copy.requestInspectDelay == 30)
  }
}

@Suite struct RuleResourcesTests {
  @Test func handlesAreIndexes() throws {
    var resources = RuleResources()
    #expect(resources.add(RuleReply(status: 403)) == ReplyHandle(0))
    #expect(resources.add(RuleReply(status: 404)) == ReplyHandle(1))
    #expect(resources.add(RedirectRule()) == RedirectHandle(0))
    let first = try Regex("^a(b*)", ignoringCase: false)
    #expect(resources.add(first) == RegexHandle(0))
    #expect(resources.replies[Int(ReplyHandle(1).index)].status == 404)
  }

  @Test func replicaKeepsHandlesGood() {
    var resources = RuleResources()
    let handle = resources.add(RuleReply(status: 410))
    var copy = resources.replica()
    _ = copy.add(RuleReply(status: 500))
    #expect(copy.replies[Int(handle.index)].status == 410)
    #expect(resources.replies.count == 1 && copy.replies.count == 2)
  }

  @Test func defaultsOfRedirectsAndReplies() {
    let redirect = RedirectRule()
    #expect(redirect.code == 302 && redirect.kind == .location && redirect.format == nil && redirect.cookie == nil)
    let reply = RuleReply(status: 200)
    #expect(reply.headers.isEmpty && reply.contentType == nil)
    guard case .standard = reply.body else { return #expect(Bool(false), "an answer without a body of its own") }
  }
}
