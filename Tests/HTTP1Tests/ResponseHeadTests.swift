import HTTP
import HTTP1
import Memory
import Testing

private let ok = "HTTP/1.1 200 OK\r\n"
private let length = "content-length: 3\r\n\r\nabc"

/// What HAProxy 2.6.12 sends to a client for these, but for its own `connection` line.
private let forwarded: [(String, String, String)] = [
  (ok + "Content-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  (ok + "X: a\u{1}\u{7f}\r\n" + length, "HTTP/1.1 200 OK\r\nx: a\u{1}\u{7f}\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.1\t200\t\u{1}x\r\n" + length, "HTTP/1.1 200 \u{1}x\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  (ok + "Content-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "none"),
  ("HTTP/1.1 200\r\n" + length, "HTTP/1.1 200 \r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.1 200 \r\n" + length, "HTTP/1.1 200 \r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.1  200  OK \r\n" + length, "HTTP/1.1 200 OK \r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.1 999 x\r\n" + length, "HTTP/1.1 999 x\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.1 200 \u{e9}\tx\r\n" + length, "HTTP/1.1 200 \u{e9}\tx\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.0 200 OK\r\n" + length, "HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/2.0 200 OK\r\n" + length, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("\r\n" + ok + length, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  ("HTTP/1.1 200 OK\ncontent-length: 3\n\nabc", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  (ok + "Connection: close\r\n" + length, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  (
    ok + "Connection: keep-alive, foo\r\n" + length,
    "HTTP/1.1 200 OK\r\nconnection: foo\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  (
    ok + "Keep-Alive: timeout=3\r\n" + length,
    "HTTP/1.1 200 OK\r\nkeep-alive: timeout=3\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  (ok + "Content-Length: 3, 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
  (
    ok + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + chunks,
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "chunked"
  ),
  (
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
    "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "chunked"
  ),
  ("HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n", "none"),
  ("HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n", "none"),
  ("HTTP/1.1 304 No\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 304 No\r\ncontent-length: 3\r\n\r\n", "none"),
  (
    "HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 304 No\r\ntransfer-encoding: chunked\r\n\r\n", "none"
  ),
  (
    "HTTP/1.1 205 No\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 205 No\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  ("HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "none"),
  ("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", "HTTP/1.1 103 Early\r\nlink: x\r\n\r\n", "none"),
  (
    ok + "Host: x y\r\nHost: z\r\n" + length,
    "HTTP/1.1 200 OK\r\nhost: x y\r\nhost: z\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  (
    ok + "X: a\r\n b\r\n" + length, "HTTP/1.1 200 OK\r\nx: a   b\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  (
    ok + "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n" + length,
    "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nset-cookie: c=d\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  (ok + "\r\nabc", "HTTP/1.1 200 OK\r\n\r\n", "untilClose"),
  (ok + "Connection: keep-alive\r\n\r\nabc", "HTTP/1.1 200 OK\r\n\r\n", "untilClose"),
  (
    ok + "Connection: upgrade\r\nUpgrade: foo\r\n" + length,
    "HTTP/1.1 200 OK\r\nconnection: upgrade\r\nupgrade: foo\r\ncontent-length: 3\r\n\r\n", "length(3)"
  ),
  (ok + "Upgrade: foo\r\n" + length, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", "length(3)"),
]

private let refused: [String] = [
  "HTTP/1.1 99 x\r\n" + length, "HTTP/1.1 1000 x\r\n" + length, "HTTP/1.1 000 x\r\n" + length,
  "HTTP/1.1 20x x\r\n" + length, "HTTP/1.1 200 \u{0}x\r\n" + length, "HTTX/1.1 200 OK\r\n" + length,
  "ICY 200 OK\r\n" + length, " " + ok + length, "HTTP/1.1\r\n" + length, "HTTP/1.1200 OK\r\n" + length,
  ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", ok + "Content-Length: x\r\n\r\nabc",
  ok + "Content-Length:\r\n\r\nabc", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks,
  ok + "Transfer-Encoding:\r\n\r\nabc", ok + "Transfer-Encoding: xchunked\r\n\r\nabc",
  ok + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunks,
  ok + "Transfer-Encoding: chunked, gzip\r\n\r\n" + chunks, ok + "Transfer-Encoding: gzip\r\n\r\nabc",
  ok + "Transfer-Encoding: identity\r\n\r\nabc", ok + ": a\r\n" + length, ok + "X : a\r\n" + length,
  ok + "X: \u{0}\r\n" + length, ok + "X: a\rb\r\n" + length, "HTTP/1.1 101 Sw\r\n\r\n",
  "HTTP/1.1 101 Sw\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\nhello",
]

@Suite struct ResponseHeadTests {
  @Test(arguments: forwarded) func isForwardedAsByHAProxy(_ row: (String, String, String)) {
    let outcome = response(row.0)
    #expect(outcome.written == row.1, "\(row.0.debugDescription) \(outcome)")
    #expect(outcome.body == row.2)
  }
  @Test(arguments: refused) func isRefused(_ text: String) {
    let outcome = response(text)
    #expect(outcome.status != 0, "\(text.debugDescription) \(outcome)")
  }
  @Test(arguments: [1, 2, 5]) func piecesChangeNothing(_ step: Int) {
    for text in forwarded.map(\.0) + refused {
      let whole = response(text)
      let pieces = response(text, step: step)
      #expect(whole == pieces, "\(text.debugDescription)")
    }
  }
  @Test func headHasNoBody() {
    let outcome = response(ok + "Transfer-Encoding: chunked\r\n\r\n", to: .head)
    #expect(outcome.written == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" && outcome.body == "none")
    #expect(outcome.isPersistent)
    #expect(response(ok + "\r\n", to: .head).body == "none")
    #expect(response(ok + "Content-Length: 3\r\n\r\n", to: .head).isPersistent)
  }
  @Test func connectOpensATunnel() {
    let outcome = response(ok + "Content-Length: 3\r\n\r\nabc", to: .connect)
    #expect(outcome.flags.contains(.tunnel) && outcome.body == "untilClose")
    let refusal = response("HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nabc", to: .connect)
    #expect(!refusal.flags.contains(.tunnel) && refusal.body == "length(3)")
  }
  @Test func switchOfProtocolsOpensATunnel() {
    let text = "HTTP/1.1 101 Sw\r\nConnection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n\r\nhello"
    let outcome = response(text, wantsUpgrade: true)
    #expect(outcome.flags.contains(.tunnel) && outcome.body == "untilClose")
    #expect(outcome.written == "HTTP/1.1 101 Sw\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n")
    #expect(outcome.rest == "hello")
    #expect(response("HTTP/1.1 101 Sw\r\n\r\nhello", wantsUpgrade: true).status != 0)
    // Anything but a 101 stays HTTP.
    let stays = response(ok + "Connection: upgrade\r\nUpgrade: foo\r\n" + length, wantsUpgrade: true)
    #expect(!stays.flags.contains(.tunnel) && stays.body == "length(3)")
  }
  @Test func persistence() {
    #expect(response(ok + length).isPersistent)
    #expect(!response(ok + "Connection: close\r\n" + length).isPersistent)
    #expect(!response("HTTP/1.0 200 OK\r\n" + length).isPersistent)
    #expect(response("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + length).isPersistent)
    #expect(!response(ok + "\r\n").isPersistent)
    #expect(!response(ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n").isPersistent)
    #expect(!response("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n").isPersistent)
  }
}
