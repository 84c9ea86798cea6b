import HTTP
import HTTP1
import Memory
import Testing

let get = "GET / HTTP/1.1\r\nHost: a\r\n"
let post = "POST / HTTP/1.1\r\nHost: a\r\n"
let chunks = "3\r\nabc\r\n0\r\n\r\n"

/// What HAProxy 2.6.12 forwards to a server for these, but for its own `connection` line.
private let forwarded: [(String, String)] = [
  (
    get + "User-Agent: X\r\nX-Foo:  b c \t \r\nAccept:\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nuser-agent: X\r\nx-foo: b c\r\naccept: \r\n\r\n"
  ),
  ("GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/x?y HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET http://a:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/x?y HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET http://a:80/x HTTP/1.1\r\nHost: a:80\r\n\r\n", "GET http://a/x HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET http://a/x HTTP/1.1\r\nHost: a:80\r\n\r\n", "GET http://a/x HTTP/1.1\r\nhost: a:80\r\n\r\n"),
  ("GET http://a/x HTTP/1.1\r\nHost: a:\r\n\r\n", "GET http://a/x HTTP/1.1\r\nhost: a:\r\n\r\n"),
  ("GET http://a:/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/x HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET http://u:p@a/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://u:p@a/x HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET https://a:443/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET https://a/x HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET http://A/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://A/x HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET HTTP://A:80/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET HTTP://A/ HTTP/1.1\r\nhost: A\r\n\r\n"),
  ("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET http://a/x HTTP/1.1\r\n\r\n", "GET http://a/x HTTP/1.1\r\n\r\n"),
  ("GET  /  HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"),
  ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", "GET / HTTP/0.9\r\nhost: a\r\n\r\n"),
  ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("\r\n\r\n" + get + "\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("\n\n" + get + "\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET / HTTP/1.1\nHost: a\nX: y\n\n", "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\n\r\n"),
  ("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\n", "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\n\r\n"),
  (get + "X: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: a   b\r\n\r\n"),
  (
    get + "X: a  \r\n\t b  \r\n  c\r\nY: z\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nx: a    \t b      c\r\ny: z\r\n\r\n"
  ),
  (get + "X:\r\n b\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: b\r\n\r\n"),
  (get + "X: a\r\n \r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: a\r\n\r\n"),
  (get + "X: \r\n \r\nY: 1\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: \r\ny: 1\r\n\r\n"),
  (get + "X: a\n b\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: a  b\r\n\r\n"),
  (get + "X: \u{e9}\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: \u{e9}\r\n\r\n"),
  (
    get + "X_y!#$%&'*+.^`|~: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx_y!#$%&'*+.^`|~: a\r\n\r\n"
  ),
  ("GET /\"<>\\^`{|} HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\"<>\\^`{|} HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("get / HTTP/1.1\r\nHost: a\r\n\r\n", "get / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("FOO / HTTP/1.1\r\nHost: a\r\n\r\n", "FOO / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"),
  ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nhost: \r\n\r\n"),
  ("GET / HTTP/1.1\r\nHost: a\r\nHost: A\r\nX: 1\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\n\r\n"),
  ("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / HTTP/1.1\r\nhost: [::1]:80\r\n\r\n"),
  ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("CONNECT a:443 HTTP/1.1\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\n\r\n"),
  (
    "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nContent-Length: 3\r\n\r\nabc",
    "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n"
  ),
  (post + "Content-Length: 3, 3\r\n\r\nabc", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n"),
  (post + "Content-Length: 3\t,  3\r\n\r\nabc", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n"),
  (
    post + "Content-Length: 3\r\nX: 1\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nx: 1\r\n\r\n"
  ),
  (post + "Content-Length: 003\r\n\r\nabc", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 003\r\n\r\n"),
  (
    post + "Transfer-Encoding: Chunked\r\n\r\n" + chunks,
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n"
  ),
  (
    post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
  ),
  (get + "Connection: close\r\nX: 1\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\n\r\n"),
  (
    get + "Connection: Keep-Alive, X-Foo\r\nX-Foo: 1\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nconnection: X-Foo\r\nx-foo: 1\r\n\r\n"
  ),
  (get + "Connection: close, keep-alive\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  (get + "Connection:\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  (
    get + "Connection: TE, foo\r\nTE: gzip, trailers\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nconnection: TE, foo\r\nte: trailers\r\n\r\n"
  ),
  (get + "TE: gzip\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  (get + "Keep-Alive: timeout=5\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nkeep-alive: timeout=5\r\n\r\n"),
  (
    get + "Upgrade: foo\r\nConnection: upgrade\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nupgrade: foo\r\nconnection: upgrade\r\n\r\n"
  ),
  (
    get + "Connection: upgrade, keep-alive\r\nUpgrade: foo\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n"
  ),
  (
    post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n"
  ),
]

/// Stricter than HAProxy 2.6.12: what its later releases do.
private let cleaned: [(String, String)] = [
  (get + "Upgrade: foo\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  (get + "Connection: upgrade\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  (get + "Connection: Upgrade, foo\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nconnection: foo\r\n\r\n"),
  (
    get + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: abc\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
  ),
  (
    get + "Connection: upgrade\r\nUpgrade: H2C\r\nUpgrade: h2c\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
  ),
  (
    get + "Connection: upgrade\r\nUpgrade: h2c, foo\r\nUpgrade: bar\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
  ),
  (get + "HTTP2-Settings: abc\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  ("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"),
  (
    post + "Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n"
  ),
]

private let refused: [(String, Int)] = [
  ("GET http://b/x HTTP/1.1\r\nhost: a\r\n\r\n", 400),
  ("GET http://a:80?x HTTP/1.1\r\nHost: b\r\n\r\n", 400),
  ("GET http://a:8080/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET http://a/x HTTP/1.1\r\nHost:\r\n\r\n", 400),
  ("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET http://a:80?/x HTTP/1.1\r\nHost: b\r\n\r\n", 400),
  ("GET http://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n", 400),
  ("GET https://a:443/ HTTP/1.1\r\nHost: a:80\r\n\r\n", 400),
  ("CONNECT a:80 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400),
  ("GET http://u@:/x HTTP/1.1\r\n\r\n", 400),
  ("GET http://a:8x:/x HTTP/1.1\r\n\r\n", 400),
  ("GET foo:bar HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
  ("GET /\r\n\r\n", 400),
  ("GET / \r\n\r\n", 400),
  ("GET\r\n\r\n", 400),
  ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
  ("GET / HTTP/11\r\nHost: a\r\n\r\n", 400),
  ("GET / HTTP/1.\r\nHost: a\r\n\r\n", 400),
  ("GET / HTTX/1.1\r\nHost: a\r\n\r\n", 400),
  ("\r" + get + "\r\n", 400),
  (" \r\n" + get + "\r\n", 400),
  ("GET / HTTP/1.1\rHost: a\r\n\r\n", 400),
  (get + "X: a\rb\r\n\r\n", 400),
  (get + "X: a\r\n\r\r\n", 400),
  ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
  (get + "X : a\r\n\r\n", 400),
  (get + ": a\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\n: a\r\n\r\n", 400),
  (get + "Xa\r\n\r\n", 400),
  (get + "X\u{1}: a\r\n\r\n", 400),
  (get + "X\u{e9}: a\r\n\r\n", 400),
  (get + "X: \u{1}a\r\n\r\n", 400),
  (get + "X: a\u{0}b\r\n\r\n", 400),
  (get + "X: a\u{7f}b\r\n\r\n", 400),
  ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", 400),
  ("GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n", 400),
  ("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("CONNECT /:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("CONNECT http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("CONNECT b:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ("CONNECT a:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
  (post + "Content-Length: 3, 4\r\n\r\nabc", 400),
  (post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
  (post + "Content-Length:\r\n\r\nabc", 400),
  (post + "Content-Length: 3,\r\n\r\nabc", 400),
  (post + "Content-Length: ,3\r\n\r\nabc", 400),
  (post + "Content-Length: +3\r\n\r\nabc", 400),
  (post + "Content-Length: -3\r\n\r\nabc", 400),
  (post + "Content-Length: 0x3\r\n\r\nabc", 400),
  (post + "Content-Length: 3 3\r\n\r\nabc", 400),
  (post + "Content-Length: 9223372036854775808\r\n\r\nabc", 400),
  (post + "Content-Length: 18446744073709551619\r\n\r\nabc", 400),
  (post + "Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding:\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: chunked,\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: ,chunked\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: xchunked\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: chunked, gzip\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: identity\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: gzip\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: \u{b}chunked\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding : chunked\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: chunked;q=1\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunks, 400),
  (post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks, 422),
  (post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 422),
  ("GET / HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 413),
  ("DELETE / HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 413),
  (get + (0..<101).map { "X\($0): a\r\n" }.joined() + "\r\n", 400),
  (get + "X: " + String(repeating: "x", count: 16000) + "\r\n\r\n", 400),
]

@Suite struct RequestHeadTests {
  @Test(arguments: forwarded) func isForwardedAsByHAProxy(_ row: (String, String)) {
    #expect(request(row.0).written == row.1, "\(row.0.debugDescription)")
  }
  @Test(arguments: cleaned) func isCleaned(_ row: (String, String)) {
    let outcome = request(row.0)
    #expect(outcome.written == row.1, "\(row.0.debugDescription)")
  }
  @Test(arguments: refused) func isRefused(_ row: (String, Int)) {
    let outcome = request(row.0)
    #expect(outcome.status == row.1 && outcome.written == "", "\(row.0.debugDescription) \(outcome)")
  }
  /// The same head gives the same whether it comes at once or in pieces of one to seven bytes.
  @Test(arguments: [1, 2, 3, 7]) func piecesChangeNothing(_ step: Int) {
    for text in forwarded.map(\.0) + cleaned.map(\.0) + refused.map(\.0) where text.utf8.count < 4000 {
      let whole = request(text)
      let pieces = request(text, step: step)
      #expect(whole == pieces, "\(text.debugDescription)")
    }
  }
  /// No head is complete, nor refused, while it may still turn out well.
  @Test func everyPrefixNeedsMore() {
    for (text, _) in forwarded {
      let head = text.unicodeScalars.count - request(text).rest.unicodeScalars.count
      for n in 0..<head {
        let prefix = String(String.UnicodeScalarView(text.unicodeScalars.prefix(n)))
        #expect(request(prefix).needsMore, "\(prefix.debugDescription)")
      }
    }
  }
}
