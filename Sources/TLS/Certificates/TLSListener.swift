import COpenSSL
import Memory

/// TLS of one `bind` line at run time: the context that its handshakes begin with, which then choose a certificate. The
/// certificates may be replaced while connections run; those keep what they began with.
public final class TLSListener: Sendable {
  /// What sessions of the line are made from. Lives as long as the listener.
  public let context: TLSContext
  public let settings: TLSBindSettings
  let tuning: TLSTuning
  private let chooser: ServerNameChooser
  private let held: Lock<Held>

  /// The certificates in use, each with its context.
  struct Held: Sendable {
    var uses: [TLSCertificateUse]
    var bound: [BoundCertificate]
  }

  /// The certificates in their order.
  public var certificates: [TLSCertificateUse] { held.withLock { $0.uses } }

  /// Builds all contexts. What is wrong is in `problems`, context by context, the listener's own first; nil where no
  /// use can be made of it.
  init?(
    _ settings: TLSBindSettings, store: TLSStore, tuning: TLSTuning, signing: CertificateMaterial?, generatedLimit: Int,
    problems: inout [TLSContextProblem]
  ) {
    var contexts = ListenerContexts(settings: settings, store: store, tuning: tuning)
    let table = ServerNameTable([], filters: [], isStrict: true)
    let factory = contexts
    let fallback = settings.certificates.first?.path
    let generator = signing.map { authority in
      CertificateGenerator(authority, limit: generatedLimit, model: { fallback.flatMap { store.material($0) } }) {
        material in
        var factory = factory
        return factory.make(material, nil, status: nil)
      }
    }
    let chooser = ServerNameChooser(table, generator: generator)
    let own = contexts.makeOwn(chooser)
    let full = contexts.makeTable(settings.certificates, keeping: [:])
    problems += contexts.problems
    guard let own, let full else { return nil }
    chooser.replace(full)
    context = own
    self.settings = settings
    self.tuning = tuning
    self.chooser = chooser
    held = Lock(Held(uses: settings.certificates, bound: full.certificates))
  }

  /// Takes other certificates; false, and nothing changes, where they are no good. Contexts are made anew for the
  /// certificate `changed`, or for all where it is nil.
  func replaceCertificates(
    _ new: [TLSCertificateUse], store: TLSStore, changed: String? = nil, problems: inout [TLSContextProblem]
  ) -> Bool {
    var contexts = ListenerContexts(settings: settings, store: store, tuning: tuning)
    var kept: [String: BoundCertificate] = [:]
    let now = held.withLock { $0 }
    if let changed, now.uses.count == now.bound.count {
      for (use, bound) in zip(now.uses, now.bound) where use.path != changed { kept[use.key] = bound }
    }
    guard let table = contexts.makeTable(new, keeping: kept), contexts.isUsable else {
      problems += contexts.problems
      return false
    }
    held.withLock { $0 = Held(uses: new, bound: table.certificates) }
    chooser.replace(table)
    return true
  }
}

extension TLSCertificateUse {
  /// What tells uses of one `bind` line apart.
  var key: String { "\(path)\n\(list ?? "")\n\(line)" }
}

/// Makes the contexts of a `bind` line.
struct ListenerContexts: Sendable {
  let settings: TLSBindSettings
  let store: TLSStore
  let tuning: TLSTuning
  private(set) var problems: [TLSContextProblem] = []

  init(settings: TLSBindSettings, store: TLSStore, tuning: TLSTuning) {
    self.settings = settings
    self.store = store
    self.tuning = tuning
  }

  var isUsable: Bool { !problems.contains { if case .note = $0 { false } else { true } } }

  /// The line's own versions: TLS 1.2 and newer where it names no minimum.
  private var ownVersions: (range: ClosedRange<TLSVersion>?, notes: [TLSVersionChoice.Note]) {
    settings.options.versions.resolved(lowest: .tls12)
  }

  mutating func makeOwn(_ chooser: ServerNameChooser) -> TLSContext? {
    let (range, notes) = ownVersions
    problems += notes.map { .note($0) }
    guard let range else {
      problems.append(.noVersionLeft)
      return nil
    }
    return build(nil, settings.options, range, chooser: chooser, status: nil)?.context
  }

