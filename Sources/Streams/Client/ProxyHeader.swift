import Configuration
import Connections
import EventLoop
import LogFormat
import Memory
import Primitives
import Proxies
import System

/// The PROXY protocol, versions 1 and 2 (proxy-protocol.txt): read from clients, written to servers.
extension Worker {
  /// Reads the header that `accept-proxy` demands. Exactly its bytes are taken from the socket's buffer.
  func readProxyHeader(_ session: Session) {
    guard let listener = session.listener else { return }
    if !session.input.back(by: buffers) { return closeSession(session) }
    while true {
      if session.input.count > 0 {
        if let magic = session.netScalerMagic, !session.hasNetScalerHeader {
          if !readNetScalerHeader(session, magic) { return }
          if !session.expectsProxyHeader { return headerEnded(session) }
          continue
        }
        switch ProxyHeader.parse(session.input.readable) {
        case .needMore:
          // Its sender must write it at once (proxy-protocol.txt, section 2); HAProxy takes no pieces either.
          if session.connection.canReceive == false { return refuseProxyHeader(session, .proxyTruncated) }
        case .invalid: return refuseProxyHeader(session, session.input.count < 8 ? .proxyTruncated : .proxyNotAHeader)
        case .complete(let length, let source, let destination):
          session.input.consume(length)
          if let source { session.peer = source }
          if let destination {
            session.local = destination
            session.hasLocal = true
          }
          return headerEnded(session)
        }
      }
      guard session.connection.canReceive == true else {
        session.connection.register(with: loop.poller, token: session.token)
        loop.timers.arm(session.timer, at: session.headDeadline)
        return
      }
      if session.input.room == 0 { return refuseProxyHeader(session) }
      let limit = tune.limits.maxHeadLength
      let result: IOResult
      if listener.tlsContext == nil {
        result = session.connection.receive(into: &session.input, limit: limit)
      } else {
        session.input.reset()
        result = session.connection.peek(into: &session.input, limit: limit)
        session.peeked = session.input.count
        // Looking again would find the same.
        session.connection.setCanReceive(false)
      }
      switch result {
      case .bytes, .wouldBlock: continue
      case .closed: return refuseProxyHeader(session, session.input.isEmpty ? .proxyEmpty : .proxyTruncated)
      case .failed: return refuseProxyHeader(session, .proxyAborted)
      }
    }
  }

  /// Behind the header the session begins, or its TLS.
  private func headerEnded(_ session: Session) {
    if session.listener?.tlsContext != nil { dropPeeked(session, session.peeked - session.input.count) }
    if session.input.isEmpty { session.input.release() }
    openSession(session)
  }

  /// False: it was refused.
  private func readNetScalerHeader(_ session: Session, _ magic: UInt32) -> Bool {
    var result = NetScalerHeader.parse(session.input.readable, magic: magic)
    while case .needMore = result, session.connection.canReceive == true, session.input.room > 0 {
      guard case .bytes = session.connection.receive(into: &session.input, limit: tune.limits.maxHeadLength) else {
        break
      }
      result = NetScalerHeader.parse(session.input.readable, magic: magic)
    }
    switch result {
    case .needMore: refuseProxyHeader(session, .netScalerTruncated)
    case .badMagic: refuseProxyHeader(session, .netScalerBadMagic)
    case .badProtocol: refuseProxyHeader(session, .netScalerBadProtocol)
    case .complete(let length, let source, let destination):
      session.input.consume(length)
      session.peer = source
      session.local = destination
      session.hasLocal = true
      session.hasNetScalerHeader = true
      if session.input.isEmpty && !session.expectsProxyHeader { session.input.release() }
      return true
    }
    return false
  }

  private func refuseProxyHeader(_ session: Session, _ failure: ConnectionFailure = .proxyNotAHeader) {
    logConnectionError(session, failure)
    // What was sent was not taken: its sender is told by a reset.
    closeSession(session, reset: !session.input.isEmpty)
  }

