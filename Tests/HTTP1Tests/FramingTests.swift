import HTTP
import HTTP1
import Memory
import Testing

@Suite struct LimitTests {
  @Test func linesOfAHead() {
    let head = { (n: Int) in "GET / HTTP/1.1\r\n" + String(repeating: "X: 1\r\n", count: n) + "\r\n" }
    #expect(request(head(100)).status == 0)
    #expect(request(head(101)).status == 400)
    #expect(request(head(3), limits: H1Limits(maxHeaders: 3)).status == 400)
  }
  @Test func lengthOfAHead() {
    let head = { (n: Int) in "GET /" + String(repeating: "x", count: n - 18) + " HTTP/1.1\r\n\r\n" }
    #expect(request(head(15360)).status == 0)
    #expect(request(head(15361)).status == 400)
    #expect(request(String(head(20000).prefix(15359))).needsMore)
    #expect(request(String(head(20000).prefix(15360))).status == 400)
  }
  @Test func lengthOfAName() {
    let head = { (n: Int) in
      "GET / HTTP/1.1\r\n" + String(repeating: "N", count: n) + ": 1\r\nContent-Length: 3\r\n\r\n"
    }
    #expect(request(head(255)).body == "length(3)")
    #expect(request(head(256)).status == 400)
  }
  @Test func lax() {
    let lax = H1Limits(acceptsInvalid: true)
    let rows: [(String, String)] = [
      ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a#b HTTP/1.1\r\nhost: a\r\n\r\n"),
      ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\u{e9} HTTP/1.1\r\nhost: a\r\n\r\n"),
      ("GET / HTTP/1.1\r\nX\u{e9}: a\r\n\r\n", "GET / HTTP/1.1\r\nx\u{e9}: a\r\n\r\n"),
      ("GET / HTTP/1.1\r\nX a: b\r\n\r\n", "GET / HTTP/1.1\r\nx a: b\r\n\r\n"),
      ("GET / HTTP/1.1\r\nX@(: b\r\n\r\n", "GET / HTTP/1.1\r\nx@(: b\r\n\r\n"),
      ("GET /\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"),
      ("GET / HTTX/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
      ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://b/ HTTP/1.1\r\nhost: a\r\n\r\n"),
      ("GET foo:bar HTTP/1.1\r\nHost: a\r\n\r\n", "GET foo:bar HTTP/1.1\r\nhost: a\r\n\r\n"),
      ("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a HTTP/1.1\r\nhost: a\r\n\r\n"),
    ]
    for (text, forwarded) in rows {
      #expect(request(text, limits: lax).written == forwarded, "\(text.debugDescription)")
      #expect(request(text, limits: lax, step: 1).written == forwarded, "\(text.debugDescription)")
      #expect(request(text).status == 400)
    }
    for text in [
      "GET /\u{1} HTTP/1.1\r\n\r\n", "GET /\u{7f} HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "G@T / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n",
      "GET / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n", "GET / HTTP/1.1\r\nX\r\nY: 1\r\n\r\n",
    ] { #expect(request(text, limits: lax).status == 400, "\(text.debugDescription)") }
  }
  @Test func payloadOfOldRequests() {
    let text = "GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"
    #expect(request(text).status == 413)
    #expect(request(text, limits: H1Limits(acceptsAnyPayload: true)).body == "length(3)")
  }
}

@Suite struct FramingTests {
  @Test func bodies() {
    #expect(request(get + "\r\n").body == "none")
    #expect(request(get + "Content-Length: 0\r\n\r\n").body == "none")
    #expect(request(get + "Content-Length: 9223372036854775807\r\n\r\n").body == "length(9223372036854775807)")
    #expect(request(post + "Transfer-Encoding: chunked\r\n\r\n" + chunks).body == "chunked")
    #expect(request(post + "Transfer-Encoding: chunked\r\n\r\n" + chunks).rest == chunks)
    #expect(request("CONNECT a:80 HTTP/1.1\r\nContent-Length: 3\r\n\r\n").body == "none")
  }
  @Test func persistence() {
    #expect(request(get + "\r\n").isPersistent)
    #expect(!request(get + "Connection: close\r\n\r\n").isPersistent)
    #expect(!request(get + "Connection: keep-alive\r\nConnection: foo, Close\r\n\r\n").isPersistent)
    #expect(!request("GET / HTTP/1.0\r\n\r\n").isPersistent)
    #expect(request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").isPersistent)
    #expect(!request("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").isPersistent)
    #expect(!request(post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n").isPersistent)
    let old = "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(!request(old).isPersistent && request(old).flags.contains(.mustClose) && request(old).body == "chunked")
  }
  @Test func upgrades() {
    #expect(request(get + "Connection: upgrade\r\nUpgrade: foo\r\n\r\n").flags.contains(.upgrade))
    #expect(!request(get + "Connection: upgrade\r\n\r\n").flags.contains(.upgrade))
    #expect(!request(get + "Connection: upgrade\r\nUpgrade: h2c\r\n\r\n").flags.contains(.upgrade))
    #expect(
      !request(post + "Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n\r\n").flags.contains(.upgrade))
    let websocket = get + "Connection: upgrade\r\nUpgrade: WebSocket\r\n"
    #expect(request(websocket + "Sec-WebSocket-Key: x\r\n\r\n").flags.isSuperset(of: [.upgrade, .websocket]))
    #expect(request(websocket + "\r\n").status == 400)
  }
  @Test func expectations() {
    #expect(request(post + "Expect: 100-Continue\r\n\r\n").flags.contains(.expectContinue))
    #expect(!request(post + "Expect: x\r\n\r\n").flags.contains(.expectContinue))
    #expect(!request("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").flags.contains(.expectContinue))
  }
  @Test(arguments: [
    ("a, b, close", "a, b"), ("a, b, close, c, d", "a, b,c,d"), ("close, a, b", "a,b"),
    ("a, b,c,keep-alive", "a, b,c"), ("a, close, b", "a,b"), ("a,b,close,c", "a,b,c"), ("x, upgrade", "x"),
  ]) func connectionOptions(_ value: String, _ left: String) {
    #expect(
      request(get + "Connection: \(value)\r\n\r\n").written
        == "GET / HTTP/1.1\r\nhost: a\r\nconnection: \(left)\r\n\r\n")
  }
  @Test func aHeadMayMoveBetweenCalls() {
    withBuffer(capacity: 256) { input in
      var message = HTTPMessage(capacity: 20)
      var parser = H1HeadParser(.request)
      let before = input.append("xxxxGET / HTTP/1.1\r\nHost: a\r\nX: ")
      input.consumeKeeping(4)
      guard before, case .needMore = parser.parseRequest(&input, into: &message) else {
        Issue.record("complete")
        return
      }
      expect(parser.hasStarted)
      input.compact()
      let after = input.append("1\r\n\r\n")
      guard after, case .complete(let framing) = parser.parseRequest(&input, into: &message) else {
        Issue.record("not complete")
        return
      }
      let length = input.count
      expect(framing.headLength == length && message.fieldCount == 2)
      expect(message.value(.host)?.latin1 == "a")
    }
  }
}

