import COpenSSL
import Memory

/// `generate-certificates`: makes a certificate for each name that a client asks for, signed by the file of
/// `ca-sign-file`, and keeps those that were used last (`tune.ssl.ssl-ctx-cache-size`).
final class CertificateGenerator: Sendable {
  private struct Kept {
    var byName: [[UInt8]: (certificate: BoundCertificate, lastUse: UInt64)] = [:]
    var uses: UInt64 = 0

    mutating func find(_ name: [UInt8]) -> BoundCertificate? {
      guard let found = byName[name]?.certificate else { return nil }
      uses &+= 1
      byName[name]?.lastUse = uses
      return found
    }
    /// Making a certificate costs much more than the search for the one that goes.
    mutating func add(_ certificate: BoundCertificate, _ name: [UInt8], limit: Int) {
      if limit == 0 { return }
      if byName.count >= limit, let oldest = byName.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
        byName[oldest] = nil
      }
      uses &+= 1
      byName[name] = (certificate, uses)
    }
  }
  private let authority: CertificateMaterial
  private let limit: Int
  /// The certificate whose key the made ones have; without one they have the authority's.
  private let model: @Sendable () -> CertificateMaterial?
  private let makeContext: @Sendable (CertificateMaterial) -> BoundCertificate?
  private let kept = Lock(Kept())
  private let serial = Lock(Int.random(in: 1...(1 << 40)))

  init(
    _ authority: CertificateMaterial, limit: Int, model: @escaping @Sendable () -> CertificateMaterial?,
    makeContext: @escaping @Sendable (CertificateMaterial) -> BoundCertificate?
  ) {
    self.authority = authority
    self.limit = max(0, limit)
    self.model = model
    self.makeContext = makeContext
  }

  func certificate(for name: [UInt8]) -> BoundCertificate? {
    let key = ServerNameTable.lowered(name)
    if let known = kept.withLock({ $0.find(key) }) { return known }
    guard let material = make(key), let made = makeContext(material) else { return nil }
    kept.withLock { $0.add(made, key, limit: limit) }
    return made
  }

  private func make(_ name: [UInt8]) -> CertificateMaterial? {
    defer { ERR_clear_error() }
    guard let raw = unsafe X509_new() else { return nil }
    let leaf = unsafe CertificateReference(owning: raw)
    let number = serial.withLock { n in
      n &+= 1
      return n
    }
    unsafe _ = X509_set_version(raw, 2)
    unsafe _ = ASN1_INTEGER_set(X509_get_serialNumber(raw), number)
    unsafe _ = X509_gmtime_adj(X509_getm_notBefore(raw), -86400)
    unsafe _ = X509_gmtime_adj(X509_getm_notAfter(raw), 86400 * 365)
    unsafe _ = X509_set_issuer_name(raw, X509_get_subject_name(authority.leaf.raw))
    let key = model()?.key ?? authority.key
    unsafe _ = X509_set_pubkey(raw, key.raw)
    // As HAProxy names it: below the authority's own name.
    guard let subject = unsafe X509_NAME_dup(X509_get_subject_name(authority.leaf.raw)) else { return nil }
    defer { unsafe X509_NAME_free(subject) }
    unsafe _ = X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, Int32(name.count), -1, 0)
    unsafe _ = X509_set_subject_name(raw, subject)
    let text = name.allSatisfy { $0 > 32 && $0 < 127 && $0 != 44 } ? name : []
    let alternative = "DNS:".utf8.map { CChar($0) } + text.map { CChar(bitPattern: $0) } + [0]
    if !text.isEmpty, let part = unsafe X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, alternative) {
      unsafe _ = X509_add_ext(raw, part, -1)
      unsafe X509_EXTENSION_free(part)
    }
    let isEdwards = unsafe EVP_PKEY_get_base_id(authority.key.raw) == EVP_PKEY_ED25519
    guard unsafe X509_sign(raw, authority.key.raw, isEdwards ? nil : EVP_sha256()) > 0 else { return nil }
    var draft = CertificateDraft()
    draft.leaf = leaf
    draft.key = key
    return try? CertificateMaterial(draft)
  }
}
