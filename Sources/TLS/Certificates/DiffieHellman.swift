import COpenSSL

/// Where the parameters of a context's Diffie-Hellman exchanges come from: the certificate's file, `ssl-dh-param-file`,
/// or, with `tune.ssl.default-dh-param`, one of three known groups by the size of the key.
enum DiffieHellman {
  /// Parameters that the library does not take at its level of security, as loading tells it line by line.
  enum Problem: Sendable, Hashable {
    case own, global
    case standard(bits: Int)

    func lines(_ path: String) -> [String] {
      switch self {
      case .own:
        ["unable to load the DH parameter specified in '\(path)', DH ciphers won't be available."]
      case .global: ["unable to use the global DH parameter for certificate '\(path)', DH ciphers won't be available."]
      case .standard(let bits):
        [
          "unable to load default \(bits) bits DH parameter for certificate '\(path)'.",
          ", DH ciphers won't be available.",
        ]
      }
    }
  }

  /// Puts the parameters into a context.
  @unsafe static func install(
    for material: CertificateMaterial?, _ tuning: TLSTuning, in context: OpaquePointer
  ) -> Problem? {
    defer { ERR_clear_error() }
    if let own = material?.parameters { return unsafe use(own, context) ? nil : .own }
    if let text = tuning.diffieHellmanText, let global = PEMReader.parameters(text) {
      return unsafe use(global, context) ? nil : .global
    }
    guard let material, let bits = tuning.standardBits(for: material) else { return nil }
    guard let group = standard(bits), unsafe use(group, context) else { return .standard(bits: bits) }
    return nil
  }

  @unsafe private static func use(_ parameters: KeyReference, _ context: OpaquePointer) -> Bool {
    unsafe EVP_PKEY_up_ref(parameters.raw)
    if unsafe SSL_CTX_set0_tmp_dh_pkey(context, parameters.raw) == 1 { return true }
    unsafe EVP_PKEY_free(parameters.raw)
    return false
  }

  /// RFC 7919's groups; the smallest is that of RFC 2409, and no library takes it unless its security is turned down.
  private static func standard(_ bits: Int) -> KeyReference? {
    switch bits {
    case 2048: group2048
    case 4096: group4096
    default: nil
    }
  }
  private static let group2048 = make(2048)
  private static let group4096 = make(4096)

  private static func make(_ bits: Int) -> KeyReference? {
    guard let maker = unsafe EVP_PKEY_CTX_new_from_name(nil, "DH", nil) else { return nil }
    defer { unsafe EVP_PKEY_CTX_free(maker) }
    var made: OpaquePointer?
    var name = CText.of("ffdhe\(bits)")
    let count = name.count - 1
    let done = unsafe name.withUnsafeMutableBufferPointer { text in
      unsafe "group".withCString { key in
        let parameters = unsafe [
          OSSL_PARAM_construct_utf8_string(key, text.baseAddress, count), OSSL_PARAM_construct_end(),
        ]
        guard unsafe EVP_PKEY_paramgen_init(maker) == 1, unsafe EVP_PKEY_CTX_set_params(maker, parameters) == 1 else {
          return false
        }
        return unsafe EVP_PKEY_generate(maker, &made) == 1
      }
    }
    guard done, let key = unsafe made else { return nil }
    return unsafe KeyReference(owning: key)
  }
}

extension TLSStore {
  /// What is wrong with the Diffie-Hellman parameters of certificates that a `bind` line uses, line by line.
  public func diffieHellmanProblems(_ uses: [TLSCertificateUse], _ tuning: TLSTuning) -> [String] {
    var lines: [String] = []
    var seen: Set<String> = []
    for use in uses where seen.insert(use.path).inserted {
      guard let material = material(use.path), tuning.mayFail(material), let context = TLSContext(.server) else {
        continue
      }
      if let problem = unsafe DiffieHellman.install(for: material, tuning, in: context.raw) {
        lines += problem.lines(use.path)
      }
    }
    return lines
  }
}

extension TLSTuning {
  /// The groups of 2048 and 4096 bits are always taken.
  fileprivate func mayFail(_ material: CertificateMaterial) -> Bool {
    material.parameters != nil || diffieHellmanText != nil || standardBits(for: material) == 1024
  }

  /// The size of the group for certificates that bring no parameters: that of the key, up to a limit; nil: none at all.
  fileprivate func standardBits(for material: CertificateMaterial) -> Int? {
    guard diffieHellmanBits > 0 else { return nil }
    let kind = unsafe EVP_PKEY_get_base_id(material.key.raw)
    let hasSize = kind == EVP_PKEY_RSA || kind == EVP_PKEY_DSA
    let wanted =
      hasSize ? min(unsafe Int(EVP_PKEY_get_bits(material.key.raw)), diffieHellmanBits) : diffieHellmanBits
    return wanted >= 4096 ? 4096 : wanted >= 2048 ? 2048 : 1024
  }
}
