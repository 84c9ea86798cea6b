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
      if found.tag == tag { return found.value.isEmpty ? nil : found.value }
      at = found.next
    }
    return nil
  }

  /// The length of the shortest message that there can be.
  private static let minimum = 26

  /// Whether version, body length and type lead the message and its checksum ends it; nil where more bytes are needed
  /// to say so. What follows the message is not looked at.
  static func isValid(_ text: Bytes) -> Bool? {
    if text.count < minimum { return nil }
    guard text.firstIndex(of: 1, from: 0) != nil else { return nil }
    guard let version = pair(text, 0), version.tag == 8, isVersion(version.value) else { return false }
    guard text.firstIndex(of: 1, from: version.next) != nil else { return nil }
    guard let length = pair(text, version.next), length.tag == 9 else { return false }
    guard text.firstIndex(of: 1, from: length.next) != nil else { return nil }
    guard let type = pair(text, length.next), type.tag == 35 else { return false }
    var end = type.next
    while true {
      guard text.firstIndex(of: 1, from: end) != nil else { return nil }
      guard let found = pair(text, end) else { return false }
      if found.tag == 10 {
        let (bodyLength, digits) = NumberText.integer(length.value)
        guard digits == length.value.count, bodyLength == Int64(end - length.next) else { return false }
        var total: UInt8 = 0
        for i in 0..<end { total = total &+ text[i] }
        let (written, writtenDigits) = NumberText.integer(found.value)
        return writtenDigits == 3 && found.value.count == 3 && written == Int64(total)
      }
      end = found.next
    }
  }

  private static func isVersion(_ text: Bytes) -> Bool {
    if text.equals("FIXT.1.1") { return true }
    return text.count == 7 && text.hasPrefix(Bytes("FIX.4.")) && text[6] >= 48 && text[6] <= 52
  }
}
