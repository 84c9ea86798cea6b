import HTTP
public import Memory

/// Checks a request's header block (RFC 9113, sections 8.2 and 8.3) and writes it as a head of HTTP/1.1: the target in
/// its absolute form where there is an authority, `host` first, cookies joined, the body's framing last.
public struct HTTP2RequestHead {
  /// The announced length.
  public private(set) var length: UInt64?
  private var method = Bytes()
  private var scheme = Bytes()
  private var authority = Bytes()
  private var path = Bytes()
  private var protocolName = Bytes()
  private var host = Bytes()
  private var hasAuthority = false
  private var cookies = 0
  private var hasKey = false

  /// nil: the request is malformed.
  public init?(_ block: borrowing HTTP2FieldBlock) {
    var regular = false
    for i in 0..<block.count {
      let (name, value) = (block.name(i), block.value(i))
      if !HTTP2FieldCheck.isSound(value) { return nil }
      if name.at(0) == 0x3a {
        if regular || !take(name, value) { return nil }
        continue
      }
      regular = true
      if !HTTP2FieldCheck.isRegular(name, value) || !note(name, value) { return nil }
    }
    if !isComplete { return nil }
  }

  private mutating func take(_ name: Bytes, _ value: Bytes) -> Bool {
    if value.isEmpty { return false }
    if name.equals(":method") {
      if !method.isEmpty || !value.isToken { return false }
      method = value
    } else if name.equals(":scheme") {
      if !scheme.isEmpty { return false }
      for i in 0..<value.count {
        let c = value[i]
        if !((c | 0x20) &- 0x61 < 26 || (i > 0 && (c &- 0x30 < 10 || c == 0x2b || c == 0x2d || c == 0x2e))) {
          return false
        }
      }
      scheme = value
    } else if name.equals(":authority") {
      if hasAuthority || !isHost(value) { return false }
      (authority, hasAuthority) = (value, true)
    } else if name.equals(":path") {
      if !path.isEmpty { return false }
      for i in 0..<value.count where value[i] <= 0x20 || value[i] == 0x7f || value[i] == 0x23 { return false }
      path = value
    } else if name.equals(":protocol") {
      if !protocolName.isEmpty || !value.isToken { return false }
      protocolName = value
    } else {
      return false
    }
    return true
  }
  private func isHost(_ value: Bytes) -> Bool {
    for i in 0..<value.count where !CharacterClass.host.contains(value[i]) || value[i] == 0x40 { return false }
    return true
  }

  private mutating func note(_ name: Bytes, _ value: Bytes) -> Bool {
    switch name.count {
    case 2: if name.equals("te") { return value.equalsIgnoringCase("trailers") }
    case 4:
      if !name.equals("host") { return true }
      if !host.isEmpty && !host.equalsIgnoringCase(value) { return false }
      host = value
      return isHost(value)
    case 6: if name.equals("cookie") { cookies += 1 }
    case 14:
      if !name.equals("content-length") { return true }
      guard let n = HTTP2FieldCheck.number(value), length == nil || length == n else { return false }
      length = n
    case 17: if name.equals("sec-websocket-key") { hasKey = true }
    default: break
    }
    return true
  }

  private var isComplete: Bool { !method.isEmpty && isSoundTarget }
  private var isSoundTarget: Bool {
    method.equals("CONNECT") && protocolName.isEmpty
      ? hasAuthority && scheme.isEmpty && path.isEmpty
      : !scheme.isEmpty && (path.at(0) == 0x2f || (path.equals("*") && method.equals("OPTIONS")))
        && (protocolName.isEmpty || (method.equals("CONNECT") && protocolName.equals("websocket")))
  }

  /// What the answer depends on.
  public var kind: (isConnect: Bool, isHead: Bool, isExtended: Bool) {
    let connect = method.equals("CONNECT")
    return (connect && protocolName.isEmpty, method.equals("HEAD"), connect && !protocolName.isEmpty)
  }

