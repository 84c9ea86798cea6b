import Memory

/// Converters that take parts of a text without building a new one.
enum TextParts {
  static func bytes(_ text: Bytes, _ arguments: Arguments) -> Bytes {
    let offset = arguments.first.integer ?? 0
    if offset < 0 || offset >= Int64(text.count) { return Bytes() }
    let rest = text.dropFirst(Int(offset))
    guard let length = arguments.second.integer, length >= 0 else { return rest }
    return rest.prefix(Int(min(length, Int64(rest.count))))
  }

  private static func contains(_ set: Bytes, _ c: UInt8) -> Bool {
    for i in 0..<set.count where set[i] == c { return true }
    return false
  }

  /// Fields between single delimiters; nil where there are not that many.
  static func field(_ text: Bytes, _ arguments: Arguments) -> Bytes? {
    let index = arguments.first.integer ?? 1
    let delimiters = arguments.second.text ?? Bytes()
    let count = arguments.third.integer ?? 1
    return index > 0 ? fromStart(text, index, delimiters, count) : fromEnd(text, index.magnitude, delimiters, count)
  }

  private static func fromStart(_ text: Bytes, _ index: Int64, _ delimiters: Bytes, _ count: Int64) -> Bytes? {
    var start = 0
    var field: Int64 = 1
    var i = 0
    while field < index {
      if i >= text.count { return nil }
      if contains(delimiters, text[i]) {
        field += 1
        start = i + 1
      }
      i += 1
    }
    if count < 1 { return text.dropFirst(start) }
    var taken: Int64 = 0
    i = start
    while i < text.count {
      if contains(delimiters, text[i]) {
        taken += 1
        if taken == count { return text[start..<i] }
      }
      i += 1
    }
    return text.dropFirst(start)
  }
  private static func fromEnd(_ text: Bytes, _ index: UInt64, _ delimiters: Bytes, _ count: Int64) -> Bytes? {
    var end = text.count
    var field: UInt64 = 1
    var i = text.count
    while field < index {
      if i == 0 { return nil }
      i -= 1
      if contains(delimiters, text[i]) {
        field += 1
        end = i
      }
    }
    if count < 1 { return text.prefix(end) }
    var taken: Int64 = 0
    i = end
    while i > 0 {
      i -= 1
      if contains(delimiters, text[i]) {
        taken += 1
        if taken == count { return text[(i + 1)..<end] }
      }
    }
    return text.prefix(end)
  }

  /// Words between runs of delimiters; empty where there are not that many.
  static func word(_ text: Bytes, _ arguments: Arguments) -> Bytes {
    let index = arguments.first.integer ?? 1
    let delimiters = arguments.second.text ?? Bytes()
    let count = arguments.third.integer ?? 1
    return index > 0
      ? wordFromStart(text, index, delimiters, count) : wordFromEnd(text, index.magnitude, delimiters, count)
  }
  private static func wordFromStart(_ text: Bytes, _ index: Int64, _ delimiters: Bytes, _ count: Int64) -> Bytes {
    var i = 0
    var word: Int64 = 0
    while true {
      while i < text.count && contains(delimiters, text[i]) { i += 1 }
      if i == text.count { return Bytes() }
      word += 1
      if word == index { break }
      while i < text.count && !contains(delimiters, text[i]) { i += 1 }
    }
    let start = i
    if count < 1 { return text.dropFirst(start) }
    var end = start
    var taken: Int64 = 0
    while i < text.count {
      while i < text.count && !contains(delimiters, text[i]) { i += 1 }
      end = i
      taken += 1
      if taken == count { break }
      while i < text.count && contains(delimiters, text[i]) { i += 1 }
    }
    return text[start..<end]
  }
  private static func wordFromEnd(_ text: Bytes, _ index: UInt64, _ delimiters: Bytes, _ count: Int64) -> Bytes {
    var i = text.count
    var word: UInt64 = 0
    while true {
      while i > 0 && contains(delimiters, text[i - 1]) { i -= 1 }
      if i == 0 { return Bytes() }
      word += 1
      if word == index { break }
      while i > 0 && !contains(delimiters, text[i - 1]) { i -= 1 }
    }
    let end = i
    if count < 1 { return text.prefix(end) }
    var start = end
    var taken: Int64 = 0
    while i > 0 {
      while i > 0 && !contains(delimiters, text[i - 1]) { i -= 1 }
      start = i
      taken += 1
      if taken == count { break }
      while i > 0 && contains(delimiters, text[i - 1]) { i -= 1 }
    }
    return text[start..<end]
  }

  static func trimStart(_ text: Bytes, _ set: Bytes) -> Bytes {
    var start = 0
    while start < text.count && contains(set, text[start]) { start += 1 }
    return text.dropFirst(start)
  }
  static func trimEnd(_ text: Bytes, _ set: Bytes) -> Bytes {
    var end = text.count
    while end > 0 && contains(set, text[end - 1]) { end -= 1 }
    return text.prefix(end)
  }
  /// Up to the first carriage return or line feed.
  static func line(_ text: Bytes) -> Bytes {
    for i in 0..<text.count where text[i] == 10 || text[i] == 13 { return text.prefix(i) }
    return text
  }

  /// The colon before a port, or nil; one inside brackets is none.
  private static func portColon(_ text: Bytes) -> Int? {
    var i = text.count
    while i > 0 {
      i -= 1
      if text[i] == UInt8(ascii: ":") { return i }
      if text[i] == UInt8(ascii: "]") { return nil }
    }
    return nil
  }
  static func host(_ text: Bytes) -> Bytes { text.prefix(portColon(text) ?? text.count) }
  /// The bytes behind the colon summed as digits, whatever they are; 0 without a port.
  static func port(_ text: Bytes) -> Int64 {
    guard let colon = portColon(text) else { return 0 }
    var port: UInt32 = 0
    for i in (colon + 1)..<max(text.count, colon + 1) { port = port &* 10 &+ UInt32(text[i]) &- 48 }
    return Int64(port)
  }

  /// The difference of the first bytes that differ, else -1 or 1 where one text is longer.
  static func compare(_ a: Bytes, _ b: Bytes) -> Int64 {
    let common = min(a.count, b.count)
    for i in 0..<common where a[i] != b[i] { return Int64(a[i]) - Int64(b[i]) }
    return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
  }
  /// Equality in a time that depends only on the lengths.
  static func secureEqual(_ a: Bytes, _ b: Bytes) -> Bool {
    if a.count != b.count { return false }
    var difference: UInt8 = 0
    for i in 0..<a.count { difference |= a[i] ^ b[i] }
    return difference == 0
  }
}
