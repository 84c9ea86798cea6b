import System

/// Why a condition cannot be read.
public struct ConditionError: Error, Equatable, Sendable {
  /// What stands between `parsing [file:line]: ` and ` in '.if' at position N`.
  public let message: String
  /// The byte at fault in the condition's text, from 0.
  public let offset: Int
}

/// The conditions of `.if`, `.elif` and `-cc` (manual section 2.4).
public struct ConditionExpression {
  /// How deep parentheses, negations and chains may go.
  static let maximumDepth = 1024

  private let text: [UInt8]
  private let facts: BuildFacts
  private var at = 0

  /// Whether `condition` holds; an empty one does not.
  public static func evaluate(_ condition: String, facts: BuildFacts) throws(ConditionError) -> Bool {
    var expression = ConditionExpression(text: condition.latin1Bytes, facts: facts)
    if expression.text.isEmpty { return false }
    guard let value = try expression.alternatives(depth: maximumDepth) else { throw expression.unparsablePart(from: 0) }
    expression.skipSpaces()
    if expression.at < expression.text.count {
      let found = String(latin1: [expression.text[expression.at]])
      throw ConditionError(
        message: "unexpected character '\(found)' at the end of conditional expression '\(condition)'",
        offset: expression.at)
    }
    return value
  }

  private init(text: [UInt8], facts: BuildFacts) {
    self.text = text
    self.facts = facts
  }

  private func rest(from start: Int) -> String { String(latin1: text[min(start, text.count)...]) }
  private func unparsable(from start: Int) -> ConditionError {
    ConditionError(message: "unparsable conditional expression '\(rest(from: start))'", offset: start)
  }
  private mutating func skipSpaces() { while at < text.count && text[at].isSpace { at += 1 } }
  private func isAt(_ byte: Character) -> Bool { at < text.count && text[at] == byte.asciiValue }
  private func isAtPair(_ byte: Character) -> Bool {
    at + 1 < text.count && text[at] == byte.asciiValue && text[at + 1] == byte.asciiValue
  }

  /// `a || b`; nil where nothing stands at the cursor.
  private mutating func alternatives(depth: Int) throws(ConditionError) -> Bool? {
    let start = at
    guard depth > 0 else { throw unparsablePart(from: start) }
    guard let left = try conjunction(depth: depth - 1) else { return nil }
    skipSpaces()
    guard isAtPair("|") else { return left }
    let bars = at
    at += 2
    skipSpaces()
    guard let right = try alternatives(depth: depth - 1) else {
      throw ConditionError(message: "unparsable conditional expression '\(rest(from: start))'", offset: bars)
    }
    return left || right
  }

  /// `a && b`.
  private mutating func conjunction(depth: Int) throws(ConditionError) -> Bool? {
    guard depth > 0 else { throw unparsablePart(from: at) }
    guard let left = try term(depth: depth - 1) else { return nil }
    skipSpaces()
    guard isAtPair("&") else { return left }
    let ampersands = at
    at += 2
    skipSpaces()
    guard let right = try conjunction(depth: depth - 1) else { throw unparsable(from: ampersands) }
    return left && right
  }

  private func unparsablePart(from start: Int) -> ConditionError {
    ConditionError(message: "unparsable conditional sub-expression '\(rest(from: start))'", offset: start)
  }

  /// A number, a predicate, `!term` or `(expression)`.
  private mutating func term(depth: Int) throws(ConditionError) -> Bool? {
    skipSpaces()
    let start = at
    guard at < text.count else { return nil }
    var isNegated = false
    while isAt("!") {
      isNegated.toggle()
      at += 1
      skipSpaces()
    }
    guard at < text.count else { throw unparsable(from: start) }
    if isAt("(") { return try parenthesised(depth: depth) != isNegated }
    if let number = integer() { return number != isNegated }
    let nameStart = at
    while at < text.count, text[at].isLetter || text[at].isDigit || text[at] == UInt8(ascii: "_") { at += 1 }
    let name = String(latin1: text[nameStart..<at])
    guard let predicate = Predicate(rawValue: name) else {
      at = start
      throw unparsable(from: start)
    }
    let values = try arguments(of: predicate)
    return predicate.holds(values, facts: facts) != isNegated
  }

