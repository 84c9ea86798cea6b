import Configuration
import Memory
import Proxies
import Testing

@testable import HealthChecks

/// What HAProxy 2.6.12 makes of the same answers.
struct HTTPCheckAnswerTests {
  private static func judge(
    _ answer: String, ended: Bool = true, expect: HTTPExpect? = nil, disableOn404: Bool = false, isStopped: Bool = false
  ) -> CheckStep {
    var settings = CheckSettings()
    settings.kind = .http
    settings.http.expect = expect
    settings.disableOn404 = disableOn404
    let pool = BufferPool(bufferSize: 16384)
    guard var buffer = pool.take() else { return .wait }
    _ = buffer.append(Array(answer.utf8))
    var judge = HTTPCheckAnswer()
    return judge.judge(&buffer, ended: ended, plan: HTTPCheckPlan(settings), isStopped: isStopped)
  }
  private static func expect(_ kind: HTTPExpect.Kind, negate: Bool = false, least: Int = -1) -> HTTPExpect {
    var expect = HTTPExpect(kind: kind)
    expect.negate = negate
    expect.minReceive = least
    return expect
  }
  private static func passed(_ code: Int) -> CheckStep { .done(CheckVerdict(.layer7OK, code: code)) }
  private static func response(_ info: String = "") -> CheckStep { .done(CheckVerdict(.layer7Response, info: info)) }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", passed(200)),
    ("HTTP/1.0 302 Found\r\n\r\n", passed(302)),
    ("HTTP/1.1 500 Oh No\r\n\r\n", .done(CheckVerdict(.layer7Status, code: 500, info: "Oh No"))),
    ("HTTP/1.1 503\r\n\r\n", .done(CheckVerdict(.layer7Status, code: 503))),
    ("HTTP/1.1 404 Not Found\r\n\r\n", .done(CheckVerdict(.layer7Status, code: 404, info: "Not Found"))),
    ("SSH-2.0-OpenSSH\r\n", response()),
    ("hello", response()),
    ("", response()),
    ("HTTP/1.1 200 OK\r\nfoo bar\r\n\r\n", response()),
    ("HTTP/1.1 200 OK\r\nX: y", response()),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", response()),
  ])
  func withoutExpectation(_ answer: String, _ step: CheckStep) { #expect(Self.judge(answer) == step) }

  @Test func waitsForTheHead() {
    #expect(Self.judge("HTTP/1.1 200 OK\r\nX: y", ended: false) == .wait)
    #expect(Self.judge("", ended: false) == .wait)
    #expect(Self.judge("SSH-2.0\r\n", ended: false) == Self.response())
  }

  @Test func conditionalOn404() {
    let answer = "HTTP/1.1 404 NF\r\nContent-Length: 0\r\n\r\n"
    #expect(Self.judge(answer, disableOn404: true) == .done(CheckVerdict(.layer7Conditional, code: 404)))
    let down = CheckStep.done(CheckVerdict(.layer7Status, code: 404, info: "NF"))
    #expect(Self.judge(answer, disableOn404: true, isStopped: true) == down)
    let status = Self.expect(.status([200...200]))
    #expect(
      Self.judge(answer, expect: status, disableOn404: true) == .done(CheckVerdict(.layer7Conditional, code: 404)))
  }

  @Test func status() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    let wrong = CheckStep.done(CheckVerdict(.layer7Status, code: 200, info: "OK"))
    #expect(Self.judge(answer, expect: Self.expect(.status([200...299, 304...304]))) == Self.passed(200))
    #expect(Self.judge(answer, expect: Self.expect(.status([201...201]))) == wrong)
    #expect(Self.judge(answer, expect: Self.expect(.status([200...200]), negate: true)) == wrong)
    #expect(Self.judge(answer, expect: Self.expect(.statusRegex("^5"))) == wrong)
    #expect(Self.judge(answer, expect: Self.expect(.statusRegex("^2"), negate: true)) == wrong)
    #expect(Self.judge(answer, expect: Self.expect(.statusRegex("^2.[01]$"))) == Self.passed(200))
  }

  private static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
  @Test(arguments: [
    (hello, expect(.string("hel")), passed(200)),
    (hello, expect(.string("nope")), response("HTTP content check did not match")),
    (hello, expect(.string("hel"), negate: true), response("HTTP check matched unwanted content")),
    (hello, expect(.stringRegex("^nope")), response("HTTP content check did not match")),
    (hello, expect(.stringRegex("^hell"), negate: true), response("HTTP check matched unwanted content")),
    (hello, expect(.string("hel"), least: 9), passed(200)),
    ("HTTP/1.1 500 x\r\nContent-Length: 3\r\n\r\nhel", expect(.string("hel")), passed(500)),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", expect(.string("hel")),
      response("HTTP content check could not find a response body")
    ),
    ("HTTP/1.0 200 OK\r\n\r\nwo hel", expect(.string("hel")), passed(200)),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nlxx\r\n0\r\n\r\n", expect(.string("hel")),
      passed(200)
    ),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhe\r\n", expect(.string("hel")), response()),
    ("HTTP/1.1 200 OK\r\n\r\nxyz", expect(.string("hel"), negate: true), passed(200)),
  ])
  func body(_ answer: String, _ expect: HTTPExpect, _ step: CheckStep) {
    #expect(Self.judge(answer, expect: expect) == step)
  }

  @Test func waitsForTheBody() {
    let part = "HTTP/1.0 200 OK\r\n\r\nwo"
    #expect(Self.judge(part, ended: false, expect: Self.expect(.string("hel"))) == .wait)
    #expect(Self.judge(part, ended: false, expect: Self.expect(.string("hel"), negate: true)) == .wait)
    #expect(Self.judge(part + " hel", ended: false, expect: Self.expect(.string("hel"), least: 99)) == .wait)
  }
}
