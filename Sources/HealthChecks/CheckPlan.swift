import Configuration
import Proxies

/// What the check of one server does, worked out once from the configuration.
/// An object, since entries of checks are looked at all the time.
final class CheckPlan: Sendable {
  enum Kind: Sendable {
    case script(CheckScriptPlan)
    /// The program, and the `PATH` it gets.
    case external(String, path: String?)
  }
  let kind: Kind
  let inter: Int
  let fastInter: Int?
  let downInter: Int?
  /// `timeout connect` and `timeout check` of the backend.
  let connectTimeout: Int?
  let checkTimeout: Int?
  let proxyHeader: ProxyProtocolVersion
  /// `http-check disable-on-404`, `http-check send-state`
  let disableOn404: Bool
  let sendState: Bool

  /// `script`: that of the backend; nil where a program is run.
  init(check server: ServerSettings, of backend: ProxySettings, script: CheckScriptPlan?) {
    kind =
      script.map { .script($0) }
      ?? .external(backend.check.externalCommand ?? "", path: backend.check.externalPath)
    disableOn404 = backend.check.disableOn404
    sendState = backend.check.sendState
    inter = server.inter
    fastInter = server.fastInter
    downInter = server.downInter
    connectTimeout = backend.timeouts.connect
    checkTimeout = backend.timeouts.check
    proxyHeader = Self.proxyHeader(of: server)
  }

  private static let agentScript = CheckScriptPlan(
    CheckScript(steps: [.send(CheckSend(.agent)), .expect(CheckExpect(.agent))]), sendsState: false)

  /// `every`: nil for the server's `agent-inter`.
  init(agent server: ServerSettings, of backend: ProxySettings, every: Int? = nil) {
    kind = .script(Self.agentScript)
    inter = every ?? server.agentInter
    fastInter = nil
    downInter = nil
    disableOn404 = false
    sendState = false
    connectTimeout = backend.timeouts.connect
    checkTimeout = backend.timeouts.check
    proxyHeader = .none
  }

  /// A check sends the PROXY header where traffic does, unless it goes to a place of its own.
  private static func proxyHeader(of server: ServerSettings) -> ProxyProtocolVersion {
    if server.checkSendProxy { return server.sendProxy == .v2 ? .v2 : .v1 }
    return server.checkPort == nil && server.checkAddress == nil ? server.sendProxy : .none
  }

  /// Milliseconds until the next check (manual section 5.2, `inter`): `fastinter` while the server goes up or down,
  /// `downinter` while it is down.
  func interval(_ values: CheckValues, serverState: OperationalState) -> Int {
    if values.health == values.fullHealth { return inter }
    if serverState == .stopped && values.health == 0 { return downInter ?? inter }
    return fastInter ?? inter
  }

  /// When a check that connects at `now` fails at the latest. `timeout connect` only counts beside `timeout check`.
  func connectDeadline(from now: Int64) -> Int64 {
    let limit = now + Int64(inter)
    guard checkTimeout != nil, let connectTimeout else { return limit }
    return min(limit, now + Int64(connectTimeout))
  }
  /// When a check that is connected at `now` fails at the latest: the answer may always take what the connection did
  /// not use.
  func answerDeadline(from now: Int64, connectDeadline: Int64) -> Int64 {
    guard let checkTimeout else { return connectDeadline }
    return max(connectDeadline, now + Int64(checkTimeout))
  }
}
