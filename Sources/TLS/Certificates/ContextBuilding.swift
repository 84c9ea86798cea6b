import COpenSSL

/// What of the settings the library does not take.
public enum TLSContextProblem: Error, Sendable, Hashable {
  case memory
  case noVersionLeft
  /// `verify` without a `ca-file`.
  case noAuthorities
  case ciphers(String)
  case cipherSuites(String)
  case curves(String)
  case namedCurve(String)
  case note(TLSVersionChoice.Note)
}

/// Makes a context step by step, and collects what is wrong: all of it is reported at once.
struct ContextBuilder {
  let context: TLSContext
  private(set) var problems: [TLSContextProblem] = []

  init?(_ data: TLSContextData) {
    guard let context = TLSContext(data) else { return nil }
    self.context = context
    unsafe data.install(in: context.raw)
  }
  private var raw: OpaquePointer { unsafe context.raw }

  func use(_ versions: ClosedRange<TLSVersion>) {
    unsafe _ = weir_SSL_CTX_set_min_proto_version(raw, versions.lowerBound.number)
    unsafe _ = weir_SSL_CTX_set_max_proto_version(raw, versions.upperBound.number)
  }

  func setOption(_ option: UInt64, _ on: Bool = true) { if on { unsafe _ = SSL_CTX_set_options(raw, option) } }

  mutating func use(ciphers: String?, suites: String?) {
    if let ciphers, unsafe SSL_CTX_set_cipher_list(raw, CText.of(ciphers)) != 1 { problems.append(.ciphers(ciphers)) }
    if let suites, unsafe SSL_CTX_set_ciphersuites(raw, CText.of(suites)) != 1 {
      problems.append(.cipherSuites(suites))
    }
    ERR_clear_error()
  }

  mutating func use(curves: String?, named: String?) {
    defer { ERR_clear_error() }
    if let curves {
      if unsafe weir_SSL_CTX_set1_curves_list(raw, CText.of(curves)) != 1 { problems.append(.curves(curves)) }
    } else if let named {
      let isCurve = unsafe OBJ_sn2nid(CText.of(named)) != NID_undef
      if unsafe !isCurve || weir_SSL_CTX_set1_curves_list(raw, CText.of(named)) != 1 {
        problems.append(.namedCurve(named))
      }
    }
  }

  /// Whether the library takes the certificate and its key. A context may try one after the other.
  func accepts(_ material: CertificateMaterial) -> Bool {
    defer { ERR_clear_error() }
    return unsafe SSL_CTX_use_certificate(raw, material.leaf.raw) == 1
      && SSL_CTX_use_PrivateKey(raw, material.key.raw) == 1
  }
  /// The certificate with key and chain; false where the library refuses them.
  func use(_ material: CertificateMaterial) -> Bool {
    defer { ERR_clear_error() }
    guard accepts(material) else { return false }
    for one in material.chain { unsafe _ = weir_SSL_CTX_add1_chain_cert(raw, one.raw) }
    if let timestamps = material.timestamps { use(timestamps: timestamps) }
    return true
  }

  /// Signed timestamps go beside the certificate: in the server's first message until TLS 1.2, then in the
  /// certificate's.
  private func use(timestamps: [UInt8]) {
    let place = UInt32(SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE)
    var bytes: [UInt8] = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: place >> $0) }
    bytes += [0, 18, UInt8(timestamps.count >> 8 & 255), UInt8(timestamps.count & 255)]
    bytes += timestamps
    unsafe _ = SSL_CTX_use_serverinfo_ex(raw, UInt32(SSL_SERVERINFOV2), bytes, bytes.count)
  }

  /// What of them is no good was told when the configuration was read.
  func useParameters(of material: CertificateMaterial?, _ tuning: TLSTuning) {
    _ = unsafe DiffieHellman.install(for: material, tuning, in: raw)
  }

  /// Whom to trust, and which certificates are revoked.
  func trust(_ files: [AuthorityFile], revocations: AuthorityFile?) {
    guard let store = unsafe X509_STORE_new() else { return }
    defer { unsafe X509_STORE_free(store) }
    for one in files.flatMap(\.certificates) { unsafe _ = X509_STORE_add_cert(store, one.raw) }
    for one in files.flatMap(\.revocations) { unsafe _ = X509_STORE_add_crl(store, one.raw) }
    if let revocations {
      for one in revocations.certificates { unsafe _ = X509_STORE_add_cert(store, one.raw) }
      for one in revocations.revocations { unsafe _ = X509_STORE_add_crl(store, one.raw) }
      unsafe _ = X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }
    unsafe _ = weir_SSL_CTX_set1_cert_store(raw, store)
    ERR_clear_error()
  }

  /// The names of authorities that clients are shown.
  func announce(_ file: AuthorityFile) {
    guard let list = unsafe weir_sk_X509_NAME_new() else { return }
    for one in file.certificates {
      guard let name = unsafe X509_get_subject_name(one.raw), let copy = unsafe X509_NAME_dup(name) else { continue }
      unsafe _ = weir_sk_X509_NAME_push(list, copy)
    }
    unsafe SSL_CTX_set_client_CA_list(raw, list)
  }

  func keepKeyLog(_ tuning: TLSTuning) { if tuning.keepsKeyLog { unsafe SSL_CTX_set_keylog_callback(raw, noteSecret) } }

  func useCache(_ tuning: TLSTuning) {
    unsafe _ = weir_SSL_CTX_sess_set_cache_size(raw, max(1, tuning.cacheSize))
    unsafe _ = SSL_CTX_set_timeout(raw, tuning.sessionLifetime)
  }
}

/// Configuration text, whose scalars are bytes, as C reads it.
enum CText {
  static func of(_ text: String) -> [CChar] {
    text.unicodeScalars.map { CChar(bitPattern: UInt8(truncatingIfNeeded: $0.value)) } + [0]
  }
}
