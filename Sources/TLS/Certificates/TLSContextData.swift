import COpenSSL
import Memory

/// What the library's callbacks must know of a context. The library's context holds it, so it lives as long as any
/// session that was made with it.
@safe final class TLSContextData: Sendable {
  let side: TLSSide
  let verification: TLSVerification
  /// Protocols to choose from, as the wire has them.
  nonisolated(unsafe) let applicationProtocols: UnsafeBufferPointer<UInt8>
  nonisolated(unsafe) let nextProtocols: UnsafeBufferPointer<UInt8>
  let ticketKeys: TLSTicketKeys?
  /// Chooses the certificate of each handshake; in a listener's own context.
  let chooser: ServerNameChooser?
  /// How many bytes of each part of the client's first message to keep; 0: none.
  let helloLimit: Int
  /// The stapled response, which the runtime API may replace.
  let status: CertificateStatus?
  /// `tune.ssl.maxrecord` and `tune.ssl.hard-maxrecord`; 0 for no limit.
  let recordLimits: (first: Int, hard: Int)
  /// Bytes that clients may send before the handshake is over; 0 for none.
  let earlyDataLimit: Int

  init(
    _ side: TLSSide, verification: TLSVerification, applicationProtocols: [UInt8] = [], nextProtocols: [UInt8] = [],
    ticketKeys: TLSTicketKeys? = nil, chooser: ServerNameChooser? = nil, status: CertificateStatus? = nil,
    helloLimit: Int = 0, recordLimits: (first: Int, hard: Int) = (0, 0),
    earlyDataLimit: Int = 0
  ) {
    self.side = side
    self.verification = verification
    unsafe self.applicationProtocols = Self.copy(applicationProtocols)
    unsafe self.nextProtocols = Self.copy(nextProtocols)
    self.ticketKeys = ticketKeys
    self.chooser = chooser
    self.status = status
    self.helloLimit = helloLimit
    self.recordLimits = recordLimits
    self.earlyDataLimit = earlyDataLimit
  }
  deinit {
    unsafe applicationProtocols.deallocate()
    unsafe nextProtocols.deallocate()
  }

  @unsafe private static func copy(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    _ = unsafe room.initialize(from: bytes)
    return unsafe UnsafeBufferPointer(rebasing: room.prefix(bytes.count))
  }

  /// Tells the library which callbacks there are.
  @unsafe func install(in context: OpaquePointer) {
    let argument = unsafe Unmanaged.passUnretained(self).toOpaque()
    if side == .client {
      if unsafe !applicationProtocols.isEmpty {
        unsafe _ = SSL_CTX_set_alpn_protos(
          context, applicationProtocols.baseAddress, UInt32(applicationProtocols.count))
      }
      if unsafe !nextProtocols.isEmpty {
        unsafe SSL_CTX_set_next_proto_select_cb(context, selectNextProtocol, argument)
      }
      return
    }
    if unsafe !applicationProtocols.isEmpty {
      unsafe SSL_CTX_set_alpn_select_cb(context, selectApplicationProtocol, argument)
    }
    if unsafe !nextProtocols.isEmpty {
      unsafe SSL_CTX_set_next_protos_advertised_cb(context, advertiseNextProtocols, argument)
    }
    if ticketKeys != nil { unsafe weir_SSL_CTX_set_ticket_callback(context, sealTicket) }
    if status != nil { unsafe weir_SSL_CTX_set_status_callback(context, stapleStatus, argument) }
    if chooser != nil { unsafe SSL_CTX_set_client_hello_cb(context, chooseCertificate, argument) }
  }
}

@unsafe private func data(_ argument: UnsafeMutableRawPointer?) -> TLSContextData? {
  guard let argument = unsafe argument else { return nil }
  return unsafe Unmanaged<TLSContextData>.fromOpaque(argument).takeUnretainedValue()
}

/// The first of ours that the client offers too; none where there is none, and the handshake goes on.
private let selectApplicationProtocol:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?,
    UInt32, UnsafeMutableRawPointer?
  ) -> Int32 = { _, out, outCount, offered, offeredCount, argument in
    guard let own = unsafe data(argument)?.applicationProtocols, let out = unsafe out else {
      return SSL_TLSEXT_ERR_NOACK
    }
    var chosen: UnsafeMutablePointer<UInt8>?
    let result = unsafe SSL_select_next_proto(
      &chosen, outCount, own.baseAddress, UInt32(own.count), offered, offeredCount)
    guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_NOACK }
    unsafe out.pointee = UnsafePointer(chosen)
    return SSL_TLSEXT_ERR_OK
  }

