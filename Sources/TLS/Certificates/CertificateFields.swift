import COpenSSL
public import Memory

/// The fields of certificates that fetches ask for (manual section 7.3.4). Built in the arena; nil where there is no such
/// thing, or no room.
extension TLSCertificate {
  /// 3 for what all use today.
  public var version: Int { unsafe Int(X509_get_version(raw)) + 1 }

  public func serial(into arena: ByteArena) -> Bytes? {
    unsafe copy(UnsafePointer(X509_get_serialNumber(raw)), arena)
  }
  /// SHA-1 of the whole certificate.
  public func fingerprint(into arena: ByteArena) -> Bytes? {
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 64) { room in
      var count: UInt32 = 0
      guard room.count >= 20,
        unsafe X509_digest(raw, EVP_sha1(), room.baseAddress?.assumingMemoryBound(to: UInt8.self), &count) == 1
      else { return 0 }
      return Int(count)
    }
    return nonEmpty(arena.finish())
  }
  /// `YYMMDDhhmmssZ`
  public func notBefore(into arena: ByteArena) -> Bytes? { unsafe time(X509_get0_notBefore(raw), arena) }
  public func notAfter(into arena: ByteArena) -> Bytes? { unsafe time(X509_get0_notAfter(raw), arena) }

  /// The algorithm of the key, `rsaEncryption` and the like.
  public func keyAlgorithm(into arena: ByteArena) -> Bytes? {
    var name: OpaquePointer?
    guard let key = unsafe X509_get_X509_PUBKEY(raw),
      unsafe X509_PUBKEY_get0_param(&name, nil, nil, nil, key) == 1
    else { return nil }
    return unsafe shortName(OBJ_obj2nid(name), arena)
  }
  /// The kind of the key with its size, `RSA2048` and the like.
  public func keyDescription(into arena: ByteArena) -> Bytes? {
    guard let key = unsafe X509_get0_pubkey(raw) else { return nil }
    let kind: StaticString
    switch unsafe EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA: kind = "RSA"
    case EVP_PKEY_EC: kind = "EC"
    case EVP_PKEY_DSA: kind = "DSA"
    default: return nil
    }
    arena.begin()
    arena.append(kind)
    arena.append(decimal: Int64(unsafe EVP_PKEY_get_bits(key)))
    return arena.finish()
  }
  /// The algorithm of the signature, `RSA-SHA256` and the like.
  public func signatureAlgorithm(into arena: ByteArena) -> Bytes? {
    unsafe shortName(X509_get_signature_nid(raw), arena)
  }

  /// Which name of the certificate.
  public enum Holder: Sendable { case subject, issuer }

  /// The whole name as `/C=FR/CN=name`, or after RFC 2253.
  public func name(_ holder: Holder, rfc2253: Bool, into arena: ByteArena) -> Bytes? {
    guard let name = unsafe distinguishedName(holder) else { return nil }
    return unsafe rfc2253 ? DistinguishedName.rfc2253(name, arena) : DistinguishedName.oneLine(name, arena)
  }
  /// One entry of the name, by its short name: the first for occurrence 0 or 1, and from the end for negative ones.
  public func name(_ holder: Holder, entry: Bytes, occurrence: Int, into arena: ByteArena) -> Bytes? {
    guard let name = unsafe distinguishedName(holder) else { return nil }
    return unsafe DistinguishedName.entry(entry, occurrence, of: name, arena)
  }

  @unsafe private func distinguishedName(_ holder: Holder) -> OpaquePointer? {
    unsafe holder == .subject ? X509_get_subject_name(raw) : X509_get_issuer_name(raw)
  }
  @unsafe private func copy(_ text: UnsafePointer<ASN1_STRING>?, _ arena: ByteArena) -> Bytes? {
    guard let text = unsafe text, let start = unsafe ASN1_STRING_get0_data(text) else { return nil }
    return unsafe arena.copy(Bytes(base: start, count: Int(ASN1_STRING_length(text))))
  }
  /// Times of a full year lose its century, as those of two digits have none.
  @unsafe private func time(_ value: UnsafePointer<ASN1_TIME>?, _ arena: ByteArena) -> Bytes? {
    guard let value = unsafe value, let whole = unsafe copy(value, arena), whole.count >= 12 else { return nil }
    return unsafe ASN1_STRING_type(value) == V_ASN1_GENERALIZEDTIME ? whole.dropFirst(2) : whole
  }
  @unsafe private func shortName(_ number: Int32, _ arena: ByteArena) -> Bytes? {
    guard let text = unsafe OBJ_nid2sn(number) else { return nil }
    return unsafe arena.copy(Bytes(base: text.bytes, count: strlen(text)))
  }
}

