import COpenSSL
import Memory

/// TLS towards one server at run time. Its context may be replaced while connections run.
public final class TLSServerTarget: Sendable {
  public let settings: TLSServerSettings
  let tuning: TLSTuning
  private let held: Lock<TLSContext>

  /// What a new connection's session is made from.
  public var context: TLSContext { held.withLock { $0 } }

  init?(
    _ settings: TLSServerSettings, store: TLSStore, tuning: TLSTuning, problems: inout [TLSContextProblem]
  ) {
    guard let made = Self.make(settings, store, tuning, &problems) else { return nil }
    self.settings = settings
    self.tuning = tuning
    held = Lock(made)
  }

  /// Builds the context anew from the store; false, and nothing changes, where that fails.
  func renew(_ store: TLSStore, problems: inout [TLSContextProblem]) -> Bool {
    guard let made = Self.make(settings, store, tuning, &problems) else { return false }
    held.withLock { $0 = made }
    return true
  }

  private static func make(
    _ settings: TLSServerSettings, _ store: TLSStore, _ tuning: TLSTuning, _ problems: inout [TLSContextProblem]
  ) -> TLSContext? {
    let (range, notes) = settings.versions.resolved(lowest: nil)
    problems += notes.map { .note($0) }
    // What is wrong further on is told as well.
    var isUsable = range != nil
    if range == nil { problems.append(.noVersionLeft) }
    var verification = TLSVerification()
    verification.demand = settings.demand ?? .required
    verification.hostName = settings.verifiedHost
    let data = TLSContextData(
      .client, verification: verification,
      applicationProtocols: settings.applicationProtocols ?? [],
      nextProtocols: settings.nextProtocols ?? [], recordLimits: (tuning.recordLimit, tuning.hardRecordLimit))
    guard var builder = ContextBuilder(data) else {
      problems.append(.memory)
      return nil
    }
    if let range { builder.use(range) }
    builder.setOption(TLSOption.noTickets, settings.noTickets)
    if let path = settings.certificate, let material = store.material(path), !builder.use(material) {
      problems.append(.memory)
      return nil
    }
    if verification.demand != .none {
      builder.context.applyVerification()
      if let authorities = settings.authorityFile.flatMap({ store.authorities($0) }) {
        builder.trust([authorities], revocations: settings.revocationFile.flatMap { store.authorities($0) })
      } else {
        problems.append(.noAuthorities)
        isUsable = false
      }
    }
    builder.use(ciphers: settings.ciphers, suites: settings.cipherSuites)
    problems += builder.problems
    return isUsable && builder.problems.isEmpty ? builder.context : nil
  }
}
