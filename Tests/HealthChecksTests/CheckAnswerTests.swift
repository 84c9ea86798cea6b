import Memory
import Testing

@testable import HealthChecks

struct CheckAnswerTests {
  private static func read(
    _ text: String, ended: Bool = false, head: Bool = false
  ) -> (CheckAnswer.Reading, status: Int, body: String, whole: Bool) {
    let pool = BufferPool(bufferSize: 16384)
    guard var buffer = pool.take() else { return (.invalid, 0, "", false) }
    _ = buffer.append(Array(text.utf8))
    let answer = CheckAnswer()
    let reading = answer.read(&buffer, asksForHead: head, ended: ended)
    guard reading == .complete else { return (reading, 0, "", false) }
    return (reading, answer.status, answer.body.latin1, answer.isBodyWhole)
  }

  @Test(
    arguments: [
      ("", .needMore), ("HTTP/1.1 200 OK\r\nX: y", .needMore), ("HTTP/1.1 200 OK\r\n\r\n", .complete),
      ("SSH-2.0-OpenSSH\r\n", .invalid), ("HTTP/1.1 200 OK\r\nfoo bar\r\n\r\n", .invalid),
      ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", .invalid),
      ("HTTP/1.1 100 Continue\r\n\r\nhello", .invalid), ("HTTP/1.1 100 Continue\r\n\r\nHTT", .complete),
    ] as [(String, CheckAnswer.Reading)])
  func heads(_ text: String, _ reading: CheckAnswer.Reading) { #expect(Self.read(text).0 == reading) }

  @Test(arguments: [("200 OK", 200), ("99 x", 99), ("1000 x", 1000), ("7", 7), ("503", 503)])
  func numbersThatAreNoStatus(_ line: String, _ status: Int) {
    #expect(Self.read("HTTP/1.1 \(line)\r\n\r\n").status == status)
  }

  @Test func bodies() {
    let whole = Self.read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello")
    #expect(whole.body == "he" && whole.whole)
    let part = Self.read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
    #expect(part.body == "hello" && !part.whole)
    let chunked = Self.read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
    #expect(chunked.body == "hello" && chunked.whole)
    #expect(Self.read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", head: true).whole)
    #expect(Self.read("HTTP/1.0 200 OK\r\n\r\nabc", ended: true).whole)
  }

  @Test(arguments: [
    ("0\r\n", false, true), ("0\r\n\r", false, true), ("0\r\nX: y\r\n", false, true), ("0\r\n\r\n", true, true),
    ("0\r\nX: y\r\n\r\n", true, true), ("0\r\nX: y\r\n z\r\n\r\n", true, true), ("0\r\nbad\r\n\r\n", false, false),
    ("0\r\n: y\r\n", false, false), ("0\r\n x: y\r\n", false, false),
    ("0\r\n" + String(repeating: "X: y\r\n", count: 200), false, false),
  ])
  func endsOfChunkedBodies(_ tail: String, _ isWhole: Bool, _ isValid: Bool) {
    let pool = BufferPool(bufferSize: 16384)
    guard var buffer = pool.take() else { return }
    _ = buffer.append(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n\(tail)".utf8))
    let answer = CheckAnswer()
    #expect(answer.read(&buffer, asksForHead: false, ended: false) == .complete)
    #expect(answer.isBodyWhole == isWhole && answer.isBodyInvalid == !isValid)
  }
}