func nonEmpty(_ bytes: Bytes) -> Bytes? { bytes.isEmpty ? nil : bytes }

private enum DistinguishedName {
  @unsafe static func oneLine(_ name: OpaquePointer, _ arena: ByteArena) -> Bytes? {
    arena.begin()
    for i in 0..<(unsafe X509_NAME_entry_count(name)) {
      guard let entry = unsafe X509_NAME_get_entry(name, i) else { continue }
      var fits = arena.append("/")
      fits = unsafe appendKey(entry, arena) && fits
      fits = arena.append("=") && fits
      fits = unsafe arena.append(value(entry)) && fits
      if !fits {
        _ = arena.finish()
        return nil
      }
    }
    return arena.finish()
  }

  @unsafe static func rfc2253(_ name: OpaquePointer, _ arena: ByteArena) -> Bytes? {
    guard let output = unsafe BIO_new(BIO_s_mem()) else { return nil }
    defer { unsafe BIO_free(output) }
    guard unsafe weir_X509_NAME_print_rfc2253(output, name) >= 0 else { return nil }
    arena.begin()
    _ = unsafe arena.appendUnsafe(limit: 8192) { room in
      unsafe max(0, Int(BIO_read(output, room.baseAddress, Int32(clamping: room.count))))
    }
    return arena.finish()
  }

  @unsafe static func entry(_ wanted: Bytes, _ occurrence: Int, of name: OpaquePointer, _ arena: ByteArena) -> Bytes? {
    let count = unsafe X509_NAME_entry_count(name)
    var left = max(1, occurrence.magnitude)
    for step in 0..<count {
      let at = occurrence < 0 ? count - 1 - step : step
      guard let entry = unsafe X509_NAME_get_entry(name, at) else { continue }
      let mark = arena.mark
      arena.begin()
      let isKnown = unsafe appendKey(entry, arena)
      let key = arena.finish()
      let matches = isKnown && key.equals(wanted)
      arena.reset(to: mark)
      if !matches { continue }
      left -= 1
      if left == 0 { return unsafe arena.copy(value(entry)) }
    }
    return nil
  }

  /// The short name of the entry's kind, or its number.
  @unsafe private static func appendKey(_ entry: OpaquePointer, _ arena: ByteArena) -> Bool {
    let kind = unsafe X509_NAME_ENTRY_get_object(entry)
    let number = unsafe OBJ_obj2nid(kind)
    if number != NID_undef, let text = unsafe OBJ_nid2sn(number) {
      return unsafe arena.append(Bytes(base: text.bytes, count: strlen(text)))
    }
    let written = unsafe arena.appendUnsafe(limit: 80) { room in
      let count = unsafe OBJ_obj2txt(
        room.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: room.count), kind, 1)
      return max(0, min(Int(count), room.count - 1))
    }
    return written > 0
  }
  @unsafe private static func value(_ entry: OpaquePointer) -> Bytes {
    guard let data = unsafe X509_NAME_ENTRY_get_data(entry), let start = unsafe ASN1_STRING_get0_data(data) else {
      return Bytes()
    }
    return unsafe Bytes(base: start, count: Int(ASN1_STRING_length(data)))
  }
}

extension TLSSession {
  /// The certificates that the peer sent, one after the other in their binary form: a server's with its own first, a
  /// client's without its own.
  public func peerChain(into arena: ByteArena) -> Bytes? {
    guard let chain = unsafe SSL_get_peer_cert_chain(raw) else { return nil }
    arena.begin()
    for i in 0..<(unsafe weir_sk_X509_num(chain)) {
      if let one = unsafe weir_sk_X509_value(chain, i) { unsafe appendBinary(one, arena) }
    }
    return nonEmpty(arena.finish())
  }
  @unsafe private func appendBinary(_ certificate: OpaquePointer, _ arena: ByteArena) {
    let count = unsafe Int(i2d_X509(certificate, nil))
    if count <= 0 || count > arena.room { return }
    _ = unsafe arena.appendUnsafe(limit: count) { room in
      var at = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return unsafe Int(i2d_X509(certificate, &at))
    }
  }
}