  /// The header that goes out before anything else on a connection to a server with `send-proxy`.
  func proxyHeader(_ stream: Stream, _ version: ProxyProtocolVersion, _ options: ProxyHeaderOptions) -> Bytes {
    guard let session = stream.session else { return Bytes() }
    let local = destination(of: stream)
    let source = stream.sourceOverride ?? session.peer
    let number = version == .v2 ? 2 : 1
    let plain = ProxyHeader.make(number, source: source, destination: local, options, into: stream.preface)
    if number == 1 || !options.contains(.checksum) { return plain }
    // The checksum is that of the whole header with zeros in its place.
    return ProxyHeader.make(
      number, source: source, destination: local, options, checksum: Hash.crc32c(plain), into: stream.preface)
  }
}

enum ProxyHeader {
  enum Result {
    case needMore
    case invalid
    case complete(length: Int, source: Endpoint?, destination: Endpoint?)
  }
  private static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"

  static func parse(_ bytes: Bytes) -> Result {
    let signature = Bytes(Self.signature)
    let common = min(bytes.count, signature.count)
    if bytes.prefix(common).equals(signature.prefix(common)) {
      return common < signature.count ? .needMore : version2(bytes)
    }
    let v1 = Bytes("PROXY ")
    let start = min(bytes.count, v1.count)
    if !bytes.prefix(start).equals(v1.prefix(start)) { return .invalid }
    return start < v1.count ? .needMore : version1(bytes)
  }

  /// `PROXY TCP4 1.2.3.4 5.6.7.8 1000 2000\r\n`, 107 bytes at most.
  private static func version1(_ bytes: Bytes) -> Result {
    guard let end = bytes.firstIndex(of: 0x0a) else { return bytes.count >= 107 ? .invalid : .needMore }
    if end > 106 || end < 1 || bytes[end - 1] != 0x0d { return .invalid }
    let words = bytes.slice(6, end - 7).latin1.split(separator: " ", omittingEmptySubsequences: false)
    if words.first == "UNKNOWN" { return .complete(length: end + 1, source: nil, destination: nil) }
    guard words.count == 5, let from = port(words[3]), let to = port(words[4]) else { return .invalid }
    switch words[0] {
    case "TCP4":
      guard let a = IPv4Address(words[1]), let b = IPv4Address(words[2]) else { return .invalid }
      return .complete(length: end + 1, source: Endpoint(.v4(a), port: from), destination: Endpoint(.v4(b), port: to))
    case "TCP6":
      guard let a = IPv6Address(words[1]), let b = IPv6Address(words[2]) else { return .invalid }
      return .complete(length: end + 1, source: Endpoint(.v6(a), port: from), destination: Endpoint(.v6(b), port: to))
    default: return .invalid
    }
  }
  private static func port(_ text: Substring) -> UInt16? {
    text.utf8.allSatisfy { $0 &- 0x30 < 10 } ? UInt16(text) : nil
  }

  private static func version2(_ bytes: Bytes) -> Result {
    if bytes.count < 16 { return .needMore }
    let length = Int(bytes[14]) << 8 | Int(bytes[15])
    if bytes[12] >> 4 != 2 || length > 16384 - 16 { return .invalid }
    if bytes.count < 16 + length { return .needMore }
    let body = bytes.slice(16, length)
    let total = 16 + length
    switch bytes[12] & 15 {
    case 0: return tlvs(body, from: 0) ? .complete(length: total, source: nil, destination: nil) : .invalid
    case 1: break
    default: return .invalid
    }
    switch bytes[13] {
    case 0x11:
      guard length >= 12, tlvs(body, from: 12) else { return .invalid }
      return .complete(
        length: total, source: Endpoint(family: .ipv4, port: word(body, 8), low: number(body, 0, 4)),
        destination: Endpoint(family: .ipv4, port: word(body, 10), low: number(body, 4, 4)))
    case 0x21:
      guard length >= 36, tlvs(body, from: 36) else { return .invalid }
      return .complete(
        length: total,
        source: Endpoint(family: .ipv6, port: word(body, 32), high: number(body, 0, 8), low: number(body, 8, 8)),
        destination: Endpoint(family: .ipv6, port: word(body, 34), high: number(body, 16, 8), low: number(body, 24, 8)))
    case 0x31:
      return length >= 216 && tlvs(body, from: 216) ? .complete(length: total, source: nil, destination: nil) : .invalid
    default: return .complete(length: total, source: nil, destination: nil)
    }
  }
  private static func number(_ b: Bytes, _ at: Int, _ size: Int) -> UInt64 {
    var value: UInt64 = 0
    for i in at..<at + size { value = value << 8 | UInt64(b[i]) }
    return value
  }
  private static func word(_ b: Bytes, _ at: Int) -> UInt16 { UInt16(b[at]) << 8 | UInt16(b[at + 1]) }
  /// Whether every type-length-value behind the addresses ends within the header.
  private static func tlvs(_ body: Bytes, from start: Int) -> Bool {
    var at = start
    while at < body.count {
      if at + 3 > body.count { return false }
      at += 3 + (Int(body[at + 1]) << 8 | Int(body[at + 2]))
    }
    return at == body.count
  }

