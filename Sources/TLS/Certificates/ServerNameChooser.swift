import COpenSSL
import Memory

/// Where the handshakes of a `bind` line find the certificates that count now.
final class ServerNameChooser: Sendable {
  private let table: Lock<ServerNameTable>
  /// Makes certificates for names that none has.
  let generator: CertificateGenerator?

  init(_ table: ServerNameTable, generator: CertificateGenerator?) {
    self.table = Lock(table)
    self.generator = generator
  }
  var current: ServerNameTable { table.withLock { $0 } }
  func replace(_ new: ServerNameTable) { table.withLock { $0 = new } }

  /// Chooses for the handshake; false where it must fail.
  @unsafe func choose(_ session: OpaquePointer) -> Bool {
    let table = current
    let name = unsafe ClientHello.serverName(session)
    var found: BoundCertificate?
    if let name {
      found = table.certificate(for: name, unsafe ClientHello.abilities(session))
      if found == nil { found = generator?.certificate(for: name) }
    }
    guard let chosen = found ?? table.fallback else {
      if name != nil { unsafe SessionNotes.of(session, making: true)?.refusedName = name }
      return false
    }
    unsafe apply(chosen, session)
    return true
  }

  @unsafe private func apply(_ chosen: BoundCertificate, _ session: OpaquePointer) {
    let context = unsafe chosen.context.raw
    unsafe SSL_set_verify(session, SSL_CTX_get_verify_mode(context), SSL_CTX_get_verify_callback(context))
    unsafe SSL_set_client_CA_list(session, SSL_dup_CA_list(SSL_CTX_get_client_CA_list(context)))
    unsafe _ = SSL_set_SSL_CTX(session, context)
    unsafe _ = weir_SSL_set_min_proto_version(session, chosen.versions.lowerBound.number)
    unsafe _ = weir_SSL_set_max_proto_version(session, chosen.versions.upperBound.number)
    if !chosen.allowsEarlyData { unsafe _ = SSL_set_max_early_data(session, 0) }
  }
}

let chooseCertificate:
  @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
    session, alert, argument in
    guard let session = unsafe session, let argument = unsafe argument else { return SSL_CLIENT_HELLO_ERROR }
    let data = unsafe Unmanaged<TLSContextData>.fromOpaque(argument).takeUnretainedValue()
    if data.helloLimit > 0 { unsafe ClientHello.note(session, data.helloLimit) }
    if let chooser = data.chooser, unsafe chooser.choose(session) { return SSL_CLIENT_HELLO_SUCCESS }
    unsafe alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
    return SSL_CLIENT_HELLO_ERROR
  }

/// What a client's first message tells, while the handshake looks for a certificate.
private enum ClientHello {
  @unsafe static func part(_ session: OpaquePointer, _ kind: UInt32) -> UnsafeBufferPointer<UInt8>? {
    var start: UnsafePointer<UInt8>?
    var count = 0
    guard unsafe SSL_client_hello_get0_ext(session, kind, &start, &count) == 1 else { return nil }
    return unsafe UnsafeBufferPointer(start: start, count: count)
  }

  /// The host name: a list with one entry of kind 0. nil where there is none, or it is malformed.
  @unsafe static func serverName(_ session: OpaquePointer) -> [UInt8]? {
    guard let bytes = unsafe part(session, UInt32(TLSEXT_TYPE_server_name)), bytes.count > 5 else { return nil }
    let list = unsafe Int(bytes[0]) << 8 | Int(bytes[1])
    let count = unsafe Int(bytes[3]) << 8 | Int(bytes[4])
    guard list + 2 == bytes.count, unsafe bytes[2] == 0, count > 0, count + 3 <= list, count <= 255 else { return nil }
    return unsafe Array(bytes[5..<(5 + count)])
  }

  /// Keeps what fetches tell of the message, at most `limit` bytes of each part.
  @unsafe static func note(_ session: OpaquePointer, _ limit: Int) {
    var hello = SessionNotes.Hello()
    hello.version = unsafe Int(SSL_client_hello_get0_legacy_version(session))
    var start: UnsafePointer<UInt8>?
    let count = unsafe SSL_client_hello_get0_ciphers(session, &start)
    hello.ciphers = unsafe Array(UnsafeBufferPointer(start: start, count: min(count, limit)))
    var kinds: UnsafeMutablePointer<Int32>?
    var kindCount = 0
    if unsafe SSL_client_hello_get1_extensions_present(session, &kinds, &kindCount) == 1, let all = unsafe kinds {
      for i in 0..<min(kindCount, limit / 2) {
        let kind = unsafe UInt16(truncatingIfNeeded: all[i])
        hello.extensions += [UInt8(kind >> 8), UInt8(kind & 255)]
      }
      unsafe CRYPTO_free(all, nil, 0)
    }
    // Both begin with the length of their list.
    if let list = unsafe part(session, UInt32(TLSEXT_TYPE_supported_groups)) {
      hello.curves = unsafe Array(list.dropFirst(2).prefix(limit))
    }
    if let list = unsafe part(session, UInt32(TLSEXT_TYPE_ec_point_formats)) {
      hello.formats = unsafe Array(list.dropFirst(1).prefix(limit))
    }
    unsafe SessionNotes.of(session, making: true)?.hello = hello
  }

  @unsafe static func abilities(_ session: OpaquePointer) -> ServerNameTable.Abilities {
    var abilities = ServerNameTable.Abilities()
    guard let bytes = unsafe part(session, UInt32(TLSEXT_TYPE_signature_algorithms)), bytes.count >= 2 else {
      return abilities
    }
    abilities.rsa = false
    var at = 2
    while at + 1 < bytes.count {
      let (hash, signature) = unsafe (bytes[at], bytes[at + 1])
      // Pairs of hash and signature until TLS 1.2; RSA-PSS has numbers of its own.
      if signature == 3 && hash < 8 { abilities.ecdsa = true }
      if (signature == 1 && hash < 8) || (hash == 8 && signature >= 4) { abilities.rsa = true }
      at += 2
    }
    if abilities.ecdsa { unsafe abilities.ecdsa = hasSuite(session) }
    return abilities
  }

  /// Whether a cipher suite that the client offers goes with ECDSA.
  @unsafe private static func hasSuite(_ session: OpaquePointer) -> Bool {
    var start: UnsafePointer<UInt8>?
    let count = unsafe SSL_client_hello_get0_ciphers(session, &start)
    var suites: OpaquePointer?
    var others: OpaquePointer?
    defer {
      unsafe weir_sk_SSL_CIPHER_free(suites)
      unsafe weir_sk_SSL_CIPHER_free(others)
    }
    guard unsafe SSL_bytes_to_cipher_list(session, start, count, 0, &suites, &others) == 1 else { return false }
    for i in 0..<(unsafe weir_sk_SSL_CIPHER_num(suites)) {
      let kind = unsafe SSL_CIPHER_get_auth_nid(weir_sk_SSL_CIPHER_value(suites, i))
      if kind == NID_auth_ecdsa || kind == NID_auth_any { return true }
    }
    return false
  }
}
