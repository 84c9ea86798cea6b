import HTTP
import HTTP1
import Memory
import Testing

/// Runs `body` with the message of a parsed head.
private func withMessage(
  _ head: String, kind: HTTPMessage.Kind = .request, _ body: (inout HTTPMessage) throws -> Void
) rethrows {
  try withBuffer(head) { input in
    var message = HTTPMessage(capacity: 32)
    var parser = H1HeadParser(kind)
    let result =
      kind == .request
      ? parser.parseRequest(&input, into: &message)
      : parser.parseResponse(&input, into: &message, method: .get, wantsUpgrade: false)
    guard case .complete = result else {
      Issue.record("not parsed: \(head.debugDescription) \(result)")
      return
    }
    try body(&message)
  }
}
private func name(_ text: String) -> HTTPHeaderName { HTTPHeaderName(permanent: Bytes(permanent: text)) }
private func list(_ message: borrowing HTTPMessage) -> [String] {
  var fields: [String] = []
  var at = message.nextField(from: 0)
  while let i = at {
    fields.append("\(message[i].name.latin1)=\(message[i].value.latin1)")
    at = message.nextField(from: i + 1)
  }
  return fields
}

@Suite struct MessageTests {
  private let head = "GET /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nCookie: c=d\r\nX-A: 2\r\n\r\n"

  @Test func findsFields() {
    withMessage(head) { message in
      expect(message.method == .get && message.target.latin1 == "/a?b")
      expect(message.find(.host) == 0 && message.find(.cookie) == 2 && message.find(.te) == nil)
      let a = name("X-A")
      expect(message.find(a) == 1 && message.find(a, after: 1) == 3 && message.find(a, after: 3) == nil)
      expect(message.findLast(a) == 3 && message.count(a) == 2)
      expect(message.find(name("x-b")) == nil && message.findLast(name("x-b")) == nil)
      expect(message.value(.host)?.latin1 == "h" && message.value(.te) == nil)
      expect(message.fieldCount == 4)
    }
  }
  @Test func changesFields() {
    withMessage(head) { message in
      expect(message.set(name("X-A"), Bytes("3")))
      expect(list(message) == ["host=h", "cookie=c=d", "x-a=3"])
      expect(message.fieldCount == 3)
      message.add(.via, Bytes("v"))
      message.setValue(at: 0, Bytes("other"))
      expect(message.remove(.cookie) == 1 && message.remove(.cookie) == 0)
      expect(list(message) == ["host=other", "x-a=3", "via=v"])
      expect(message.addFirst(name("first"), Bytes("f")))
      expect(list(message) == ["first=f", "host=other", "x-a=3", "via=v"])
      expect(message.find(.cookie) == nil && message.mayHave(.cookie) && !message.mayHave(.te))
      message.setMethod(Bytes("POST"))
      expect(message.method == .post)
      let end = message.endIndex
      message.add(name("y"), Bytes("1"))
      message.remove(at: end)
      message.truncate(to: end)
      expect(message.fieldCount == 4 && message.endIndex == end)
      message.reset()
      expect(list(message) == [] && !message.mayHave(.host))
    }
  }
  @Test func aFullTableTakesNoMore() {
    var message = HTTPMessage(capacity: 2)
    let first = message.add(.host, Bytes("a"))
    let second = message.add(.via, Bytes("b"))
    let third = message.add(.te, Bytes("c"))
    let set = message.set(HTTPHeaderName(.host), Bytes("c"))
    let front = message.addFirst(HTTPHeaderName(.te), Bytes("c"))
    expect(first && second && !third && !set && !front)
    expect(list(message) == ["host=a", "via=b"])
  }
  @Test func everyKnownNameIsKnown() {
    for known in KnownHeader.allCases where known != .other {
      let text = known.name.description
      expect(KnownHeader(Bytes(permanent: text)) == known)
      expect(KnownHeader(Bytes(permanent: text.uppercased())) == known)
      expect(KnownHeader(Bytes(permanent: text + "x")) != known)
      expect(KnownHeader(Bytes(permanent: String(text.dropLast()) + "_")) == .other)
      if known == .transferEncoding { continue }
      withMessage("GET / HTTP/1.1\r\n\(text.uppercased()): 1\r\nX: \(String(repeating: "y", count: 30))\r\n\r\n") {
        if let i = $0.nextField(from: 0), $0[i].name.count == text.utf8.count { expect($0[i].known == known) }
      }
    }
  }
  @Test func everyMethodIsKnown() {
    for method: HTTPMethod in [.options, .get, .head, .post, .put, .delete, .trace, .connect] {
      expect(HTTPMethod(Bytes(method.name)) == method)
      expect(HTTPMethod(Bytes(permanent: method.name.description.lowercased())) == .other)
    }
  }
}

