import Memory

extension Evaluator {
  /// The text as the inside of a JSON string. `encoding`: 0 ASCII (every byte is a character), else UTF-8: 1 and 3
  /// fail on errors, 2 and 4 leave them out; 3 and 4 accept codes that are longer than needed.
  func json(_ text: Bytes, encoding: Int64) -> Bytes? {
    let skipsErrors = encoding == 2 || encoding == 4
    let acceptsOverlong = encoding == 3 || encoding == 4
    arena.begin()
    var i = 0
    while i < text.count {
      let start = i
      while i < text.count && Self.isPlainJSON(text[i]) { i += 1 }
      if i > start {
        // As with one byte after the other, there must be room for an escape behind the last.
        guard arena.room >= i - start + 5, arena.append(text.slice(start, i - start)) else { return nil }
        continue
      }
      var code = UInt32(text[i])
      i += 1
      if encoding > 0 && code >= 0x80 {
        let (decoded, length) = UTF8Text.decode(text, at: i - 1)
        i += length - 1
        let isGood = decoded.map { !$0.isOverlong || acceptsOverlong } ?? false
        if !isGood || decoded!.code > 0xffff {
          if skipsErrors { continue }
          return nil
        }
        code = decoded!.code
      }
      if !appendJSON(code) { return nil }
    }
    return arena.finish()
  }

  /// Whether a byte stands for itself.
  private static func isPlainJSON(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x5c && byte != 0x2f
  }

  private func appendJSON(_ code: UInt32) -> Bool {
    if arena.room < 6 { return false }
    let short: UInt8? =
      switch code {
      case 0x22: UInt8(ascii: "\"")
      case 0x5c: UInt8(ascii: "\\")
      case 0x2f: UInt8(ascii: "/")
      case 8: UInt8(ascii: "b")
      case 9: UInt8(ascii: "t")
      case 10: UInt8(ascii: "n")
      case 12: UInt8(ascii: "f")
      case 13: UInt8(ascii: "r")
      default: nil
      }
    if let short {
      arena.append(byte: UInt8(ascii: "\\"))
      return arena.append(byte: short)
    }
    if code >= 0x20 && code < 0x7f { return arena.append(byte: UInt8(truncatingIfNeeded: code)) }
    arena.append("\\u")
    for shift in stride(from: UInt32(12), through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: code >> shift & 15)
      arena.append(byte: digit < 10 ? 48 &+ digit : 87 &+ digit)
    }
    return true
  }
}

/// Decoding of UTF-8 (RFC 3629) that tells its kinds of errors apart.
enum UTF8Text {
  struct Character {
    let code: UInt32
    let isOverlong: Bool
  }
  /// The character at `i` and how many bytes it takes; nil where the bytes are none or the code is forbidden.
  static func decode(_ text: Bytes, at start: Int) -> (Character?, Int) {
    let lead = text[start]
    let length: Int
    var code: UInt32
    switch lead {
    case 0..<0x80: return (Character(code: UInt32(lead), isOverlong: false), 1)
    case 0xc0..<0xe0: (length, code) = (2, UInt32(lead & 0x1f))
    case 0xe0..<0xf0: (length, code) = (3, UInt32(lead & 0x0f))
    case 0xf0..<0xf8: (length, code) = (4, UInt32(lead & 0x07))
    case 0xf8..<0xfc: (length, code) = (5, UInt32(lead & 0x03))
    case 0xfc..<0xfe: (length, code) = (6, UInt32(lead & 0x01))
    default: return (nil, 1)
    }
    for i in 1..<length {
      guard let c = text.at(start + i), c & 0xc0 == 0x80 else { return (nil, i) }
      code = code << 6 | UInt32(c & 0x3f)
    }
    let least: [5 of UInt32] = [0x80, 0x800, 0x10000, 0x20_0000, 0x400_0000]
    let isOverlong = code < least[length - 2]
    if code >= 0xd800 && code <= 0xdfff || code == 0xfffe || code == 0xffff { return (nil, length) }
    return (Character(code: code, isOverlong: isOverlong), length)
  }
}