  /// Writes the head; false where it does not fit.
  public func write(_ block: borrowing HTTP2FieldBlock, ends: Bool, to buffer: inout Buffer) -> Bool {
    let (connect, _, extended) = kind
    let name = hasAuthority ? plainAuthority : host
    guard buffer.append(extended ? Bytes("GET") : method), buffer.append(byte: 0x20) else { return false }
    if connect {
      guard buffer.append(authority) else { return false }
    } else {
      if hasAuthority {
        guard buffer.append(scheme), buffer.append("://"), buffer.append(name) else { return false }
      }
      // An asterisk has no place in the absolute form.
      if !(path.equals("*") && hasAuthority) { guard buffer.append(path) else { return false } }
    }
    guard buffer.append(" HTTP/1.1\r\n") else { return false }
    if !name.isEmpty {
      guard buffer.append(name: Bytes("host"), value: connect ? authority : name) else { return false }
    }
    for i in 0..<block.count {
      let field = block.name(i)
      if field.at(0) == 0x3a || field.equals("host") || field.equals("cookie") { continue }
      if (extended || connect) && field.equals("content-length") { continue }
      guard buffer.append(name: field, value: block.value(i)) else { return false }
    }
    return writeCookies(block, to: &buffer) && writeFraming(ends: ends, connect, extended, to: &buffer)
  }

  private func writeCookies(_ block: borrowing HTTP2FieldBlock, to buffer: inout Buffer) -> Bool {
    if cookies == 0 { return true }
    guard buffer.append("cookie: ") else { return false }
    var left = cookies
    for i in 0..<block.count where block.name(i).equals("cookie") {
      left -= 1
      guard buffer.append(block.value(i)), left == 0 || buffer.append("; ") else { return false }
    }
    return buffer.append("\r\n")
  }

  private func writeFraming(ends: Bool, _ connect: Bool, _ extended: Bool, to buffer: inout Buffer) -> Bool {
    if extended {
      guard buffer.append("connection: upgrade\r\nupgrade: websocket\r\n") else { return false }
      // The proxy speaks for the client, whose own protocol needs no key.
      if !hasKey { guard buffer.append("sec-websocket-key: d2VpciBrZXkgb2Ygb3Vycw==\r\n") else { return false } }
    } else if !ends && !connect && length == nil {
      guard buffer.append("transfer-encoding: chunked\r\n") else { return false }
    }
    return buffer.append("\r\n")
  }

  /// The authority without the port that its scheme has anyway, as HAProxy normalizes it.
  private var plainAuthority: Bytes {
    let port = scheme.equals("https") ? Bytes(":443") : scheme.equals("http") ? Bytes(":80") : Bytes()
    if !port.isEmpty && authority.hasSuffix(port) { return authority.prefix(authority.count - port.count) }
    return authority
  }
}

/// What holds for every field of HTTP/2.
enum HTTP2FieldCheck {
  static func isSound(_ value: Bytes) -> Bool {
    var i = value.firstControl(from: 0)
    while i < value.count {
      if value[i] != 0x09 { return false }
      i = value.firstControl(from: i + 1)
    }
    return true
  }
  /// A lower-case token, and none of the fields that belong to one hop of HTTP/1.
  static func isRegular(_ name: Bytes, _ value: Bytes) -> Bool {
    for i in 0..<name.count where !CharacterClass.lowerCaseToken.contains(name[i]) { return false }
    switch name.count {
    case 0: return false
    case 7: return !name.equals("upgrade")
    case 10: return !name.equals("connection") && !name.equals("keep-alive")
    case 16: return !name.equals("proxy-connection")
    case 17: return !name.equals("transfer-encoding")
    default: return true
    }
  }
  static func number(_ value: Bytes) -> UInt64? {
    if value.isEmpty || value.count > 18 { return nil }
    var n: UInt64 = 0
    for i in 0..<value.count {
      let digit = value[i] &- 0x30
      if digit > 9 { return nil }
      n = n &* 10 &+ UInt64(digit)
    }
    return n
  }
}
