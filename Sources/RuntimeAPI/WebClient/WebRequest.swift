/// What `httpclient` asks for.
struct WebRequest: Sendable {
  let method: String
  let isSecure: Bool
  /// Name or address, without the brackets of IPv6.
  let host: String
  let port: UInt16
  /// What the `host` field says.
  let authority: String
  let target: String
  let body: String?

  private static let methods = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"]

  /// nil: HAProxy would not start it either.
  init?(method: String, url: String, body: String?) {
    guard Self.methods.contains(method), let scheme = url.firstRange(of: "://") else { return nil }
    self.method = method
    // The last line of a payload has no end.
    self.body = body.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }
    isSecure = url[..<scheme.lowerBound].lowercased() == "https"
    let rest = url[scheme.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    var place = rest[..<end]
    if let at = place.lastIndex(of: "@") { place = place[place.index(after: at)...] }
    if place.isEmpty { return nil }
    authority = String(place)
    let isBracketed = place.hasPrefix("[")
    let colon = place.lastIndex(of: ":").flatMap { colon in
      isBracketed && place.lastIndex(of: "]").map { $0 > colon } ?? true ? nil : colon
    }
    var name = colon.map { place[..<$0] } ?? place
    if isBracketed { name = name.dropFirst().dropLast(name.hasSuffix("]") ? 1 : 0) }
    host = String(name)
    guard let colon else {
      port = isSecure ? 443 : 80
      target = Self.target(rest[end...])
      return
    }
    guard let number = UInt16(place[place.index(after: colon)...]) else { return nil }
    port = number
    target = Self.target(rest[end...])
  }

  /// Path and query; what stands behind `#` is the client's own.
  private static func target(_ text: Substring) -> String {
    let path = text.prefix { $0 != "#" }
    return path.hasPrefix("/") ? String(path) : "/" + path
  }

  var bytes: [UInt8] {
    var text = "\(method) \(target) HTTP/1.1\r\nhost: \(authority)\r\naccept: */*\r\nuser-agent: HAProxy\r\n"
    if let body {
      let size = String(body.unicodeScalars.count, radix: 16, uppercase: true)
      text += "transfer-encoding: chunked\r\n\r\n\(body.isEmpty ? "" : "\(size)\r\n\(body)\r\n")0\r\n\r\n"
    } else {
      text += "\r\n"
    }
    return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
