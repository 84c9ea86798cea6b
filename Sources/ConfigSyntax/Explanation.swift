import System

/// Where a message points to and what would help: more than HAProxy tells.
public struct Explanation: Sendable, Equatable {
  public let file: String
  public let line: Int
  /// From 1, in bytes; 0 where the message is about no certain word.
  public let column: Int
  /// How many bytes are marked.
  let width: Int
  /// The line as it is written.
  let source: String
  /// What does the same today, or another remark.
  public let hint: String?
  /// The hint is lines to be pasted.
  let isReplacement: Bool

  /// The explanation of a message that names a place as `[file:line]`; nil for others, and where the file cannot be
  /// read any more.
  public init?(of text: String) {
    guard let place = Explanation.place(in: text) else { return nil }
    (file, line) = place
    guard line > 0, let source = Explanation.line(line, of: file) else { return nil }
    self.source = source
    let words = Explanation.words(source)
    let word = Explanation.wordAtFault(text, source, words)
    column = word.map { $0.start + 1 } ?? 0
    width = word?.count ?? 0
    if let modern = ModernLine.replacing(words), Explanation.isRemoval(text) {
      hint = modern
      isReplacement = true
    } else {
      hint = Explanation.remark(text, words)
      isReplacement = false
    }
  }

  /// The lines under a message on a terminal.
  public var lines: String {
    let number = String(line)
    let margin = String(repeating: " ", count: number.utf8.count + 1)
    let indent = source.unicodeScalars.prefix { $0 == " " || $0 == "\t" }.count
    let start = max(0, column - 1 - indent)
    let (shown, at) = Excerpt.cut(Array(source.latin1Bytes.dropFirst(indent)), at: start, width: 110)
    var text = "\(margin)--> \(file):\(line)\(column > 0 ? ":\(column)" : "")\n"
    text += "\(margin)|\n\(number) | \(String(latin1: shown))\n\(margin)| "
    let marks = max(1, min(width, 110 - at))
    text += column > 0 ? String(repeating: " ", count: at) + String(repeating: "^", count: marks) + "\n" : "\n"
    guard let hint else { return text }
    if !isReplacement { return text + "\(margin)= \(hint)\n" }
    text += "\(margin)= write instead:\n"
    for line in hint.split(separator: "\n") { text += "\(margin)    \(line)\n" }
    return text
  }

  // MARK: - Finding the place

  private static func place(in text: String) -> (String, Int)? {
    var rest = text[...]
    while let open = rest.firstIndex(of: "[") {
      rest = rest[rest.index(after: open)...]
      guard let close = rest.firstIndex(of: "]") else { return nil }
      let inside = rest[..<close]
      if let colon = inside.lastIndex(of: ":"), let number = Int(inside[inside.index(after: colon)...]),
        colon > inside.startIndex
      {
        return (String(inside[..<colon]), number)
      }
    }
    return nil
  }

  private static func line(_ number: Int, of file: String) -> String? {
    guard let content = try? Files.read(file, limit: 64 << 20) else { return nil }
    var left = number - 1
    var start = 0
    while left > 0 {
      guard let end = content[start...].firstIndex(of: 10) else { return nil }
      start = end + 1
      left -= 1
    }
    let end = content[start...].firstIndex(of: 10) ?? content.count
    return String(latin1: content[start..<end].filter { $0 != 13 })
  }

  /// The words of a line, quotes and backslashes taken off as the reader does; a comment ends it.
  static func words(_ source: String) -> [String] { scan(source).words }

