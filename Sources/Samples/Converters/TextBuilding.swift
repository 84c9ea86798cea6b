import Memory

extension Evaluator {
  func changeCase(_ text: Bytes, isUpper: Bool) -> Bytes? {
    if arena.room < text.count { return nil }
    let first: UInt8 = isUpper ? UInt8(ascii: "a") : UInt8(ascii: "A")
    arena.begin()
    for i in 0..<text.count {
      let c = text[i]
      arena.append(byte: c &- first < 26 ? c ^ 0x20 : c)
    }
    return arena.finish()
  }

  /// The text, then a constant, a variable and another constant. What does not fit is left out, as a variable that is
  /// not set is.
  func concatenate(_ text: Bytes, _ arguments: Arguments, _ scopes: VariableScopes) -> SampleData? {
    let variable = textOperand(arguments.second, scopes) ?? Bytes()
    arena.begin()
    guard arena.append(text) else { return nil }
    arena.append(arguments.first.text ?? Bytes())
    arena.append(variable)
    arena.append(arguments.third.text ?? Bytes())
    return .string(arena.finish())
  }

  /// Appends a variable and a constant, with a delimiter where there is something on both sides of it.
  func addItem(_ text: Bytes, _ arguments: Arguments, _ scopes: VariableScopes) -> SampleData? {
    let variable = textOperand(arguments.second, scopes) ?? Bytes()
    let suffix = arguments.third.text ?? Bytes()
    arena.begin()
    guard arena.append(text) else { return nil }
    if !text.isEmpty && !(variable.isEmpty && suffix.isEmpty) { arena.append(arguments.first.text ?? Bytes()) }
    arena.append(variable)
    arena.append(suffix)
    return .string(arena.finish())
  }
}

/// The `language` converter: the listed language that an `Accept-Language` value prefers.
enum AcceptLanguage {
  static func choose(_ text: Bytes, _ arguments: Arguments) -> Bytes? {
    let known = arguments.first.text ?? Bytes()
    var best: Bytes?
    var bestQuality = 0
    var at = 0
    while at < text.count {
      let end = text.firstIndex(of: UInt8(ascii: ","), from: at) ?? text.count
      let item = text[at..<end]
      at = end + 1
      let (token, quality) = parse(item)
      if quality > bestQuality, let found = find(token, in: known) {
        best = found
        bestQuality = quality
      }
    }
    return best ?? arguments.second.text
  }

  /// The language and its weight in thousandths.
  private static func parse(_ item: Bytes) -> (Bytes, Int) {
    var start = 0
    while start < item.count && isBlank(item[start]) { start += 1 }
    var end = start
    while end < item.count && !isBlank(item[end]) && item[end] != UInt8(ascii: ";") { end += 1 }
    let token = item[start..<end]
    guard let semicolon = item.firstIndex(of: UInt8(ascii: ";"), from: end) else { return (token, 1000) }
    var i = semicolon + 1
    while i < item.count && isBlank(item[i]) { i += 1 }
    guard item.at(i) == UInt8(ascii: "q") || item.at(i) == UInt8(ascii: "Q"), item.at(i + 1) == UInt8(ascii: "=") else {
      return (token, 1000)
    }
    return (token, weight(item.dropFirst(i + 2)))
  }

  private static func weight(_ text: Bytes) -> Int {
    guard let first = text.at(0), first &- 48 < 10 else { return 0 }
    if first != UInt8(ascii: "0") { return 1000 }
    guard text.at(1) == UInt8(ascii: ".") else { return 0 }
    var value = 0
    var scale = 100
    var i = 2
    while scale > 0, let c = text.at(i), c &- 48 < 10 {
      value += Int(c - 48) * scale
      scale /= 10
      i += 1
    }
    return value
  }
  private static func isBlank(_ c: UInt8) -> Bool { c == 0x20 || c == 0x09 }

  /// The first of the list that is the language or stands before a dash in it.
  private static func find(_ token: Bytes, in known: Bytes) -> Bytes? {
    var at = 0
    while at <= known.count {
      let end = known.firstIndex(of: UInt8(ascii: ";"), from: at) ?? known.count
      let language = known[at..<end]
      if token.hasPrefix(language), token.count == language.count || token[language.count] == UInt8(ascii: "-") {
        return language
      }
      at = end + 1
    }
    return nil
  }
}
