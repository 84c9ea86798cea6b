public import Memory

/// A syslog message that came to be sent on (manual section 3.10), taken apart as far as its header can be read: RFC 5424,
/// else RFC 3164, else nothing but a priority. Views into the message.
public struct ForwardedMessage {
  /// Facility times eight and severity; nil where it has none.
  public private(set) var priority: Int?
  /// When it was written, as it says so; empty where it does not, or `-` in the newer form.
  public private(set) var time = Bytes()
  public private(set) var isModern = false
  public private(set) var host = Bytes()
  public private(set) var tag = Bytes()
  public private(set) var processID = Bytes()
  public private(set) var messageID = Bytes()
  public private(set) var structuredData = Bytes()
  public private(set) var text: Bytes

  public init(_ message: Bytes) {
    var end = message.count
    while end > 0 && message[end - 1] == 0x0a { end -= 1 }
    text = message.prefix(end)
    guard readPriority() else { return }
    if !readModernHeader() { readLegacyHeader() }
  }

  /// `<34>`; what is no number is text.
  private mutating func readPriority() -> Bool {
    guard text.at(0) == UInt8(ascii: "<") else { return false }
    var value: UInt32 = 0
    var at = 1
    while let byte = text.at(at), (48...57).contains(byte) {
      value = value &* 10 &+ UInt32(byte - 48)
      at += 1
    }
    guard text.at(at) == UInt8(ascii: ">") else { return false }
    // Three digits is what a header has.
    priority = Int(value % 1000)
    text = text.dropFirst(at + 1)
    return true
  }

  // MARK: - RFC 5424

  /// `1 TIME HOST TAG PROCESS MESSAGE-ID DATA TEXT`
  private mutating func readModernHeader() -> Bool {
    guard text.at(0) == UInt8(ascii: "1"), text.at(1) == 0x20 else { return false }
    var fields: [Bytes] = []
    var at = 2
    for _ in 0..<5 {
      guard let end = nextSpace(at), end > at else { return false }
      fields.append(text[at..<end])
      at = end + 1
    }
    guard ForwardedTime.isModern(fields[0]) else { return false }
    guard let end = structuredDataEnd(at), text.at(end) == 0x20 else { return false }
    func given(_ field: Bytes) -> Bytes { field.count == 1 && field[0] == UInt8(ascii: "-") ? Bytes() : field }
    isModern = true
    time = given(fields[0])
    host = given(fields[1])
    tag = given(fields[2])
    processID = given(fields[3])
    messageID = given(fields[4])
    structuredData = given(text[at..<end])
    text = text.dropFirst(end + 1)
    return true
  }
  private func nextSpace(_ start: Int) -> Int? {
    var at = start
    while let byte = text.at(at) {
      if byte == 0x20 { return at }
      at += 1
    }
    return nil
  }
  /// `-`, or elements in brackets whose values may have brackets behind a backslash.
  private func structuredDataEnd(_ start: Int) -> Int? {
    if text.at(start) == UInt8(ascii: "-") { return start + 1 }
    var at = start
    while text.at(at) == UInt8(ascii: "[") {
      at += 1
      while let byte = text.at(at), byte != UInt8(ascii: "]") {
        at += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      if text.at(at) == nil { return nil }
      at += 1
    }
    return at > start ? at : nil
  }

  // MARK: - RFC 3164

  /// `Oct 11 22:14:15 HOST TAG[PROCESS]: TEXT`, the tag of which may lack.
  private mutating func readLegacyHeader() {
    guard text.count > 16, ForwardedTime.isLegacy(text.prefix(15)), text[15] == 0x20 else { return }
    guard let end = nextSpace(16), end > 16 else { return }
    time = text.prefix(15)
    host = text[16..<end]
    text = text.dropFirst(end + 1)
    guard let close = nextSpace(0), close > 0, text[close - 1] == UInt8(ascii: ":") else { return }
    let word = text.prefix(close - 1)
    let rest = text.dropFirst(close + 1)
    guard let open = word.firstIndex(of: UInt8(ascii: "[")), open > 0 else {
      tag = word
      text = rest
      return
    }
    tag = word.prefix(open)
    let inner = word.dropFirst(open + 1)
    // What follows the tag otherwise than a process number belongs to the text.
    guard inner.firstIndex(of: UInt8(ascii: "]")) == inner.count - 1 else { return }
    processID = inner.prefix(inner.count - 1)
    text = rest
  }
}

/// Times of syslog headers.
enum ForwardedTime {
  static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The place of a month's name; nil where it is none.
  static func month(_ name: Bytes) -> Int? { months.firstIndex { name.equals($0) } }

  /// `Oct 11 22:14:15`, whatever the numbers.
  static func isLegacy(_ text: Bytes) -> Bool {
    guard text.count == 15, month(text.prefix(3)) != nil else { return false }
    for (place, shape) in ("... DD DD:DD:DD" as StaticString).bytes.enumerated() {
      let byte = text[place]
      switch shape {
      case UInt8(ascii: "D"):
        // The first digit of a day may be a blank.
        if !(48...57).contains(byte) && !(place == 4 && byte == 0x20) { return false }
      case UInt8(ascii: "."): break
      default: if byte != shape { return false }
      }
    }
    return true
  }

  /// `-`, or `2003-10-11T22:14:15`, with or without a fraction, and a zone.
  static func isModern(_ text: Bytes) -> Bool {
    if text.count == 1 { return text[0] == UInt8(ascii: "-") }
    guard text.count >= 20, text.count <= 32 else { return false }
    for (place, shape) in ("DDDD-DD-DDTDD:DD:DD" as StaticString).bytes.enumerated() {
      let byte = text[place]
      if shape == UInt8(ascii: "D") ? !(48...57).contains(byte) : byte != shape { return false }
    }
    var at = 19
    if text[at] == UInt8(ascii: ".") {
      at += 1
      while let byte = text.at(at), (48...57).contains(byte) { at += 1 }
    }
    let zone = text.dropFirst(at)
    if zone.count == 1 { return zone[0] == UInt8(ascii: "Z") }
    guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"), zone[3] == UInt8(ascii: ":")
    else { return false }
    for place in [1, 2, 4, 5] where !(48...57).contains(zone[place]) { return false }
    return true
  }
}

extension StaticString {
  fileprivate var bytes: [UInt8] { Bytes(self).array }
}
