import HTTP
import HTTP1
import Memory
import Testing

/// Heads that are taken part by part must come to the same as their text.
@Suite struct WrittenHeadTests {
  private let pool = BufferPool(bufferSize: 16384)

  private func write(_ line: String, _ fields: [(String, String)]) -> Buffer {
    var buffer = pool.takeScratch()!
    _ = buffer.append(Array((line + "\r\n").utf8))
    for (name, value) in fields { _ = buffer.append(Array("\(name): \(value)\r\n".utf8)) }
    _ = buffer.append("\r\n")
    return buffer
  }
  private func tell(_ result: H1HeadResult?, _ message: borrowing HTTPMessage) -> String {
    switch result {
    case nil: return "none"
    case .needMore: return "more"
    case .invalid(let error): return "invalid \(error.status) \(error.state) \(error.offset)"
    case .complete(let framing):
      var text = "\(message.methodName.latin1) \(message.target.latin1) \(message.status)"
      var i = message.nextField(from: 0)
      while let at = i {
        text += "|\(message[at].name.latin1)=\(message[at].value.latin1)"
        i = message.nextField(from: at + 1)
      }
      return "\(text) \(framing.body) \(framing.flags.rawValue) \(framing.headLength) \(framing.isPersistent)"
    }
  }
  /// Gives the fields, whose lines stand behind `start`, to the parser.
  private func hand(
    _ fields: [(String, String)], _ start: Int, _ buffer: inout Buffer, _ parser: inout H1HeadParser,
    _ message: inout HTTPMessage
  ) -> H1HeadResult? {
    var at = start
    for (name, value) in fields {
      let (n, v) = (name.utf8.count, value.utf8.count)
      let text = buffer.readable
      let known = KnownHeader(text.slice(at, n))
      if !parser.add(text.slice(at, n), text.slice(at + n + 2, v), known, into: &message) { return nil }
      at += n + v + 4
    }
    let length = buffer.count
    return parser.finish(&buffer, length: length, into: &message)
  }

  typealias Request = (String, String, Int, Int, [(String, String)])
  static let requestCases: [Request] = [
    ("GET", "/a?b", 0, 0, [("host", "x"), ("accept", "*/*")]),
    ("GET", "http://example.org/a", 4, 11, [("host", "example.org"), ("user-agent", "test")]),
    ("GET", "http://example.org:/a", 4, 12, [("host", "example.org:")]),
    ("GET", "https://example.org:8443", 5, 16, [("host", "example.org:8443")]),
    ("GET", "http://a:b/", 4, 3, [("host", "a:b")]),
    ("GET", "http://example.org/", 4, 11, [("host", "example.com")]),
    ("POST", "/", 0, 0, [("host", "x"), ("content-length", "12")]),
    ("POST", "/", 0, 0, [("host", "x"), ("transfer-encoding", "chunked")]),
    ("POST", "/", 0, 0, [("host", "x"), ("expect", "100-continue"), ("content-length", "3")]),
    ("GET", "/", 0, 0, [("host", "x"), ("te", "trailers, gzip")]),
    ("GET", "/", 0, 0, [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "abc=")]),
    ("GET", "/", 0, 0, [("connection", "upgrade"), ("upgrade", "websocket")]),
    ("CONNECT", "example.org:443", 0, 0, [("host", "example.org:443")]),
    ("OPTIONS", "*", 0, 0, [("host", "x")]),
    ("GET", "*", 0, 0, [("host", "x")]),
  ]
  @Test(arguments: requestCases) func requests(
    _ method: String, _ target: String, _ scheme: Int, _ authority: Int, _ fields: [(String, String)]
  ) {
    let line = "\(method) \(target) HTTP/1.1"
    var text = write(line, fields)
    var parts = write(line, fields)
    var asText = HTTPMessage(capacity: 64)
    var asParts = HTTPMessage(capacity: 64)
    var first = H1HeadParser(.request)
    var second = H1HeadParser(.request)
    let parsed = first.parseRequest(&text, into: &asText)
    let (m, t) = (method.utf8.count, target.utf8.count)
    let begins = second.beginRequest(
      parts, method: parts.readable.prefix(m), target: parts.readable.slice(m + 1, t), scheme: scheme,
      authority: authority, into: &asParts)
    #expect(begins)
    let handed = hand(fields, line.utf8.count + 2, &parts, &second, &asParts)
    let (wanted, found) = (tell(parsed, asText), tell(handed, asParts))
    #expect(found == wanted)
  }

  typealias Answer = (Int, HTTPMethod, [(String, String)])
  static let answerCases: [Answer] = [
    (200, HTTPMethod.get, [("content-length", "5"), ("server", "x")]),
    (200, .head, [("content-length", "5")]),
    (204, .get, [("content-length", "5"), ("date", "now")]),
    (304, .get, [("etag", "\"a\"")]),
    (200, .get, [("transfer-encoding", "chunked")]),
    (200, .get, [("transfer-encoding", "gzip")]),
    (200, .get, [("set-cookie", "a=b"), ("set-cookie", "c=d")]),
  ]
  @Test(arguments: answerCases) func answers(_ status: Int, _ method: HTTPMethod, _ fields: [(String, String)]) {
    let line = "HTTP/1.1 \(status) "
    var text = write(line, fields)
    var parts = write(line, fields)
    var asText = HTTPMessage(capacity: 64)
    var asParts = HTTPMessage(capacity: 64)
    var first = H1HeadParser(.response)
    var second = H1HeadParser(.response)
    let parsed = first.parseResponse(&text, into: &asText, method: method, wantsUpgrade: false)
    second.beginResponse(parts, status: status, method: method, wantsUpgrade: false, into: &asParts)
    let handed = hand(fields, line.utf8.count + 2, &parts, &second, &asParts)
    let (wanted, found) = (tell(parsed, asText), tell(handed, asParts))
    #expect(found == wanted)
  }

  /// Bytes over 0x7f are let through in targets of HTTP/2 alone, and its CONNECT keeps the port in Host.
  @Test(arguments: [true, false]) func ofHTTP2(_ isFromHTTP2: Bool) {
    for (line, wanted) in [("GET /\u{e9} HTTP/1.1", ""), ("CONNECT example.org:443 HTTP/1.1", "example.org")] {
      var buffer = write(line, [("host", "example.org:443")])
      var parser = H1HeadParser(.request)
      parser.limits.isFromHTTP2 = isFromHTTP2
      var message = HTTPMessage(capacity: 64)
      switch parser.parseRequest(&buffer, into: &message) {
      case .complete:
        let host = message.nextField(from: 0).map { message[$0].value.latin1 }
        #expect(host == (isFromHTTP2 ? "example.org:443" : wanted))
      case .invalid(let error): #expect(error.status == 400 && !isFromHTTP2 && wanted.isEmpty)
      case .needMore: Issue.record("the head is whole")
      }
    }
  }

  /// What a head of bytes is refused for in its lines goes back to be parsed.
  @Test func differentHosts() {
    let fields = [("host", "a"), ("host", "b")]
    var buffer = write("GET / HTTP/1.1", fields)
    var parser = H1HeadParser(.request)
    var message = HTTPMessage(capacity: 64)
    _ = parser.beginRequest(
      buffer, method: buffer.readable.prefix(3), target: buffer.readable.slice(4, 1), scheme: 0, authority: 0,
      into: &message)
    let handed = tell(hand(fields, 16, &buffer, &parser, &message), message)
    #expect(handed == "none")
    guard case .invalid(let error) = parser.parseRequest(&buffer, into: &message) else {
      Issue.record("two hosts were taken")
      return
    }
    #expect(error.status == 400)
  }
}
