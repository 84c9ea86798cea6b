/// Something to say while certificates are read, before or beside the error itself.
public enum TLSMessage: Sendable, Equatable {
  case alert(String)
  case warning(String)
}

/// Where the files of options are looked for, and what is said of them.
public struct TLSFileAccess {
  public let store: TLSStore
  public let tuning: TLSTuning
  /// `crt-base`, `ca-base`
  public let certificateBase: String?
  public let authorityBase: String?
  public var messages: [TLSMessage] = []

  public init(store: TLSStore, tuning: TLSTuning, certificateBase: String?, authorityBase: String?) {
    self.store = store
    self.tuning = tuning
    self.certificateBase = certificateBase
    self.authorityBase = authorityBase
  }

  public func certificatePath(_ name: String) -> String { Self.path(name, certificateBase) }
  public func authorityPath(_ name: String) -> String { name.hasPrefix("@") ? name : Self.path(name, authorityBase) }
  private static func path(_ name: String, _ base: String?) -> String {
    guard let base, !name.hasPrefix("/") else { return name }
    return base + "/" + name
  }

  /// Loads a `ca-file` or `crl-file`; nil after messages.
  public mutating func authorities(_ name: String, revocations: Bool) -> String? {
    let path = authorityPath(name)
    var warnings: [TLSMessage] = []
    defer { messages += warnings }
    do throws(CertificateError) {
      try store.loadAuthorities(path, revocations: revocations) { warnings.append(.warning($0)) }
      return path
    } catch {
      messages.append(.alert(error.text))
      return nil
    }
  }
}

/// Why an option is no good, in HAProxy's words without the line's prefix.
public struct TLSOptionError: Error, Sendable, Equatable {
  public var text: String
  public init(_ text: String) { self.text = text }
}

/// The options that stand on `bind` lines and in certificate lists.
public enum TLSLineOptions {
  public static let switches: Set<String> = ["allow-0rtt", "no-ca-names"]
  public static let names: Set<String> = switches.union([
    "alpn", "ca-file", "ca-verify-file", "ciphers", "ciphersuites", "crl-file", "curves", "ecdhe", "npn", "ssl-max-ver",
    "ssl-min-ver", "verify",
  ])

  /// Reads one option with its argument, which is empty where there is none.
  public static func read(
    _ name: String, _ argument: String, into options: inout TLSCertificateOptions, _ files: inout TLSFileAccess
  ) throws(TLSOptionError) {
    func need(_ what: String) throws(TLSOptionError) {
      if argument.isEmpty { throw TLSOptionError("'\(name)' : missing \(what)") }
    }
    switch name {
    case "allow-0rtt": options.allowsEarlyData = true
    case "no-ca-names": options.omitsAuthorityNames = true
    case "alpn":
      try need("the comma-delimited ALPN protocol suite")
      options.applicationProtocols = try protocols(argument, name)
    case "npn":
      try need("the comma-delimited NPN protocol suite")
      options.nextProtocols = try protocols(argument, name)
    case "ca-file", "ca-verify-file", "crl-file":
      try need(name == "crl-file" ? "CRLfile path" : "CAfile path")
      guard let path = files.authorities(argument, revocations: name == "crl-file") else {
        throw TLSOptionError("'\(name)' : unable to load \(files.authorityPath(argument))")
      }
      switch name {
      case "ca-file": options.authorityFile = path
      case "crl-file": options.revocationFile = path
      default: options.authorityVerifyFile = path
      }
    case "ciphers":
      try need("cipher suite")
      options.ciphers = argument
    case "ciphersuites":
      try need("cipher suite")
      options.cipherSuites = argument
    case "curves":
      try need("curve suite")
      options.curves = argument
    case "ecdhe":
      try need("named curve")
      options.namedCurve = argument
    case "ssl-min-ver", "ssl-max-ver":
      let version = try version(argument, name)
      if name == "ssl-min-ver" { options.versions.minimum = version } else { options.versions.maximum = version }
    case "verify":
      try need("verify method")
      options.demand = try demand(argument)
    default: throw TLSOptionError("unknown keyword '\(name)'.")
    }
  }

  public static func version(_ argument: String, _ name: String) throws(TLSOptionError) -> TLSVersion {
    if argument.isEmpty { throw TLSOptionError("'\(name)' : missing the ssl/tls version") }
    guard let version = TLSVersion(written: argument) else {
      throw TLSOptionError("'\(argument)' : unknown ssl/tls version")
    }
    return version
  }

  private static func demand(_ argument: String) throws(TLSOptionError) -> TLSVerification.Demand {
    switch argument {
    case "none": return .none
    case "optional": return .optional
    case "required": return .required
    default:
      throw TLSOptionError(
        "'verify' : unknown verify method '\(argument)', only 'none', 'optional', and 'required' are supported")
    }
  }

  /// Names with commas between them as the wire has them; empty ones count for nothing.
  public static func protocols(_ list: String, _ name: String) throws(TLSOptionError) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in list.split(separator: ",") {
      let text = part.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      if text.count > 255 {
        throw TLSOptionError("'\(name)' : \(name.uppercased()) protocol name too long : '\(part)'")
      }
      bytes.append(UInt8(text.count))
      bytes += text
    }
    return bytes
  }

  /// `forced`, `no-` and the version of names like `no-tlsv12`.
  public static func versionSwitch(_ name: String) -> (isForced: Bool, version: TLSVersion)? {
    let versions: [String: TLSVersion] = [
      "sslv3": .ssl3, "tlsv10": .tls10, "tlsv11": .tls11, "tlsv12": .tls12, "tlsv13": .tls13,
    ]
    if name.hasPrefix("force-") { return versions[String(name.dropFirst(6))].map { (true, $0) } }
    if name.hasPrefix("no-") { return versions[String(name.dropFirst(3))].map { (false, $0) } }
    return nil
  }
}
