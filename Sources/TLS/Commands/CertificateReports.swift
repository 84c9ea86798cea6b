import COpenSSL

/// What `show ssl cert`, `ca-file` and `crl-file` tell.
extension TLSStore {
  func certificateNames() -> String {
    let (names, open) = contents.withLock { all in
      ((Array(all.materials.keys) + all.empty).sorted(), all.transaction.certificate?.path)
    }
    // HAProxy says nothing where there is none.
    if names.isEmpty && open == nil { return "" }
    return Self.listing(names, open.map { "*\($0)" })
  }
  private static func listing(_ names: [String], _ open: String?) -> String {
    var text = ""
    if let open { text += "# transaction\n\(open)\n" }
    return text + "# filename\n" + names.map { $0 + "\n" }.joined()
  }

  func authorityNames(_ kind: TLSCommand.Kind) -> String {
    contents.withLock { all in
      func line(_ path: String, _ file: AuthorityFile?) -> String {
        kind == .authorities ? "\(path) - \(file?.certificates.count ?? 0) certificate(s)" : path
      }
      let files = all.authorities.filter { all.revocationPaths.contains($0.key) == (kind == .revocations) }
      let open = all.transaction[kind].map { "*" + line($0.path, $0.file) }
      return Self.listing(files.sorted { $0.key < $1.key }.map { line($0.key, $0.value) }, open)
    }
  }

  func showCertificate(_ name: String) -> TLSReply {
    let isOpen = name.hasPrefix("*")
    let path = isOpen ? String(name.dropFirst()) : name
    let isUsed = !isOpen && isUsed(path)
    let draft: CertificateDraft? = contents.withLock { all in
      if isOpen { return all.transaction.certificate.flatMap { $0.path == path ? $0.draft : nil } }
      if all.empty.contains(path) { return CertificateDraft() }
      return all.materials[path].map { CertificateDraft($0) }
    }
    if draft == nil, name.hasSuffix(".ocsp"), let status = status(String(name.dropLast(5))) {
      let hasFile = material(status.path)?.statusResponse?.isEmpty == false
      return .text(hasFile ? status.responseReport : "")
    }
    guard let draft else {
      return .error("Can't display the certificate: Not found or the certificate is a bundle!\n")
    }
    var text = "Filename: \(name)\n"
    if let leaf = draft.leaf {
      text += "Status: \(isUsed ? "Used" : "Unused")\n" + leaf.report
      for one in draft.chain { text += "Chain Subject: \(one.name(.subject))\nChain Issuer: \(one.name(.issuer))\n" }
    } else {
      text += "Status: Empty\n"
    }
    let hasFile = draft.statusResponse?.isEmpty == false
    let key = isOpen || !hasFile ? [] : status(path)?.identifier ?? []
    return .text(text + "OCSP Response Key: \(Hexadecimal.lower(key))\n")
  }

  /// `<file>`, `<file>:<number>`, with `*` in front for what is not committed.
  func showAuthorities(_ name: String, _ kind: TLSCommand.Kind) -> TLSReply {
    var path = name
    var wanted: Int?
    if let colon = name.lastIndex(of: ":") {
      guard let number = Int(name[name.index(after: colon)...]), number > 0 else {
        return .error("wrong \(kind.short) index after colons in '\(name)'!")
      }
      path = String(name[..<colon])
      wanted = number
    }
    let isOpen = path.hasPrefix("*")
    let file: AuthorityFile? = contents.withLock { all in
      if isOpen {
        return all.transaction[kind].flatMap { $0.path == path.dropFirst() ? $0.file : nil }
      }
      return all.revocationPaths.contains(path) == (kind == .revocations) ? all.authorities[path] : nil
    }
    guard let file else { return .error("Can't display the \(kind.short) file : Not found!\n") }
    let parts =
      kind == .authorities
      ? file.certificates.enumerated().map { "Certificate #\($0 + 1):\n" + $1.report }
      : file.revocations.enumerated().map { "Certificate Revocation List #\($0 + 1):\n" + $1.report }
    let chosen = wanted.map { n in n >= 1 && n <= parts.count ? [parts[n - 1]] : [] } ?? parts
    if chosen.isEmpty && kind == .authorities { return .text("") }
    let isUsed = !isOpen && isTrusted(path)
    return .text(
      "Filename: \(path)\nStatus: \(isUsed ? "Used" : "Unused")\n\(chosen.isEmpty ? "" : " \n")"
        + chosen.joined(separator: " \n"))
  }
}

