import Configuration
import Connections
import EventLoop
import LogFormat
import Memory
import Primitives
import Proxies
import System

/// The PROXY protocol, versions 1 and 2 (proxy-protocol.txt), as clients speak it.
extension Worker {
  /// Reads the header that `accept-proxy` demands. Exactly its bytes are taken from the socket's buffer.
  func readProxyHeader(_ session: Session) {
    guard let listener = session.listener else { return }
    if !session.input.isBacked {
      guard let fresh = buffers.takeScratch() else { return closeSession(session) }
      session.input = fresh
    }
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
        case .unknownProtocol: return refuseProxyHeader(session, .proxyBadProtocol)
        case .badLine: return refuseProxyHeader(session, .proxyBadHeader)
        case .invalid: return refuseProxyHeader(session, session.input.count < 8 ? .proxyTruncated : .proxyNotAHeader)
        case .complete(let header):
          take(header, session)
          // What is wrong behind the addresses is told with them.
          if header.isBad { return refuseProxyHeader(session, .proxyBadHeader) }
          session.input.consume(header.length)
          return headerEnded(session)
        }
      }
      guard session.connection.canReceive == true else {
        session.connection.register(with: loop.poller, token: session.token)
        loop.timers.arm(session.timer, at: session.headDeadline)
        return
      }
      if session.input.room == 0 { return refuseProxyHeader(session, .proxyTruncated) }
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

  private func take(_ header: ProxyHeader, _ session: Session) {
    if let source = header.source { session.peer = source }
    if let destination = header.destination {
      session.local = destination
      session.hasLocal = true
    }
    if let name = header.namespace, let place = namespacePlace(name) { session.namespace = place }
    if header.isBad || (header.authority == nil && header.uniqueID == nil) { return }
    let names = session.proxyNames ?? ProxyNames()
    session.proxyNames = names
    names.authority.set(header.authority ?? Bytes())
    names.uniqueID.set(header.uniqueID ?? Bytes())
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
    if let listener = session.listener, listener.tlsContext != nil {
      // As HAProxy counts: TLS that cannot begin has failed.
      listener.counters.count(.tlsFailures)
      listener.frontend.counters.count(.tlsFailures)
    }
    if let listener = session.listener, listener.frontend.log.errorFormat != nil, let context = listener.tlsContext {
      // The line tells what TLS would have begun with.
      _ = session.connection.startTLS(context)
    }
    logConnectionError(session, failure)
    // What was sent was not taken: its sender is told by a reset.
    closeSession(session, reset: !session.input.isEmpty)
  }
}

/// What a PROXY header says. Its texts are views of the bytes that were read.
struct ProxyHeader {
  enum Result {
    case needMore
    case invalid
    /// A line of version 1 with a protocol that is none, or with anything else wrong.
    case unknownProtocol, badLine
    case complete(ProxyHeader)
  }
  /// Of the whole header.
  var length = 0
  /// nil: the connection's own ends count.
  var source: Endpoint?
  var destination: Endpoint?
  /// The host name that the client asked its proxy for.
  var authority: Bytes?
  var uniqueID: Bytes?
  /// The name of the network namespace that the client came to.
  var namespace: Bytes?
  /// It is a header, and breaks the protocol's rules.
  var isBad = false

  static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"

