import HTTP
import Memory

/// A request's head as the proxy writes it for a server: what HTTP/2 makes of it. It was checked before; here it is only
/// taken apart.
struct WrittenRequestHead {
  /// Bytes of the head with its empty line.
  let count: Int
  let method: Bytes
  private let target: Bytes
  private let fields: Bytes
  private(set) var length: UInt64 = 0
  private(set) var isChunked = false
  /// The protocol of an upgrade; empty for none.
  private(set) var upgrade = Bytes()
  private(set) var webSocketKey: Bytes?
  private(set) var host: Bytes?

  /// nil: it is not wholly there.
  init?(_ bytes: Bytes) {
    guard let lineEnd = bytes.firstIndex(of: 0x0a), let end = bytes.firstIndex(of: Bytes("\r\n\r\n")),
      lineEnd <= end + 1,
      let first = bytes.firstIndex(of: 0x20)
    else { return nil }
    let line = bytes.prefix(lineEnd)
    count = end + 4
    method = line.prefix(first)
    let rest = line.dropFirst(first + 1)
    target = rest.prefix(rest.lastIndex(of: 0x20) ?? rest.count)
    fields = bytes.slice(lineEnd + 1, max(0, end + 2 - lineEnd - 1))
    var wantsUpgrade = false
    var all = Fields(fields)
    while let (name, value) = all.next() {
      switch name.count {
      case 4: if name.equalsIgnoringCase("host") { host = value }
      case 7: if name.equalsIgnoringCase("upgrade") { upgrade = value }
      case 10: if name.equalsIgnoringCase("connection") { wantsUpgrade = value.equalsIgnoringCase("upgrade") }
      case 14: if name.equalsIgnoringCase("content-length") { length = HTTP2FieldCheck.number(value) ?? 0 }
      case 17:
        if name.equalsIgnoringCase("transfer-encoding") { isChunked = true }
        if name.equalsIgnoringCase("sec-websocket-key") { webSocketKey = value }
      default: break
      }
    }
    if !wantsUpgrade { upgrade = Bytes() }
  }

  var isHead: Bool { method.equals("HEAD") }
  var isConnect: Bool { method.equals("CONNECT") }
  var isUpgrade: Bool { !upgrade.isEmpty }

  /// The parts of the target.
  var places: (scheme: Bytes, authority: Bytes, path: Bytes) {
    isConnect ? (Bytes(), target, Bytes()) : Self.places(of: target, isOptions: method.equals("OPTIONS"))
  }
  /// The parts of a target in its origin or absolute form. Without a scheme of its own it is https, as from HAProxy.
  static func places(of target: Bytes, isOptions: Bool) -> (scheme: Bytes, authority: Bytes, path: Bytes) {
    guard target.at(0) != 0x2f, let colon = schemeEnd(target) else { return (Bytes("https"), Bytes(), target) }
    let rest = target.dropFirst(colon + 3)
    var end = 0
    while end < rest.count && rest[end] != 0x2f && rest[end] != 0x3f { end += 1 }
    let path = rest.dropFirst(end)
    return (
      target.prefix(colon), rest.prefix(end),
      path.isEmpty ? (isOptions ? Bytes("*") : Bytes("/")) : path
    )
  }

  /// The first colon that two slashes follow.
  private static func schemeEnd(_ target: Bytes) -> Int? {
    var from = 0
    while let colon = target.firstIndex(of: 0x3a, from: from) {
      if target.at(colon + 1) == 0x2f && target.at(colon + 2) == 0x2f { return colon }
      from = colon + 1
    }
    return nil
  }

  /// Whether a field goes to the server. Those of one hop do not, nor what `:authority` or an upgrade stand for.
  func keeps(_ name: Bytes, _ value: Bytes, hasAuthority: Bool) -> Bool {
    switch name.count {
    case 2: return !name.equalsIgnoringCase("te") || value.equalsIgnoringCase("trailers")
    case 4: return !(hasAuthority && name.equalsIgnoringCase("host"))
    case 7: return !name.equalsIgnoringCase("upgrade")
    case 10: return !name.equalsIgnoringCase("connection") && !name.equalsIgnoringCase("keep-alive")
    case 16: return !name.equalsIgnoringCase("proxy-connection")
    case 17: return !name.equalsIgnoringCase("transfer-encoding")
    default: return true
    }
  }
  var eachField: Fields { Fields(fields) }

  struct Fields {
    private var rest: Bytes
    init(_ bytes: Bytes) { rest = bytes }
    mutating func next() -> (name: Bytes, value: Bytes)? {
      while !rest.isEmpty {
        let end = rest.firstIndex(of: 0x0a) ?? rest.count
        var line = rest.prefix(end)
        rest = rest.dropFirst(end + 1)
        if line.count > 0 && line[line.count - 1] == 0x0d { line = line.prefix(line.count - 1) }
        guard let colon = line.firstIndex(of: 0x3a) else { continue }
        var value = line.dropFirst(colon + 1)
        while value.at(0) == 0x20 || value.at(0) == 0x09 { value = value.dropFirst(1) }
        return (line.prefix(colon), value)
      }
      return nil
    }
  }
}
