/// Host names of the domain name system (RFC 1035 section 3.1): labels of up to 63 bytes, 255 bytes in all.
public enum DNSName {
  /// The name as a query carries it; nil where it is none.
  public static func encode(_ name: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var text = Substring(name)
    if text.hasSuffix(".") { text = text.dropLast() }
    if text.isEmpty { return nil }
    for label in text.split(separator: ".", omittingEmptySubsequences: false) {
      let scalars = label.unicodeScalars
      if scalars.isEmpty || scalars.count > 63 { return nil }
      bytes.append(UInt8(scalars.count))
      for scalar in scalars {
        guard scalar.value > 0x20, scalar.value < 0x7f else { return nil }
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      }
    }
    bytes.append(0)
    return bytes.count <= 255 ? bytes : nil
  }

  /// Reads the name at `position` of a message, following its references to earlier names; `position` is moved behind
  /// it. The text is in lower case. nil where it is malformed: references must point backwards, so that they end.
  static func decode(_ message: [UInt8], at position: inout Int) -> String? {
    var name = ""
    var at = position
    var lowest = position
    var hasJumped = false
    var total = 0
    while true {
      guard at < message.count else { return nil }
      let length = Int(message[at])
      if length == 0 {
        if !hasJumped { position = at + 1 }
        return name
      }
      if length & 0xc0 == 0xc0 {
        guard at + 1 < message.count else { return nil }
        let target = (length & 0x3f) << 8 | Int(message[at + 1])
        if target >= lowest { return nil }
        if !hasJumped { position = at + 2 }
        hasJumped = true
        lowest = target
        at = target
        continue
      }
      if length & 0xc0 != 0 { return nil }
      total += length + 1
      guard at + length < message.count, total <= 255 else { return nil }
      if !name.isEmpty { name += "." }
      for byte in message[(at + 1)...(at + length)] {
        let lowered = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
        name.unicodeScalars.append(Unicode.Scalar(lowered))
      }
      at += length + 1
    }
  }
}
