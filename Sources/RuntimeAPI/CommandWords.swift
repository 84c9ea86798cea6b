/// A command line cut into words: blanks separate, a backslash takes the next byte as it is.
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
      } else if byte == 0x20 || byte == 0x09 {
        if isOpen { words.append(String(word)) }
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

  /// The commands of a line: `;` separates them, unless a backslash stands before it.
  static func commands(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var commands: [ArraySlice<UInt8>] = []
    var start = line.startIndex
    var escaped = false
    for i in line.indices {
      if escaped {
        escaped = false
      } else if line[i] == UInt8(ascii: "\\") {
        escaped = true
      } else if line[i] == UInt8(ascii: ";") {
        commands.append(line[start..<i])
        start = i + 1
      }
    }
    commands.append(line[start...])
    return commands
  }
}
