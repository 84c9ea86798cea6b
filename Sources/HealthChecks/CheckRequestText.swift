import Configuration

/// The bytes of a check's request, its texts made already.
struct CheckRequestText {
  var method = "OPTIONS"
  var uri: [UInt8] = []
  var version = "HTTP/1.0"
  var headers: [(name: String, value: [UInt8])] = []
  var body: [UInt8] = []
  /// The value of `x-haproxy-server-state`.
  var state: String?

  /// What stands in the request line, and whether it means HTTP/1.1.
  private var spokenVersion: (text: String, is11: Bool) {
    let bytes = Array(version.utf8)
    if bytes.count == 6 && bytes[5] == UInt8(ascii: "2") { return ("HTTP/1.1", false) }
    guard bytes.count == 8 else { return (version, false) }
    let (major, minor) = (bytes[5], bytes[7])
    let is11 = major > UInt8(ascii: "1") || (major == UInt8(ascii: "1") && minor >= UInt8(ascii: "1"))
    return is11 ? ("HTTP/1.1", true) : (version, false)
  }

  /// HAProxy leaves lengths away where there is no body to these.
  private static let bodyless: Set<String> = ["GET", "HEAD", "OPTIONS", "DELETE", "TRACE"]

  var bytes: [UInt8] {
    let (versionText, is11) = spokenVersion
    var lines: [UInt8] = []
    var connection: [UInt8]? = is11 ? Array("close".utf8) : nil
    var target = uri.isEmpty ? [UInt8(ascii: "/")] : uri
    for (name, value) in headers where !value.isEmpty {
      let name = Self.lowered(Array(name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }))
      if name.elementsEqual("connection".utf8) {
        connection = Self.connection(value, is11: is11)
        continue
      }
      if name.elementsEqual("host".utf8) { target = Self.withAuthority(value, target) }
      lines += name + Array(": ".utf8) + value + [13, 10]
    }
    if let state { lines += Array("x-haproxy-server-state: \(state)\r\n".utf8) }
    if !body.isEmpty || !Self.bodyless.contains(method) { lines += Array("content-length: \(body.count)\r\n".utf8) }
    if let connection { lines += Array("connection: ".utf8) + connection + [13, 10] }
    let start = Array("\(method) ".utf8) + target + Array(" \(versionText)\r\n".utf8)
    return start + lines + [13, 10] + body
  }

  private static func lowered(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 } }

  /// What the version means anyway is not sent.
  private static func connection(_ value: [UInt8], is11: Bool) -> [UInt8]? {
    let word = lowered(value)
    if word.elementsEqual("close".utf8) { return is11 ? word : nil }
    if word.elementsEqual("keep-alive".utf8) { return is11 ? nil : word }
    return value
  }

  /// A host takes the place of the authority where the target has one.
  private static func withAuthority(_ host: [UInt8], _ target: [UInt8]) -> [UInt8] {
    guard let first = target.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "*") else { return target }
    let mark = Array("://".utf8)
    var at = 0
    while at + 3 <= target.count {
      if target[at..<(at + 3)].elementsEqual(mark) {
        let rest = target[(at + 3)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        return Array(target[..<(at + 3)]) + host + Array(target[end...])
      }
      at += 1
    }
    return host
  }
}
