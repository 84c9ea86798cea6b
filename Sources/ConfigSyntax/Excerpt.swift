/// The part of a line that is shown under a message, with a caret below the place at fault.
enum Excerpt {
  static let width = 80

  /// Two lines, each indented by two columns: `text` from its first non-blank, at most 80 columns, and a `^`.
  static func lines(_ text: [UInt8], at offset: Int) -> String {
    let shown = Array(text.prefix { $0 != 0 && $0 != 0x0a })
    let indent = shown.prefix { $0.isSpace }.count
    let (cut, position) = cut(Array(shown.dropFirst(indent)), at: max(offset - indent, 0), width: width)
    return "  \(String(latin1: cut))\n  \(String(repeating: " ", count: position))^"
  }

  /// `text` made printable and no wider than `width` columns, with `position` moved along.
  static func cut(_ text: [UInt8], at position: Int, width: Int) -> ([UInt8], Int) {
    let printable = text.map { $0.isSpace ? UInt8(ascii: " ") : $0 < 0x20 || $0 > 0x7e ? UInt8(ascii: "?") : $0 }
    if position < width { return (Array(printable.prefix(width)), position) }
    let shift = position - width / 2
    var part = Array(printable.dropFirst(shift).prefix(width - 3))
    for index in 0..<min(3, part.count) { part[index] = UInt8(ascii: ".") }
    return (part + Array("...".utf8), width / 2)
  }
}
