/// Reads the lines of one file: cuts them into words, follows the dot-directives, and reports what is wrong with them.
/// One line at a time, since variables set by a line are seen by the next.
public struct ConfigFileReader {
  /// Errors in one file after which reading it stops.
  public static let maximumErrors = 50
  private static let negatable: Set<String> = [
    "option", "log", "busy-polling", "set-dumpable", "strict-limits", "insecure-fork-wanted", "numa-cpu-mapping",
  ]

  public let file: String
  public private(set) var flags: LoadFlags = []
  /// The number of the line last read, from 1.
  public private(set) var lineNumber = 0
  private let content: [UInt8]
  private let facts: BuildFacts
  private var at = 0
  private var errorCount = 0
  private var blocks = ConditionalBlocks()
  /// Where the last line ended without a line feed, from 0.
  private var missingLineFeed: Int?
  private var isDone = false

  public init(file: String, content: [UInt8], facts: BuildFacts) {
    self.file = file
    self.content = content
    self.facts = facts
  }

  /// The caller found errors in the line it was given.
  public mutating func countError() { errorCount += 1 }

  /// The next line that is no directive and not skipped; nil after the last, or where reading must stop.
  /// `section` is what `$.SECTION` stands for.
  public mutating func next(section: String, diagnostics: Diagnostics) -> ConfigLine? {
    while !isDone {
      guard let text = nextText(diagnostics) else {
        finish(diagnostics)
        return nil
      }
      lineNumber += 1
      if errorCount >= Self.maximumErrors {
        fail("too many fatal errors (\(errorCount)), stopping now.", .fatal, diagnostics)
        isDone = true
        return nil
      }
      guard var line = words(of: text, section, diagnostics), line.count > 0 else { continue }
      if line.keyword.utf8.first == UInt8(ascii: ".") {
        directive(line, diagnostics)
        continue
      }
      if blocks.isSkipping { continue }
      line.takePrefix()
      if line.prefix != .none && !Self.negatable.contains(line.keyword) {
        fail(
          "negation/default currently supported only for options, log, busy-polling, set-dumpable, strict-limits, "
            + "insecure-fork-wanted and numa-cpu-mapping.", .fatal, diagnostics)
      }
      return line
    }
    return nil
  }

  // MARK: - Lines

  private mutating func nextText(_ diagnostics: Diagnostics) -> [UInt8]? {
    guard at < content.count else { return nil }
    if let missing = missingLineFeed {
      missingLineFeed = nil
      fail("Stray NUL character at position \(missing + 1).", .fatal, diagnostics)
      return nil
    }
    let line = content[at..<(content[at...].firstIndex(of: 0x0a) ?? content.count)]
    let hasLineFeed = line.endIndex < content.count
    at = line.endIndex + 1
    let visible = Array(line.contains(0) ? line.prefix { $0 != 0 } : line)
    if !hasLineFeed || visible.count < line.count { missingLineFeed = visible.count }
    return visible
  }

  private mutating func finish(_ diagnostics: Diagnostics) {
    isDone = true
    if let missing = missingLineFeed {
      fail(
        "Missing LF on last line, file might have been truncated at position \(missing + 1).", .fatal, diagnostics)
    }
    if blocks.isOpen { fail("non-terminated '.if' block.", .abort, diagnostics) }
  }

  /// Reports an error of the current line.
  private mutating func fail(_ text: String, _ grade: LoadFlags, _ diagnostics: Diagnostics) {
    diagnostics.alert("parsing [\(file):\(lineNumber)]: \(text)")
    flags.formUnion([.alert, .fatal, grade])
    errorCount += 1
    if grade == .abort { isDone = true }
  }

  private mutating func words(of text: [UInt8], _ section: String, _ diagnostics: Diagnostics) -> ConfigLine? {
    do {
      let cut = try LineLexer.words(of: text, in: LineContext(file: file, line: lineNumber, section: section))
      if let position = cut.overflowPosition {
        let last = cut.words.last ?? ""
        fail(
          "too many words, truncating after word \(LineLexer.maximumWords), position \(position): <\(last)>.", .fatal,
          diagnostics)
        return nil
      }
      var line = ConfigLine(file: file, number: lineNumber, words: cut.words, columns: cut.columns)
      line.endsInBlank = cut.endsInBlank
      return line
    } catch {
      let shown = Excerpt.lines(Array(text.prefix(error.shownEnd ?? text.count)), at: error.offset)
      fail("\(error.description) at position \(error.offset + 1):\n\(shown)", .fatal, diagnostics)
      return nil
    }
  }

