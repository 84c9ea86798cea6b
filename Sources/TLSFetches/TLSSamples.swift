public import Memory
public import Samples
public import TLS

/// The fetches of TLS connections (manual section 7.3.4).
public enum TLSSamples {
  /// What a fetch says where the client speaks no TLS; nil for other fetches.
  public static func clear(_ call: FetchCall, _ sample: inout Sample) -> FetchStatus? {
    switch call.id {
    case .sslFc, .sslBc, .sslFcHasSni, .sslFcIsResumed, .sslBcIsResumed:
      sample.data = .boolean(false)
      return .found
    default: return nil
    }
  }

  /// Fetches of the client's connection; nil for other fetches.
  public static func client(
    _ call: FetchCall, _ session: borrowing TLSSession, _ arena: ByteArena, into sample: inout Sample
  ) -> FetchStatus? {
    switch call.id {
    case .sslFc: return put(.boolean(true), &sample)
    case .sslFcHasCrt, .sslCVerify:
      if !session.isHandshakeDone { return .notFound }
      if call.id == .sslCVerify { return number(session.verifyResult, &sample) }
      return put(.boolean(session.hasPeerCertificate && !session.isResumed), &sample)
    case .sslCUsed: return put(.boolean(session.hasPeerCertificate), &sample)
    case .sslFcHasSni: return put(.boolean(session.hasServerName), &sample)
    case .sslFcHasEarly: return put(.boolean(session.isEarly), &sample)
    case .sslFcSni: return text(session.serverName(into: arena), &sample)
    case .sslCErr: return number(session.certificateError, &sample)
    case .sslCCaErr: return number(session.authorityError.error, &sample)
    case .sslCCaErrDepth: return number(session.authorityError.depth, &sample)
    case .sslCChainDer: return binary(session.peerChain(into: arena), &sample)
    case .sslFcIsResumed, .sslFcAlgKeysize, .sslFcUseKeysize, .sslFcCipher, .sslFcProtocol, .sslFcAlpn, .sslFcNpn,
      .sslFcUniqueId, .sslFcErr, .sslFcErrStr, .sslFcSessionId, .sslFcSessionKey, .sslFcClientRandom,
      .sslFcServerRandom:
      return common(call.id, session, arena, &sample)
    default: return hello(call, session, arena, &sample) ?? clientCertificate(call, session, arena, &sample)
    }
  }

  /// Fetches of the connection to the server; nil for other fetches.
  public static func server(
    _ call: FetchCall, _ session: borrowing TLSSession, _ arena: ByteArena, into sample: inout Sample
  ) -> FetchStatus? {
    if call.id == .sslBc { return put(.boolean(true), &sample) }
    if call.id == .sslSChainDer { return binary(session.peerChain(into: arena), &sample) }
    switch call.id {
    case .sslBcIsResumed, .sslBcAlgKeysize, .sslBcUseKeysize, .sslBcCipher, .sslBcProtocol, .sslBcAlpn, .sslBcNpn,
      .sslBcUniqueId, .sslBcErr, .sslBcErrStr, .sslBcSessionId, .sslBcSessionKey, .sslBcClientRandom,
      .sslBcServerRandom:
      return common(call.id, session, arena, &sample)
    default: break
    }
    guard let field = CertificateField(call.id), field.owner == .server else { return nil }
    guard let certificate = session.peerCertificate else { return .notFound }
    return read(field.kind, certificate, call.arguments, arena, &sample)
  }

  // MARK: - Results

  private static func put(_ data: SampleData, _ sample: inout Sample) -> FetchStatus {
    sample.data = data
    return .found
  }
  private static func text(_ bytes: Bytes?, _ sample: inout Sample) -> FetchStatus {
    guard let bytes, !bytes.isEmpty else { return .notFound }
    return put(.string(bytes), &sample)
  }
  private static func binary(_ bytes: Bytes?, _ sample: inout Sample) -> FetchStatus {
    guard let bytes, !bytes.isEmpty else { return .notFound }
    return put(.binary(bytes), &sample)
  }
  private static func number(_ value: Int?, _ sample: inout Sample) -> FetchStatus {
    guard let value else { return .notFound }
    return put(.integer(Int64(value)), &sample)
  }

  // MARK: - Both sides

