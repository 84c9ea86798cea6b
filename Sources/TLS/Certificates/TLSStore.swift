import Memory
import System

/// All certificates, authorities and lists of one configuration, by their paths, and who uses them. The runtime API
/// changes them here; what handshakes read is swapped afterwards.
public final class TLSStore: Sendable {
  struct Contents {
    var materials: [String: CertificateMaterial] = [:]
    /// Certificates that the runtime API made and did not fill yet.
    var empty: Set<String> = []
    var statuses: [String: CertificateStatus] = [:]
    var authorities: [String: AuthorityFile] = [:]
    /// Paths of `authorities` that came from `crl-file`.
    var revocationPaths: Set<String> = []
    var lists: [String: CertificateList] = [:]
    /// Of `issuers-chain-path`.
    var chains: [[CertificateReference]] = []
    var ticketKeys: [TLSTicketKeys] = []
    var listeners: [TLSListener] = []
    var servers: [TLSServerTarget] = []
    var transaction = TLSTransactions()
  }
  let contents = Lock(Contents())
  /// A context that certificates are tried in.
  private let trial = Lock<ContextBuilder?>(nil)

  public init() {}

  func material(_ path: String) -> CertificateMaterial? { contents.withLock { $0.materials[path] } }
  func status(_ path: String) -> CertificateStatus? { contents.withLock { $0.statuses[path] } }
  func authorities(_ path: String) -> AuthorityFile? { contents.withLock { $0.authorities[path] } }

  func list(_ path: String) -> CertificateList? { contents.withLock { $0.lists[path] } }
  func add(_ list: CertificateList) { contents.withLock { $0.lists[list.path] = list } }

  private var chains: [[CertificateReference]] { contents.withLock { $0.chains } }
  /// Reads the chains in a folder's files; `warn` is told which file has none.
  public func loadChains(_ folder: String, _ warn: (String) -> Void) {
    for name in (try? Files.list(folder)) ?? [] {
      let path = folder + "/" + name
      guard Files.kind(path) == .file, let bytes = try? Files.read(path), let reader = PEMReader(bytes) else {
        continue
      }
      var chain: [CertificateReference] = []
      while let next = reader.certificate().0 { chain.append(next) }
      if chain.isEmpty {
        warn("unable to load issuers-chain \(path) : pem certificate not found.")
      } else {
        contents.withLock { $0.chains.append(chain) }
      }
    }
  }

  /// Loads a certificate, unless it is there.
  @discardableResult
  func loadMaterial(_ path: String, _ tuning: TLSTuning) throws(CertificateError) -> CertificateMaterial {
    if let known = material(path) { return known }
    let material = try CertificateMaterial.load(path, tuning, chains: chains)
    contents.withLock { $0.materials[path] = material }
    return material
  }

  /// Makes a certificate ready for a `bind` line: the library must take it, and a response must belong to it.
  /// `warn` is told what is ignored.
  func prepareUse(_ path: String, _ warn: (String) -> Void) throws(CertificateError) {
    guard let material = material(path) else { return }
    let isAccepted = trial.withLock { builder -> Bool? in
      builder = builder ?? ContextBuilder(TLSContextData(.server, verification: TLSVerification()))
      return builder?.accepts(material)
    }
    guard let isAccepted else {
      throw CertificateError("unable to allocate SSL context for cert '\(path)'.", isOfUse: true)
    }
    guard isAccepted else {
      throw CertificateError("unable to load SSL certificate into SSL Context '\(path)'.", isOfUse: true)
    }
    guard let response = material.statusResponse, status(path) == nil else { return }
    guard let issuer = material.issuer,
      let identifier = CertificateStatus.identifier(of: material.leaf, issuer: issuer)
    else {
      throw CertificateError(
        " '\(path).ocsp' is present and activates OCSP but it is impossible to compute the OCSP certificate ID "
          + "(maybe the issuer could not be found)'.", isOfUse: true)
    }
    let status = CertificateStatus(identifier: identifier, path: path)
    do throws(CertificateError) {
      try status.take(response)
    } catch {
      warn("Loading: \(error.text). Content will be ignored.")
    }
    contents.withLock { $0.statuses[path] = status }
  }

  /// Loads a file of authorities or revocation lists, unless it is there.
  func loadAuthorities(_ path: String, revocations: Bool, empty: (String) -> Void) throws(CertificateError) {
    if authorities(path) == nil {
      let file = try AuthorityFile.load(path, empty: empty)
      contents.withLock { $0.authorities[path] = file }
    }
    if revocations { contents.withLock { _ = $0.revocationPaths.insert(path) } }
  }

  /// The ticket keys of a file, the same for all that name it.
  public func loadTicketKeys(_ path: String) throws(TLSTicketKeys.Failure) -> TLSTicketKeys {
    if let known = contents.withLock({ all in all.ticketKeys.first { $0.path == path } }) { return known }
    guard let text = try? Files.read(path, limit: 1 << 20) else { throw .unreadable }
    let keys = try TLSTicketKeys(path: path, text)
    contents.withLock { $0.ticketKeys.append(keys) }
    return keys
  }
  /// In the order of their numbers: the file that was read last has 0.
  public var ticketKeys: [TLSTicketKeys] { contents.withLock { $0.ticketKeys.reversed() } }

  /// Builds what a `bind` line needs; nil where that fails, and `problems` says why.
  public func makeListener(
    _ settings: TLSBindSettings, tuning: TLSTuning, signing: CertificateMaterial? = nil, generatedLimit: Int = 1000,
    problems: inout [TLSContextProblem]
  ) -> TLSListener? {
    guard
      let listener = TLSListener(
        settings, store: self, tuning: tuning, signing: signing, generatedLimit: generatedLimit, problems: &problems)
    else { return nil }
    contents.withLock { $0.listeners.append(listener) }
    return listener
  }

  /// Builds what the connections to a server need.
  public func makeServer(
    _ settings: TLSServerSettings, tuning: TLSTuning, problems: inout [TLSContextProblem]
  ) -> TLSServerTarget? {
    guard let server = TLSServerTarget(settings, store: self, tuning: tuning, problems: &problems) else { return nil }
    contents.withLock { $0.servers.append(server) }
    return server
  }

  /// The certificate with which generated ones are signed.
  public func loadSigning(_ path: String, password: String?, _ tuning: TLSTuning) throws(CertificateError)
    -> CertificateMaterial
  {
    var draft = CertificateDraft()
    guard let bytes = try? Files.read(path) else { throw CertificateError("cannot open the file '\(path)'.") }
    try draft.readPEM(bytes, path: path, skippingSelfIssued: false)
    if draft.key == nil, let password { draft.key = PEMReader(bytes)?.key(password: password) }
    if draft.key == nil { return try CertificateMaterial.load(path, tuning, chains: chains) }
    return try CertificateMaterial(draft)
  }
}
