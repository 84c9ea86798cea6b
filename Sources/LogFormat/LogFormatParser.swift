import Memory
public import Samples

extension LogFormat {
  /// Compiles a log-format string, whose scalars stand for bytes.
  ///
  /// - Parameters:
  ///   - flags: those of the directive: `mandatory` and `mergeSpaces` for log lines; `mergeSpaces`, and `http` in HTTP
  ///     mode, for `unique-id-format`; `http` for what becomes part of an HTTP message; none for variables and names.
  ///   - isHTTP: the mode of the proxy.
  ///   - places: where the string is evaluated; its expressions must be available at one of them.
  ///   - compiler: takes the expressions.
  public init(
    _ text: String, flags: LogFieldFlags, isHTTP: Bool, places: CheckPoints, site: ExpressionSite,
    compiler: SampleCompiler
  ) throws(LogFormatError) {
    var parser = LogFormatParser(text, flags: flags, isHTTP: isHTTP, places: places, compiler: (compiler, site))
    try parser.run()
    let isResponse = places.rawValue >= CheckPoints(.serverSource).rawValue
    self.init(
      nodes: parser.nodes, texts: parser.texts, source: text, warnings: parser.warnings,
      options: isResponse ? [.final, .response] : .final)
    isPlain = parser.isPlain
    needsHTTP = parser.needsHTTP
  }

  /// Compiles a string of text and aliases only: an expression in it is refused.
  public init(_ text: String, flags: LogFieldFlags, isHTTP: Bool) throws(LogFormatError) {
    var parser = LogFormatParser(text, flags: flags, isHTTP: isHTTP, places: [], compiler: nil)
    try parser.run()
    self.init(nodes: parser.nodes, texts: parser.texts, source: text, warnings: [], options: .final)
  }
}

struct LogFormatParser {
  private let text: String
  private let input: [UInt8]
  private let isHTTP: Bool
  private let places: CheckPoints
  private let compiler: (SampleCompiler, ExpressionSite)?
  /// Flags for the fields that follow: `%{...}o` changes them.
  private var flags: LogFieldFlags
  private(set) var nodes: [LogFormat.Node] = []
  private(set) var texts: [UInt8] = []
  private(set) var warnings: [String] = []
  private var i = 0
  private(set) var needsHTTP = false
  /// How often text began: a percent sign that was doubled begins another piece.
  private var textPieces = 0
  var isPlain: Bool { nodes.isEmpty || nodes.count == 1 && nodes[0].kind == .text && textPieces < 2 }

  init(
    _ text: String, flags: LogFieldFlags, isHTTP: Bool, places: CheckPoints,
    compiler: (SampleCompiler, ExpressionSite)?
  ) {
    self.compiler = compiler
    self.text = text
    self.places = places
    input = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    self.flags = flags
    self.isHTTP = isHTTP
  }

  mutating func run() throws(LogFormatError) {
    do throws(LogFormatError) {
      try read()
    } catch {
      var error = error
      error.warnings = warnings
      error.isStarted = !nodes.isEmpty
      throw error
    }
  }

  private mutating func read() throws(LogFormatError) {
    while i < input.count {
      let c = input[i]
      i += 1
      if c == UInt8(ascii: "%") {
        try field()
      } else if c == UInt8(ascii: " ") {
        separator()
      } else {
        literal(c)
      }
    }
  }

  private func isLetter(_ c: UInt8) -> Bool { (c | 0x20) &- 97 < 26 }
  private func isDigit(_ c: UInt8) -> Bool { c &- 48 < 10 }

  /// After a `%`. What is no name, brace, bracket, digit nor blank stands for itself.
  private mutating func field() throws(LogFormatError) {
    guard i < input.count else { throw LogFormatError("truncated line after '%'") }
    let c = input[i]
    if isLetter(c) { return try alias(add: [], remove: []) }
    switch c {
    case UInt8(ascii: "{"): try fieldWithFlags()
    case UInt8(ascii: "["): try expression(flags)
    default:
      if isDigit(c) || c == UInt8(ascii: " ") || 9...13 ~= c {
        throw LogFormatError(
          "unexpected variable name near '\(string(i..<i + 1))' at position \(i) line : '\(string(0..<input.count))'. "
            + "Maybe you want to write a single '%', use the syntax '%%'")
      }
      i += 1
      if nodes.last?.kind == .text { textPieces += 1 }
      literal(c)
    }
  }