@Suite struct WriterTests {
  private struct Camel: H1NameCase {
    func adjusted(_ name: Bytes, _ known: KnownHeader) -> Bytes? {
      known == .host ? Bytes("HOST") : known == .connection ? Bytes("Connection") : nil
    }
  }
  private func filled() -> HTTPMessage {
    var message = HTTPMessage(capacity: 5)
    message.setMethod(Bytes("GET"))
    message.target = Bytes("/")
    message.add(.host, Bytes("a"))
    message.add(.accept, Bytes("*/*"))
    return message
  }
  @Test func connectionComesLast() {
    let message = filled()
    for (connection, line) in [
      (H1Writer.Connection.none, ""), (.close, "connection: close\r\n"), (.keepAlive, "connection: keep-alive\r\n"),
      (.upgrade, "connection: upgrade\r\n"),
    ] {
      withBuffer { output in
        let fits = H1Writer.writeRequest(message, connection: connection, to: &output)
        let text = output.readable.latin1
        #expect(fits && text == "GET / HTTP/1.1\r\nhost: a\r\naccept: */*\r\n\(line)\r\n")
      }
    }
  }
  @Test func namesInAnotherCase() {
    let message = filled()
    withBuffer { output in
      let fits = H1Writer.write(message, connection: .close, nameCase: Camel(), to: &output)
      let text = output.readable.latin1
      #expect(fits && text == "GET / HTTP/1.1\r\nHOST: a\r\naccept: */*\r\nConnection: close\r\n\r\n")
    }
  }
  @Test func namesOfTheConfiguration() {
    var map = H1CaseMap()
    #expect(map.isEmpty)
    expect(map.add(Bytes("host"), as: Bytes("HoSt")))
    expect(map.add(Bytes("X-Foo"), as: Bytes("X-FOO")))
    expect(!map.add(Bytes("HOST"), as: Bytes("Host")))
    expect(!map.add(Bytes("accept"), as: Bytes("accept2")))
    expect(!map.add(Bytes(), as: Bytes()))
    #expect(map.adjusted(Bytes("host"), .host)?.latin1 == "HoSt")
    #expect(map.adjusted(Bytes("x-foo"), .other)?.latin1 == "X-FOO")
    #expect(map.adjusted(Bytes("accept"), .accept) == nil)
  }
  /// Whatever the room: all or nothing.
  @Test func whatDoesNotFitIsNotWritten() {
    let message = filled()
    let length = "GET / HTTP/1.1\r\nhost: a\r\naccept: */*\r\nconnection: close\r\n\r\n".utf8.count
    for room in 0...length {
      withBuffer("x", capacity: room + 1) { output in
        let fits = H1Writer.writeRequest(message, connection: .close, to: &output)
        let count = output.count
        #expect(fits == (room == length) && count == (fits ? length + 1 : 1))
      }
    }
  }
  @Test func valuesOfEveryLength() {
    for n in 0...70 {
      let value = String((0..<n).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
      let outcome = request("GET / HTTP/1.1\r\n\(String(repeating: "N", count: n + 1)): \(value)\r\n\r\n")
      #expect(outcome.written == "GET / HTTP/1.1\r\n\(String(repeating: "n", count: n + 1)): \(value)\r\n\r\n")
    }
  }
}
