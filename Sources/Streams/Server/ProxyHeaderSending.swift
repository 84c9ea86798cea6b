import Configuration
import Connections
import Memory
import Primitives
import TLS

/// The PROXY header that goes out before anything else on a connection to a server with `send-proxy`.
extension Worker {
  /// Stands in the stream's memory until the next one is made.
  func proxyHeader(_ stream: Stream, _ version: ProxyProtocolVersion, _ options: ProxyHeaderOptions) -> Bytes {
    guard let session = stream.session else { return Bytes() }
    let destination = destination(of: stream)
    let source = stream.sourceOverride ?? session.peer
    if version != .v2 {
      return ProxyHeaderWriter.version1(source: source, destination: destination, into: stream.preface)
    }
    proxyArena.reset()
    let texts = proxyTexts(stream, session, options)
    let output = stream.prefaceMemory(for: 64 + texts.size)
    let plain = ProxyHeaderWriter.version2(source: source, destination: destination, texts, checksum: 0, into: output)
    if !options.contains(.checksum) { return plain }
    // The checksum is that of the whole header with zeros in its place.
    return ProxyHeaderWriter.version2(
      source: source, destination: destination, texts, checksum: Hash.crc32c(plain), into: output)
  }

  private func proxyTexts(_ stream: Stream, _ session: Session, _ options: ProxyHeaderOptions) -> ProxyHeaderTexts {
    var texts = ProxyHeaderTexts(options)
    if options.contains(.uniqueID) { texts.uniqueID = uniqueID(of: stream)?.prefix(128) ?? Bytes() }
    let transport = session.transport
    if options.contains(.authority), let names = transport.proxyNames, !names.authority.bytes.isEmpty {
      texts.authority = names.authority.bytes
    }
    if namespaces.indices.contains(transport.namespace) { texts.namespace = namespaces[transport.namespace].name }
    let arena = proxyArena
    _ = transport.connection.withTLS { texts.take($0, options, arena) }
    return texts
  }
}

/// What a PROXY header of version 2 tells beside the addresses.
struct ProxyHeaderTexts {
  let hasChecksum: Bool
  let hasUniqueID: Bool
  let hasTLS: Bool
  var applicationProtocol: Bytes?
  var authority: Bytes?
  var uniqueID = Bytes()
  /// `PP2_CLIENT_*`: speaks TLS, showed a certificate now, showed one in this session.
  var flags: UInt8 = 0
  /// 0 where the certificate was verified, or none was shown.
  var verifyResult: UInt32 = 0
  var version: Bytes?
  var commonName: Bytes?
  var key: Bytes?
  var signature: Bytes?
  var cipher: Bytes?
  var namespace: Bytes?

  init(_ options: ProxyHeaderOptions) {
    hasChecksum = options.contains(.checksum)
    hasUniqueID = options.contains(.uniqueID)
    hasTLS = options.contains(.tls)
  }

  mutating func take(_ session: borrowing TLSSession, _ options: ProxyHeaderOptions, _ arena: ByteArena) {
    applicationProtocol = session.applicationProtocol(into: arena)
    if options.contains(.authority) && authority == nil { authority = session.serverName(into: arena) }
    if !hasTLS { return }
    flags = 1
    version = session.version
    if let certificate = session.peerCertificate {
      flags |= session.isResumed ? 4 : 6
      verifyResult = UInt32(clamping: session.verifyResult)
      if options.contains(.commonName) {
        commonName = certificate.name(.subject, entry: Bytes("CN"), occurrence: 1, into: arena)?.prefix(1024)
      }
    }
    if let certificate = session.ownCertificate {
      if options.contains(.key) { key = certificate.keyDescription(into: arena) }
      if options.contains(.signature) { signature = certificate.signatureAlgorithm(into: arena) }
    }
    if options.contains(.cipher) { cipher = session.cipher }
  }

  /// Bytes of the value that tells of TLS, without its own type and length.
  var tlsSize: Int {
    var size = 5
    for text in [version, commonName, key, signature, cipher] { size += text.map { 3 + $0.count } ?? 0 }
    return size
  }
  /// Bytes of everything behind the addresses.
  var size: Int {
    (hasChecksum ? 7 : 0) + (applicationProtocol.map { 3 + $0.count } ?? 0) + (authority.map { 3 + $0.count } ?? 0)
      + (hasUniqueID ? 3 + uniqueID.count : 0) + (hasTLS ? 3 + tlsSize : 0)
      + (namespace.map { 3 + $0.count } ?? 0)
  }

