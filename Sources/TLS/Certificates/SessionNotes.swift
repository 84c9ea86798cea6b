import COpenSSL
public import Memory
import Primitives

/// What was noted of one handshake because the configuration asked for it: the client's first message
/// (`tune.ssl.capture-buffer-size`) and the secrets (`tune.ssl.keylog`).
final class SessionNotes: Sendable {
  struct Hello: Sendable {
    var version = 0
    var ciphers: [UInt8] = []
    var extensions: [UInt8] = []
    var curves: [UInt8] = []
    var formats: [UInt8] = []
  }
  private struct Held {
    var hello: Hello?
    var refusedName: [UInt8]?
    var refusedCertificate: CertificateReference?
    var secrets: [TLSSecret: [UInt8]] = [:]
  }
  private let held = Lock(Held())

  var hello: Hello? {
    get { held.withLock { $0.hello } }
    set { held.withLock { $0.hello = newValue } }
  }
  /// The name that the client asked for, where the handshake fails for want of a certificate: OpenSSL has not read it.
  var refusedName: [UInt8]? {
    get { held.withLock { $0.refusedName } }
    set { held.withLock { $0.refusedName = newValue } }
  }
  /// The client's certificate that was not accepted: OpenSSL drops it.
  var refusedCertificate: CertificateReference? {
    get { held.withLock { $0.refusedCertificate } }
    set { held.withLock { $0.refusedCertificate = newValue } }
  }
  func secret(_ kind: TLSSecret) -> [UInt8]? { held.withLock { $0.secrets[kind] } }
  func note(_ kind: TLSSecret, _ text: [UInt8]) { held.withLock { $0.secrets[kind] = text } }

  /// The session's notes, made where there are none.
  @unsafe static func of(_ session: OpaquePointer, making: Bool) -> SessionNotes? {
    if let held = unsafe SSL_get_ex_data(session, index) {
      return unsafe Unmanaged<SessionNotes>.fromOpaque(held).takeUnretainedValue()
    }
    guard making else { return nil }
    let made = SessionNotes()
    unsafe _ = SSL_set_ex_data(session, index, Unmanaged.passRetained(made).toOpaque())
    return made
  }

  private static let index = unsafe CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil,
    { _, held, _, _, _, _ in
      if let held = unsafe held { unsafe Unmanaged<SessionNotes>.fromOpaque(held).release() }
    })
}

/// The secrets of a TLS 1.3 connection, as their lines in a key log begin.
public enum TLSSecret: String, Sendable, Hashable {
  case clientEarly = "CLIENT_EARLY_TRAFFIC_SECRET"
  case clientHandshake = "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
  case serverHandshake = "SERVER_HANDSHAKE_TRAFFIC_SECRET"
  case clientTraffic = "CLIENT_TRAFFIC_SECRET_0"
  case serverTraffic = "SERVER_TRAFFIC_SECRET_0"
  case exporter = "EXPORTER_SECRET"
  case earlyExporter = "EARLY_EXPORTER_SECRET"
}

/// The parts of the client's first message that fetches tell.
public enum TLSHelloPart: Sendable { case ciphers, extensions, curves, formats }

extension TLSSession {
  /// Whether what has come was sent before the handshake had ended, which others may send again.
  public var isEarly: Bool {
    unsafe SSL_get_early_data_status(raw) == SSL_EARLY_DATA_ACCEPTED && SSL_is_init_finished(raw) == 0
  }
  public func nextProtocol(into arena: ByteArena) -> Bytes? {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_next_proto_negotiated(raw, &name, &count)
    guard let name = unsafe name, count > 0 else { return nil }
    return unsafe arena.copy(Bytes(base: name, count: Int(count)))
  }
  /// A secret in hexadecimal digits.
  public func secret(_ kind: TLSSecret, into arena: ByteArena) -> Bytes? {
    guard let text = unsafe SessionNotes.of(raw, making: false)?.secret(kind) else { return nil }
    return arena.copy(text)
  }
  /// The version that the client's first message names.
  public var helloVersion: Int? { unsafe SessionNotes.of(raw, making: false)?.hello?.version }

  /// Numbers of two bytes each, but for the formats; those that stand for nothing (RFC 8701) can be left out.
  public func hello(_ part: TLSHelloPart, withoutGrease: Bool, into arena: ByteArena) -> Bytes? {
    guard let hello = unsafe SessionNotes.of(raw, making: false)?.hello else { return nil }
    switch part {
    case .ciphers: return arena.copy(withoutGrease ? Self.pairs(hello.ciphers) : hello.ciphers)
    case .extensions: return arena.copy(withoutGrease ? Self.pairs(hello.extensions) : hello.extensions)
    case .curves: return arena.copy(withoutGrease ? Self.pairs(hello.curves) : hello.curves)
    case .formats: return arena.copy(hello.formats)
    }
  }
  private static func pairs(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var at = 0
    while at + 1 < bytes.count {
      let (high, low) = (bytes[at], bytes[at + 1])
      if high != low || high & 15 != 10 { kept += [high, low] }
      at += 2
    }
    return kept
  }

  /// The names of the ciphers that the client offered, with commas between them.
  public func helloCipherNames(withoutGrease: Bool, into arena: ByteArena) -> Bytes? {
    guard let all = hello(.ciphers, withoutGrease: withoutGrease, into: arena) else { return nil }
    arena.begin()
    var at = 0
    while at + 1 < all.count {
      if at > 0 { arena.append(",") }
      let pair = [all[at], all[at + 1]]
      let cipher = unsafe SSL_CIPHER_find(raw, pair)
      if let cipher = unsafe cipher, let name = unsafe SSL_CIPHER_get_name(cipher) {
        arena.append(unsafe Bytes(base: name.bytes, count: strlen(name)))
      } else {
        arena.append("UNKNOWN(")
        for byte in pair {
          for digit in [byte >> 4, byte & 15] { arena.append(byte: digit < 10 ? 48 + digit : 87 + digit) }
        }
        arena.append(")")
      }
      at += 2
    }
    return arena.finish()
  }
  /// XXH64 of the ciphers.
  public func helloCipherHash(into arena: ByteArena) -> UInt64? {
    hello(.ciphers, withoutGrease: false, into: arena).map { Hash.xxh64($0) }
  }
}

extension ByteArena {
  func copy(_ bytes: [UInt8]) -> Bytes? {
    if bytes.count > room { return nil }
    begin()
    for byte in bytes { append(byte: byte) }
    return finish()
  }
}

/// A line of the key log: label, client's random, secret.
let noteSecret: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> Void = { session, line in
  guard let session = unsafe session, let line = unsafe line else { return }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: line.bytes, count: strlen(line)))
  let words = bytes.split(separator: 32)
  guard words.count == 3, let kind = TLSSecret(rawValue: String(decoding: words[0], as: UTF8.self)) else { return }
  unsafe SessionNotes.of(session, making: true)?.note(kind, Array(words[2]))
}