  static func make(
    _ version: Int, source: Endpoint, destination: Endpoint, _ options: ProxyHeaderOptions = [], checksum: UInt32 = 0,
    into arena: ByteArena
  ) -> Bytes {
    arena.reset()
    arena.begin()
    var (a, b) = (source, destination)
    if a.family != b.family, a.family != .unix, b.family != .unix, a.family != .none, b.family != .none {
      a = a.asIPv6
      b = b.asIPv6
    }
    let known = a.family == b.family && (a.family == .ipv4 || a.family == .ipv6)
    if version == 1 {
      guard known else {
        arena.append("PROXY UNKNOWN\r\n")
        return arena.finish()
      }
      arena.append(a.family == .ipv4 ? "PROXY TCP4 " : "PROXY TCP6 ")
      arena.append(address: a)
      arena.append(byte: 0x20)
      arena.append(address: b)
      arena.append(byte: 0x20)
      arena.append(decimal: Int64(a.port))
      arena.append(byte: 0x20)
      arena.append(decimal: Int64(b.port))
      arena.append("\r\n")
      return arena.finish()
    }
    arena.append(Bytes(signature))
    arena.append(byte: known ? 0x21 : 0x20)
    arena.append(byte: !known ? 0 : a.family == .ipv4 ? 0x11 : 0x21)
    arena.append(byte: 0)
    let extra = (options.contains(.checksum) ? 7 : 0) + (options.contains(.tls) ? 8 : 0)
    arena.append(byte: UInt8((!known ? 0 : a.family == .ipv4 ? 12 : 36) + extra))
    if known {
      for e in [a, b] {
        if e.family == .ipv6 {
          for i in 0..<8 { arena.append(byte: UInt8(truncatingIfNeeded: e.high >> UInt64(56 - 8 * i))) }
        }
        let size = e.family == .ipv6 ? 8 : 4
        for i in 0..<size { arena.append(byte: UInt8(truncatingIfNeeded: e.low >> UInt64(8 * (size - 1 - i)))) }
      }
      for e in [a, b] {
        arena.append(byte: UInt8(e.port >> 8))
        arena.append(byte: UInt8(e.port & 255))
      }
    }
    if options.contains(.checksum) {
      arena.append("\u{03}\u{00}\u{04}")
      for shift: UInt32 in [24, 16, 8, 0] { arena.append(byte: UInt8(truncatingIfNeeded: checksum >> shift)) }
    }
    // A client without TLS: no flags, and nothing verified.
    if options.contains(.tls) { arena.append("\u{20}\u{00}\u{05}\u{00}\u{00}\u{00}\u{00}\u{00}") }
    return arena.finish()
  }
}

extension Endpoint {
  /// The IPv4-mapped form (RFC 4291) of an IPv4 endpoint.
  var asIPv6: Endpoint {
    family == .ipv4 ? Endpoint(family: .ipv6, port: port, high: 0, low: 0xffff_0000_0000 | low) : self
  }
}
