import Memory
import Testing

@testable import LogForwarding

/// Messages on a connection (RFC 6587): counted, or ended by a line feed.
@Suite struct ForwardFrameTests {
  /// The first message of `text` and what is left behind it; or the name of what there is instead.
  private func first(of text: String, limit: Int = 64) -> (String, String) {
    let bytes = Bytes(permanent: text)
    switch ForwardFrame.first(of: bytes, limit: limit) {
    case .message(let start, let count, let rest):
      return (bytes[start..<(start + count)].latin1, bytes.dropFirst(start + count + rest).latin1)
    case .incomplete: return ("incomplete", "")
    case .invalid: return ("invalid", "")
    }
  }
  private func expect(_ text: String, _ message: String, _ rest: String = "", limit: Int = 64) {
    let found = first(of: text, limit: limit)
    #expect(found.0 == message, "\(text)")
    #expect(found.1 == rest, "\(text)")
  }

  @Test func takesLines() {
    expect("<34>hello\n", "<34>hello")
    expect("<34>hello\r\n", "<34>hello")
    expect("<34>a\rb\n<35>c\n", "<34>a\rb", "<35>c\n")
    expect("<\n<35>c", "<", "<35>c")
    expect("<34>hello", "incomplete")
    expect("", "incomplete")
  }

  @Test func takesCountedMessages() {
    expect("9 <34>hello", "<34>hello")
    expect("9 <34>hello9 <35>", "<34>hello", "9 <35>")
    expect("12 <34>hel\nlo\n1 x", "<34>hel\nlo\n1", " x")
    expect("9 <34>hell", "incomplete")
    expect("9", "incomplete")
    expect("9 ", "incomplete")
  }

  @Test func refusesWhatCannotEnd() {
    expect("hello\n", "invalid")
    expect("0 x", "invalid")
    expect(" 5 hello", "invalid")
    expect("5x hello", "invalid")
    expect("-5 hello", "invalid")
    expect("99999999999999999999999999 x", "invalid")
    expect("<" + String(repeating: "a", count: 64), "invalid")
    expect("<" + String(repeating: "a", count: 62), "incomplete")
  }

  @Test func keepsToTheLimit() {
    // The length and its blank count too.
    expect("7 <34>abc", "<34>abc", limit: 9)
    expect("7 <34>abc", "invalid", limit: 8)
    expect("64 x", "invalid")
  }
}
