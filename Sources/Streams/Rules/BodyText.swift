import HTTP
import Memory
import Samples

/// The data of a chunked body that still has its framing.
enum ChunkedBody {
  /// Copies the data of the chunks that are there into `arena`; what does not fit, or is no chunk, ends it.
  static func plain(_ framed: Bytes, into arena: ByteArena) -> Bytes {
    arena.begin()
    var at = 0
    while let end = framed.firstIndex(of: 10, from: at) {
      var size = 0
      var i = at
      while i < end, let digit = hexDigit(framed[i]), size < 1 << 40 {
        size = size << 4 | digit
        i += 1
      }
      at = end + 1
      if size == 0 || i == at { break }
      let piece = framed.slice(at, min(size, framed.count - at))
      if !arena.append(piece.prefix(arena.room)) || piece.count < size { break }
      at += size + 2
      if at > framed.count { break }
    }
    return arena.finish()
  }
  private static func hexDigit(_ c: UInt8) -> Int? {
    switch c {
    case 48...57: Int(c) - 48
    case 65...70: Int(c) - 55
    case 97...102: Int(c) - 87
    default: nil
    }
  }
}

/// Whether bytes of a TCP connection begin an HTTP request (`req.proto_http`).
enum HTTPDetection {
  /// There is nothing to say of what is not HTTP.
  static func detect(_ bytes: Bytes, isOpen: Bool, _ sample: inout Sample) -> FetchStatus {
    var i = 0
    while i < bytes.count && (bytes[i] == 13 || bytes[i] == 10) { i += 1 }
    let start = i
    while i < bytes.count, isToken(bytes[i]) { i += 1 }
    guard i < bytes.count else { return isOpen ? .mayChange : .notFound }
    if i == start || bytes[i] != 0x20 { return .notFound }
    guard let end = bytes.firstIndex(of: 10, from: i) else { return isOpen ? .mayChange : .notFound }
    var line = bytes[i..<end]
    if line.count > 0 && line[line.count - 1] == 13 { line = line.prefix(line.count - 1) }
    guard line.count > 9 && line.slice(line.count - 9, 6).equals(" HTTP/") else { return .notFound }
    sample.data = .boolean(true)
    return .found
  }
  private static func isToken(_ c: UInt8) -> Bool { (c | 0x20) &- 97 < 26 || c &- 48 < 10 || c == 45 || c == 95 }
}
