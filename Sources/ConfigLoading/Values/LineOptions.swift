import ConfigSyntax
import Configuration

/// Why an option of a `bind` or `server` line is no good.
enum OptionError: Error, Equatable {
  /// HAProxy's text, without the line's own prefix.
  case text(String)
  /// What is wrong was said; that the option failed was not.
  case reported
  /// Everything was said.
  case silent
}

/// The words after a `bind` or `server` line's addresses: a cursor that options read their arguments through.
struct OptionCursor {
  let line: ConfigLine
  /// Where the option's own name stands.
  var at: Int
  /// Arguments read so far.
  private(set) var consumed = 0

  init(line: ConfigLine, at: Int) {
    self.line = line
    self.at = at
  }

  var name: String { line[at] }
  /// The next argument, not yet taken.
  var next: String { line[at + 1 + consumed] }
  /// Takes the next argument; empty where there is none.
  mutating func take() -> String {
    let word = next
    consumed += 1
    return word
  }
  /// Takes the next argument or fails with `message` where there is none.
  mutating func take(orFail message: String) throws(OptionError) -> String {
    let word = take()
    if word.isEmpty { throw .text(message) }
    return word
  }
  /// Moves on to the option after this one's arguments.
  mutating func advance() {
    at = min(at + 1 + consumed, line.count)
    consumed = 0
  }
}

/// Text with line feeds inside a message that has a prefix: each line is indented on a line of its own.
func indentedMessage(_ text: String) -> String {
  guard text.unicodeScalars.contains("\n") else { return text }
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
  return "\n" + lines
}
