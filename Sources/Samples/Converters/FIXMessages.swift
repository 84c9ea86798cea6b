import Memory

/// Messages of the Financial Information eXchange protocol: `tag=value` pairs, each ended by a byte of 1.
enum FIXMessage {
  /// The number of a tag by name or number.
  static func tag(_ name: String) throws(SampleError) -> Int64 {
    switch name {
    case "BeginString": return 8
    case "BodyLength": return 9
    case "CheckSum": return 10
    case "MsgType": return 35
    case "SenderCompID": return 49
    case "TargetCompID": return 56
    default:
      guard let number = ArgumentParser.integer(name.bytes), number > 0 else {
        throw SampleError("Unknown FIX tag name '\(name)'")
      }
      return number
    }
  }

  /// The pair that starts at `at`, and where the next one does; nil where it is not whole or no number leads it.
  private static func pair(_ text: Bytes, _ at: Int) -> (tag: Int64, value: Bytes, next: Int)? {
    guard let end = text.firstIndex(of: 1, from: at) else { return nil }
    let pair = text[at..<end]
    guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return nil }
    let (tag, length) = NumberText.integer(pair.prefix(equals))
    guard length == equals, pair[0] &- 48 < 10 else { return nil }
    return (tag, pair.dropFirst(equals + 1), end + 1)
  }

  static func value(_ text: Bytes, tag: Int64) -> Bytes? {
    var at = 0
    while let found = pair(text, at) {
      if found.tag == tag { return found.value }
      at = found.next
    }
    return nil
  }

  /// Whether version, body length and type lead the message, its lengths and checksum are right, and nothing is empty.
  static func isValid(_ text: Bytes) -> Bool {
    guard let version = pair(text, 0), version.tag == 8, isVersion(version.value),
      let length = pair(text, version.next), length.tag == 9, let type = pair(text, length.next), type.tag == 35,
      !type.value.isEmpty
    else { return false }
    let (bodyLength, digits) = NumberText.integer(length.value)
    guard digits == length.value.count, digits > 0, bodyLength > 0,
      bodyLength <= Int64(text.count - length.next)
    else { return false }
    let bodyEnd = length.next + Int(bodyLength)
    var at = type.next
    while at < bodyEnd {
      guard let found = pair(text, at), !found.value.isEmpty else { return false }
      at = found.next
    }
    guard at == bodyEnd, let sum = pair(text, at), sum.tag == 10, sum.next == text.count, sum.value.count == 3 else {
      return false
    }
    var total: UInt8 = 0
    for i in 0..<bodyEnd { total = total &+ text[i] }
    let (written, writtenDigits) = NumberText.integer(sum.value)
    return writtenDigits == 3 && written == Int64(total)
  }

  private static func isVersion(_ text: Bytes) -> Bool {
    if text.equals("FIXT.1.1") { return true }
    guard text.hasPrefix(Bytes("FIX.")), text.count == 7, text[5] == UInt8(ascii: ".") else { return false }
    return text[4] == UInt8(ascii: "4") && text[6] &- 48 <= 4 || text[4] == UInt8(ascii: "5") && text[6] == 48
  }
}
