import COpenSSL
public import Memory

/// The application protocol that ALPN agreed on.
public enum TLSProtocol: UInt8, Sendable { case none, http10, http11, http2, other }

/// What is known of a session once its handshake is over: for fetches, logs and the choice of a mux. Texts that OpenSSL
/// owns are copied into `arena`; nil where there is no such thing, or no room.
extension TLSSession {
  /// `TLSv1.3` and the like.
  public var version: Bytes { unsafe permanentText(SSL_get_version(raw)) }
  public var versionNumber: Int { unsafe Int(SSL_version(raw)) }
  /// The cipher's name as OpenSSL writes it, `(NONE)` before there is one.
  public var cipher: Bytes { unsafe permanentText(SSL_CIPHER_get_name(SSL_get_current_cipher(raw))) }
  /// Bits of the cipher's algorithm, and those of them that are secret.
  public var cipherBits: (algorithm: Int, secret: Int)? {
    guard let cipher = unsafe SSL_get_current_cipher(raw) else { return nil }
    var algorithm: Int32 = 0
    let secret = unsafe SSL_CIPHER_get_bits(cipher, &algorithm)
    return (Int(algorithm), Int(secret))
  }
  /// The name of the server that the client asked for.
  public func serverName(into arena: ByteArena) -> Bytes? {
    guard let name = unsafe SSL_get_servername(raw, TLSEXT_NAMETYPE_host_name) else {
      return unsafe SessionNotes.of(raw, making: false)?.refusedName.flatMap { arena.copy($0) }
    }
    return unsafe arena.copy(Bytes(base: name.bytes, count: strlen(name)))
  }
  public var hasServerName: Bool { unsafe SSL_get_servername(raw, TLSEXT_NAMETYPE_host_name) != nil }

  public var negotiatedProtocol: TLSProtocol {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(raw, &name, &count)
    guard let name = unsafe name, count > 0 else { return .none }
    let text = unsafe Bytes(base: name, count: Int(count))
    return text.equals("h2") ? .http2 : text.equals("http/1.1") ? .http11 : text.equals("http/1.0") ? .http10 : .other
  }
  public func applicationProtocol(into arena: ByteArena) -> Bytes? {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(raw, &name, &count)
    guard let name = unsafe name, count > 0 else { return nil }
    return unsafe arena.copy(Bytes(base: name, count: Int(count)))
  }

  public var isResumed: Bool { unsafe SSL_session_reused(raw) == 1 }
  /// A resumed session was found by its identifier: no ticket carried it.
  public var isFromCache: Bool {
    guard let session = unsafe SSL_get_session(raw) else { return false }
    return unsafe SSL_SESSION_has_ticket(session) == 0
  }
  /// The session's identifier: it may be empty.
  public func sessionID(into arena: ByteArena) -> Bytes? {
    guard let session = unsafe SSL_get_session(raw) else { return nil }
    var count: UInt32 = 0
    guard let id = unsafe SSL_SESSION_get_id(session, &count) else { return nil }
    return unsafe arena.copy(Bytes(base: id, count: Int(count)))
  }
  public func masterKey(into arena: ByteArena) -> Bytes? {
    guard let session = unsafe SSL_get_session(raw) else { return nil }
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 256) { room in
      unsafe Int(SSL_SESSION_get_master_key(session, room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count))
    }
    let key = arena.finish()
    return key.isEmpty ? nil : key
  }
  public func clientRandom(into arena: ByteArena) -> Bytes? {
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 32) { room in
      unsafe Int(SSL_get_client_random(raw, room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count))
    }
    let value = arena.finish()
    return value.isEmpty ? nil : value
  }
  public func serverRandom(into arena: ByteArena) -> Bytes? {
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 32) { room in
      unsafe Int(SSL_get_server_random(raw, room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count))
    }
    let value = arena.finish()
    return value.isEmpty ? nil : value
  }
  /// The finished message of this side or of the peer: what `tls-unique` (RFC 5929) is taken from.
  public func finished(ofPeer: Bool, into arena: ByteArena) -> Bytes? {
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 64) { room in
      let count =
        unsafe ofPeer
        ? SSL_get_peer_finished(raw, room.baseAddress, room.count) : SSL_get_finished(raw, room.baseAddress, room.count)
      return min(count, room.count)
    }
    let value = arena.finish()
    return value.isEmpty ? nil : value
  }

  /// `errorCode` in OpenSSL's words.
  public func errorText(into arena: ByteArena) -> Bytes? {
    if errorCode == 0 { return nil }
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 256) { room in
      let text = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
      unsafe ERR_error_string_n(errorCode, text, room.count)
      return unsafe text.map { unsafe strlen($0) } ?? 0
    }
    return arena.finish()
  }

  /// The number of the verification's result (`X509_V_*`); 0 where all is well or nothing was verified.
  public var verifyResult: Int { unsafe SSL_get_verify_result(raw) }
  /// The first error of a certificate above the client's own, with its depth; 0 for none.
  public var authorityError: (error: Int, depth: Int) {
    let record = unsafe TLSVerificationRecord.of(raw)
    return (Int(record.authorityError), Int(record.authorityDepth))
  }
  /// The first error of the client's certificate, or 0.
  public var certificateError: Int { unsafe Int(TLSVerificationRecord.of(raw).certificateError) }

  /// The peer's certificate; in a server, the client's.
  public var peerCertificate: TLSCertificate? {
    if let certificate = unsafe SSL_get1_peer_certificate(raw) { return unsafe TLSCertificate(owning: certificate) }
    guard let refused = unsafe SessionNotes.of(raw, making: false)?.refusedCertificate else { return nil }
    unsafe _ = X509_up_ref(refused.raw)
    return unsafe TLSCertificate(owning: refused.raw)
  }
  public var hasPeerCertificate: Bool {
    unsafe SSL_get0_peer_certificate(raw) != nil
      || SessionNotes.of(raw, making: false)?.refusedCertificate != nil
  }
  /// The certificate that this side showed.
  public var ownCertificate: TLSCertificate? {
    guard let certificate = unsafe SSL_get_certificate(raw) else { return nil }
    unsafe _ = X509_up_ref(certificate)
    return unsafe TLSCertificate(owning: certificate)
  }

  @unsafe private func permanentText(_ text: UnsafePointer<CChar>?) -> Bytes {
    // Names of versions and ciphers are constants of the library.
    guard let text = unsafe text else { return Bytes() }
    return unsafe Bytes(base: text.bytes, count: strlen(text))
  }
}

