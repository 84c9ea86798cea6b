/// A command line cut into words: blanks and NUL separate, a backslash takes the next byte as it is.
enum CommandWords {
  /// The most words that a command may have.
  static let limit = 64

  static func split(_ line: ArraySlice<UInt8>) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var isOpen = false
    var escaped = false
    for byte in line {
      if escaped {
        word.append(Unicode.Scalar(byte))
        (escaped, isOpen) = (false, true)
      } else if byte == UInt8(ascii: "\\") {
        (escaped, isOpen) = (true, true)
      } else if byte == 0x20 || byte == 0x09 || byte == 0 {
        // A NUL ends a word even where none has begun.
        if isOpen || byte == 0 { words.append(String(word)) }
        (word, isOpen) = (String.UnicodeScalarView(), false)
        if words.count == limit { return words }
      } else {
        word.append(Unicode.Scalar(byte))
        isOpen = true
      }
    }
    if isOpen { words.append(String(word)) }
    return words
  }

  /// A line that ends in `<<`, without that where it is a word of its own: the payload follows.
  static func withoutPayloadMark(_ line: [UInt8]) -> [UInt8] {
    let isWord = line.count == 2 || [0x20, 0x09].contains(line[line.count - 3])
    return isWord ? Array(line.dropLast(2)) : line
  }
}
