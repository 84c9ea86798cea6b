import COpenSSL
import System

/// Why a file of certificates is no good, in HAProxy's words.
public struct CertificateError: Error, Sendable, Equatable {
  public var text: String
  /// Found when the certificate is put to use, so a list's message names its line.
  public var isOfUse = false
  public init(_ text: String, isOfUse: Bool = false) {
    self.text = text
    self.isOfUse = isOfUse
  }
}

/// One certificate with what belongs to it: key, chain, parameters and the files that stand beside it. Never changes; a
/// new one takes its place.
public final class CertificateMaterial: Sendable {
  let leaf: CertificateReference
  let key: KeyReference
  let chain: [CertificateReference]
  let parameters: KeyReference?
  /// Who signed the certificate, from the chain or the `.issuer` file; for OCSP.
  let issuer: CertificateReference?
  /// The content of `.ocsp`; nil where there is none. What cannot be read counts as empty.
  let statusResponse: [UInt8]?
  /// The content of `.sctl`.
  let timestamps: [UInt8]?

  init(_ draft: CertificateDraft) throws(CertificateError) {
    guard let leaf = draft.leaf, let key = draft.key else { throw CertificateError("no certificate") }
    self.leaf = leaf
    self.key = key
    chain = draft.chain
    parameters = draft.parameters
    issuer = draft.issuer
    statusResponse = draft.statusResponse
    timestamps = draft.timestamps
  }

  /// Which signatures the key makes.
  enum KeyKind: Sendable { case rsa, ecdsa, other }
  var keyKind: KeyKind {
    switch unsafe EVP_PKEY_get_base_id(key.raw) {
    case EVP_PKEY_RSA: .rsa
    case EVP_PKEY_EC: .ecdsa
    default: .other
    }
  }
}

/// A certificate while it is read, from files or from the runtime API.
struct CertificateDraft {
  var leaf: CertificateReference?
  var key: KeyReference?
  var chain: [CertificateReference] = []
  var parameters: KeyReference?
  var issuer: CertificateReference?
  var statusResponse: [UInt8]?
  var timestamps: [UInt8]?

  init() {}
  init(_ material: CertificateMaterial) {
    leaf = material.leaf
    key = material.key
    chain = material.chain
    parameters = material.parameters
    issuer = material.issuer
    statusResponse = material.statusResponse
    timestamps = material.timestamps
  }

  /// Takes certificate, chain and, where they are, key and parameters from PEM text called `path`.
  mutating func readPEM(_ bytes: [UInt8], path: String, skippingSelfIssued: Bool) throws(CertificateError) {
    key = PEMReader(bytes)?.key()
    parameters = PEMReader.parameters(bytes)
    guard let reader = PEMReader(bytes) else { throw CertificateError("cannot allocate memory") }
    guard let first = reader.certificate().0 else {
      throw CertificateError("unable to load certificate from file '\(path)'.")
    }
    leaf = first
    chain = []
    while true {
      let (next, isEnd) = reader.certificate()
      guard let next else {
        if isEnd { break }
        throw CertificateError("unable to load certificate chain from file '\(path)'.")
      }
      if skippingSelfIssued && next.isSelfIssued { continue }
      chain.append(next)
    }
    issuer = chain.first { first.isIssued(by: $0) }
  }

  var keyFits: Bool {
    guard let leaf, let key else { return false }
    defer { ERR_clear_error() }
    return unsafe X509_check_private_key(leaf.raw, key.raw) == 1
  }

  /// Whether signed timestamps are well formed: their length stands in front.
  static func areTimestamps(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes.count <= 65537 && Int(bytes[0]) << 8 | Int(bytes[1]) == bytes.count - 2
  }
}

extension CertificateMaterial {
  /// Reads the files of a certificate, with those beside it that `tuning` lets look for.
  static func load(
    _ path: String, _ tuning: TLSTuning, chains: [[CertificateReference]]
  ) throws(CertificateError) -> CertificateMaterial {
    var draft = CertificateDraft()
    guard let bytes = try? Files.read(path) else { throw CertificateError("cannot open the file '\(path)'.") }
    try draft.readPEM(bytes, path: path, skippingSelfIssued: tuning.skipsSelfIssuedAuthority)
    let hasExtension = path.hasSuffix(".crt") && tuning.extraFilesReplaceExtension
    let stem = hasExtension ? String(path.dropLast(4)) : path
    if draft.key == nil && tuning.extraFiles.contains(.key) {
      if let bytes = try? Files.read(stem + ".key") { draft.key = PEMReader(bytes)?.key() }
      if draft.key == nil { throw CertificateError("No Private Key found in '\(stem).key'.") }
    }
    if draft.key == nil { throw CertificateError("No Private Key found in '\(path)'.") }
    if !draft.keyFits {
      throw CertificateError("inconsistencies between private key and certificate loaded '\(path)'.")
    }
    if tuning.extraFiles.contains(.timestamps), let bytes = try? Files.read(stem + ".sctl") {
      guard CertificateDraft.areTimestamps(bytes) else {
        throw CertificateError(" '\(stem).sctl.sctl' is present but cannot be read or parsed'.")
      }
      draft.timestamps = bytes
    }
    if tuning.extraFiles.contains(.ocsp), let bytes = try? Files.read(stem + ".ocsp") { draft.statusResponse = bytes }
    if draft.chain.isEmpty { draft.takeChain(of: chains) }
    if tuning.extraFiles.contains(.issuer), draft.statusResponse != nil, draft.issuer == nil,
      let bytes = try? Files.read(stem + ".issuer")
    {
      guard let issuer = PEMReader(bytes)?.certificate().0 else {
        throw CertificateError("unable to load issuer certificate from file '\(stem).issuer'.")
      }
      guard let leaf = draft.leaf, leaf.isIssued(by: issuer) else {
        throw CertificateError("\(path) '\(stem).issuer' is not an issuer'.")
      }
      draft.issuer = issuer
    }
    return try CertificateMaterial(draft)
  }
}

extension CertificateDraft {
  /// `issuers-chain-path`: the chain whose first certificate issued this one.
  mutating func takeChain(of chains: [[CertificateReference]]) {
    guard let leaf, let found = chains.first(where: { $0.first.map(leaf.isIssued) ?? false }) else { return }
    chain = found
    issuer = found.first
  }
}
