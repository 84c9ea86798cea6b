import COpenSSL
import Memory

/// A counted reference to a certificate that never changes.
@safe final class CertificateReference: Sendable {
  nonisolated(unsafe) let raw: OpaquePointer
  @unsafe init(owning raw: OpaquePointer) { unsafe self.raw = raw }
  deinit { unsafe X509_free(raw) }

  /// Whether `issuer` issued this certificate, as far as names and key identifiers tell.
  func isIssued(by issuer: CertificateReference) -> Bool { unsafe X509_check_issued(issuer.raw, raw) == X509_V_OK }
  var isSelfIssued: Bool { isIssued(by: self) }
}

/// A private or public key, or Diffie-Hellman parameters.
@safe final class KeyReference: Sendable {
  nonisolated(unsafe) let raw: OpaquePointer
  @unsafe init(owning raw: OpaquePointer) { unsafe self.raw = raw }
  deinit { unsafe EVP_PKEY_free(raw) }
}

/// A list of revoked certificates.
@safe final class RevocationReference: Sendable {
  nonisolated(unsafe) let raw: OpaquePointer
  @unsafe init(owning raw: OpaquePointer) { unsafe self.raw = raw }
  deinit { unsafe X509_CRL_free(raw) }
}

/// Reads the parts of PEM text. Text before, between and after them does not matter.
@safe struct PEMReader: ~Copyable {
  private let input: OpaquePointer
  private let text: UnsafeMutableBufferPointer<UInt8>

  init?(_ bytes: [UInt8]) {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    _ = unsafe copy.initialize(from: bytes)
    guard let input = unsafe BIO_new_mem_buf(copy.baseAddress, Int32(clamping: bytes.count)) else {
      unsafe copy.deallocate()
      return nil
    }
    unsafe self.input = input
    unsafe text = copy
  }
  deinit {
    unsafe BIO_free(input)
    unsafe text.deallocate()
  }

  /// The next private key. One that is encrypted counts as none: nobody is asked for its password.
  func key(password: String? = nil) -> KeyReference? {
    var bytes = password.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } + [0] }
    let found: OpaquePointer?
    if bytes != nil {
      unsafe found =
        unsafe bytes?.withUnsafeMutableBytes { unsafe PEM_read_bio_PrivateKey(input, nil, nil, $0.baseAddress) } ?? nil
    } else {
      unsafe found = unsafe PEM_read_bio_PrivateKey(input, nil, refusePassword, nil)
    }
    ERR_clear_error()
    guard let found = unsafe found else { return nil }
    return unsafe KeyReference(owning: found)
  }
  /// The next certificate, and whether the end was reached without an error where there is none.
  func certificate() -> (CertificateReference?, isEnd: Bool) {
    ERR_clear_error()
    defer { ERR_clear_error() }
    if let found = unsafe PEM_read_bio_X509_AUX(input, nil, refusePassword, nil) {
      return (unsafe CertificateReference(owning: found), false)
    }
    return (nil, weir_ERR_reason(ERR_peek_last_error()) == UInt(PEM_R_NO_START_LINE))
  }
  /// The first Diffie-Hellman parameters of a text.
  static func parameters(_ bytes: [UInt8]) -> KeyReference? {
    // Most files bring none, and OpenSSL prepares to decode any kind before it looks.
    guard ArraySearch.contains(bytes, Array("DH PARAMETERS-----".utf8)), let reader = PEMReader(bytes) else {
      return nil
    }
    return reader.parameters()
  }
  private func parameters() -> KeyReference? {
    defer { ERR_clear_error() }
    var found: OpaquePointer?
    while let candidate = unsafe PEM_read_bio_Parameters(input, nil) {
      if unsafe EVP_PKEY_get_base_id(candidate) == EVP_PKEY_DH {
        unsafe found = candidate
        break
      }
      unsafe EVP_PKEY_free(candidate)
    }
    guard let found = unsafe found else { return nil }
    return unsafe KeyReference(owning: found)
  }
  /// All certificates and revocation lists of a text.
  static func authorities(
    _ bytes: [UInt8]
  ) -> (certificates: [CertificateReference], revocations: [RevocationReference]) {
    guard let reader = PEMReader(bytes) else { return ([], []) }
    return reader.authorities()
  }
  private func authorities() -> (certificates: [CertificateReference], revocations: [RevocationReference]) {
    defer { ERR_clear_error() }
    guard let all = unsafe PEM_X509_INFO_read_bio(input, nil, refusePassword, nil) else { return ([], []) }
    defer { unsafe weir_sk_X509_INFO_free(all) }
    var certificates: [CertificateReference] = []
    var revocations: [RevocationReference] = []
    for i in 0..<(unsafe weir_sk_X509_INFO_num(all)) {
      guard let one = unsafe weir_sk_X509_INFO_value(all, i) else { continue }
      if let found = unsafe one.pointee.x509 {
        unsafe X509_up_ref(found)
        certificates.append(unsafe CertificateReference(owning: found))
      }
      if let found = unsafe one.pointee.crl {
        unsafe X509_CRL_up_ref(found)
        revocations.append(unsafe RevocationReference(owning: found))
      }
    }
    return (certificates, revocations)
  }
}

private let refusePassword:
  @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 =
    { _, _, _, _ in -1 }