enum Hexadecimal {
  static func lower(_ bytes: [UInt8]) -> String { text(bytes, 87) }
  static func upper(_ bytes: [UInt8]) -> String { text(bytes, 55) }
  private static func text(_ bytes: [UInt8], _ letters: UInt8) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in bytes {
      for digit in [byte >> 4, byte & 15] { scalars.append(Unicode.Scalar(digit < 10 ? digit + 48 : digit + letters)) }
    }
    return String(scalars)
  }
}

/// Text that the library writes.
enum LibraryText {
  @unsafe static func of(_ write: (OpaquePointer) -> Void) -> String {
    guard let output = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(output) }
    unsafe write(output)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 22 {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe BIO_read(output, $0.baseAddress, Int32($0.count)) }
      if count <= 0 { break }
      bytes += chunk.prefix(Int(count))
    }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
  @unsafe static func oneLine(_ name: OpaquePointer?) -> String {
    guard let text = unsafe X509_NAME_oneline(name, nil, 0) else { return "" }
    defer { unsafe CRYPTO_free(text, nil, 0) }
    return unsafe String(cString: text)
  }
  @unsafe static func serial(_ value: UnsafePointer<ASN1_INTEGER>?) -> String {
    guard let value = unsafe value, let start = unsafe ASN1_STRING_get0_data(value) else { return "" }
    return unsafe Hexadecimal.upper(
      [UInt8](UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(value)))))
  }
}

extension CertificateReference {
  func name(_ holder: TLSCertificate.Holder) -> String {
    unsafe LibraryText.oneLine(holder == .subject ? X509_get_subject_name(raw) : X509_get_issuer_name(raw))
  }
  /// The lines of `show ssl cert` about the certificate itself.
  var report: String {
    let serial = unsafe LibraryText.serial(X509_get_serialNumber(raw))
    let start = unsafe LibraryText.of { unsafe _ = ASN1_TIME_print($0, X509_get0_notBefore(raw)) }
    let end = unsafe LibraryText.of { unsafe _ = ASN1_TIME_print($0, X509_get0_notAfter(raw)) }
    return "Serial: \(serial)\nnotBefore: \(start)\nnotAfter: \(end)\nSubject Alternative Name: \(alternativeNames)\n"
      + "Algorithm: \(algorithm)\nSHA1 FingerPrint: \(Hexadecimal.upper(fingerprint))\nSubject: \(name(.subject))\n"
      + "Issuer: \(name(.issuer))\n"
  }
  private var alternativeNames: String {
    let at = unsafe X509_get_ext_by_NID(raw, NID_subject_alt_name, -1)
    guard at >= 0, let part = unsafe X509_get_ext(raw, at) else { return "" }
    return unsafe LibraryText.of { unsafe _ = X509V3_EXT_print($0, part, 0, 0) }
  }
  private var algorithm: String {
    guard let key = unsafe X509_get0_pubkey(raw) else { return "" }
    let bits = unsafe EVP_PKEY_get_bits(key)
    switch unsafe EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA: return "RSA\(bits)"
    case EVP_PKEY_EC: return "EC\(bits)"
    case EVP_PKEY_DSA: return "DSA\(bits)"
    default: return ""
    }
  }
}

extension RevocationReference {
  var report: String {
    let version = unsafe X509_CRL_get_version(raw) + 1
    let algorithm = unsafe String(cString: OBJ_nid2ln(X509_CRL_get_signature_nid(raw)))
    let issuer = unsafe LibraryText.oneLine(X509_CRL_get_issuer(raw))
    let last = unsafe LibraryText.of { unsafe _ = ASN1_TIME_print($0, X509_CRL_get0_lastUpdate(raw)) }
    let next = unsafe LibraryText.of { unsafe _ = ASN1_TIME_print($0, X509_CRL_get0_nextUpdate(raw)) }
    var text =
      "Version \(version)\nSignature Algorithm: \(algorithm)\nIssuer: \(issuer)\nLast Update: \(last)\n"
      + "Next Update: \(next)\n"
    let entries = unsafe X509_CRL_get_REVOKED(raw)
    let count = unsafe entries == nil ? 0 : weir_sk_X509_REVOKED_num(entries)
    if count <= 0 { return text + "No Revoked Certificates.\n" }
    text += "Revoked Certificates:\n"
    for i in 0..<count {
      guard let one = unsafe weir_sk_X509_REVOKED_value(entries, i) else { continue }
      let date = unsafe LibraryText.of { unsafe _ = ASN1_TIME_print($0, X509_REVOKED_get0_revocationDate(one)) }
      let serial = unsafe LibraryText.serial(X509_REVOKED_get0_serialNumber(one))
      text += "    Serial Number: \(serial)\n        Revocation Date: \(date)\n"
    }
    return text
  }
}
