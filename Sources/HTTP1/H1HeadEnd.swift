import HTTP
import Memory

// What is settled once the whole head is known.
extension H1HeadParser {
  /// Notes where, and in which state, a check failed.
  private mutating func refuse(_ status: Int, _ state: H1State, at place: Bytes? = nil) -> Int {
    self.state = state
    if let place, let offset = place.offset(in: head) { errorOffset = offset }
    return status
  }

  /// - Returns: the status to refuse the message with, or 0.
  mutating func finishHead(_ buffer: inout Buffer, _ message: inout HTTPMessage) -> Int {
    state = .done
    let status = kind == .request ? finishRequest(&buffer, &message) : finishResponse(&message)
    if status != 0 { return status }
    cleanUpgrade(&buffer, &message)
    if framing.isWebSocket && kind == .request && !message.mayHave(.secWebsocketKey) { return 400 }
    setPersistence(&message)
    return 0
  }

  private mutating func finishRequest(_ buffer: inout Buffer, _ message: inout HTTPMessage) -> Int {
    if message.method == .connect {
      let status = checkConnect(&message)
      if status != 0 { return status }
    } else if message.target[0] != 0x2f {
      let status = checkTarget(&buffer, &message)
      if status != 0 { return status }
    }
    let flags = framing.flags
    if flags.contains(.transferEncoding) {
      if !flags.contains(.chunked) { return refuse(400, .data) }
      if flags.contains(.otherCoding) { return refuse(422, .chunkSize) }
      chooseChunked(&message)
    } else if flags.contains(.contentLength) && framing.contentLength > 0 {
      framing.body = .length(framing.contentLength)
    }
    if framing.body != .none && !message.isVersion11 && !limits.acceptsAnyPayload {
      // Too many HTTP/1.0 servers take such a body for the next request.
      switch message.method {
      case .get, .head, .delete: return refuse(413, framing.body == .chunked ? .chunkSize : .data)
      default: break
      }
    }
    return 0
  }

  private mutating func finishResponse(_ message: inout HTTPMessage) -> Int {
    let flags = framing.flags
    if message.status == 101 {
      // A protocol switch that nobody asked for.
      if !requestWantsUpgrade || !flags.contains([.upgradeToken, .upgradeField]) { return 502 }
      framing.flags.insert([.tunnel, .upgrade])
      framing.body = .untilClose
      dropFraming(&message)
      return 0
    }
    if flags.contains(.transferEncoding) {
      if !flags.contains(.chunked) || flags.contains(.otherCoding) { return 502 }
    }
    if message.status < 200 || message.status == 204 {
      dropFraming(&message)
      return 0
    }
    if requestMethod == .connect && message.status < 300 {
      framing.flags.insert(.tunnel)
      framing.body = .untilClose
      dropFraming(&message)
      return 0
    }
    if flags.contains(.transferEncoding) {
      chooseChunked(&message)
    } else if flags.contains(.contentLength) {
      framing.body = framing.contentLength > 0 ? .length(framing.contentLength) : .none
    } else {
      framing.body = .untilClose
    }
    if requestMethod == .head || message.status == 304 { framing.body = .none }
    return 0
  }

  /// Chunked wins over a length, but such a connection is not used again (RFC 9112 6.1).
  private mutating func chooseChunked(_ message: inout HTTPMessage) {
    framing.body = .chunked
    if framing.flags.contains(.contentLength) {
      message.remove(.contentLength)
      framing.flags.insert(.mustClose)
    }
    if !message.isVersion11 { framing.flags.insert(.mustClose) }
  }

  private mutating func dropFraming(_ message: inout HTTPMessage) {
    if let value = message.value(.contentLength) { message.droppedSize += 14 + value.count }
    if let value = message.value(.transferEncoding) { message.droppedSize += 17 + value.count }
    if framing.flags.contains(.contentLength) { message.remove(.contentLength) }
    if framing.flags.contains(.transferEncoding) { message.remove(.transferEncoding) }
  }

  /// Whether this can be the host of an authority: a colon stands only between brackets (RFC 3986 3.2.2).
  private func isHost(_ text: Bytes) -> Bool {
    let isBracketed = text.at(0) == 0x5b && text.at(text.count - 1) == 0x5d
    if !isBracketed && text.firstIndex(of: 0x3a) != nil { return false }
    return !text.isEmpty && text.firstNotHost == text.count
  }

  /// CONNECT: `host:port` that agrees with Host, and no body (RFC 9110 9.3.6).
  private mutating func checkConnect(_ message: inout HTTPMessage) -> Int {
    if framing.flags.contains(.transferEncoding) { return refuse(400, .lastLF, at: message.target) }
    if framing.flags.contains(.contentLength) {
      message.remove(.contentLength)
      framing.flags.remove(.contentLength)
      framing.contentLength = 0
    }
    if limits.acceptsInvalid { return 0 }
    let authority = HostAndPort(message.target)
    if authority.port.isEmpty || !isHost(authority.host) {
      return refuse(400, .lastLF, at: message.target)
    }
    let isDefault = !limits.isFromHTTP2 && (authority.port.equals("80") || authority.port.equals("443"))
    return reconcileHost(message.target, isDefault ? authority.host : message.target, nil, &message)
  }

