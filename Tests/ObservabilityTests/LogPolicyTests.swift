import Configuration
import LogFormat
import Observability
import Testing

@Suite struct LogPolicyTests {
  static func policy(_ options: ProxyOptions, mode: ProxyMode = .http) -> LogPolicy {
    var frontend = ProxySettings(name: "f", location: SourceLocation(), capabilities: .frontend)
    frontend.options = options
    frontend.mode = mode
    return LogPolicy(frontend)
  }
  static func level(
    _ policy: LogPolicy, _ state: String = "--", status: Int = 200, retries: Int = 0, redispatched: Bool = false,
    received: UInt64 = 10, early: Bool = false, override: LogPolicy.Override = .none
  ) -> LogLevel? {
    let codes = Array(state.utf8)
    return policy.level(
      termination: TerminationState(cause: codes[0], phase: codes[1]), status: status, retries: retries,
      redispatched: redispatched, received: received, early: early, override: override)
  }

  @Test func logsEverythingByDefault() {
    let policy = Self.policy([])
    #expect(Self.level(policy) == .information)
    #expect(Self.level(policy, "SC", status: 503) == .information)
    #expect(Self.level(policy, received: 0) == .information)
    #expect(Self.level(policy, override: .level(.debug)) == .debug)
    #expect(Self.level(policy, override: .silent) == nil)
  }

  @Test func leavesOutWhatTheOptionsSay() {
    #expect(Self.level(Self.policy(.dontLogNull), received: 0) == nil)
    #expect(Self.level(Self.policy(.dontLogNull), received: 1) == .information)
    #expect(Self.level(Self.policy(.dontLogNull), received: 0, early: true) == .information)
    let normal = Self.policy([.dontLogNormal, .logSeparateErrors])
    #expect(Self.level(normal) == nil)
    #expect(Self.level(normal, "LR", status: 302) == nil)
    #expect(Self.level(normal, status: 404) == nil)
    #expect(Self.level(normal, status: 500) == .error)
    #expect(Self.level(normal, retries: 1) == .error)
    #expect(Self.level(normal, redispatched: true) == .error)
    #expect(Self.level(normal, "PR", status: 403) == .error)
    #expect(Self.level(normal, "cD") == .error)
    #expect(Self.level(normal, "cD", override: .level(.notice)) == .notice)
    #expect(Self.level(normal, override: .level(.notice)) == nil)
    #expect(Self.level(Self.policy(.dontLogNormal, mode: .tcp), status: 500) == nil)
  }

  @Test func logsFailedConnections() {
    #expect(Self.policy([]).level(of: .proxyEmpty) == .information)
    #expect(Self.policy(.dontLogNull).level(of: .proxyEmpty) == nil)
    #expect(Self.policy([.dontLogNull, .logSeparateErrors]).level(of: .proxyBadHeader) == .error)
    #expect(ConnectionFailure.proxyTruncated.rawValue == 14)
    #expect(ConnectionFailure.tlsFatal.rawValue == 43)
  }
}
