/// What a backend's health checks do (`option httpchk`, `option tcp-check`, `http-check`).
public struct CheckSettings: Sendable {
  /// `tcpScript`: `option tcp-check`, which runs `tcpRules`; `script`: a protocol of its own.
  public enum Kind: Sendable, Hashable { case connect, http, tcpScript, script, external }
  public var kind = Kind.connect
  /// `option tcp-check` in the section itself: while loading only.
  public var hasOwnScript = false
  /// `tcp-check` rules, and whether the section has some of its own: those of `defaults` are not added to.
  public var tcpRules: [CheckScript.Step] = []
  public var hasOwnTCPRules = false
  /// Rules stand behind the last option that chose a kind, or there is none.
  public var hasUnusedTCPRules = false
  /// `http-check` rules, likewise.
  public var httpRules: [CheckScript.Step] = []
  public var hasOwnHTTPRules = false
  public var hasUnusedHTTPRules = false
  /// The request of `option httpchk`, where no rule took it over.
  public var request: CheckRequest?
  /// What `option mysql-check` and its like stand for.
  public var script = CheckScript()
  /// `external-check command`, `external-check path`.
  public var externalCommand: String?
  public var externalPath: String?
  public var disableOn404 = false
  public var sendState = false
  public init() {}

  /// An option chose a kind: the rules before it are none that would stand unused.
  public mutating func forgetUnusedRules() {
    hasUnusedTCPRules = false
    hasUnusedHTTPRules = false
  }

  /// The first `http-check send`, which is the one that `option httpchk` speaks of: where the rules begin with it, or
  /// with a connection and then it.
  public var firstRequest: Int? {
    guard var at = httpRules.firstIndex(where: \.isExchange) else { return nil }
    if httpRules[at].isConnect {
      guard let next = httpRules[(at + 1)...].firstIndex(where: \.isExchange) else { return nil }
      at = next
    }
    if case .send = httpRules[at] { return at }
    return nil
  }

  /// Whether some rule connects with TLS, whatever the server's line says.
  public var usesTLS: Bool {
    func isTLS(_ step: CheckScript.Step) -> Bool {
      if case .connect(let connect) = step { connect.isTLS } else { false }
    }
    return tcpRules.contains(where: isTLS) || httpRules.contains(where: isTLS)
  }

  /// The steps of an HTTP check with what is implied: the request, and an answer of 200 to 399.
  public var httpScript: CheckScript {
    var steps = httpRules
    if firstRequest == nil {
      let implied = CheckScript.Step.send(CheckSend(.request(request ?? CheckRequest())))
      let first = steps.firstIndex(where: \.isExchange)
      steps.insert(implied, at: first.map { steps[$0].isConnect ? $0 + 1 : 0 } ?? 0)
    }
    if case .send? = steps.last(where: \.isExchange) { steps.append(.expect(CheckExpect(.status([200...399])))) }
    return CheckScript(steps: steps, language: .http)
  }
}
