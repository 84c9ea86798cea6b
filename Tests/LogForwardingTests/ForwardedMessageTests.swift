import Memory
import Observability
import Testing

/// Headers of syslog messages, taken apart as far as they can be read.
@Suite struct ForwardedMessageTests {
  private func parse(_ text: String) -> ForwardedMessage { ForwardedMessage(Bytes(permanent: text)) }
  private func fields(_ message: ForwardedMessage) -> [String] {
    [
      message.time, message.host, message.tag, message.processID, message.messageID, message.structuredData,
      message.text,
    ].map(\.latin1)
  }

  @Test func readsTheNewerForm() {
    let message = parse(
      "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 8710 ID47 [a@1 iut=\"3\"][b c=\"\\]\"] the text\n"
    )
    #expect(message.priority == 165)
    #expect(message.isModern)
    #expect(
      fields(message) == [
        "2003-10-11T22:14:15.003Z", "mymachine.example.com", "evntslog", "8710", "ID47",
        "[a@1 iut=\"3\"][b c=\"\\]\"]", "the text",
      ])
  }

  @Test func knowsFieldsThatAreNotGiven() {
    let message = parse("<34>1 - - - - - - text")
    #expect(message.isModern)
    #expect(fields(message) == ["", "", "", "", "", "", "text"])
    #expect(fields(parse("<34>1 - h t p m - ")) == ["", "h", "t", "p", "m", "", ""])
  }

  @Test(arguments: [
    "2003-10-11T22:14:15Z", "2003-10-11T22:14:15.1+01:00", "2003-10-11T22:14:15.123456-07:00", "-",
  ]) func readsTimes(time: String) { #expect(parse("<1>1 \(time) h t p m - x").isModern) }

  @Test(arguments: [
    "2003-10-11 22:14:15Z", "2003-10-11T22:14:15", "2003-10-11T22:14:15+0100", "2003-10-11T22:14:15.",
    "2003-10-11T2:14:15Z",
    "2003-10-11T22:14:15.123456789012345678901234567Z",
  ]) func refusesTimes(time: String) {
    let message = parse("<1>1 \(time) h t p m - x")
    #expect(!message.isModern)
    #expect(message.text.latin1 == "1 \(time) h t p m - x")
  }

  @Test func leavesABrokenHeaderWhole() {
    for rest in [
      "1 2003-10-11T22:14:15Z h a p m [a", "1 2003-10-11T22:14:15Z h a p m [a\\]",
      "1 2003-10-11T22:14:15Z h a p m [a]x",
      "1 2003-10-11T22:14:15Z h a p m", "1 2003-10-11T22:14:15Z h  p m - x", "2 - - - - - - x", "1",
    ] {
      let message = parse("<34>" + rest)
      #expect(!message.isModern)
      #expect(message.text.latin1 == rest)
      #expect(message.host.isEmpty)
    }
  }

  @Test func readsTheOlderForm() {
    let message = parse("<13>Oct  1 22:14:15 mymachine su[42]: failed\n\n")
    #expect(message.priority == 13)
    #expect(!message.isModern)
    #expect(fields(message) == ["Oct  1 22:14:15", "mymachine", "su", "42", "", "", "failed"])
    #expect(fields(parse("<13>Oct 11 22:14:15 h su: x")) == ["Oct 11 22:14:15", "h", "su", "", "", "", "x"])
    #expect(fields(parse("<13>Oct 11 22:14:15 h no tag")) == ["Oct 11 22:14:15", "h", "", "", "", "", "no tag"])
    // The tag is told; what stands where its number should is text.
    #expect(
      fields(parse("<13>Oct 11 22:14:15 h su[4]x: y")) == ["Oct 11 22:14:15", "h", "su", "", "", "", "su[4]x: y"])
    #expect(fields(parse("<13>Oct 11 22:14:15 h [4]: y")) == ["Oct 11 22:14:15", "h", "[4]", "", "", "", "y"])
  }

  @Test(arguments: ["Foo 11 22:14:15 h t: x", "Oct 11 22:14:1x h t: x", "Oct 11 22:14:15", "Oct 11 22:14:15 h", ""])
  func takesTheRestForText(text: String) {
    let message = parse("<13>" + text)
    #expect(message.time.isEmpty)
    #expect(message.text.latin1 == text)
  }

  @Test func readsPriorities() {
    #expect(parse("<0>x").priority == 0)
    #expect(parse("<1165>x").priority == 165)
    #expect(parse("<>x").priority == 0)
    #expect(parse("<99999999999999999999>x").text.latin1 == "x")
    for text in ["x", "<34x", "<3a>x", "<-1>x", ""] {
      #expect(parse(text).priority == nil)
      #expect(parse(text).text.latin1 == text)
    }
  }
}
