/// What a `bind` line says of TLS, and a line of a certificate list may say for its certificate (manual section 5.1). nil
/// and empty: what the layer above says.
public struct TLSCertificateOptions: Sendable, Hashable {
  public var demand: TLSVerification.Demand?
  /// Paths, `ca-base` and `crt-base` included.
  public var authorityFile: String?
  public var authorityVerifyFile: String?
  public var revocationFile: String?
  public var ciphers: String?
  public var cipherSuites: String?
  public var curves: String?
  public var namedCurve: String?
  /// Protocols as the wire has them, each with its length in front.
  public var applicationProtocols: [UInt8]?
  public var nextProtocols: [UInt8]?
  public var versions = TLSVersionChoice()
  public var allowsEarlyData = false
  public var omitsAuthorityNames = false
  public init() {}

  /// With what `line` says where this says nothing.
  func over(_ line: TLSCertificateOptions) -> TLSCertificateOptions {
    var all = self
    all.demand = demand ?? line.demand
    all.authorityFile = authorityFile ?? line.authorityFile
    all.authorityVerifyFile = authorityVerifyFile ?? line.authorityVerifyFile
    all.revocationFile = revocationFile ?? line.revocationFile
    all.ciphers = ciphers ?? line.ciphers
    all.cipherSuites = cipherSuites ?? line.cipherSuites
    all.curves = curves ?? line.curves
    all.namedCurve = namedCurve ?? line.namedCurve
    all.applicationProtocols = applicationProtocols ?? line.applicationProtocols
    all.nextProtocols = nextProtocols ?? line.nextProtocols
    all.allowsEarlyData = allowsEarlyData || line.allowsEarlyData
    all.omitsAuthorityNames = omitsAuthorityNames || line.omitsAuthorityNames
    return all
  }
}

/// TLS of a `bind` line. Kept for lines without `ssl` too, where nothing of it takes effect.
public struct TLSBindSettings: Sendable {
  /// `ssl`
  public var isUsed = false
  public var options = TLSCertificateOptions()
  public var isStrict = false
  public var prefersClientCiphers = false
  public var noTickets = false
  public var ignoredAuthorityErrors = TLSErrorSet()
  public var ignoredCertificateErrors = TLSErrorSet()
  /// `tls-ticket-keys`
  public var ticketKeys: TLSTicketKeys?
  public var generatesCertificates = false
  public var signingFile: String?
  public var signingPassword: String?
  /// Certificates in the order of their lines, and the lists among them.
  public var certificates: [TLSCertificateUse] = []
  /// The file and the number of the line.
  public var place = ""
  public init() {}
}

/// One use of a certificate by a `bind` line: directly, or through a line of a list.
public struct TLSCertificateUse: Sendable {
  /// The path in the store.
  public var path: String
  public var options: TLSCertificateOptions?
  /// nil: the names in the certificate.
  public var filters: [String]
  /// The list that the line is of, and its number there.
  public var list: String?
  public var line: Int
  public init(
    path: String, options: TLSCertificateOptions? = nil, filters: [String] = [], list: String? = nil, line: Int = 0
  ) {
    self.path = path
    self.options = options
    self.filters = filters
    self.list = list
    self.line = line
  }
}

/// TLS of a `server` line (manual section 5.2).
public struct TLSServerSettings: Sendable {
  /// `ssl`
  public var isUsed = false
  /// `no-ssl`
  public var isRefused = false
  /// `default-server` had `ssl`, which `set server ... ssl on` can bring back.
  public var isReady = false
  /// `check-ssl`; nil: as the traffic.
  public var isUsedByChecks: Bool?
  public var demand: TLSVerification.Demand?
  public var verifiedHost: String?
  public var authorityFile: String?
  public var revocationFile: String?
  /// The client certificate's path.
  public var certificate: String?
  public var ciphers: String?
  public var cipherSuites: String?
  public var versions = TLSVersionChoice()
  public var applicationProtocols: [UInt8]?
  public var nextProtocols: [UInt8]?
  public var checkApplicationProtocols: [UInt8]?
  public var checkServerName: String?
  public var noTickets = false
  public var noSessionReuse = false
  public var allowsEarlyData = false
  public init() {}

  /// Whether any connection to the server is encrypted.
  public var needsContext: Bool { isUsed || isReady || isUsedByChecks == true }
}

/// What `global` says of every context.
public struct TLSTuning: Sendable, Hashable {
  /// Sessions.
  public var cacheSize = 20000
  /// `tune.ssl.maxrecord` and `tune.ssl.hard-maxrecord`: bytes of a record, at first and ever; 0 for no limit.
  public var recordLimit = 0
  public var hardRecordLimit = 0
  /// Seconds.
  public var sessionLifetime = 300
  /// Bits that known Diffie-Hellman groups may have at most; 0: none is used.
  public var diffieHellmanBits = 0
  /// The content of `ssl-dh-param-file`.
  public var diffieHellmanText: [UInt8]?
  /// How much a client may send before the handshake has ended.
  public var earlyDataSize = 15360
  public var keepsKeyLog = false
  /// Bytes of each part of a client's first message to keep.
  public var helloLimit = 0
  public var skipsSelfIssuedAuthority = false
  public var extraFiles: TLSExtraFiles = .all
  public var extraFilesReplaceExtension = false
  public init() {}
}

/// `ssl-load-extra-files`
public struct TLSExtraFiles: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let bundle = TLSExtraFiles(rawValue: 1)
  public static let timestamps = TLSExtraFiles(rawValue: 2)
  public static let ocsp = TLSExtraFiles(rawValue: 4)
  public static let issuer = TLSExtraFiles(rawValue: 8)
  public static let key = TLSExtraFiles(rawValue: 16)
  public static let all: TLSExtraFiles = [.bundle, .timestamps, .ocsp, .issuer, .key]
}
