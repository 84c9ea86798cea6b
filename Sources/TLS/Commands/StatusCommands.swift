import COpenSSL

/// OCSP responses, ticket keys and providers.
extension TLSStore {
  func showStatus(_ name: String) -> TLSReply {
    let all = contents.withLock { Array($0.statuses.values) }
    var seen: Set<[UInt8]> = []
    let distinct = all.filter { seen.insert($0.identifier).inserted }
      .sorted { $0.identifier.lexicographicallyPrecedes($1.identifier) }
    if name.isEmpty {
      if distinct.isEmpty { return .text("") }
      let lines = distinct.map { status in
        "Certificate ID key : \(Hexadecimal.lower(status.identifier))\n" + status.identifierReport
      }
      return .text("# Certificate IDs\n" + lines.joined())
    }
    // An identifier has 128 bytes at most.
    if name.unicodeScalars.count > 256 { return .error("'show ssl ocsp-response' received a too big key.\n") }
    guard let found = distinct.first(where: { Hexadecimal.lower($0.identifier) == name.lowercased() }) else {
      return .error("Certificate ID does not match any certificate.\n")
    }
    return .text(found.responseReport)
  }

  func setStatus(_ text: String) -> TLSReply {
    if text.isEmpty { return .error("'set ssl ocsp-response' expects response in base64 encoding.\n") }
    guard let bytes = CertificateDraft.decode(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }) else {
      return .error("'set ssl ocsp-response' received invalid base64 encoded response.\n")
    }
    do throws(CertificateError) {
      let identifier = try CertificateStatus.identifier(in: bytes)
      let matching = contents.withLock { $0.statuses.values.filter { $0.identifier == identifier } }
      if matching.isEmpty {
        return .error("OCSP single response: Certificate ID does not match any certificate or issuer.\n")
      }
      for status in matching { try status.take(bytes) }
      return .text("OCSP Response updated!\n")
    } catch {
      return .error(error.text + ".\n")
    }
  }

  // MARK: - Ticket keys

  /// By the path, or by the number behind `#`.
  private func ticketKeys(named name: String) -> (number: Int, keys: TLSTicketKeys)? {
    if name.hasPrefix("#") { return Int(name.dropFirst()).flatMap { n in numberedKeys.first { $0.number == n } } }
    return numberedKeys.first { $0.keys.path == name }
  }
  private var numberedKeys: [(number: Int, keys: TLSTicketKeys)] {
    ticketKeys.enumerated().map { (number: $0, keys: $1) }
  }

  func showTicketKeys(_ name: String) -> TLSReply {
    if name.isEmpty {
      return .text("# id (file)\n" + ticketKeys.enumerated().map { "\($0) (\($1.path))\n" }.joined())
    }
    let chosen = name == "*" ? numberedKeys : ticketKeys(named: name).map { [$0] } ?? []
    if chosen.isEmpty && name != "*" {
      return .error("'show tls-keys' unable to locate referenced filename\n")
    }
    var text = "# id secret\n"
    for (number, keys) in chosen {
      text += "# \(number) (\(keys.path))\n"
      for (i, key) in keys.keys.enumerated() { text += "\(number).\(i) \(Base64Text.of(key))\n" }
    }
    return .text(text)
  }

  func setTicketKey(_ words: [String]) -> TLSReply {
    guard words.count >= 2 else {
      return .error("'set ssl tls-key' expects a filename and the new TLS key in base64 encoding.\n")
    }
    guard let keys = ticketKeys(named: words[0])?.keys else {
      return .error("'set ssl tls-key' unable to locate referenced filename\n")
    }
    guard let key = TLSTicketKeys.decodeKey(words[1]) else {
      return .error("'set ssl tls-key' received invalid base64 encoded TLS key.\n")
    }
    if !keys.push(key) { return .error("'set ssl tls-key' received a key of wrong size.\n") }
    return .text("TLS ticket key updated!\n")
  }
}

enum Base64Text {
  static func of(_ bytes: [UInt8]) -> String {
    var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let count = unsafe text.withUnsafeMutableBufferPointer { out in
      unsafe bytes.withUnsafeBufferPointer { unsafe EVP_EncodeBlock(out.baseAddress, $0.baseAddress, Int32($0.count)) }
    }
    return String(String.UnicodeScalarView(text.prefix(Int(count)).map { Unicode.Scalar($0) }))
  }
}

extension CertificateStatus {
  /// The identifier that a response is about.
  static func identifier(in bytes: [UInt8]) throws(CertificateError) -> [UInt8] {
    _ = try check(bytes, nil)
    let found: [UInt8]? = unsafe withSingle(bytes) { unsafe OCSP_SINGLERESP_get0_id($0).map { unsafe binary($0) } }
    guard let found else { throw CertificateError("Unable to parse OCSP response") }
    return found
  }

  var identifierReport: String {
    let id: OpaquePointer? = unsafe identifier.withUnsafeBufferPointer { room in
      var at = room.baseAddress
      return unsafe d2i_OCSP_CERTID(nil, &at, room.count)
    }
    guard let id = unsafe id else { return "" }
    defer { unsafe OCSP_CERTID_free(id) }
    var nameHash: UnsafeMutablePointer<ASN1_OCTET_STRING>?
    var keyHash: UnsafeMutablePointer<ASN1_OCTET_STRING>?
    var serial: UnsafeMutablePointer<ASN1_INTEGER>?
    guard unsafe OCSP_id_get0_info(&nameHash, nil, &keyHash, &serial, id) == 1 else { return "" }
    let texts = unsafe [nameHash, keyHash, serial].map {
      unsafe LibraryText.serial($0.map { unsafe UnsafePointer($0) })
    }
    return " Certificate ID:\n   Issuer Name Hash: \(texts[0])\n   Issuer Key Hash: \(texts[1])\n"
      + "   Serial Number: \(texts[2])\n"
  }

  /// As `openssl ocsp -text` writes it.
  var responseReport: String {
    let held = response
    let decoded: OpaquePointer? = unsafe held.withUnsafeBufferPointer { room in
      var at = room.baseAddress
      return unsafe d2i_OCSP_RESPONSE(nil, &at, room.count)
    }
    guard let decoded = unsafe decoded else { return "" }
    defer { unsafe OCSP_RESPONSE_free(decoded) }
    return unsafe LibraryText.of { unsafe _ = OCSP_RESPONSE_print($0, decoded, 0) }
  }

  @unsafe private static func withSingle<R>(_ bytes: [UInt8], _ body: (OpaquePointer) -> R?) -> R? {
    let decoded: OpaquePointer? = unsafe bytes.withUnsafeBufferPointer { room in
      var at = room.baseAddress
      return unsafe d2i_OCSP_RESPONSE(nil, &at, room.count)
    }
    guard let decoded = unsafe decoded else { return nil }
    defer { unsafe OCSP_RESPONSE_free(decoded) }
    guard let basic = unsafe OCSP_response_get1_basic(decoded) else { return nil }
    defer { unsafe OCSP_BASICRESP_free(basic) }
    return unsafe OCSP_resp_get0(basic, 0).flatMap { unsafe body($0) }
  }
}

enum Providers {
  /// Which providers the library has loaded.
  static var text: String {
    let names = ["default", "base", "fips", "legacy", "null"].filter {
      unsafe OSSL_PROVIDER_available(nil, CText.of($0)) == 1
    }
    return "Loaded providers : \n" + names.map { "\t- \($0)\n" }.joined()
  }
}