  private mutating func parenthesised(depth: Int) throws(ConditionError) -> Bool {
    let opening = at
    guard depth > 0 else { throw unparsablePart(from: opening) }
    at += 1
    skipSpaces()
    guard let value = try alternatives(depth: depth - 1) else { throw unparsable(from: at) }
    skipSpaces()
    guard isAt(")") else {
      throw ConditionError(
        message: "expected ')' after conditional expression '\(rest(from: opening))'", offset: opening)
    }
    at += 1
    return value
  }

  /// A whole number as C's `strtol` reads it in any base, as "is not zero"; nil where there is none.
  private mutating func integer() -> Bool? {
    var cursor = at
    if cursor < text.count, text[cursor] == UInt8(ascii: "+") || text[cursor] == UInt8(ascii: "-") { cursor += 1 }
    guard cursor < text.count, text[cursor].isDigit else { return nil }
    let hasPrefix =
      text[cursor] == UInt8(ascii: "0") && cursor + 2 < text.count && text[cursor + 1] | 0x20 == UInt8(ascii: "x")
      && text[cursor + 2].hexValue != nil
    let base: UInt8 = hasPrefix ? 16 : text[cursor] == UInt8(ascii: "0") ? 8 : 10
    if hasPrefix { cursor += 2 }
    var isZero = true
    while cursor < text.count, let digit = text[cursor].hexValue, digit < base {
      if digit != 0 { isZero = false }
      cursor += 1
    }
    at = cursor
    return !isZero
  }

  /// The arguments in parentheses, if any, unquoted. HAProxy names argument 1 in every error here.
  private mutating func arguments(of predicate: Predicate) throws(ConditionError) -> [String] {
    let place = "in argument 1 of predicate '\(predicate.rawValue)' used in conditional expression"
    var values: [String] = []
    if isAt("(") {
      at += 1
      repeat {
        if !values.isEmpty { at += 1 }
        values.append(argument())
      } while values.count < predicate.arity && isAt(",")
    }
    if predicate.arity == 2 && values.count < 2 {
      throw ConditionError(
        message: "missing arguments (got 1/2), type 'string' expected \(place)", offset: min(at, text.count))
    }
    guard !values.isEmpty else { return [""] }
    guard isAt(")") else {
      let found = at < text.count ? " before '\(rest(from: at))'" : ""
      throw ConditionError(message: "expected ')'\(found) \(place)", offset: at)
    }
    at += 1
    return values
  }

  /// One argument up to an unquoted comma or parenthesis.
  private mutating func argument() -> String {
    var value: [UInt8] = []
    var quote: UInt8?
    while at < text.count {
      let byte = text[at]
      if let open = quote, byte == open {
        quote = nil
        at += 1
      } else if quote == nil, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") {
        break
      } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
        at += 1
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'"), let escaped = escapedByte() {
        value.append(escaped)
        at += 2
      } else {
        value.append(byte)
        at += 1
      }
    }
    return String(latin1: value)
  }

  private func escapedByte() -> UInt8? {
    guard at + 1 < text.count else { return nil }
    switch text[at + 1] {
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: " "): return text[at + 1]
    default: return nil
    }
  }
}

/// What a condition can ask.
private enum Predicate: String {
  case defined, streq, strneq, feature
  case versionAtLeast = "version_atleast"
  case versionBefore = "version_before"
  case opensslVersionAtLeast = "openssl_version_atleast"
  case opensslVersionBefore = "openssl_version_before"

  var arity: Int { self == .streq || self == .strneq ? 2 : 1 }

  func holds(_ arguments: [String], facts: BuildFacts) -> Bool {
    let first = arguments.first ?? ""
    return switch self {
    case .defined: OwnProcess.environment(first) != nil
    case .streq: first == arguments.last
    case .strneq: first != arguments.last
    case .feature: first.isEmpty || facts.features.contains("+" + first)
    case .versionAtLeast: VersionNumber(facts.compatibleVersion) >= VersionNumber(first)
    case .versionBefore: VersionNumber(facts.compatibleVersion) < VersionNumber(first)
    case .opensslVersionAtLeast: facts.opensslVersion.map { VersionNumber($0) >= VersionNumber(first) } ?? false
    case .opensslVersionBefore: facts.opensslVersion.map { VersionNumber($0) < VersionNumber(first) } ?? false
    }
  }
}
