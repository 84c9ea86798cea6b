import System

/// What pseudo-variables (`$.FILE`, `$.LINE`, `$.SECTION`) stand for on a line.
public struct LineContext: Sendable {
  public var file: String
  public var line: Int
  public var section: String
  public init(file: String = "", line: Int = 0, section: String = "") {
    self.file = file
    self.line = line
    self.section = section
  }
}

/// Why a line cannot be cut into words.
public struct LexicalError: Error, Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case unmatchedQuote, unmatchedBrace, badHexadecimal, badVariableName, badWordExpansion
  }
  public let kind: Kind
  /// The byte at fault, from 0.
  public let offset: Int
  /// Where the line shown with the error ends, when that is before its real end.
  public var shownEnd: Int?
}

/// Cuts a line into words as section 2.2 of the manual tells: quotes, escapes, comments and, within double quotes,
/// environment variables.
public struct LineLexer {
  /// Words beyond this one are an error.
  public static let maximumWords = 64

  public struct Result: Equatable, Sendable {
    public var words: [String] = []
    public var columns: [Int] = []
    /// Where the last kept word begins in the expanded text, from 1: only where there were too many words.
    public var overflowPosition: Int?
    /// A blank stands between the last word and the end or a comment.
    public var endsInBlank = false
  }

  private let line: [UInt8]
  private let context: LineContext
  private var at = 0
  private var word: [UInt8] = []
  private var inWord = false
  private var wordColumn = 0
  private var result = Result()
  /// Bytes of the expanded text before the word being made, each word with its terminator.
  private var expandedLength = 0
  private var lastWordStart = 0

  private init(_ line: [UInt8], _ context: LineContext) {
    self.line = line
    self.context = context
  }

  /// `line` without its line feed; what follows a NUL, or a CR outside quotes, is not looked at.
  public static func words(of line: [UInt8], in context: LineContext) throws(LexicalError) -> Result {
    var lexer = LineLexer(line.contains(0) ? Array(line.prefix { $0 != 0 }) : line, context)
    lexer.result.words.reserveCapacity(8)
    lexer.result.columns.reserveCapacity(8)
    try lexer.run()
    return lexer.result
  }

