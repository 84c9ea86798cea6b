import HTTP
import Memory

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
  private var hasHost = false
  /// How many pseudo-headers there are, which stand first.
  private var pseudos = 0

  /// nil: the request is malformed.
  public init?(_ block: borrowing HTTP2FieldBlock) {
    for i in 0..<block.count {
      if !block.isSound(i) { return nil }
      if block.isPseudo(i) {
        if i > pseudos || !take(block.traits(i), block.value(i)) { return nil }
        pseudos += 1
        continue
      }
      if !block.isRegular(i) || !note(block.known(i), block.name(i), block.value(i)) { return nil }
    }
    if !isComplete { return nil }
  }

  private mutating func take(_ traits: HTTP2FieldTraits, _ value: Bytes) -> Bool {
    if !traits.isFit { return false }
    switch traits.pseudo {
    case .method:
      if !method.isEmpty { return false }
      method = value
    case .scheme:
      if !scheme.isEmpty { return false }
      scheme = value
    case .authority:
      if hasAuthority { return false }
      (authority, hasAuthority) = (value, true)
    case .path:
      if !path.isEmpty { return false }
      path = value
    case .connectProtocol:
      if !protocolName.isEmpty { return false }
      protocolName = value
    case .none, .status, .other: return false
    }
    return true
  }
  private func isHost(_ value: Bytes) -> Bool { value.firstNotHost == value.count }

  private mutating func note(_ known: KnownHeader, _ name: Bytes, _ value: Bytes) -> Bool {
    switch known {
    case .te: return value.equalsIgnoringCase("trailers")
    case .host:
      if !host.isEmpty && !host.equalsIgnoringCase(value) { return false }
      (host, hasHost) = (value, true)
      return isHost(value)
    case .cookie: cookies += 1
    case .contentLength:
      guard let n = HTTP2FieldCheck.number(value), length == nil || length == n else { return false }
      length = n
    case .secWebsocketKey: hasKey = true
    default: break
    }
    return true
  }

  private var isComplete: Bool { !method.isEmpty && isSoundTarget }
  private var isSoundTarget: Bool {
    method.equals("CONNECT") && protocolName.isEmpty
      ? hasAuthority && scheme.isEmpty && path.isEmpty
      : !scheme.isEmpty && (path.at(0) == 0x2f || (path.equals("*") && method.equals("OPTIONS")))
        && (protocolName.isEmpty || (method.equals("CONNECT") && hasAuthority && protocolName.equals("websocket")))
  }

  /// What the answer depends on.
  public var kind: (isConnect: Bool, isHead: Bool, isExtended: Bool) {
    let connect = method.equals("CONNECT")
    return (connect && protocolName.isEmpty, method.equals("HEAD"), connect && !protocolName.isEmpty)
  }

  /// Writes the head; false where it does not fit.
  func write(
    _ block: borrowing HTTP2FieldBlock, ends: Bool, to buffer: inout Buffer, _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    places.reset()
    let (connect, _, extended) = kind
    let name = hasAuthority ? plainAuthority : host
    guard buffer.append(short: extended ? Bytes("GET") : method), buffer.append(byte: 0x20) else { return false }
    places.method = buffer.count - 1
    (places.scheme, places.authority) = connect || !hasAuthority ? (0, 0) : (scheme.count, name.count)
    if connect {
      guard buffer.append(authority) else { return false }
    } else {
      if hasAuthority {
        guard buffer.append(short: scheme), buffer.append(short: Bytes("://")), buffer.append(short: name) else {
          return false
        }
      }
      // An asterisk has no place in the absolute form.
      if !(path.equals("*") && hasAuthority) { guard buffer.append(path) else { return false } }
    }
    places.target = buffer.count - places.method - 1
    guard buffer.append(short: Bytes(" HTTP/1.1\r\n")) else { return false }
    if !name.isEmpty {
      guard put(Bytes("host"), connect ? authority : name, .host, &buffer, &places) else { return false }
    }
    return writeFields(block, skipsLength: extended || connect, &buffer, &places)
      && writeCookies(block, &buffer, &places) && writeFraming(ends: ends, connect, extended, &buffer, &places)
  }

  private func put(
    _ name: Bytes, _ value: Bytes, _ known: KnownHeader, _ buffer: inout Buffer, _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    places.add(at: buffer.count, name: name.count, value: value.count, known)
    return buffer.append(name: name, value: value)
  }

  private func writeFields(
    _ block: borrowing HTTP2FieldBlock, skipsLength: Bool, _ buffer: inout Buffer, _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    if cookies == 0 && !hasHost && !skipsLength {
      block.note(from: pseudos, at: buffer.count, in: &places)
      return buffer.append(block.lines(from: pseudos))
    }
    for i in pseudos..<block.count {
      let known = block.known(i)
      if known == .host || known == .cookie || (skipsLength && known == .contentLength) { continue }
      guard put(block.name(i), block.value(i), known, &buffer, &places) else { return false }
    }
    return true
  }

  private func writeCookies(
    _ block: borrowing HTTP2FieldBlock, _ buffer: inout Buffer, _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    if cookies == 0 { return true }
    let start = buffer.count
    guard buffer.append("cookie: ") else { return false }
    var left = cookies
    for i in pseudos..<block.count where block.known(i) == .cookie {
      left -= 1
      guard buffer.append(block.value(i)), left == 0 || buffer.append("; ") else { return false }
    }
    places.add(at: start, name: 6, value: buffer.count - start - 8, .cookie)
    return buffer.append("\r\n")
  }

  private func writeFraming(
    ends: Bool, _ connect: Bool, _ extended: Bool, _ buffer: inout Buffer, _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    if extended {
      guard put(Bytes("connection"), Bytes("upgrade"), .connection, &buffer, &places),
        put(Bytes("upgrade"), Bytes("websocket"), .upgrade, &buffer, &places)
      else { return false }
      // The proxy speaks for the client, whose own protocol needs no key.
      if !hasKey {
        guard
          put(Bytes("sec-websocket-key"), Bytes("d2VpciBrZXkgb2Ygb3Vycw=="), .secWebsocketKey, &buffer, &places)
        else { return false }
      }
    } else if !ends && !connect && length == nil {
      guard put(Bytes("transfer-encoding"), Bytes("chunked"), .transferEncoding, &buffer, &places) else {
        return false
      }
    }
    return buffer.append(short: Bytes("\r\n"))
  }

  /// The authority without the port that its scheme has anyway, as HAProxy normalizes it.
  private var plainAuthority: Bytes {
    let port = scheme.equals("https") ? Bytes(":443") : scheme.equals("http") ? Bytes(":80") : Bytes()
    if !port.isEmpty && authority.hasSuffix(port) { return authority.prefix(authority.count - port.count) }
    return authority
  }
}
