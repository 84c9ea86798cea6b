import COpenSSL
import System

/// The certificates and revocation lists of a `ca-file` or `crl-file`. Never changes.
public final class AuthorityFile: Sendable {
  let certificates: [CertificateReference]
  let revocations: [RevocationReference]

  init(_ certificates: [CertificateReference], _ revocations: [RevocationReference]) {
    self.certificates = certificates
    self.revocations = revocations
  }
  /// The PEM text's certificates and lists; nil where it has none.
  convenience init?(_ bytes: [UInt8]) {
    let found = PEMReader.authorities(bytes)
    if found.certificates.isEmpty && found.revocations.isEmpty { return nil }
    self.init(found.certificates, found.revocations)
  }

  /// A file, a folder of files, or `@system-ca`. `empty` is told where a folder has nothing.
  static func load(_ path: String, empty: (String) -> Void) throws(CertificateError) -> AuthorityFile {
    let isSystem = path == "@system-ca"
    let place = isSystem ? unsafe String(cString: X509_get_default_cert_dir()) : path
    guard let kind = Files.kind(place) else {
      throw CertificateError("Couldn't open the ca-file '\(path)' (\(SystemError.current)).")
    }
    if kind == .folder { return folder(place, called: path, empty) }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Files.read(place)
    } catch {
      throw CertificateError("Couldn't open the ca-file '\(path)' (\(error)).")
    }
    guard let file = AuthorityFile(bytes) else {
      throw CertificateError("Couldn't open the ca-file '\(path)' (no certificate or crl found).")
    }
    return file
  }

  private static func folder(_ folder: String, called path: String, _ empty: (String) -> Void) -> AuthorityFile {
    var certificates: [CertificateReference] = []
    var revocations: [RevocationReference] = []
    var seen: Set<[UInt8]> = []
    for name in (try? Files.list(folder)) ?? [] {
      guard let bytes = try? Files.read(folder + "/" + name, limit: 1 << 24) else { continue }
      let found = PEMReader.authorities(bytes)
      // A folder has each certificate under several names.
      for one in found.certificates where seen.insert(one.fingerprint).inserted { certificates.append(one) }
      revocations += found.revocations
    }
    if certificates.isEmpty { empty("ca-file: 0 CA were loaded from '\(path)'") }
    return AuthorityFile(certificates, revocations)
  }
}

extension CertificateReference {
  /// SHA-1 of the whole certificate.
  var fingerprint: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    unsafe _ = bytes.withUnsafeMutableBufferPointer {
      unsafe X509_digest(raw, EVP_sha1(), $0.baseAddress, &count)
    }
    return Array(bytes.prefix(Int(count)))
  }
}