private let advertiseNextProtocols:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt32>?,
    UnsafeMutableRawPointer?
  ) -> Int32 = { _, out, count, argument in
    guard let own = unsafe data(argument)?.nextProtocols else { return SSL_TLSEXT_ERR_NOACK }
    unsafe out?.pointee = own.baseAddress
    unsafe count?.pointee = UInt32(own.count)
    return SSL_TLSEXT_ERR_OK
  }

private let selectNextProtocol:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
    UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
  ) -> Int32 = { _, out, outCount, offered, offeredCount, argument in
    guard let own = unsafe data(argument)?.nextProtocols else { return SSL_TLSEXT_ERR_NOACK }
    unsafe _ = SSL_select_next_proto(out, outCount, offered, offeredCount, own.baseAddress, UInt32(own.count))
    return SSL_TLSEXT_ERR_OK
  }

/// Puts the response beside the certificate, while it is valid.
private let stapleStatus: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { session, argument in
  guard let response = unsafe data(argument)?.status?.current, !response.isEmpty,
    let copy = unsafe weir_OPENSSL_malloc(response.count)
  else { return SSL_TLSEXT_ERR_NOACK }
  unsafe response.withUnsafeBytes { unsafe copy.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
  unsafe weir_SSL_set_status_response(
    session, copy.assumingMemoryBound(to: UInt8.self), Int32(response.count))
  return SSL_TLSEXT_ERR_OK
}

/// Seals a session into a ticket, or opens one: AES in CBC mode, and SHA-256 over it.
private let sealTicket:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?, OpaquePointer?, Int32
  ) -> Int32 = { session, name, vector, cipher, seal, isSealing in
    guard let held = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), TLSIndexes.context),
      let keys = unsafe Unmanaged<TLSContextData>.fromOpaque(held).takeUnretainedValue().ticketKeys,
      let name = unsafe name, let vector = unsafe vector
    else { return -1 }
    if isSealing != 0 {
      let key = keys.sealing
      guard unsafe RAND_bytes(vector, 16) == 1 else { return -1 }
      for i in 0..<16 { unsafe name[i] = key[i] }
      return unsafe prepare(cipher, seal, key, vector, sealing: true) ? 1 : -1
    }
    guard let (key, isCurrent) = unsafe keys.key(named: UnsafeBufferPointer(start: name, count: 16)) else { return 0 }
    guard unsafe prepare(cipher, seal, key, vector, sealing: false) else { return -1 }
    // 2 has the ticket replaced by one under the key that seals now.
    return isCurrent ? 1 : 2
  }

/// Keys of 48 bytes have the cipher's part before the seal's, those of 80 bytes after it.
@unsafe private func prepare(
  _ cipher: OpaquePointer?, _ seal: OpaquePointer?, _ key: [UInt8], _ vector: UnsafeMutablePointer<UInt8>, sealing: Bool
) -> Bool {
  let isLong = key.count == 80
  let cipherKey = Array(isLong ? key[48..<80] : key[16..<32])
  let sealKey = Array(isLong ? key[16..<48] : key[32..<48])
  let kind = isLong ? unsafe EVP_aes_256_cbc() : unsafe EVP_aes_128_cbc()
  let started =
    sealing
    ? unsafe EVP_EncryptInit_ex(cipher, kind, nil, cipherKey, vector)
    : unsafe EVP_DecryptInit_ex(cipher, kind, nil, cipherKey, vector)
  guard started == 1 else { return false }
  var digest = CText.of("SHA256")
  let count = digest.count - 1
  return unsafe digest.withUnsafeMutableBufferPointer { text in
    // The parameters keep the pointer to their name: it must live as long as they do.
    unsafe "digest".withCString { name in
      let parameters = unsafe [
        OSSL_PARAM_construct_utf8_string(name, text.baseAddress, count), OSSL_PARAM_construct_end(),
      ]
      return unsafe EVP_MAC_init(seal, sealKey, sealKey.count, parameters) == 1
    }
  }
}
