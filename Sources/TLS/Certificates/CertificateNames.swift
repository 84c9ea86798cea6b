import COpenSSL

extension CertificateReference {
  /// The DNS names of the certificate and its common names, in that order: what it stands for without filters.
  var names: [[UInt8]] {
    var found: [[UInt8]] = []
    if let all = unsafe X509_get_ext_d2i(raw, NID_subject_alt_name, nil, nil) {
      let list = OpaquePointer(all)
      defer { unsafe weir_GENERAL_NAMES_free(list) }
      for i in 0..<(unsafe weir_sk_GENERAL_NAME_num(list)) {
        guard let entry = unsafe weir_sk_GENERAL_NAME_value(list, i), unsafe entry.pointee.type == GEN_DNS else {
          continue
        }
        if let name = unsafe ASN1Text.utf8(entry.pointee.d.dNSName) { found.append(name) }
      }
    }
    if let subject = unsafe X509_get_subject_name(raw) {
      var at: Int32 = -1
      while true {
        at = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, at)
        if at < 0 { break }
        if let entry = unsafe X509_NAME_get_entry(subject, at),
          let name = unsafe ASN1Text.utf8(X509_NAME_ENTRY_get_data(entry))
        {
          found.append(name)
        }
      }
    }
    return found
  }
}

enum ASN1Text {
  /// A string in UTF-8, or nil where it is none.
  @unsafe static func utf8(_ value: UnsafeMutablePointer<ASN1_STRING>?) -> [UInt8]? {
    guard let value = unsafe value else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = unsafe ASN1_STRING_to_UTF8(&bytes, value)
    guard count >= 0, let bytes = unsafe bytes else { return nil }
    defer { unsafe CRYPTO_free(bytes, nil, 0) }
    return unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: Int(count)))
  }
}