/// The value of `X`, how many values HAProxy 2.6.12 counts (`req.hdr_cnt`), and the values by `req.hdr(x,N)`.
private let lists: [(String, Int, [Int: String])] = [
  ("X: a, b ,c", 3, [1: "a", 2: "b", 3: "c", -1: "c", -2: "b", -3: "a"]),
  ("X: a,,b", 3, [1: "a", 2: "", 3: "b", -2: ""]),
  ("X:", 1, [1: "", -1: ""]),
  ("X: a\r\nX: b, c", 3, [1: "a", 2: "b", 3: "c", -1: "c", -3: "a"]),
  ("X: \"a,b\", c", 2, [1: "\"a,b\"", 2: "c"]),
  ("X: \"a\\\",b\", c", 2, [1: "\"a\\\",b\"", 2: "c"]),
  ("X: \"a,b\r\nX: c", 2, [1: "\"a,b", 2: "c"]),
  ("X: ,", 2, [1: "", 2: ""]),
  ("X: a,", 2, [1: "a", 2: "", -2: "a"]),
  ("X: a\\,b", 2, [1: "a\\", 2: "b"]),
  ("X: 1,2,3,4,5,6,7,8,9,10,11,12", 12, [1: "1", 12: "12", -1: "12", -10: "3"]),
  ("Y: 1", 0, [:]),
]

/// The `Cookie` value, `req.cook(a)`, `req.cook_cnt(a)`, `req.cook` and `req.cook_cnt` of HAProxy 2.6.12.
private let cookies: [(String, String?, Int, String?, Int)] = [
  ("a=1; b=2", "1", 1, "1", 2), ("b=2; a=1", "1", 1, "2", 2), ("b=2, a=1", "1", 1, "2", 2),
  ("b=\"x;a=2\"; a=1", "1", 1, "\"x;a=2\"", 2), ("a = 1 ; b=2", "1", 1, "1", 2), ("a; a=3", "3", 1, "3", 1),
  ("$a=1; a=3", "3", 1, "3", 1), ("a=; a=3", "3", 2, "", 2), ("a=1=2", "1=2", 1, "1=2", 1),
  ("a=1\r\nCookie: a=2", "2", 2, "1", 2), ("aa=1;a=2", "2", 1, "1", 2), (";;a=2", "2", 1, "2", 1),
  ("a=", nil, 0, "", 1), ("=5; a=1", "1", 1, "5", 2), ("a=b c; d=e", "b c", 1, "b c", 2),
  ("a=\"1,2\"", "\"1,2\"", 1, "\"1,2\"", 1), ("A=1", nil, 0, "1", 1), ("b c=1; a=1", "1", 1, "1", 2),
  ("$Version=1; a=1; $Path=/", "1", 1, "1", 1), ("", nil, 0, nil, 0),
]

/// A target and what HAProxy 2.6.12 gives for `path`, `pathq` and `query`.
private let targets: [(String, String, String, String)] = [
  ("/", "/", "/", ""), ("/a?b?c", "/a", "/a?b?c", "b?c"), ("http://a", "", "", ""),
  ("http://a?x=/y", "/y", "/y", "x=/y"), ("http://a/b?c", "/b", "/b?c", "c"), ("*", "", "", ""),
  ("a:80", "", "", ""), ("a/b", "", "", ""), ("/?", "/", "/?", ""), ("//b/c", "//b/c", "//b/c", ""),
  ("1http://a/b", "", "", ""),
]

