/// The `ssl-*`, `tune.ssl.*` and certificate-path keywords of `global` (manual section 3). They take effect where `ssl`
/// stands on a `bind` or `server` line.
public struct TLSDefaults: Sendable, Hashable {
  public enum Version: Int, Sendable, Hashable, Comparable, CaseIterable {
    case ssl3, tls10, tls11, tls12, tls13
    /// As the configuration writes it.
    public init?(written: String) {
      switch written {
      case "SSLv3": self = .ssl3
      case "TLSv1.0": self = .tls10
      case "TLSv1.1": self = .tls11
      case "TLSv1.2": self = .tls12
      case "TLSv1.3": self = .tls13
      default: return nil
      }
    }
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// One side's defaults: `ssl-default-bind-*` or `ssl-default-server-*`.
  public struct Side: Sendable, Hashable {
    public var ciphers: String?
    public var cipherSuites: String?
    public var curves: String?
    public var minimum: Version?
    public var maximum: Version?
    /// `force-*`: only this version.
    public var forced: Version?
    /// `no-sslv3` and the like.
    public var excluded: Set<Version> = []
    public var noTickets = false
    public var prefersClientCiphers = false
    public init() {}
  }

  public var bind = Side()
  public var server = Side()
  public var authorityBase: String?
  public var certificateBase: String?
  public var diffieHellmanFile: String?
  /// `ssl-server-verify`: whether servers' certificates are verified by default.
  public var verifiesServers = true
  /// Words of `ssl-load-extra-files`.
  public var extraFiles: Set<String> = ["all"]
  public var extraFilesReplaceExtension = false
  public var skipsSelfIssuedAuthority = false
  public var asynchronous = false
  /// `maxsslconn`, `maxsslrate` stand in `GlobalSettings`. Sizes in entries or bytes, lifetime in seconds.
  public var cacheSize = 20000
  public var forcePrivateCache = false
  public var lifetime = 300
  public var maximumRecord = 0
  public var hardMaximumRecord = 0
  public var defaultDiffieHellmanBits = 0
  public var contextCacheSize = 1000
  public var captureBufferSize = 0
  public var keyLog = false

  public init() {}
}
