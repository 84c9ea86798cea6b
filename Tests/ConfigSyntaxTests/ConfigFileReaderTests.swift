import Testing

@testable import ConfigSyntax

struct ConfigFileReaderTests {
  private static let facts = BuildFacts(compatibleVersion: "2.6.12", features: [])

  /// The words of the lines that are read, and the messages.
  private func read(_ text: String, diagnosing: Bool = false) -> (lines: [[String]], said: [String], flags: LoadFlags) {
    let diagnostics = Diagnostics(version: "test", printing: false)
    diagnostics.isDiagnosing = diagnosing
    var reader = ConfigFileReader(file: "f", content: text.latin1Bytes, facts: Self.facts)
    var lines: [[String]] = []
    while let line = reader.next(section: "s", diagnostics: diagnostics) { lines.append(line.words) }
    return (lines, diagnostics.entries.map { "\($0.severity.rawValue) \($0.text)" }, reader.flags)
  }

  @Test func linesAndNumbers() {
    let result = read("a b\n\n# c\n  d \"$.LINE\"\r\ne\n")
    #expect(result.lines == [["a", "b"], ["d", "4"], ["e"]])
    #expect(result.said.isEmpty && result.flags == [])
  }

  @Test func branches() {
    let text = """
      .if 0
        a
      .elif 1
        b
        .if 0
          c
        .else
          d
        .endif
      .elif foo(
        e
      .else
        f
      .endif
      g

      """
    #expect(read(text).lines == [["b"], ["d"], ["g"]])
  }

  @Test func skippedBranchesAreNotLookedInto() {
    #expect(read(".if 0\n.if foo\n.foo\n.alert x\n.endif\n.endif\na\n").said.isEmpty)
  }

  @Test(arguments: [
    (".endif\n", "ALERT parsing [f:1]: lone '.endif' with no matching '.if'."),
    (".if 1\n", "ALERT parsing [f:1]: non-terminated '.if' block."),
    (".if 1\n.else\n.else\n", "ALERT parsing [f:3]: '.else' after '.else' is not permitted."),
    (
      ".if foo\n",
      "ALERT parsing [f:1]: unparsable conditional expression 'foo' in '.if' at position 1:\n  .if foo\n      ^"
    ),
    (".foo\n", "ALERT parsing [f:1]: unknown directive '.foo'."),
    ("a", "ALERT parsing [f:1]: Missing LF on last line, file might have been truncated at position 2."),
    ("a\0b\nc\n", "ALERT parsing [f:1]: Stray NUL character at position 2."),
    ("  a 'b\n", "ALERT parsing [f:1]: unmatched quote at position 5:\n  a 'b\n    ^"),
    (".alert \"x y\"\n", "ALERT parsing [f:1]: 'x y'."), (".warning x\n", "WARNING parsing [f:1]: 'x'."),
    (".notice x\n", "NOTICE parsing [f:1]: 'x'."),
    (
      ".notice x y\n",
      "ALERT parsing [f:1]: Unexpected argument 'y' for '.notice'. Use quotes if the message should contain spaces."
    ),
  ]) func messages(text: String, message: String) { #expect(read(text).said.first == message) }

  @Test func diagnosticsOnlyWhereAsked() {
    #expect(read(".diag x\n").said.isEmpty)
    #expect(read(".diag x\n", diagnosing: true).said == ["DIAG parsing [f:1]: 'x'."])
  }

  @Test func nestingIsBounded() {
    let text = String(repeating: ".if 1\n", count: 200)
    #expect(read(text).said == ["ALERT parsing [f:100]: too many nested '.if', max is 100."])
  }

  @Test func stopsAfterFiftyErrors() {
    let result = read(String(repeating: "a '\n", count: 90))
    #expect(result.said.count == 51)
    #expect(result.said.last == "ALERT parsing [f:51]: too many fatal errors (50), stopping now.")
    #expect(result.flags.contains(.fatal) && !result.flags.contains(.abort))
  }

  @Test func alertsStopReading() {
    let result = read(".alert x\na\n")
    #expect(result.lines.isEmpty && result.flags.contains(.abort))
  }

  @Test func prefixes() {
    let diagnostics = Diagnostics(version: "test", printing: false)
    var reader = ConfigFileReader(
      file: "f", content: "no option x\ndefault option y\nno maxconn 3\n".latin1Bytes, facts: Self.facts)
    let first = reader.next(section: "", diagnostics: diagnostics)
    #expect(first?.prefix == .no && first?.words == ["option", "x"])
    let second = reader.next(section: "", diagnostics: diagnostics)
    #expect(second?.prefix == .default && second?.words == ["option", "y", "y"])
    _ = reader.next(section: "", diagnostics: diagnostics)
    #expect(diagnostics.entries.count == 1)
  }
}