  private mutating func run() throws(LexicalError) {
    while at < line.count {
      let byte = line[at]
      switch byte {
      case UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "#"):
        result.endsInBlank = !inWord
        endWord()
        return
      case _ where byte.isSpace:
        endWord()
        at += 1
      case UInt8(ascii: "'"): try strongQuote()
      case UInt8(ascii: "\""): try weakQuote()
      case UInt8(ascii: "\\"): try escape(inQuotes: false)
      default: appendPlain()
      }
    }
    result.endsInBlank = !inWord
    endWord()
  }

  /// Takes the byte at the cursor, and those behind it that mean themselves.
  private mutating func appendPlain() {
    begin()
    let start = at
    repeat { at += 1 } while at < line.count && Self.isPlain(line[at])
    word.append(contentsOf: line[start..<at])
  }
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "#"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"): false
    default: !byte.isSpace
    }
  }

  private mutating func begin() {
    if inWord { return }
    inWord = true
    wordColumn = at
  }

  private mutating func append(_ byte: UInt8) {
    begin()
    word.append(byte)
    at += 1
  }

  private mutating func endWord() {
    guard inWord else { return }
    if result.words.count < Self.maximumWords {
      lastWordStart = expandedLength
      result.words.append(String(latin1: word.contains(0) ? word.prefix { $0 != 0 } : word[...]))
      result.columns.append(wordColumn)
    } else {
      result.overflowPosition = lastWordStart + 1
    }
    expandedLength += word.count + 1
    word.removeAll(keepingCapacity: true)
    inWord = false
  }

  private mutating func strongQuote() throws(LexicalError) {
    begin()
    let opening = at
    at += 1
    while at < line.count && line[at] != UInt8(ascii: "'") {
      if endsLine(line[at]) { throw LexicalError(kind: .unmatchedQuote, offset: opening) }
      word.append(line[at])
      at += 1
    }
    if at == line.count { throw LexicalError(kind: .unmatchedQuote, offset: opening) }
    at += 1
  }

  private mutating func weakQuote() throws(LexicalError) {
    begin()
    let opening = at
    at += 1
    while at < line.count && !endsLine(line[at]) {
      switch line[at] {
      case UInt8(ascii: "\""):
        at += 1
        return
      case UInt8(ascii: "\\"): try escape(inQuotes: true)
      case UInt8(ascii: "$"): try variable()
      default: append(line[at])
      }
    }
    throw LexicalError(kind: .unmatchedQuote, offset: opening)
  }

  private func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") }

  private mutating func escape(inQuotes: Bool) throws(LexicalError) {
    begin()
    guard at + 1 < line.count else { return append(UInt8(ascii: "\\")) }
    let next = line[at + 1]
    switch next {
    case UInt8(ascii: "\\"), UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "#"):
      at += 1
      append(next)
    case UInt8(ascii: "$") where inQuotes:
      at += 1
      append(next)
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 1
      append(next == UInt8(ascii: "n") ? 10 : next == UInt8(ascii: "r") ? 13 : 9)
    case UInt8(ascii: "x"):
      guard at + 3 < line.count, let high = line[at + 2].hexValue, let low = line[at + 3].hexValue else {
        throw LexicalError(kind: .badHexadecimal, offset: at)
      }
      at += 3
      append(high << 4 | low)
    default: append(UInt8(ascii: "\\"))
    }
  }

  private func byte(_ index: Int) -> UInt8? { index < line.count ? line[index] : nil }

  /// `$NAME`, `${NAME}`, `${NAME-default}`, `${NAME[*]}` at the cursor.
  private mutating func variable() throws(LexicalError) {
    var cursor = at + 1
    let brace: Int? = byte(cursor) == UInt8(ascii: "{") ? cursor : nil
    if brace != nil { cursor += 1 }
    let start = cursor
    let isPseudo = byte(cursor) == UInt8(ascii: ".")
    if isPseudo { cursor += 1 }
    let isNameStart = byte(cursor).map { $0.isLetter || $0 == UInt8(ascii: "_") } ?? false
    if !isNameStart && !isPseudo { throw LexicalError(kind: .badVariableName, offset: start) }
    while let next = byte(cursor), next.isLetter || next.isDigit || next == UInt8(ascii: "_") { cursor += 1 }
    let name = Array(line[start..<cursor])
    let nameEnd = cursor
    var value = isPseudo ? pseudoVariable(name) : OwnProcess.environment(String(latin1: name))?.latin1Bytes
    if isPseudo && value == nil { throw LexicalError(kind: .badVariableName, offset: start, shownEnd: nameEnd) }
    var isList = false
    if let brace {
      if byte(cursor) == UInt8(ascii: "[") {
        guard byte(cursor + 1) == UInt8(ascii: "*"), byte(cursor + 2) == UInt8(ascii: "]") else {
          throw LexicalError(kind: .badWordExpansion, offset: cursor)
        }
        isList = true
        cursor += 3
      }
      var fallback: ArraySlice<UInt8> = []
      if byte(cursor) == UInt8(ascii: "-") {
        let first = cursor + 1
        while let next = byte(cursor), next != UInt8(ascii: "}") { cursor += 1 }
        if cursor < line.count { fallback = line[first..<cursor] }
      }
      guard byte(cursor) == UInt8(ascii: "}") else { throw LexicalError(kind: .unmatchedBrace, offset: brace) }
      cursor += 1
      value = value ?? Array(fallback)
    }
    expand(value ?? [], asList: isList)
    at = cursor
  }

  private func pseudoVariable(_ name: [UInt8]) -> [UInt8]? {
    switch String(latin1: name) {
    case ".FILE": context.file.latin1Bytes
    case ".LINE": String(context.line).latin1Bytes
    case ".SECTION": context.section.latin1Bytes
    default: nil
    }
  }

  /// Adds a variable's value; as a list, each run of blanks in it ends a word.
  private mutating func expand(_ value: [UInt8], asList: Bool) {
    guard asList else {
      word.append(contentsOf: value)
      return
    }
    var index = 0
    while index < value.count {
      if value[index].isSpace {
        while index < value.count && value[index].isSpace { index += 1 }
        endWord()
        begin()
      } else {
        word.append(value[index])
        index += 1
      }
    }
  }
}
