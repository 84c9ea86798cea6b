import Configuration
import Proxies
import Testing

@testable import HealthChecks

struct CheckRequestTests {
  private static func request(_ change: (inout CheckRequestText) -> Void) -> String {
    var text = CheckRequestText()
    change(&text)
    return String(decoding: text.bytes, as: UTF8.self)
  }
  private static func field(_ name: String, _ value: String) -> (name: String, value: [UInt8]) {
    (name, Array(value.utf8))
  }

  @Test func plain() { #expect(Self.request { _ in } == "OPTIONS / HTTP/1.0\r\n\r\n") }

  @Test func withHeadersAndBody() {
    let text = Self.request {
      ($0.method, $0.uri, $0.version, $0.body) = ("POST", Array("/x".utf8), "HTTP/1.1", Array("foobar".utf8))
      $0.headers = [Self.field("Host", "a.b"), Self.field("X-Y", "1 2"), Self.field("Z", "")]
      $0.state = "UP"
    }
    #expect(
      text == "POST /x HTTP/1.1\r\nhost: a.b\r\nx-y: 1 2\r\nx-haproxy-server-state: UP\r\ncontent-length: 6\r\n"
        + "connection: close\r\n\r\nfoobar")
  }

  @Test(arguments: [
    ("POST", "HTTP/1.0", "POST / HTTP/1.0\r\ncontent-length: 0\r\n\r\n"),
    ("HEAD", "HTTP/1.1", "HEAD / HTTP/1.1\r\nconnection: close\r\n\r\n"),
    ("GET", "HTTP/2.0", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n"),
    ("GET", "HTTP/2", "GET / HTTP/1.1\r\n\r\n"), ("GET", "HTTP/1.10", "GET / HTTP/1.10\r\n\r\n"),
  ])
  func methodsAndVersions(_ method: String, _ version: String, _ text: String) {
    #expect(Self.request { ($0.method, $0.version) = (method, version) } == text)
  }

  @Test(arguments: [
    ("HTTP/1.1", "keep-alive", ""), ("HTTP/1.1", "close", "connection: close\r\n"),
    ("HTTP/1.0", "keep-alive", "connection: keep-alive\r\n"), ("HTTP/1.1", "foo", "connection: foo\r\n"),
  ])
  func connection(_ version: String, _ value: String, _ line: String) {
    let text = Self.request {
      $0.version = version
      $0.headers = [Self.field("Connection", value)]
    }
    #expect(text == "OPTIONS / \(version)\r\n\(line)\r\n")
  }

  @Test(arguments: [
    ("http://a:80/b?c", "http://h/b?c"), ("http://a", "http://h"), ("a:1", "h"), ("/x://y", "/x://y"), ("*", "*"),
  ])
  func hostTakesTheAuthority(_ uri: String, _ target: String) {
    let text = Self.request {
      $0.uri = Array(uri.utf8)
      $0.headers = [Self.field("Host", "h")]
    }
    #expect(text == "OPTIONS \(target) HTTP/1.0\r\nhost: h\r\n\r\n")
  }

  @Test func deadlines() {
    var server = ServerSettings(name: "s", address: .unresolved(""))
    server.inter = 700
    var proxy = ProxySettings(name: "b", location: SourceLocation(), capabilities: .backend)
    proxy.timeouts.connect = 1000
    #expect(CheckPlan(check: server, of: proxy, script: CheckScriptPlan(of: proxy)).connectDeadline(from: 0) == 700)
    server.inter = 3000
    #expect(CheckPlan(check: server, of: proxy, script: CheckScriptPlan(of: proxy)).connectDeadline(from: 0) == 3000)
    proxy.timeouts.check = 300
    let plan = CheckPlan(check: server, of: proxy, script: CheckScriptPlan(of: proxy))
    #expect(plan.connectDeadline(from: 0) == 1000)
    #expect(plan.answerDeadline(from: 5, connectDeadline: 1000) == 1000)
    #expect(plan.answerDeadline(from: 900, connectDeadline: 1000) == 1200)
  }
}