  private mutating func fieldWithFlags() throws(LogFormatError) {
    let start = i - 1
    i += 1
    guard let end = input[i...].firstIndex(of: UInt8(ascii: "}")) else {
      throw LogFormatError("truncated line after '\(string(i..<input.count))'")
    }
    let (add, remove) = LogFormatParser.flagChanges(input[i..<end])
    i = end + 1
    if i < input.count {
      if input[i] == UInt8(ascii: "[") { return try expression(flags.union(add).subtracting(remove)) }
      if isLetter(input[i]) || isDigit(input[i]) { return try alias(add: add, remove: remove) }
    }
    throw LogFormatError("parse argument modifier without variable name near '\(string(start..<end + 1))'")
  }

  /// `+Q,-X`: a sign starts a word, a comma ends it; words without a sign and unknown ones change nothing.
  private static func flagChanges(_ words: ArraySlice<UInt8>) -> (add: LogFieldFlags, remove: LogFieldFlags) {
    var add: LogFieldFlags = []
    var remove: LogFieldFlags = []
    var sign: UInt8 = 0
    var word: [UInt8] = []
    for c in words + [UInt8(ascii: ",")] {
      switch c {
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        sign = c
        word = []
      case UInt8(ascii: ","):
        let flag: LogFieldFlags =
          switch word {
          case Array("Q".utf8): .quote
          case Array("X".utf8): .hexadecimal
          case Array("E".utf8): .escape
          default: []
          }
        if sign == UInt8(ascii: "+") {
          add.formUnion(flag)
          remove.subtract(flag)
        } else if sign == UInt8(ascii: "-") {
          remove.formUnion(flag)
          add.subtract(flag)
        }
        word = []
        sign = 0
      default: word.append(c)
      }
    }
    return (add, remove)
  }

  private mutating func alias(add: LogFieldFlags, remove: LogFieldFlags) throws(LogFormatError) {
    let start = i
    while i < input.count, isLetter(input[i]) || isDigit(input[i]) { i += 1 }
    let name = string(start..<i)
    guard let alias = LogAlias(name: name) else {
      throw LogFormatError(
        "no such format variable '\(name)'. If you wanted to emit the '%' character verbatim, you need to use '%%'")
    }
    if alias.needsHTTPMode && !isHTTP { throw LogFormatError("format variable '\(name)' is reserved for HTTP mode") }
    if alias.looksAtHTTP { needsHTTP = true }
    let changed = flags.union(add).subtracting(remove)
    if alias == .flagsForAll {
      flags = changed
    } else {
      nodes.append(LogFormat.Node(kind: .alias, alias: alias, flags: changed))
    }
  }

  /// `%[fetch,converter...]`, the place being at the bracket.
  private mutating func expression(_ flags: LogFieldFlags) throws(LogFormatError) {
    guard let (compiler, site) = compiler else { throw LogFormatError("'%[' is not implemented by Weir yet") }
    let start = i + 1
    let rest = string(start..<input.count)
    let parsed: ParsedExpression
    let end: Int
    do {
      (parsed, end) = try compiler.parse(embeddedIn: text, from: start, site: site)
    } catch {
      throw LogFormatError("failed to parse sample expression <\(rest)> : \(error.message)")
    }
    if parsed.fetch.places.isDisjoint(with: places) {
      throw LogFormatError(
        "sample fetch <\(rest)> may not be reliably used here because it needs '\(parsed.fetch.sourceNames)' "
          + "which is not available here")
    }
    let readsBuffer = parsed.fetch.sources.contains { $0 == .requestBuffer || $0 == .responseBuffer }
    if flags.contains(.http) && readsBuffer {
      warnings.append("L6 sample fetch <\(rest)> ignored in HTTP log-format string.")
    }
    if parsed.fetch.needsHTTP { needsHTTP = true }
    nodes.append(LogFormat.Node(kind: .expression, flags: flags, expression: parsed.expression))
    guard end < input.count else { throw LogFormatError("missing ']' after '\(string(start..<end))'") }
    if input[end] != UInt8(ascii: "]") {
      throw LogFormatError("expected ']' after '\(string(start..<end))', but found '\(string(end..<end + 1))'")
    }
    i = end + 1
  }

  private mutating func separator() {
    if !flags.contains(.mergeSpaces) { return literal(UInt8(ascii: " ")) }
    if nodes.last?.kind != .separator { nodes.append(LogFormat.Node(kind: .separator)) }
  }
  private mutating func literal(_ c: UInt8) {
    texts.append(c)
    if let last = nodes.last, last.kind == .text {
      nodes[nodes.count - 1].count += 1
    } else {
      textPieces += 1
      nodes.append(LogFormat.Node(kind: .text, start: texts.count - 1, count: 1))
    }
  }

  private func string(_ range: Range<Int>) -> String {
    String(String.UnicodeScalarView(input[range].map { Unicode.Scalar($0) }))
  }
}
