public import TLS

/// The `ssl-*`, `tune.ssl.*` and certificate-path keywords of `global` (manual section 3). They take effect where `ssl`
/// stands on a `bind` or `server` line.
public struct TLSDefaults: Sendable, Hashable {
  /// One side's defaults: `ssl-default-bind-*` or `ssl-default-server-*`.
  public struct Side: Sendable, Hashable {
    public var ciphers: String?
    public var cipherSuites: String?
    public var curves: String?
    public var versions = TLSVersionChoice()
    public var noTickets = false
    public var prefersClientCiphers = false
    public init() {}
  }

  public var bind = Side()
  public var server = Side()
  public var authorityBase: String?
  public var certificateBase: String?
  /// The content of `ssl-dh-param-file`.
  public var diffieHellmanText: [UInt8]?
  /// `ssl-server-verify`: whether servers' certificates are verified by default.
  public var verifiesServers = true
  public var extraFiles: TLSExtraFiles = .all
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