  func write(checksum: UInt32, to arena: ByteArena) {
    if hasChecksum {
      Self.begin(ProxyHeaderField.checksum, 4, arena)
      Self.append(checksum, arena)
    }
    if let applicationProtocol { Self.write(ProxyHeaderField.applicationProtocol, applicationProtocol, arena) }
    if let authority { Self.write(ProxyHeaderField.authority, authority, arena) }
    if hasUniqueID { Self.write(ProxyHeaderField.uniqueID, uniqueID, arena) }
    if hasTLS { writeTLS(to: arena) }
    if let namespace { Self.write(ProxyHeaderField.namespace, namespace, arena) }
  }
  private func writeTLS(to arena: ByteArena) {
    Self.begin(ProxyHeaderField.tls, tlsSize, arena)
    arena.append(byte: flags)
    Self.append(verifyResult, arena)
    if let version { Self.write(ProxyHeaderField.version, version, arena) }
    if let commonName { Self.write(ProxyHeaderField.commonName, commonName, arena) }
    if let key { Self.write(ProxyHeaderField.key, key, arena) }
    if let signature { Self.write(ProxyHeaderField.signature, signature, arena) }
    if let cipher { Self.write(ProxyHeaderField.cipher, cipher, arena) }
  }
  private static func begin(_ type: UInt8, _ size: Int, _ arena: ByteArena) {
    arena.append(byte: type)
    ProxyHeaderWriter.append(word: size, arena)
  }
  private static func write(_ type: UInt8, _ value: Bytes, _ arena: ByteArena) {
    begin(type, value.count, arena)
    arena.append(value)
  }
  private static func append(_ value: UInt32, _ arena: ByteArena) {
    for shift: UInt32 in [24, 16, 8, 0] { arena.append(byte: UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

/// The two forms of the header (proxy-protocol.txt, section 2).
enum ProxyHeaderWriter {
  static func version1(source: Endpoint, destination: Endpoint, into arena: ByteArena) -> Bytes {
    arena.reset()
    arena.begin()
    guard let (a, b) = pair(source, destination) else {
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

  static func version2(
    source: Endpoint, destination: Endpoint, _ texts: ProxyHeaderTexts, checksum: UInt32, into arena: ByteArena
  ) -> Bytes {
    arena.reset()
    arena.begin()
    arena.append(Bytes(ProxyHeader.signature))
    let ends = pair(source, destination)
    arena.append(byte: ends == nil ? 0x20 : 0x21)
    arena.append(byte: ends.map { $0.0.family == .ipv4 ? 0x11 : 0x21 } ?? 0)
    append(word: (ends.map { $0.0.family == .ipv4 ? 12 : 36 } ?? 0) + texts.size, arena)
    if let (a, b) = ends {
      for end in [a, b] {
        if end.family == .ipv6 { append(end.high, bytes: 8, arena) }
        append(end.low, bytes: end.family == .ipv6 ? 8 : 4, arena)
      }
      for end in [a, b] { append(word: Int(end.port), arena) }
    }
    texts.write(checksum: checksum, to: arena)
    return arena.finish()
  }

  /// Both ends in one family; nil where they are no IP addresses.
  private static func pair(_ source: Endpoint, _ destination: Endpoint) -> (Endpoint, Endpoint)? {
    func isIP(_ end: Endpoint) -> Bool { end.family == .ipv4 || end.family == .ipv6 }
    if !isIP(source) || !isIP(destination) { return nil }
    return source.family == destination.family ? (source, destination) : (source.asIPv6, destination.asIPv6)
  }
  private static func append(_ value: UInt64, bytes: Int, _ arena: ByteArena) {
    for i in 0..<bytes { arena.append(byte: UInt8(truncatingIfNeeded: value >> UInt64(8 * (bytes - 1 - i)))) }
  }
  fileprivate static func append(word: Int, _ arena: ByteArena) {
    arena.append(byte: UInt8(truncatingIfNeeded: word >> 8))
    arena.append(byte: UInt8(truncatingIfNeeded: word))
  }
}

extension Endpoint {
  /// The IPv4-mapped form (RFC 4291) of an IPv4 endpoint.
  var asIPv6: Endpoint {
    family == .ipv4 ? Endpoint(family: .ipv6, port: port, high: 0, low: 0xffff_0000_0000 | low) : self
  }
}