  private static func common(
    _ id: FetchID, _ session: borrowing TLSSession, _ arena: ByteArena, _ sample: inout Sample
  ) -> FetchStatus? {
    switch id {
    case .sslFcErr, .sslBcErr: return put(.integer(Int64(bitPattern: UInt64(session.errorCode))), &sample)
    case .sslFcErrStr, .sslBcErrStr: return text(session.errorText(into: arena), &sample)
    case .sslFcIsResumed, .sslBcIsResumed: return put(.boolean(session.isResumed), &sample)
    case .sslFcAlgKeysize, .sslBcAlgKeysize: return number(session.cipherBits?.algorithm, &sample)
    case .sslFcUseKeysize, .sslBcUseKeysize: return number(session.cipherBits?.secret, &sample)
    case .sslFcCipher, .sslBcCipher: return text(session.cipher, &sample)
    case .sslFcProtocol, .sslBcProtocol: return text(session.version, &sample)
    case .sslFcAlpn, .sslBcAlpn: return text(session.applicationProtocol(into: arena), &sample)
    case .sslFcNpn, .sslBcNpn: return text(session.nextProtocol(into: arena), &sample)
    case .sslFcUniqueId, .sslBcUniqueId:
      return binary(session.finished(ofPeer: !session.isResumed, into: arena), &sample)
    case .sslFcSessionId, .sslBcSessionId: return binary(session.sessionID(into: arena), &sample)
    case .sslFcSessionKey, .sslBcSessionKey: return binary(session.masterKey(into: arena), &sample)
    case .sslFcClientRandom, .sslBcClientRandom: return binary(session.clientRandom(into: arena), &sample)
    case .sslFcServerRandom, .sslBcServerRandom: return binary(session.serverRandom(into: arena), &sample)
    default: return nil
    }
  }

  // MARK: - The handshake's notes

  private static func hello(
    _ call: FetchCall, _ session: borrowing TLSSession, _ arena: ByteArena, _ sample: inout Sample
  ) -> FetchStatus? {
    let bare = call.arguments.first.integer == 1
    switch call.id {
    case .sslFcProtocolHelloId: return number(session.helloVersion, &sample)
    case .sslFcCipherlistBin: return binary(session.hello(.ciphers, withoutGrease: bare, into: arena), &sample)
    case .sslFcCipherlistHex:
      return binary(hexadecimal(session.hello(.ciphers, withoutGrease: bare, into: arena), arena), &sample)
    case .sslFcCipherlistStr: return text(session.helloCipherNames(withoutGrease: bare, into: arena), &sample)
    case .sslFcCipherlistXxh:
      guard let hash = session.helloCipherHash(into: arena) else { return .notFound }
      return put(.integer(Int64(bitPattern: hash)), &sample)
    case .sslFcExtlistBin: return binary(session.hello(.extensions, withoutGrease: bare, into: arena), &sample)
    case .sslFcEclistBin: return binary(session.hello(.curves, withoutGrease: bare, into: arena), &sample)
    case .sslFcEcformatsBin: return binary(session.hello(.formats, withoutGrease: false, into: arena), &sample)
    case .sslFcClientEarlyTrafficSecret: return text(session.secret(.clientEarly, into: arena), &sample)
    case .sslFcClientHandshakeTrafficSecret: return text(session.secret(.clientHandshake, into: arena), &sample)
    case .sslFcServerHandshakeTrafficSecret: return text(session.secret(.serverHandshake, into: arena), &sample)
    case .sslFcClientTrafficSecret0: return text(session.secret(.clientTraffic, into: arena), &sample)
    case .sslFcServerTrafficSecret0: return text(session.secret(.serverTraffic, into: arena), &sample)
    case .sslFcExporterSecret: return text(session.secret(.exporter, into: arena), &sample)
    case .sslFcEarlyExporterSecret: return text(session.secret(.earlyExporter, into: arena), &sample)
    default: return nil
    }
  }

  private static func hexadecimal(_ bytes: Bytes?, _ arena: ByteArena) -> Bytes? {
    guard let bytes, arena.room >= bytes.count * 2 else { return nil }
    arena.begin()
    for i in 0..<bytes.count {
      for digit in [bytes[i] >> 4, bytes[i] & 15] { arena.append(byte: digit < 10 ? 48 + digit : 55 + digit) }
    }
    return arena.finish()
  }

  // MARK: - Certificates