  /// A target that does not start with a slash: `*` for OPTIONS, or the absolute form, which must agree with Host.
  private mutating func checkTarget(_ buffer: inout Buffer, _ message: inout HTTPMessage) -> Int {
    if limits.acceptsInvalid { return 0 }
    let target = knownTarget ?? RequestTarget(message.target)
    switch target.form {
    case .origin: return 0
    case .asterisk: return message.method == .options ? 0 : refuse(400, .lastLF, at: message.target)
    case .authority: return refuse(400, .lastLF, at: message.target)
    case .absolute: break
    }
    let authority = target.hostAndPort
    let parts = HostAndPort(authority)
    if !isHost(parts.host) { return refuse(400, .lastLF, at: message.target) }
    let defaultPort =
      target.scheme.equalsIgnoringCase("http")
      ? Bytes("80") : target.scheme.equalsIgnoringCase("https") ? Bytes("443") : Bytes()
    let isDefault = parts.hasColon && (parts.port.isEmpty || parts.port.equals(defaultPort))
    // A query right behind the authority is taken for a part of it, as by HAProxy: it agrees with no Host.
    if hostIndex >= 0 && target.whole.at(target.scheme.count + 3 + target.authority.count) == UInt8(ascii: "?") {
      return refuse(400, .lastLF, at: host)
    }
    let status = reconcileHost(authority, isDefault ? parts.host : authority, defaultPort, &message)
    if status == 0 && isDefault { dropPort(authority.count - parts.host.count, target, &buffer, &message) }
    return status
  }

  /// Takes the last `n` bytes of the authority out of an absolute-form target: what stands before them moves up. Host
  /// follows, where it is the same but for the port.
  private func dropPort(_ n: Int, _ target: RequestTarget, _ buffer: inout Buffer, _ message: inout HTTPMessage) {
    guard let start = target.whole.offset(in: buffer.readable) else { return }
    // All is measured before anything moves: the parts of `target` are views of these bytes.
    let end = target.scheme.count + 3 + target.authority.count - n
    let hostLength = target.hostAndPort.count - n
    var i = end
    while i > 0 {
      i -= 1
      buffer.set(start + i + n, target.whole[i])
    }
    message.target = target.whole.dropFirst(n)
    if hostIndex < 0 { return }
    let short = target.whole.slice(end + n - hostLength, hostLength)
    if message[hostIndex].value.equalsIgnoringCase(short) { message.setValue(at: hostIndex, short) }
  }

  /// Compares an authority with Host; where the authority names its default port, Host loses it.
  private mutating func reconcileHost(
    _ full: Bytes, _ short: Bytes, _ defaultPort: Bytes?, _ message: inout HTTPMessage
  ) -> Int {
    if hostIndex < 0 { return 0 }
    if host.equalsIgnoringCase(full) || host.equalsIgnoringCase(short) {
      // In CONNECT the target keeps its port, and Host becomes the authority without it.
      message.setValue(at: hostIndex, message.method == .connect ? short : host.prefix(short.count))
      return 0
    }
    // The authority has no port, and Host names the default one (or an empty one).
    let parts = HostAndPort(host)
    if let defaultPort, parts.hasColon, parts.host.equalsIgnoringCase(short) {
      if parts.port.isEmpty || parts.port.equals(defaultPort) { return 0 }
    }
    return refuse(400, .lastLF, at: host)
  }

  /// Takes the tokens out of `Connection` and `Upgrade` that end at this hop or that nobody may answer to.
  private mutating func cleanUpgrade(_ buffer: inout Buffer, _ message: inout HTTPMessage) {
    let flags = framing.flags
    if flags.isDisjoint(with: [.upgradeField, .upgradeToken, .http2Settings]) && !message.mayHave(.connection) {
      return
    }
    var asks = flags.contains(.upgradeField) && flags.contains(.upgradeToken)
    // No switch of protocols in HTTP/1.0 nor behind a body (RFC 9110 7.8).
    if kind == .request && (!message.isVersion11 || framing.body != .none) { asks = false }
    if flags.contains(.upgradeField) {
      // A request that could be answered with cleartext HTTP/2 goes on as plain HTTP/1.1, whatever else it offers.
      if flags.contains(.upgradeToH2) { asks = false }
      if !asks { message.remove(.upgrade) }
    }
    if asks {
      if kind == .request || message.status == 101 { framing.flags.insert(.upgrade) }
    } else {
      framing.flags.remove(.websocket)
    }
    if message.mayHave(.connection) {
      TokenRemoval.remove(asks ? [.hop] : [.hop, .upgrade], from: .connection, &buffer, &message)
    }
  }

  private mutating func setPersistence(_ message: inout HTTPMessage) {
    let flags = framing.flags
    framing.isPersistent =
      (message.isVersion11 || flags.contains(.keepAlive)) && flags.isDisjoint(with: [.close, .mustClose])
    if kind == .response && framing.body == .untilClose { framing.isPersistent = false }
  }
}
