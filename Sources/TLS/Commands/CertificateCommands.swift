import COpenSSL

/// `new`, `set`, `commit`, `abort` and `del ssl cert`: a certificate is prepared in a transaction, of which there is one
/// at a time, and then takes the place of the old one everywhere at once.
extension TLSStore {
  func setCertificate(_ name: String, _ payload: String?) -> TLSReply {
    guard !name.isEmpty, let payload else {
      return .error("'set ssl cert expects a filename and a certificate as a payload\n")
    }
    guard let (path, part) = certificatePlace(name) else {
      return .error(
        "Can't replace a certificate which is not referenced by the configuration!\nCan't update \(name)!\n")
    }
    let (open, known) = contents.withLock { ($0.transaction.certificate, $0.materials[path]) }
    if let open, open.path != path {
      return .error(
        "The ongoing transaction is about '\(open.path)' but you are trying to set '\(path)'\nCan't update \(name)!\n")
    }
    var draft = open?.draft ?? known.map { CertificateDraft($0) } ?? CertificateDraft()
    do throws(CertificateError) {
      try draft.take(part, payload.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, path)
    } catch {
      // HAProxy ends the one about OCSP without a new line.
      let text = error.text.isEmpty || part == .status ? error.text : error.text + "\n"
      return .error("\(text)Can't load the payload\nCan't update \(name)!\n")
    }
    contents.withLock { $0.transaction.certificate = (path, draft) }
    return .text("Transaction \(open == nil ? "created" : "updated") for certificate \(path)!\n")
  }

  /// The certificate that a name means, itself or with the ending of one of its parts.
  private func certificatePlace(_ name: String) -> (String, CertificatePart)? {
    contents.withLock { all in
      func isKnown(_ path: String) -> Bool {
        all.materials[path] != nil || all.empty.contains(path) || all.transaction.certificate?.path == path
      }
      if isKnown(name) { return (name, .whole) }
      for (ending, part) in CertificatePart.endings where name.hasSuffix(ending) {
        let stem = String(name.dropLast(ending.count))
        if isKnown(stem) { return (stem, part) }
      }
      return nil
    }
  }

  func commitCertificate(_ path: String) -> TLSReply {
    if path.isEmpty { return .error("'commit ssl cert expects a filename\n") }
    guard let open = contents.withLock({ $0.transaction.certificate }) else {
      return .error("No ongoing transaction! !\nCan't commit \(path)!\n")
    }
    if open.path != path {
      return .error(
        "The ongoing transaction is about '\(open.path)' but you are trying to set '\(path)'\nCan't commit \(path)!\n")
    }
    guard open.draft.leaf != nil, open.draft.key != nil else {
      return .error("The transaction must contain at least a certificate and a private key!\nCan't commit \(path)!\n")
    }
    guard open.draft.keyFits, let material = try? CertificateMaterial(open.draft) else {
      return .error("inconsistencies between private key and certificate loaded '\(path)'.\nCan't commit \(path)!\n")
    }
    let (old, wasEmpty, oldStatus) = contents.withLock { all in
      let old = (all.materials[path], all.empty.remove(path) != nil, all.statuses[path])
      all.materials[path] = material
      all.statuses[path] = nil
      return old
    }
    do throws(CertificateError) {
      try prepareUse(path) { _ in }
      let count = try renew(path)
      contents.withLock { $0.transaction.certificate = nil }
      return .text("Committing \(path)\(String(repeating: ".", count: count))\nSuccess!\n")
    } catch {
      contents.withLock { all in
        all.materials[path] = old
        all.statuses[path] = oldStatus
        if wasEmpty { all.empty.insert(path) }
      }
      return .text("Committing \(path)\n\(error.text)\nFailed!\n")
    }
  }

  /// Has all users of a certificate take it anew; gives how many uses there are.
  private func renew(_ path: String) throws(CertificateError) -> Int {
    let (listeners, servers) = contents.withLock { ($0.listeners, $0.servers) }
    var count = 0
    for listener in listeners {
      let uses = listener.certificates.count { $0.path == path }
      if uses == 0 { continue }
      count += uses
      var problems: [TLSContextProblem] = []
      if !listener.replaceCertificates(listener.certificates, store: self, changed: path, problems: &problems) {
        throw CertificateError("unable to load SSL certificate into SSL Context '\(path)'.")
      }
    }
    for server in servers where server.settings.certificate == path {
      var problems: [TLSContextProblem] = []
      if !server.renew(self, problems: &problems) {
        throw CertificateError("unable to load SSL certificate into SSL Context '\(path)'.")
      }
      count += 1
    }
    return count
  }

  /// Whether some `bind` or `server` line, or a list, has the certificate.
  func isUsed(_ path: String) -> Bool {
    contents.withLock { all in
      all.listeners.contains { $0.certificates.contains { $0.path == path } }
        || all.servers.contains { $0.settings.certificate == path }
        || all.lists.values.contains { $0.lines.contains { $0.path == path } }
    }
  }
}

/// Which part of a certificate a file has.
enum CertificatePart {
  case whole, key, status, issuer, timestamps
  static let endings: [(String, CertificatePart)] = [
    (".crt", .whole), (".key", .key), (".ocsp", .status), (".issuer", .issuer), (".sctl", .timestamps),
  ]
}

extension CertificateDraft {
  /// Takes a part from a payload.
  mutating func take(_ part: CertificatePart, _ bytes: [UInt8], _ path: String) throws(CertificateError) {
    switch part {
    case .whole:
      var new = CertificateDraft()
      try new.readPEM(bytes, path: path, skippingSelfIssued: false)
      self = new
    case .key:
      guard let found = PEMReader(bytes)?.key() else {
        throw CertificateError("unable to load private key from file '\(path)'.")
      }
      key = found
    case .issuer:
      guard let found = PEMReader(bytes)?.certificate().0 else {
        throw CertificateError("unable to load issuer certificate from file '\(path)'.")
      }
      issuer = found
    case .status:
      guard let decoded = Self.decode(bytes) else {
        throw CertificateError("Error reading OCSP response in base64 format")
      }
      statusResponse = decoded
    case .timestamps:
      guard let decoded = Self.decode(bytes), Self.areTimestamps(decoded) else { throw CertificateError("") }
      timestamps = decoded
    }
  }
  /// Base64 over several lines.
  static func decode(_ bytes: [UInt8]) -> [UInt8]? { TLSTicketKeys.decode(bytes.filter { $0 > 32 }, limit: 1 << 16) }
}