  // MARK: - Directives

  private mutating func directive(_ line: ConfigLine, _ diagnostics: Diagnostics) {
    switch line.keyword {
    case ".if": openBlock(line, diagnostics)
    case ".elif":
      guard checkInside(line, diagnostics) else { return }
      if blocks.isAfterElse { return fail("'.elif' after '.else' is not permitted.", .abort, diagnostics) }
      if blocks.needsCondition {
        guard let holds = condition(line, diagnostics) else { return }
        blocks.next(holds ? .taken : .notYet)
      } else {
        blocks.next(.done)
      }
    case ".else":
      guard checkEnd(line, diagnostics), checkInside(line, diagnostics) else { return }
      if blocks.isAfterElse { return fail("'.else' after '.else' is not permitted.", .abort, diagnostics) }
      blocks.turnToElse()
    case ".endif":
      guard checkEnd(line, diagnostics), checkInside(line, diagnostics) else { return }
      blocks.close()
    case _ where blocks.isSkipping: break
    case ".diag", ".notice", ".warning", ".alert": report(line, diagnostics)
    default:
      fail("unknown directive '\(line.keyword)'.", .fatal, diagnostics)
      skipRest()
    }
  }

  private mutating func checkInside(_ line: ConfigLine, _ diagnostics: Diagnostics) -> Bool {
    if blocks.isOpen { return true }
    fail("lone '\(line.keyword)' with no matching '.if'.", .abort, diagnostics)
    return false
  }

  /// An argument after `.else` or `.endif` ends the reading of the file.
  private mutating func checkEnd(_ line: ConfigLine, _ diagnostics: Diagnostics) -> Bool {
    if line[1].isEmpty { return true }
    fail("Unexpected argument '\(line[1])' for '\(line.keyword)'.", .fatal, diagnostics)
    flags.insert(.abort)
    skipRest()
    return false
  }

  /// Nothing more of the file is read, but open blocks are still reported.
  private mutating func skipRest() {
    at = content.count
    missingLineFeed = nil
  }

  private mutating func openBlock(_ line: ConfigLine, _ diagnostics: Diagnostics) {
    guard blocks.canNest else {
      return fail("too many nested '.if', max is \(ConditionalBlocks.maximumNesting).", .abort, diagnostics)
    }
    if blocks.isSkipping { return blocks.open(.done) }
    guard let holds = condition(line, diagnostics) else { return }
    blocks.open(holds ? .taken : .notYet)
  }

  /// Whether a directive's condition holds; nil after an error.
  private mutating func condition(_ line: ConfigLine, _ diagnostics: Diagnostics) -> Bool? {
    let text = line.arguments.joined(separator: " ") + (line.endsInBlank && line.count > 1 ? " " : "")
    do {
      return try ConditionExpression.evaluate(text, facts: facts)
    } catch {
      let (shown, position) = Excerpt.cut(
        text.latin1Bytes, at: error.offset, width: Excerpt.width - line.keyword.utf8.count - 1)
      let indent = String(repeating: " ", count: line.keyword.utf8.count + 1 + position)
      fail(
        "\(error.message) in '\(line.keyword)' at position \(error.offset + 1):\n"
          + "  \(line.keyword) \(String(latin1: shown))\n  \(indent)^", .abort, diagnostics)
      return nil
    }
  }

  private mutating func report(_ line: ConfigLine, _ diagnostics: Diagnostics) {
    guard line[2].isEmpty else {
      return fail(
        "Unexpected argument '\(line[2])' for '\(line.keyword)'. Use quotes if the message should contain spaces.",
        .fatal, diagnostics)
    }
    let text = "parsing [\(file):\(lineNumber)]: '\(line[1])'."
    switch line.keyword {
    case ".alert":
      diagnostics.alert(text)
      flags.formUnion([.alert, .fatal, .abort])
      isDone = true
    case ".warning":
      diagnostics.warning(text)
      flags.insert(.warning)
    case ".notice": diagnostics.notice(text)
    default: diagnostics.diagnostic(text)
    }
  }
}

extension LexicalError {
  var description: String {
    switch kind {
    case .unmatchedQuote: "unmatched quote"
    case .unmatchedBrace: "unmatched brace in environment variable name"
    case .badHexadecimal: "truncated or invalid hexadecimal sequence"
    case .badVariableName: "forbidden first char in environment variable name"
    case .badWordExpansion: "truncated or invalid word expansion sequence"
    }
  }
}
