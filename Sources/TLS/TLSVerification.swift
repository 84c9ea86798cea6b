import COpenSSL

/// Numbers of verification errors (`X509_V_ERR_*`, 0...127) as a set.
public struct TLSErrorSet: Sendable, Hashable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  public init() {}
  /// Every error.
  public static var all: TLSErrorSet {
    var set = TLSErrorSet()
    (set.low, set.high) = (.max, .max)
    return set
  }
  public mutating func insert(_ number: Int) {
    if number < 64 { low |= 1 << UInt64(max(0, number)) } else if number < 128 { high |= 1 << UInt64(number - 64) }
  }
  public func contains(_ number: Int) -> Bool {
    if number < 0 || number > 127 { return false }
    return number < 64 ? low >> UInt64(number) & 1 == 1 : high >> UInt64(number - 64) & 1 == 1
  }
}

/// What of a peer's certificate is let pass, and what it must be.
public struct TLSVerification: Sendable, Hashable {
  public enum Demand: Sendable, Hashable { case none, optional, required }
  public var demand = Demand.none
  /// `ca-ignore-err`: errors of certificates above the peer's own.
  public var ignoredAuthorityErrors = TLSErrorSet()
  /// `crt-ignore-err`: errors of the peer's certificate.
  public var ignoredCertificateErrors = TLSErrorSet()
  /// `verifyhost`: the name that a server's certificate must have where none was sent as SNI.
  public var hostName: String?
  public init() {}
}

/// What the verification of one handshake found: fetches and logs tell of it. Packed into a session's pointer-sized
/// slot, so it costs no memory.
struct TLSVerificationRecord {
  var authorityError: UInt8 = 0
  var authorityDepth: UInt8 = 0
  var certificateError: UInt8 = 0
  /// Raw value of a `TLSFailure.Kind` plus 1, or 0.
  var failure: UInt8 = 0

  init() {}
  init(bits: UInt) {
    authorityError = UInt8(truncatingIfNeeded: bits)
    authorityDepth = UInt8(truncatingIfNeeded: bits >> 8)
    certificateError = UInt8(truncatingIfNeeded: bits >> 16)
    failure = UInt8(truncatingIfNeeded: bits >> 24)
  }
  var bits: UInt {
    UInt(authorityError) | UInt(authorityDepth) << 8 | UInt(certificateError) << 16 | UInt(failure) << 24
  }

  @unsafe static func of(_ session: OpaquePointer) -> TLSVerificationRecord {
    unsafe TLSVerificationRecord(bits: UInt(bitPattern: SSL_get_ex_data(session, TLSIndexes.record)))
  }
  @unsafe func store(in session: OpaquePointer) {
    unsafe _ = SSL_set_ex_data(session, TLSIndexes.record, UnsafeMutableRawPointer(bitPattern: bits))
  }
}

extension TLSContext {
  /// Puts `verification` into effect. The authorities to trust are the certificate store's part.
  public func applyVerification() {
    switch verification.demand {
    case .none: unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nil)
    case .optional: unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, verifyCallback)
    case .required:
      unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verifyCallback)
    }
  }
}

/// Called by OpenSSL for each certificate of the peer's chain, and for each error.
private let verifyCallback: @convention(c) (Int32, OpaquePointer?) -> Int32 = { passed, store in
  guard let store = unsafe store,
    let session = unsafe X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
  else { return passed }
  return unsafe judge(passed != 0, OpaquePointer(session), store) ? 1 : 0
}

@unsafe private func judge(_ passed: Bool, _ session: OpaquePointer, _ store: OpaquePointer) -> Bool {
  guard let held = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), TLSIndexes.context) else { return passed }
  let context = unsafe Unmanaged<TLSContextData>.fromOpaque(held).takeUnretainedValue()
  if context.side == .client {
    return unsafe passed && X509_STORE_CTX_get_error_depth(store) == 0
      ? hasExpectedName(session, store, context.verification.hostName) : passed
  }
  if passed { return true }
  let depth = unsafe X509_STORE_CTX_get_error_depth(store)
  let error = unsafe X509_STORE_CTX_get_error(store)
  var record = unsafe TLSVerificationRecord.of(session)
  defer { unsafe record.store(in: session) }
  let ignored: Bool
  if depth > 0 {
    if record.authorityError == 0 {
      record.authorityError = UInt8(clamping: error)
      record.authorityDepth = UInt8(clamping: depth)
    }
    ignored = context.verification.ignoredAuthorityErrors.contains(Int(error))
    if !ignored { record.failure = TLSFailure.Kind.clientAuthority.rawValue + 1 }
  } else {
    if record.certificateError == 0 { record.certificateError = UInt8(clamping: error) }
    ignored = context.verification.ignoredCertificateErrors.contains(Int(error))
    if !ignored { record.failure = TLSFailure.Kind.clientCertificate.rawValue + 1 }
  }
  if ignored {
    ERR_clear_error()
    return true
  }
  if let certificate = unsafe X509_STORE_CTX_get0_cert(store) {
    unsafe _ = X509_up_ref(certificate)
    unsafe SessionNotes.of(session, making: true)?.refusedCertificate = CertificateReference(owning: certificate)
  }
  return false
}