extension UnsafePointer where Pointee == CChar {
  @unsafe var bytes: UnsafePointer<UInt8> { unsafe UnsafeRawPointer(self).assumingMemoryBound(to: UInt8.self) }
}

/// One reference to a certificate. Its fields are read in `Certificates`.
@safe public struct TLSCertificate: ~Copyable {
  let raw: OpaquePointer
  @unsafe init(owning raw: OpaquePointer) { unsafe self.raw = raw }
  deinit { unsafe X509_free(raw) }

  /// The certificate in its binary form.
  public func der(into arena: ByteArena) -> Bytes? {
    let count = unsafe i2d_X509(raw, nil)
    if count <= 0 || Int(count) > arena.room { return nil }
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: Int(count)) { room in
      var at = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return unsafe Int(i2d_X509(raw, &at))
    }
    return arena.finish()
  }
}

extension TLSSession {
  /// Sends this name as SNI; before the handshake. False where it is too long or empty.
  public mutating func setServerName(_ name: Bytes) -> Bool {
    if name.isEmpty || name.count > 255 { return false }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
      for i in 0..<name.count { unsafe room[i] = CChar(bitPattern: name[i]) }
      unsafe room[name.count] = 0
      return unsafe weir_SSL_set_tlsext_host_name(raw, room.baseAddress) == 1
    }
  }
  /// Offers these protocols, in the form of ALPN (each with its length in front); before the handshake.
  public mutating func setApplicationProtocols(_ list: [UInt8]) {
    unsafe _ = list.withUnsafeBufferPointer { unsafe SSL_set_alpn_protos(raw, $0.baseAddress, UInt32($0.count)) }
  }
  /// Resumes that session, if the server agrees; before the handshake.
  public mutating func resume(_ saved: borrowing TLSSavedSession) { unsafe _ = SSL_set_session(raw, saved.raw) }
  /// What a later connection to the same server can resume, once the server has sent it.
  public func savedSession() -> TLSSavedSession? {
    guard let session = unsafe SSL_get_session(raw), unsafe SSL_SESSION_is_resumable(session) == 1,
      let held = unsafe SSL_get1_session(raw)
    else { return nil }
    return unsafe TLSSavedSession(owning: held)
  }
}

/// What two sides agreed on in a handshake, kept by a client for its next connection.
@safe public struct TLSSavedSession: ~Copyable {
  let raw: OpaquePointer
  @unsafe init(owning raw: OpaquePointer) { unsafe self.raw = raw }
  deinit { unsafe SSL_SESSION_free(raw) }
}
