import Configuration
import Proxies
import Testing

@testable import HealthChecks

struct CheckRequestTests {
  private static func request(_ change: (inout HTTPCheck) -> Void, state: String? = nil) -> String {
    var settings = CheckSettings()
    settings.kind = .http
    change(&settings.http)
    return String(decoding: HTTPCheckPlan(settings).request(state: state), as: UTF8.self)
  }

  @Test func plain() { #expect(Self.request { _ in } == "OPTIONS / HTTP/1.0\r\n\r\n") }

  @Test func withHeadersAndBody() {
    let text = Self.request(
      {
        ($0.method, $0.uri, $0.version, $0.body) = ("POST", "/x", "HTTP/1.1", "foobar")
        ($0.headerNames, $0.headerValues) = (["Host", "X-Y"], ["a.b", "1 2"])
      }, state: "UP")
    #expect(
      text == "POST /x HTTP/1.1\r\nhost: a.b\r\nx-y: 1 2\r\nx-haproxy-server-state: UP\r\ncontent-length: 6\r\n"
        + "connection: close\r\n\r\nfoobar")
  }

  @Test func methodsThatWantABody() {
    #expect(Self.request { $0.method = "POST" } == "POST / HTTP/1.0\r\ncontent-length: 0\r\n\r\n")
    #expect(
      Self.request { ($0.method, $0.version) = ("HEAD", "HTTP/1.1") } == "HEAD / HTTP/1.1\r\nconnection: close\r\n\r\n")
  }

  @Test(arguments: [
    ("HTTP/1.1", "keep-alive", ""), ("HTTP/1.1", "close", "connection: close\r\n"),
    ("HTTP/1.0", "keep-alive", "connection: keep-alive\r\n"), ("HTTP/1.1", "foo", "connection: foo\r\n"),
  ])
  func connection(_ version: String, _ value: String, _ line: String) {
    let text = Self.request {
      $0.version = version
      ($0.headerNames, $0.headerValues) = (
        ["Connection", "Content-Length", "Transfer-Encoding"], [value, "7", "chunked"]
      )
    }
    #expect(text == "OPTIONS / \(version)\r\n\(line)\r\n")
  }

  @Test(arguments: [
    ("up\n", CheckVerdict(.layer7OK, info: "via agent : up")),
    ("down # gone fishing\n", CheckVerdict(.layer7Status, info: "via agent : down (gone fishing)")),
    ("stopped\n", CheckVerdict(.layer7Status, info: "via agent : stopped")),
    ("stopping foo\n", CheckVerdict(.checked, info: "agent reports an error : stopping")),
    ("\n", CheckVerdict(.checked)),
    ("75%", CheckVerdict(.checked, info: "Ignoring incomplete line from agent")),
  ])
  func agentWords(_ text: String, _ verdict: CheckVerdict) {
    #expect(AgentReply(Array(text.utf8), ended: true)?.verdict == verdict)
  }

  @Test func agentValues() {
    let reply = AgentReply(Array("ready,up 50%\tmaxconn:5\r\nrest".utf8), ended: false)
    #expect(reply?.mode == .ready && reply?.weight == 50 && reply?.maxConnections == 5)
    #expect(AgentReply(Array("up".utf8), ended: false) == nil)
    #expect(AgentReply(Array("99999999999999999999%\n".utf8), ended: true)?.weight == nil)
  }

  @Test func deadlines() {
    var server = ServerSettings(name: "s", address: .unresolved(""))
    server.inter = 700
    var proxy = ProxySettings(name: "b", location: SourceLocation(), capabilities: .backend)
    proxy.timeouts.connect = 1000
    #expect(CheckPlan(check: server, of: proxy).connectDeadline(from: 0) == 700)
    server.inter = 3000
    #expect(CheckPlan(check: server, of: proxy).connectDeadline(from: 0) == 3000)
    proxy.timeouts.check = 300
    let plan = CheckPlan(check: server, of: proxy)
    #expect(plan.connectDeadline(from: 0) == 1000)
    #expect(plan.answerDeadline(from: 5, connectDeadline: 1000) == 1000)
    #expect(plan.answerDeadline(from: 900, connectDeadline: 1000) == 1200)
  }
}