/// Whether the server's certificate has the name that was sent as SNI, or else the one of `verifyhost`.
@unsafe private func hasExpectedName(_ session: OpaquePointer, _ store: OpaquePointer, _ host: String?) -> Bool {
  let sent = unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)
  let expected: [UInt8]
  if let sent = unsafe sent {
    expected = unsafe [UInt8](UnsafeRawBufferPointer(start: sent, count: strlen(sent)))
  } else if let host {
    expected = host.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  } else {
    return true
  }
  guard let certificate = unsafe X509_STORE_CTX_get_current_cert(store) else { return false }
  if unsafe TLSNames.certificate(certificate, hasName: expected) { return true }
  var record = unsafe TLSVerificationRecord.of(session)
  record.failure = (unsafe sent != nil ? TLSFailure.Kind.serverNameMismatch : .serverMismatch).rawValue + 1
  unsafe record.store(in: session)
  return false
}

/// Names in certificates.
enum TLSNames {
  /// Whether one of the certificate's DNS names, or its common name, stands for `name`.
  @unsafe static func certificate(_ certificate: OpaquePointer, hasName name: [UInt8]) -> Bool {
    if let names = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) {
      let list = OpaquePointer(names)
      defer { unsafe weir_GENERAL_NAMES_free(list) }
      for i in 0..<(unsafe weir_sk_GENERAL_NAME_num(list)) {
        guard let entry = unsafe weir_sk_GENERAL_NAME_value(list, i), unsafe entry.pointee.type == GEN_DNS else {
          continue
        }
        if let pattern = unsafe text(entry.pointee.d.dNSName), matches(pattern, name) { return true }
      }
    }
    guard let subject = unsafe X509_get_subject_name(certificate) else { return false }
    var at: Int32 = -1
    while true {
      at = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, at)
      if at < 0 { return false }
      guard let entry = unsafe X509_NAME_get_entry(subject, at),
        let pattern = unsafe text(X509_NAME_ENTRY_get_data(entry))
      else { continue }
      if matches(pattern, name) { return true }
    }
  }

  /// A string of a certificate in UTF-8, or nil where it is none.
  @unsafe private static func text(_ value: UnsafeMutablePointer<ASN1_STRING>?) -> [UInt8]? {
    guard let value = unsafe value else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = unsafe ASN1_STRING_to_UTF8(&bytes, value)
    guard count >= 0, let bytes = unsafe bytes else { return nil }
    defer { unsafe CRYPTO_free(bytes, nil, 0) }
    return unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  /// `pattern` may have one wildcard in its first label, which stands for some characters but no dot (RFC 6125).
  static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    func lower(_ c: UInt8) -> UInt8 { c &- 65 < 26 ? c | 0x20 : c }
    func equal(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { lower($0) == lower($1) }
    }
    let dot = UInt8(ascii: ".")
    let firstLabel = pattern.prefix { $0 != dot }
    guard let star = firstLabel.firstIndex(of: UInt8(ascii: "*")) else { return equal(pattern[...], name[...]) }
    let rest = pattern[firstLabel.endIndex...]
    // `*.com` and the like stand for too much.
    if rest.dropFirst().firstIndex(of: dot) == nil || rest.contains(UInt8(ascii: "*")) { return false }
    let nameLabel = name.prefix { $0 != dot }
    if !equal(rest, name[nameLabel.endIndex...]) || nameLabel.count < firstLabel.count - 1 { return false }
    let (before, after) = (firstLabel[..<star], firstLabel[(star + 1)...])
    return equal(before, nameLabel.prefix(before.count)) && equal(after, nameLabel.suffix(after.count))
  }
}
