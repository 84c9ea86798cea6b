import System
import Testing

@testable import ConfigSyntax

struct LineLexerTests {
  private func words(_ line: String, _ context: LineContext = LineContext()) throws -> [String] {
    try LineLexer.words(of: line.latin1Bytes, in: context).words
  }

  private static let lines: [(String, [String])] = [
    ("a b  c", ["a", "b", "c"]), ("\t a\tb ", ["a", "b"]), ("", []), ("# a", []), ("a#b c", ["a"]),
    ("a\\ b", ["a b"]), ("a\\#b", ["a#b"]), ("a\\\\b", ["a\\b"]), ("a\\qb", ["a\\qb"]), ("a\\$b", ["a\\$b"]),
    ("a\\x41\\n", ["aA\n"]), ("'a\\ b' c", ["a\\ b", "c"]), ("\"a\\$b\\\"c d\"", ["a$b\"c d"]), ("\"\" b", ["", "b"]),
    ("a\"b\"'c'd", ["abcd"]), ("a\rb", ["a"]), ("a\\x00b c", ["a", "c"]), ("$A", ["$A"]), ("a\\", ["a\\"]),
    ("\u{e9} \u{ff}", ["\u{e9}", "\u{ff}"]), ("a\0b", ["a"]),
  ]

  @Test(arguments: lines) func cutsWords(line: String, expected: [String]) throws {
    #expect(try words(line) == expected)
  }

  @Test(arguments: [
    (#"a "b"#, LexicalError.Kind.unmatchedQuote, 2), ("a 'b", .unmatchedQuote, 2), (#"a \x4"#, .badHexadecimal, 2),
    (#"a "${B""#, .unmatchedBrace, 4), (#"a "$1""#, .badVariableName, 4), (#"a "${}""#, .badVariableName, 5),
    (#"a "${B[1]}""#, .badWordExpansion, 6), (#"a "$.NONE""#, .badVariableName, 4),
  ]) func errors(line: String, kind: LexicalError.Kind, offset: Int) {
    do {
      _ = try LineLexer.words(of: line.latin1Bytes, in: LineContext())
      Issue.record("accepted \(line)")
    } catch {
      #expect(error.kind == kind)
      #expect(error.offset == offset)
    }
  }

  @Test func variables() throws {
    OwnProcess.setEnvironment("WEIR_LEXER_LIST", " a  b ")
    OwnProcess.setEnvironment("WEIR_LEXER_EMPTY", "")
    let list = "WEIR_LEXER_LIST"
    #expect(try words("x \"$\(list)\"") == ["x", " a  b "])
    #expect(try words("x\"${\(list)[*]}\"y") == ["x", "a", "b", "y"])
    #expect(try words("\"${WEIR_LEXER_NONE-some thing}\"") == ["some thing"])
    #expect(try words("\"${WEIR_LEXER_EMPTY-some}\"") == [""])
    #expect(try words("'$\(list)'") == ["$\(list)"])
    let place = LineContext(file: "f.cfg", line: 7, section: "web")
    #expect(try words("\"$.FILE:${.LINE}/$.SECTION\"", place) == ["f.cfg:7/web"])
  }

  @Test func tooManyWords() throws {
    let line = (0..<70).map { "w\($0)" }.joined(separator: " ")
    let result = try LineLexer.words(of: line.latin1Bytes, in: LineContext())
    #expect(result.words.count == LineLexer.maximumWords)
    #expect(result.words.last == "w63")
    #expect(result.overflowPosition == 10 * 3 + 53 * 4 + 1)
  }

  @Test func columnsPointIntoTheLine() throws {
    let result = try LineLexer.words(of: #"  a "b c"  d"#.latin1Bytes, in: LineContext())
    #expect(result.columns == [2, 4, 11])
  }

  @Test func anyBytesAreEitherCutOrRefused() {
    var state: UInt64 = 1
    for _ in 0..<2000 {
      let line = (0..<40).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Array("ab \t\\\"'$#{}[*]-.x0\r\u{0}".utf8 + [0xff])[Int(state >> 33) % 21]
      }
      do throws(LexicalError) {
        let result = try LineLexer.words(of: line, in: LineContext())
        #expect(result.words.count == result.columns.count)
        #expect(result.columns == result.columns.sorted())
      } catch {
        #expect(error.offset < line.count)
      }
    }
  }
}
