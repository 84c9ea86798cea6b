import Memory

extension Evaluator {
  /// Converters between bytes and text that stands for them.
  func encode(_ id: ConverterID, _ text: Bytes, _ arguments: Arguments) -> SampleData? {
    switch id {
    case .hex: return hexadecimal(text, Bytes(), chunk: 0, truncates: false)
    case .be2hex:
      return hexadecimal(
        text, arguments.first.text ?? Bytes(), chunk: Int(clamping: arguments.second.integer ?? 0),
        truncates: arguments.third.integer == 1)
    case .be2dec: return bigEndianDecimal(text, arguments)
    case .hex2i: return hexToInteger(text)
    case .base64: return base64(text, isURL: false)
    case .ub64enc: return base64(text, isURL: true)
    case .b64dec: return decodeBase64(text, isURL: false).map { .binary($0) }
    case .ub64dec: return decodeBase64(text, isURL: true).map { .binary($0) }
    case .urlDec:
      return percentDecode(text, isForm: arguments.first.integer.map { $0 != 0 } ?? false).map { .string($0) }
    case .urlEnc: return percentEncode(text)
    default: return nil
    }
  }

  private func hexadecimal(_ text: Bytes, _ separator: Bytes, chunk: Int, truncates: Bool) -> SampleData? {
    let chunk = chunk < 1 ? text.count : chunk
    let length = truncates && chunk > 0 ? text.count / chunk * chunk : text.count
    let separators = chunk > 0 ? length / chunk : 0
    let (joins, overflow) = separators.multipliedReportingOverflow(by: separator.count)
    if overflow || arena.room < length &* 2 &+ joins { return nil }
    arena.begin()
    for i in 0..<length {
      if i > 0 && i % chunk == 0 { arena.append(separator) }
      arena.append(byte: Evaluator.upperHexDigit(text[i] >> 4))
      arena.append(byte: Evaluator.upperHexDigit(text[i] & 15))
    }
    return .string(arena.finish())
  }
  static func upperHexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 &+ value : 55 &+ value }

  private func bigEndianDecimal(_ text: Bytes, _ arguments: Arguments) -> SampleData? {
    let separator = arguments.first.text ?? Bytes()
    let chunk = Int(clamping: arguments.second.integer ?? 1)
    let truncates = arguments.third.integer == 1
    arena.begin()
    var at = 0
    while at < text.count {
      let length = min(chunk, text.count - at)
      if truncates && length < chunk { break }
      if at > 0 && !arena.append(separator) { return nil }
      var value: UInt64 = 0
      for i in at..<at + length { value = value << 8 | UInt64(text[i]) }
      if arena.room < 24 { return nil }
      if value > UInt64(Int64.max) {
        arena.append(decimal: Int64(value / 10))
        arena.append(byte: UInt8(48 + value % 10))
      } else {
        arena.append(decimal: Int64(value))
      }
      at += length
    }
    return .string(arena.finish())
  }

  private func hexToInteger(_ text: Bytes) -> SampleData? {
    var value: UInt64 = 0
    for i in 0..<text.count {
      guard let digit = NumberText.hexDigit(text[i]) else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return .integer(Int64(bitPattern: value))
  }

  private func base64(_ text: Bytes, isURL: Bool) -> SampleData? {
    if arena.room < (text.count / 3 + 1) * 4 { return nil }
    arena.begin()
    var i = 0
    while i < text.count {
      let left = text.count - i
      let group = UInt32(text[i]) << 16 | UInt32(text.at(i + 1) ?? 0) << 8 | UInt32(text.at(i + 2) ?? 0)
      for place in 0..<4 {
        if place <= left {
          arena.append(byte: Base64.character(UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * place) & 63), isURL))
        } else if !isURL {
          arena.append(byte: UInt8(ascii: "="))
        }
      }
      i += 3
    }
    return .string(arena.finish())
  }

  /// Standard base64 must be padded; the URL form is not, and takes a padding character as the last digit there is.
  func decodeBase64(_ text: Bytes, isURL: Bool) -> Bytes? {
    var length = text.count
    if isURL {
      if length % 4 == 1 { return nil }
    } else {
      if length % 4 != 0 { return nil }
      if length > 0 && text[length - 1] == UInt8(ascii: "=") { length -= 1 }
      if length > 0 && text[length - 1] == UInt8(ascii: "=") { length -= 1 }
    }
    if arena.room < length / 4 * 3 + 3 { return nil }
    arena.begin()
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for i in 0..<length {
      guard let digit = Base64.digit(text[i], isURL) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        arena.append(byte: UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return arena.finish()
  }

  /// Percent sequences to bytes, and `+` to a space behind the question mark (or everywhere in forms). Nil where a
  /// percent sign has no two hexadecimal digits behind it.
  func percentDecode(_ text: Bytes, isForm: Bool) -> Bytes? {
    if arena.room < text.count { return nil }
    var isQuery = isForm
    arena.begin()
    var i = 0
    while i < text.count {
      let c = text[i]
      switch c {
      case UInt8(ascii: "+"): arena.append(byte: isQuery ? 0x20 : c)
      case UInt8(ascii: "?"):
        isQuery = true
        arena.append(byte: c)
      case UInt8(ascii: "%"):
        guard let high = text.at(i + 1).flatMap(NumberText.hexDigit),
          let low = text.at(i + 2).flatMap(NumberText.hexDigit)
        else { return nil }
        arena.append(byte: high << 4 | low)
        i += 2
      default: arena.append(byte: c)
      }
      i += 1
    }
    return arena.finish()
  }

  /// Everything but the unreserved characters of RFC 3986 becomes a percent sequence.
  private func percentEncode(_ text: Bytes) -> SampleData? {
    if arena.room < text.count &* 3 { return nil }
    arena.begin()
    for i in 0..<text.count {
      let c = text[i]
      switch c {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        arena.append(byte: c)
      default:
        arena.append(byte: UInt8(ascii: "%"))
        arena.append(byte: Evaluator.upperHexDigit(c >> 4))
        arena.append(byte: Evaluator.upperHexDigit(c & 15))
      }
    }
    return .string(arena.finish())
  }
}

/// The digits of base64 (RFC 4648), in the standard and the URL alphabet.
enum Base64 {
  static func character(_ digit: UInt8, _ isURL: Bool) -> UInt8 {
    switch digit {
    case 0...25: 65 &+ digit
    case 26...51: 71 &+ digit
    case 52...61: digit &- 4
    case 62: isURL ? UInt8(ascii: "-") : UInt8(ascii: "+")
    default: isURL ? UInt8(ascii: "_") : UInt8(ascii: "/")
    }
  }
  static func digit(_ c: UInt8, _ isURL: Bool) -> UInt8? {
    switch c {
    case 65...90: c - 65
    case 97...122: c - 71
    case 48...57: c + 4
    case UInt8(ascii: "+") where !isURL: 62
    case UInt8(ascii: "/") where !isURL: 63
    case UInt8(ascii: "-") where isURL: 62
    case UInt8(ascii: "_") where isURL, UInt8(ascii: "=") where isURL: 63
    default: nil
    }
  }
  /// Padded base64 of the configuration, or nil.
  static func decode(_ text: [UInt8]) -> [UInt8]? {
    if text.count % 4 != 0 { return nil }
    var digits = text[...]
    for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits = digits.dropLast() }
    var bits: UInt32 = 0
    var count: UInt32 = 0
    var out: [UInt8] = []
    for c in digits {
      guard let digit = digit(c, false) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return out
  }
}
