import Memory

/// Finding one value in a JSON text by a path (`$.a.b[2]`; a backslash protects a dot in a name). The text is read only
/// as far as needed, so what follows the value may be anything.
enum JSONPath {
  enum Kind { case string, number, yes, no, other }
  struct Value {
    let kind: Kind
    /// Of strings without their quotes.
    let text: Bytes
  }
  private static let depthLimit = 64

  static func find(_ path: Bytes, in text: Bytes) -> Value? {
    guard path.at(0) == UInt8(ascii: "$") else { return nil }
    var at = skipSpace(text, 0)
    var i = 1
    while i < path.count {
      if path[i] == UInt8(ascii: ".") {
        var end = i + 1
        while end < path.count, path[end] != UInt8(ascii: "."), path[end] != UInt8(ascii: "[") {
          end += path[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        end = min(end, path.count)
        guard let value = member(path[(i + 1)..<end], in: text, at: at) else { return nil }
        at = value
        i = end
      } else if path[i] == UInt8(ascii: "["), let close = path.firstIndex(of: UInt8(ascii: "]"), from: i) {
        let digits = path[(i + 1)..<close]
        let (number, length) = NumberText.integer(digits)
        guard length == digits.count, length > 0, let value = element(number, in: text, at: at) else { return nil }
        at = value
        i = close + 1
      } else {
        return nil
      }
    }
    return value(text, at)
  }

  private static func skipSpace(_ text: Bytes, _ start: Int) -> Int {
    var i = start
    while let c = text.at(i), c == 0x20 || c == 9 || c == 10 || c == 13 { i += 1 }
    return i
  }

  private static func value(_ text: Bytes, _ at: Int) -> Value? {
    guard let end = skipValue(text, at) else { return nil }
    switch text[at] {
    case UInt8(ascii: "\""): return Value(kind: .string, text: text[(at + 1)..<(end - 1)])
    case UInt8(ascii: "t"): return Value(kind: .yes, text: text[at..<end])
    case UInt8(ascii: "f"): return Value(kind: .no, text: text[at..<end])
    case UInt8(ascii: "-"), 48...57: return Value(kind: .number, text: text[at..<end])
    default: return Value(kind: .other, text: text[at..<end])
    }
  }

  /// The end of the string that starts at `at`, behind its quote.
  private static func skipString(_ text: Bytes, _ at: Int) -> Int? {
    var i = at + 1
    while let c = text.at(i) {
      if c == UInt8(ascii: "\"") { return i + 1 }
      if c < 0x20 { return nil }
      i += c == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  private static func skipValue(_ text: Bytes, _ at: Int) -> Int? {
    guard let c = text.at(at) else { return nil }
    switch c {
    case UInt8(ascii: "\""): return skipString(text, at)
    case UInt8(ascii: "t"): return skipWord(text, at, "true")
    case UInt8(ascii: "f"): return skipWord(text, at, "false")
    case UInt8(ascii: "n"): return skipWord(text, at, "null")
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(text, at)
    case UInt8(ascii: "-"), 48...57:
      var i = at + 1
      while let d = text.at(i),
        d &- 48 < 10 || d == UInt8(ascii: ".") || d | 0x20 == UInt8(ascii: "e") || d == UInt8(ascii: "+")
          || d == UInt8(ascii: "-")
      {
        i += 1
      }
      return i
    default: return nil
    }
  }
  private static func skipWord(_ text: Bytes, _ at: Int, _ word: StaticString) -> Int? {
    text.dropFirst(at).hasPrefix(Bytes(word)) ? at + word.utf8CodeUnitCount : nil
  }
  private static func skipNested(_ text: Bytes, _ at: Int) -> Int? {
    var depth = 0
    var i = at
    while let c = text.at(i) {
      switch c {
      case UInt8(ascii: "\""):
        guard let end = skipString(text, i) else { return nil }
        i = end
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > depthLimit { return nil }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return i + 1 }
      default: break
      }
      i += 1
    }
    return nil
  }

  /// Where the value of a member of the object at `at` starts.
  private static func member(_ name: Bytes, in text: Bytes, at: Int) -> Int? {
    guard text.at(at) == UInt8(ascii: "{") else { return nil }
    var i = skipSpace(text, at + 1)
    while text.at(i) == UInt8(ascii: "\"") {
      guard let end = skipString(text, i) else { return nil }
      let key = text[(i + 1)..<(end - 1)]
      i = skipSpace(text, end)
      guard text.at(i) == UInt8(ascii: ":") else { return nil }
      i = skipSpace(text, i + 1)
      if isSame(name, key) { return i }
      guard let next = skipValue(text, i) else { return nil }
      i = skipSpace(text, next)
      guard text.at(i) == UInt8(ascii: ",") else { return nil }
      i = skipSpace(text, i + 1)
    }
    return nil
  }
  /// Whether a name of a path, which may hold backslashes, is a key.
  private static func isSame(_ name: Bytes, _ key: Bytes) -> Bool {
    var (i, j) = (0, 0)
    while i < name.count {
      if name[i] == UInt8(ascii: "\\") && i + 1 < name.count { i += 1 }
      guard let c = key.at(j), c == name[i] else { return false }
      i += 1
      j += 1
    }
    return j == key.count
  }
  private static func element(_ number: Int64, in text: Bytes, at: Int) -> Int? {
    guard text.at(at) == UInt8(ascii: "[") else { return nil }
    var i = skipSpace(text, at + 1)
    var index: Int64 = 0
    while index < number {
      guard let next = skipValue(text, i) else { return nil }
      i = skipSpace(text, next)
      guard text.at(i) == UInt8(ascii: ",") else { return nil }
      i = skipSpace(text, i + 1)
      index += 1
    }
    return text.at(i) == UInt8(ascii: "]") ? nil : i
  }
}

extension Evaluator {
  /// `json_query`, and the same inside a part of a web token.
  func jsonQuery(_ id: ConverterID, _ text: Bytes, _ arguments: Arguments) -> SampleData? {
    var document = text
    if id != .jsonQuery {
      guard let token = WebToken(text),
        let decoded = decodeBase64(id == .jwtHeaderQuery ? token.header : token.payload, isURL: true)
      else { return nil }
      // The manual says that the part itself is returned where no path is given; HAProxy 2.6.12 returns nothing then.
      document = decoded
    }
    guard let path = arguments.first.text, let value = JSONPath.find(path, in: document) else { return nil }
    switch value.kind {
    case .yes: return .boolean(true)
    case .no: return .boolean(false)
    case .string: return unescape(value.text).map { .string($0) }
    case .number:
      if arguments.second.integer == 1 { return .integer(NumberText.integer(value.text).value) }
      return shortNumber(value.text).map { .string($0) }
    case .other: return nil
    }
  }

  /// A JSON string without its escapes; codes above 255 fail.
  private func unescape(_ text: Bytes) -> Bytes? {
    guard text.firstIndex(of: UInt8(ascii: "\\")) != nil else { return text }
    if arena.room < text.count { return nil }
    arena.begin()
    var i = 0
    while i < text.count {
      let c = text[i]
      i += 1
      guard c == UInt8(ascii: "\\") else {
        arena.append(byte: c)
        continue
      }
      guard let escape = text.at(i) else { return nil }
      i += 1
      switch escape {
      case UInt8(ascii: "b"): arena.append(byte: 8)
      case UInt8(ascii: "f"): arena.append(byte: 12)
      case UInt8(ascii: "n"): arena.append(byte: 10)
      case UInt8(ascii: "r"): arena.append(byte: 13)
      case UInt8(ascii: "t"): arena.append(byte: 9)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): arena.append(byte: escape)
      case UInt8(ascii: "u"):
        guard text.at(i) == 48, text.at(i + 1) == 48, let high = text.at(i + 2).flatMap(NumberText.hexDigit),
          let low = text.at(i + 3).flatMap(NumberText.hexDigit)
        else { return nil }
        arena.append(byte: high << 4 | low)
        i += 4
      default: return nil
      }
    }
    return arena.finish()
  }

  /// A number with at most six significant digits, as the `%g` of C prints it.
  private func shortNumber(_ text: Bytes) -> Bytes? {
    if arena.room < 64 { return nil }
    var digits: InlineArray<7, UInt8> = .init(repeating: 0)
    var count = 0
    var exponent = 0
    var isFraction = false
    var sawDigit = false
    var isNegative = false
    var i = 0
    if text.at(0) == UInt8(ascii: "-") {
      isNegative = true
      i = 1
    }
    while let c = text.at(i) {
      if c == UInt8(ascii: ".") {
        if isFraction { break }
        isFraction = true
      } else if c &- 48 < 10 {
        sawDigit = true
        if count > 0 || c != 48 {
          if count < 7 { digits[count] = c - 48 }
          count += 1
          if !isFraction { exponent += 1 }
        } else if isFraction {
          exponent -= 1
        }
      } else {
        break
      }
      i += 1
    }
    if !sawDigit { return nil }
    if let c = text.at(i), c | 0x20 == UInt8(ascii: "e") {
      exponent += Int(clamping: max(-400, min(400, NumberText.integer(text.dropFirst(i + 1)).value)))
    }
    var used = min(count, 6)
    if count > 6 && digits[6] >= 5 {
      var place = 5
      while true {
        digits[place] += 1
        if digits[place] < 10 { break }
        digits[place] = 0
        if place == 0 {
          digits[0] = 1
          exponent += 1
          break
        }
        place -= 1
      }
    }
    while used > 1 && digits[used - 1] == 0 { used -= 1 }
    arena.begin()
    if isNegative { arena.append(byte: UInt8(ascii: "-")) }
    if count == 0 {
      arena.append(byte: 48)
    } else if exponent > 6 || exponent < -3 {
      for place in 0..<used {
        if place == 1 { arena.append(byte: UInt8(ascii: ".")) }
        arena.append(byte: 48 + digits[place])
      }
      let power = exponent - 1
      arena.append(power < 0 ? "e-" : "e+")
      if abs(power) < 10 { arena.append(byte: 48) }
      arena.append(decimal: Int64(abs(power)))
    } else {
      if exponent <= 0 { arena.append("0.") }
      for _ in 0..<max(0, -exponent) { arena.append(byte: 48) }
      for place in 0..<max(used, exponent) {
        if place == exponent && exponent > 0 { arena.append(byte: UInt8(ascii: ".")) }
        arena.append(byte: place < used ? 48 + digits[place] : 48)
      }
    }
    return arena.finish()
  }
}