  /// The words, and how many bytes of the line are no comment.
  private static func scan(_ source: String) -> (words: [String], length: Int) {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var isOpen = false
    var quote: Unicode.Scalar?
    var isEscaped = false
    for (at, c) in source.unicodeScalars.enumerated() {
      if isEscaped {
        if !" #\\\"'".unicodeScalars.contains(c) { word.append("\\") }
        word.append(c)
        isEscaped = false
        continue
      }
      switch c {
      case "\\" where quote != "'": (isEscaped, isOpen) = (true, true)
      case "\"", "'":
        if quote == nil { (quote, isOpen) = (c, true) } else if quote == c { quote = nil } else { word.append(c) }
      case " " where quote == nil, "\t" where quote == nil:
        if isOpen { words.append(String(word)) }
        (word, isOpen) = (String.UnicodeScalarView(), false)
      case "#" where quote == nil:
        if isOpen { words.append(String(word)) }
        return (words, at)
      default:
        word.append(c)
        isOpen = true
      }
    }
    if isOpen { words.append(String(word)) }
    return (words, source.unicodeScalars.count)
  }

  /// The last word that the message quotes and the line has; else the keyword.
  private static func wordAtFault(_ text: String, _ source: String, _ words: [String]) -> (start: Int, count: Int)? {
    let line = Array(source.latin1Bytes.prefix(scan(source).length))
    let names = quotedWords(text)
    for quoted in names.reversed() where quoted != words.first || names.allSatisfy({ $0 == quoted }) {
      if let found = lastPlace(of: quoted.latin1Bytes, in: line) { return (found, quoted.unicodeScalars.count) }
    }
    guard let keyword = words.first, let found = lastPlace(of: keyword.latin1Bytes, in: line, first: true) else {
      return nil
    }
    return (found, keyword.unicodeScalars.count)
  }

  private static func quotedWords(_ text: String) -> [String] {
    let pieces = text.split(separator: "'", omittingEmptySubsequences: false)
    return stride(from: 1, to: pieces.count, by: 2).map { String(pieces[$0]) }.filter { !$0.isEmpty }
  }

  /// Where a whole word stands in a line.
  private static func lastPlace(of word: [UInt8], in line: [UInt8], first: Bool = false) -> Int? {
    if word.isEmpty || word.count > line.count { return nil }
    func isEdge(_ i: Int) -> Bool {
      if i < 0 || i >= line.count { return true }
      let c = line[i] | 0x20
      return !(c >= 97 && c <= 122 || line[i].isDigit || line[i] == 0x2d || line[i] == 0x5f)
    }
    let places = 0...(line.count - word.count)
    func matches(_ i: Int) -> Bool {
      line[i..<i + word.count].elementsEqual(word) && isEdge(i - 1) && isEdge(i + word.count)
    }
    return first ? places.first(where: matches) : places.last(where: matches)
  }

  // MARK: - Hints

  /// Whether the message is about something that was written otherwise in older versions.
  private static func isRemoval(_ text: String) -> Bool {
    let signs = [
      "not supported any", "doesn't exist anymore", "unexpected argument", "unknown keyword", "is deprecated",
      "please use the 'bind' keyword", "'listen' or 'defaults' expected", "only allowed after a 'source'",
      "expects 'inspect-delay', 'connection', or 'content'", "while parsing redirect rule : expects",
      "'process' : '",
    ]
    return signs.contains { text.contains($0) }
  }

  private static func remark(_ text: String, _ words: [String]) -> String? {
    if let remark = ModernLine.remark(on: words) { return remark }
    if text.contains("not implemented by Weir yet") { return "HAProxy has it; docs/support.md tells what Weir has" }
    if text.contains("Missing LF on last line") { return "end the file with a line end" }
    if text.contains("missing timeouts for") {
      return "set 'timeout client', 'timeout connect' and 'timeout server' in 'defaults'"
    }
    if text.contains("has no 'bind' directive") { return "add a 'bind' line, or make it a 'backend'" }
    if text.contains("followed by a condition but found") || text.contains("only accepts 'if' or 'unless'") {
      return "a value with blanks stands in quotes"
    }
    if text.contains("no such ACL") { return "declare it with 'acl <name> ...' before this line" }
    return nil
  }
}
