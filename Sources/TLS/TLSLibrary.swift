import COpenSSL

/// Which OpenSSL this process runs with.
public enum TLSLibrary {
  /// As `openssl version` tells it: `OpenSSL 3.0.17 1 Jul 2025`.
  public static var name: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }
  /// `major.minor.patch`.
  public static var version: String {
    "\(OPENSSL_version_major()).\(OPENSSL_version_minor()).\(OPENSSL_version_patch())"
  }
}