@Suite struct ValueTests {
  @Test(arguments: lists) func commaSeparatedValues(_ row: (String, Int, [Int: String])) {
    withMessage("GET / HTTP/1.1\r\n\(row.0)\r\n\r\n") { message in
      let x = name("X")
      expect(message.listCount(x) == row.1)
      for (occurrence, value) in row.2 {
        expect(message.listValue(x, occurrence: occurrence)?.latin1 == value, "\(occurrence)")
      }
      expect(message.listValue(x, occurrence: row.1 + 1) == nil)
      expect(message.listValue(x, occurrence: -row.1 - 1) == nil)
      expect(message.listValue(x, occurrence: -11) == nil)
      expect(message.listValue(x, occurrence: 0)?.latin1 == message.listValue(x, occurrence: -1)?.latin1)
    }
  }
  @Test func wholeFields() {
    withMessage("GET / HTTP/1.1\r\nX: a\r\nX: b, c\r\n\r\n") { message in
      let x = name("X")
      expect(message.fieldValue(x, occurrence: 0)?.latin1 == "b, c")
      expect(message.fieldValue(x, occurrence: 1)?.latin1 == "a")
      expect(message.fieldValue(x, occurrence: -1)?.latin1 == "b, c")
      expect(message.fieldValue(x, occurrence: -2)?.latin1 == "a")
      expect(message.fieldValue(x, occurrence: 3) == nil && message.fieldValue(x, occurrence: -3) == nil)
    }
  }
  @Test(arguments: cookies) func requestCookies(_ row: (String, String?, Int, String?, Int)) {
    withMessage("GET / HTTP/1.1\r\nCookie: \(row.0)\r\n\r\n") { message in
      expect(message.cookie(Bytes("a"))?.latin1 == row.1)
      expect(message.cookieCount(Bytes("a")) == row.2)
      expect(message.cookie(Bytes())?.latin1 == row.3)
      expect(message.cookieCount(Bytes()) == row.4)
    }
  }
  @Test func responseCookies() {
    let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; path=/\r\nSet-Cookie: b = \"x\" ; a=3\r\n\r\n"
    withMessage(head, kind: .response) { message in
      expect(message.cookie(Bytes("a"))?.latin1 == "1" && message.cookie(Bytes("b"))?.latin1 == "\"x\"")
      expect(message.cookie(Bytes("path")) == nil && message.cookieCount(Bytes()) == 2)
    }
  }
  @Test func cookiePositions() {
    let value = Bytes("a=1;  b = 2 ,c=\"3\"")
    var cookies = CookieIterator(request: value)
    var found: [String] = []
    while let cookie = cookies.next() {
      found.append("\(value[cookie.whole].latin1)|\(value[cookie.name].latin1)|\(value[cookie.value].latin1)")
    }
    expect(found == ["a=1|a|1", "  b = 2 |b|2", "c=\"3\"|c|\"3\""])
  }
  @Test(arguments: targets) func targetParts(_ row: (String, String, String, String)) {
    let target = RequestTarget(Bytes(permanent: row.0))
    expect(target.path.latin1 == row.1 && target.pathAndQuery.latin1 == row.2)
    expect((target.query?.latin1 ?? "") == row.3)
  }
  @Test func authorities() {
    let target = RequestTarget(Bytes("https://u:p@h:8443/x"))
    expect(target.form == .absolute && target.scheme.latin1 == "https")
    expect(target.authority.latin1 == "u:p@h:8443" && target.hostAndPort.latin1 == "h:8443")
    for (text, host, port, hasColon) in [
      ("a:80", "a", "80", true), ("a:", "a", "", true), ("a", "a", "", false), ("[::1]:80", "[::1]", "80", true),
      ("[::1]", "[::1]", "", false), ("", "", "", false), (":80", "", "80", true), ("a:8x", "a:8x", "", false),
    ] {
      let parts = HostAndPort(Bytes(permanent: text))
      expect(parts.host.latin1 == host && parts.port.latin1 == port && parts.hasColon == hasColon, "\(text)")
    }
  }
  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
  ]) func dates(_ seconds: Int64, _ text: String) {
    let arena = ByteArena(capacity: 64)
    expect(HTTPDate.imfFixdate(unixSeconds: seconds, in: arena)?.latin1 == text)
  }
  @Test func aDateThatDoesNotFitIsNone() {
    expect(HTTPDate.imfFixdate(unixSeconds: 0, in: ByteArena(capacity: 28)) == nil)
  }
}