  private static func clientCertificate(
    _ call: FetchCall, _ session: borrowing TLSSession, _ arena: ByteArena, _ sample: inout Sample
  ) -> FetchStatus? {
    guard let field = CertificateField(call.id) else { return nil }
    switch field.owner {
    case .client:
      guard let certificate = session.peerCertificate else { return .notFound }
      return read(field.kind, certificate, call.arguments, arena, &sample)
    case .frontend:
      guard let certificate = session.ownCertificate else { return .notFound }
      return read(field.kind, certificate, call.arguments, arena, &sample)
    case .server: return nil
    }
  }

  private static func read(
    _ kind: CertificateField.Kind, _ certificate: borrowing TLSCertificate, _ arguments: Arguments, _ arena: ByteArena,
    _ sample: inout Sample
  ) -> FetchStatus {
    switch kind {
    case .der: return binary(certificate.der(into: arena), &sample)
    case .serial: return binary(certificate.serial(into: arena), &sample)
    case .sha1: return binary(certificate.fingerprint(into: arena), &sample)
    case .version: return number(certificate.version, &sample)
    case .notBefore: return text(certificate.notBefore(into: arena), &sample)
    case .notAfter: return text(certificate.notAfter(into: arena), &sample)
    case .keyAlgorithm: return text(certificate.keyAlgorithm(into: arena), &sample)
    case .signatureAlgorithm: return text(certificate.signatureAlgorithm(into: arena), &sample)
    case .subject: return text(name(certificate, .subject, arguments, arena), &sample)
    case .issuer: return text(name(certificate, .issuer, arguments, arena), &sample)
    }
  }

  /// `([<entry>[,<occurrence>[,<format>]]])`
  private static func name(
    _ certificate: borrowing TLSCertificate, _ holder: TLSCertificate.Holder, _ arguments: Arguments, _ arena: ByteArena
  ) -> Bytes? {
    if let entry = arguments.first.text, !entry.isEmpty {
      let occurrence = Int(clamping: arguments.second.integer ?? 1)
      return certificate.name(holder, entry: entry, occurrence: occurrence, into: arena)
    }
    return certificate.name(holder, rfc2253: arguments.third.text?.equals("rfc2253") == true, into: arena)
  }
}

/// Which field of which certificate a fetch reads.
private struct CertificateField {
  enum Owner { case client, frontend, server }
  enum Kind { case der, subject, issuer, keyAlgorithm, signatureAlgorithm, notBefore, notAfter, serial, sha1, version }
  let owner: Owner
  let kind: Kind

  init?(_ id: FetchID) {
    switch id {
    case .sslCDer: self.init(.client, .der)
    case .sslCSDn: self.init(.client, .subject)
    case .sslCIDn: self.init(.client, .issuer)
    case .sslCKeyAlg: self.init(.client, .keyAlgorithm)
    case .sslCSigAlg: self.init(.client, .signatureAlgorithm)
    case .sslCNotbefore: self.init(.client, .notBefore)
    case .sslCNotafter: self.init(.client, .notAfter)
    case .sslCSerial: self.init(.client, .serial)
    case .sslCSha1: self.init(.client, .sha1)
    case .sslCVersion: self.init(.client, .version)
    case .sslFDer: self.init(.frontend, .der)
    case .sslFSDn: self.init(.frontend, .subject)
    case .sslFIDn: self.init(.frontend, .issuer)
    case .sslFKeyAlg: self.init(.frontend, .keyAlgorithm)
    case .sslFSigAlg: self.init(.frontend, .signatureAlgorithm)
    case .sslFNotbefore: self.init(.frontend, .notBefore)
    case .sslFNotafter: self.init(.frontend, .notAfter)
    case .sslFSerial: self.init(.frontend, .serial)
    case .sslFSha1: self.init(.frontend, .sha1)
    case .sslFVersion: self.init(.frontend, .version)
    case .sslSDer: self.init(.server, .der)
    case .sslSSDn: self.init(.server, .subject)
    case .sslSIDn: self.init(.server, .issuer)
    case .sslSKeyAlg: self.init(.server, .keyAlgorithm)
    case .sslSSigAlg: self.init(.server, .signatureAlgorithm)
    case .sslSNotbefore: self.init(.server, .notBefore)
    case .sslSNotafter: self.init(.server, .notAfter)
    case .sslSSerial: self.init(.server, .serial)
    case .sslSSha1: self.init(.server, .sha1)
    case .sslSVersion: self.init(.server, .version)
    default: return nil
    }
  }
  private init(_ owner: Owner, _ kind: Kind) {
    self.owner = owner
    self.kind = kind
  }
}