  init(length: Int, source: Endpoint? = nil, destination: Endpoint? = nil) {
    self.length = length
    self.source = source
    self.destination = destination
  }
  private static func bad(_ length: Int) -> Result {
    var header = ProxyHeader(length: length)
    header.isBad = true
    return .complete(header)
  }

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
    guard let mark = bytes.firstIndex(of: 0x0d), mark + 1 < bytes.count else {
      return bytes.count >= 107 ? .badLine : .needMore
    }
    let end = mark + 1
    if end > 106 || end < 7 || bytes[end] != 0x0a { return .badLine }
    let words = bytes.slice(6, end - 7).latin1.split(separator: " ", omittingEmptySubsequences: false)
    if words.first == "UNKNOWN" { return .complete(ProxyHeader(length: end + 1)) }
    guard words.first == "TCP4" || words.first == "TCP6" else { return .unknownProtocol }
    guard words.count == 5, let from = port(words[3]), let to = port(words[4]) else { return .badLine }
    switch words[0] {
    case "TCP4":
      guard let a = IPv4Address(words[1]), let b = IPv4Address(words[2]) else { return .badLine }
      return .complete(
        ProxyHeader(length: end + 1, source: Endpoint(.v4(a), port: from), destination: Endpoint(.v4(b), port: to)))
    case "TCP6":
      guard let a = IPv6Address(words[1]), let b = IPv6Address(words[2]) else { return .badLine }
      return .complete(
        ProxyHeader(length: end + 1, source: Endpoint(.v6(a), port: from), destination: Endpoint(.v6(b), port: to)))
    default: return .unknownProtocol
    }
  }
  private static func port(_ text: Substring) -> UInt16? {
    text.utf8.allSatisfy { $0 &- 0x30 < 10 } ? UInt16(text) : nil
  }

  private static func version2(_ bytes: Bytes) -> Result {
    if bytes.count < 16 { return .needMore }
    if bytes[12] >> 4 != 2 { return .invalid }
    let total = 16 + word(bytes, 14)
    if bytes.count < total { return .needMore }
    let body = bytes.slice(16, total - 16)
    switch bytes[12] & 15 {
    // LOCAL: by the proxy itself. Nothing of it counts.
    case 0: return .complete(ProxyHeader(length: total))
    case 1: break
    default: return bad(total)
    }
    var header = ProxyHeader(length: total)
    let addresses: Int
    switch bytes[13] {
    case 0x11:
      addresses = 12
      if body.count < addresses { return bad(total) }
      header.source = Endpoint(family: .ipv4, port: UInt16(word(body, 8)), low: number(body, 0, 4))
      header.destination = Endpoint(family: .ipv4, port: UInt16(word(body, 10)), low: number(body, 4, 4))
    case 0x21:
      addresses = 36
      if body.count < addresses { return bad(total) }
      header.source = Endpoint(
        family: .ipv6, port: UInt16(word(body, 32)), high: number(body, 0, 8), low: number(body, 8, 8))
      header.destination = Endpoint(
        family: .ipv6, port: UInt16(word(body, 34)), high: number(body, 16, 8), low: number(body, 24, 8))
    default: return bad(total)
    }
    header.isBad = !header.read(body, from: addresses, of: bytes.prefix(total))
    return .complete(header)
  }

  /// Reads the type-length-values behind the addresses; false where one runs past the header, or says what is not so.
  private mutating func read(_ body: Bytes, from start: Int, of whole: Bytes) -> Bool {
    var at = start
    while at < body.count {
      if body.count - at < 3 { return false }
      let size = Self.word(body, at + 1)
      if size > body.count - at - 3 { return false }
      let value = body.slice(at + 3, size)
      switch body[at] {
      case ProxyHeaderField.authority:
        if size > ProxyNames.authorityLimit { return false }
        authority = value
      case ProxyHeaderField.checksum:
        if size != 4 || Self.number(value, 0, 4) != UInt64(Self.checksum(whole, without: 16 + at + 3)) { return false }
      case ProxyHeaderField.uniqueID:
        if size > ProxyNames.uniqueIDLimit { return false }
        uniqueID = value
      case ProxyHeaderField.namespace: namespace = value
      default: break
      }
      at += 3 + size
    }
    return true
  }

  /// The checksum of the header with zeros in the place of the four bytes at `place`.
  private static func checksum(_ whole: Bytes, without place: Int) -> UInt32 {
    Hash.crc32c(ZeroedView(bytes: whole, zeros: place..<place + 4))
  }
  private struct ZeroedView: ByteView {
    let bytes: Bytes
    let zeros: Range<Int>
    var count: Int { bytes.count }
    subscript(index: Int) -> UInt8 { zeros.contains(index) ? 0 : bytes[index] }
  }

  private static func number(_ b: Bytes, _ at: Int, _ size: Int) -> UInt64 {
    var value: UInt64 = 0
    for i in at..<at + size { value = value << 8 | UInt64(b[i]) }
    return value
  }
  private static func word(_ b: Bytes, _ at: Int) -> Int { Int(b[at]) << 8 | Int(b[at + 1]) }
}

/// Types of the values in a PROXY header of version 2 (proxy-protocol.txt, section 2.2).
enum ProxyHeaderField {
  static let applicationProtocol: UInt8 = 0x01
  static let authority: UInt8 = 0x02
  static let checksum: UInt8 = 0x03
  static let uniqueID: UInt8 = 0x05
  static let tls: UInt8 = 0x20
  static let version: UInt8 = 0x21
  static let commonName: UInt8 = 0x22
  static let cipher: UInt8 = 0x23
  static let signature: UInt8 = 0x24
  static let key: UInt8 = 0x25
  static let namespace: UInt8 = 0x30
}

/// Texts of a received PROXY header, for fetches and for servers that are told of them.
final class ProxyNames {
  static let authorityLimit = 255
  static let uniqueIDLimit = 128
  var authority = CapturedText(capacity: authorityLimit)
  var uniqueID = CapturedText(capacity: uniqueIDLimit)

  func clear() {
    authority.clear()
    uniqueID.clear()
  }
}
