struct ErrorFileProblem: Error, Equatable {
  let text: String
}

/// Whether an error file is an HTTP/1 answer that can be sent.
enum ErrorFileText {
  static func check(_ bytes: [UInt8]) throws(ErrorFileProblem) {
    func unparsable(at offset: Int) -> ErrorFileProblem {
      ErrorFileProblem(text: "unable to parse headers (error offset: \(offset))")
    }
    guard bytes.starts(with: Array("HTTP/".utf8)) else { throw unparsable(at: 0) }
    var at = 0
    var announced: Int?
    var isStartLine = true
    while true {
      // -2: the headers do not end.
      guard let end = bytes[at...].firstIndex(of: 0x0a) else { throw unparsable(at: -2) }
      var line = bytes[at..<end]
      if line.last == 0x0d { line.removeLast() }
      at = end + 1
      if isStartLine {
        isStartLine = false
        continue
      }
      if line.isEmpty { break }
      guard let colon = line.firstIndex(where: { !isToken($0) }), colon > line.startIndex,
        bytes[colon] == UInt8(ascii: ":")
      else { throw unparsable(at: line.firstIndex { !isToken($0) } ?? line.endIndex) }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      if name == "content-length" {
        announced = CInteger.leadingLong(String(decoding: line[(colon + 1)...], as: UTF8.self))
      }
    }
    let size = bytes.count - at
    if let announced, announced != size {
      throw ErrorFileProblem(
        text: "payload size does not match the announced content-length (\(size) != \(announced))")
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