  mutating func makeTable(_ uses: [TLSCertificateUse], keeping kept: [String: BoundCertificate]) -> ServerNameTable? {
    var certificates: [BoundCertificate] = []
    var filters: [[[UInt8]]] = []
    for use in uses {
      guard let material = store.material(use.path) else { continue }
      guard let bound = kept[use.key] ?? make(material, use.options, status: store.status(use.path)) else { continue }
      certificates.append(bound)
      let written = use.filters.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
      filters.append(written.isEmpty ? material.leaf.names : written)
    }
    return isUsable ? ServerNameTable(certificates, filters: filters, isStrict: settings.isStrict) : nil
  }

  /// The context of one certificate.
  mutating func make(
    _ material: CertificateMaterial, _ line: TLSCertificateOptions?, status: CertificateStatus?
  ) -> BoundCertificate? {
    guard var range = ownVersions.range else { return nil }
    if let line {
      let bottom = line.versions.minimum ?? range.lowerBound
      let top = line.versions.maximum ?? range.upperBound
      guard bottom <= top, top.isAvailable else {
        problems.append(.noVersionLeft)
        return nil
      }
      range = max(bottom, .tls10)...top
    }
    let options = line?.over(settings.options) ?? settings.options
    guard let builder = build(material, options, range, chooser: nil, status: status) else { return nil }
    return BoundCertificate(
      context: builder.context, keyKind: material.keyKind, versions: range, allowsEarlyData: options.allowsEarlyData)
  }

  private mutating func build(
    _ material: CertificateMaterial?, _ options: TLSCertificateOptions, _ versions: ClosedRange<TLSVersion>,
    chooser: ServerNameChooser?, status: CertificateStatus?
  ) -> ContextBuilder? {
    var verification = TLSVerification()
    verification.demand = options.demand ?? .none
    verification.ignoredAuthorityErrors = settings.ignoredAuthorityErrors
    verification.ignoredCertificateErrors = settings.ignoredCertificateErrors
    let data = TLSContextData(
      .server, verification: verification,
      applicationProtocols: options.applicationProtocols ?? [],
      nextProtocols: options.nextProtocols ?? [], ticketKeys: settings.ticketKeys, chooser: chooser, status: status,
      helloLimit: tuning.helloLimit, recordLimits: (tuning.recordLimit, tuning.hardRecordLimit),
      earlyDataLimit: chooser != nil && options.allowsEarlyData ? tuning.earlyDataSize : 0)
    guard var builder = ContextBuilder(data) else {
      problems.append(.memory)
      return nil
    }
    builder.use(versions)
    builder.setOption(TLSOption.serverPreference, !settings.prefersClientCiphers)
    builder.setOption(TLSOption.prioritizeChaCha)
    builder.setOption(TLSOption.noTickets, settings.noTickets)
    // A request that is sent early may be sent again by others: the configuration asks for that.
    builder.setOption(TLSOption.noAntiReplay, options.allowsEarlyData)
    if let material, !builder.use(material) {
      problems.append(.memory)
      return nil
    }
    if verification.demand != .none { verify(&builder, options) }
    builder.useParameters(of: material, tuning)
    builder.use(ciphers: options.ciphers, suites: options.cipherSuites)
    builder.use(curves: options.curves, named: options.namedCurve)
    builder.useCache(tuning)
    builder.keepKeyLog(tuning)
    builder.setSessionContext(settings, options)
    problems += builder.problems
    return builder
  }

  private mutating func verify(_ builder: inout ContextBuilder, _ options: TLSCertificateOptions) {
    builder.context.applyVerification()
    let named = options.authorityFile.flatMap { store.authorities($0) }
    let further = options.authorityVerifyFile.flatMap { store.authorities($0) }
    if named == nil && further == nil {
      problems.append(.noAuthorities)
      return
    }
    builder.trust(
      [named, further].compactMap { $0 }, revocations: options.revocationFile.flatMap { store.authorities($0) })
    if let named, !options.omitsAuthorityNames { builder.announce(named) }
  }
}

extension ContextBuilder {
  /// Sessions are resumed only where clients are verified alike.
  func setSessionContext(_ settings: TLSBindSettings, _ options: TLSCertificateOptions) {
    let text =
      "\(options.demand ?? .none) \(options.authorityFile ?? "") \(options.authorityVerifyFile ?? "") "
      + "\(options.revocationFile ?? "")"
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    unsafe _ = EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil)
    unsafe _ = SSL_CTX_set_session_id_context(context.raw, digest, min(count, 32))
  }
}
