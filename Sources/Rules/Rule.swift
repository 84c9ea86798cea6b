public import Memory
public import Samples

/// One rule: what it does, and when. A plain value.
public struct Rule: Sendable {
  /// Nil: always.
  public let condition: Condition?
  public let action: RuleAction
  /// Line of the configuration (`last_rule_line`).
  public let line: Int32
  /// Its file (`last_rule_file`).
  public let file: Bytes
  public init(_ action: RuleAction, if condition: Condition?, line: Int, file: Bytes = Bytes()) {
    self.action = action
    self.condition = condition
    self.line = Int32(clamping: line)
    self.file = file
  }
}

/// A `use_backend` line.
public struct SwitchRule: Sendable {
  public enum Target: Sendable {
    /// Index of the proxy.
    case backend(Int)
    /// The name is made for each request.
    case named(TextHandle)
  }
  public let condition: Condition?
  public var target: Target
  public init(_ target: Target, if condition: Condition?) {
    self.target = target
    self.condition = condition
  }
}

/// A `use-server` line.
public struct ServerRule: Sendable {
  public enum Target: Sendable {
    /// Index of the server in its backend.
    case server(Int)
    case named(TextHandle)
  }
  public let condition: Condition
  public var target: Target
  public init(_ target: Target, if condition: Condition) {
    self.target = target
    self.condition = condition
  }
}

/// A `force-persist` or `ignore-persist` line.
public struct PersistRule: Sendable {
  public let condition: Condition
  public let isForced: Bool
  public init(isForced: Bool, if condition: Condition) {
    self.isForced = isForced
    self.condition = condition
  }
}

/// The rules of one proxy, by the place where they are evaluated. Those of `defaults` come first.
public struct ProxyRules: Sendable {
  public var tcpConnection: [Rule] = []
  public var tcpSession: [Rule] = []
  public var tcpRequest: [Rule] = []
  public var tcpResponse: [Rule] = []
  public var httpRequest: [Rule] = []
  /// `redirect` lines, which come behind `http-request`.
  public var redirects: [Rule] = []
  public var httpResponse: [Rule] = []
  public var httpAfterResponse: [Rule] = []
  public var switching: [SwitchRule] = []
  public var servers: [ServerRule] = []
  public var persistence: [PersistRule] = []
  public var sticking: [StickRule] = []
  public var monitorFailures: [Condition] = []
  /// `stats http-request`, and what `stats auth` comes to.
  public var statistics: [Rule] = []
  /// `stats admin`: one that holds is enough.
  public var administration: [Condition] = []
  /// Milliseconds; nil: no wait.
  public var requestInspectDelay: Int64?
  public var responseInspectDelay: Int64?
  public init() {}

  /// Anything of the request's way.
  public var touchesRequest: Bool {
    !tcpRequest.isEmpty || !httpRequest.isEmpty || !redirects.isEmpty || !switching.isEmpty || !servers.isEmpty
      || !sticking.isEmpty
  }
  public var touchesResponse: Bool { !tcpResponse.isEmpty || !httpResponse.isEmpty || !httpAfterResponse.isEmpty }

  /// A copy with storage of its own, for one worker.
  public func replica() -> ProxyRules {
    var copy = self
    copy.tcpConnection = tcpConnection.map { $0 }
    copy.tcpSession = tcpSession.map { $0 }
    copy.tcpRequest = tcpRequest.map { $0 }
    copy.tcpResponse = tcpResponse.map { $0 }
    copy.httpRequest = httpRequest.map { $0 }
    copy.redirects = redirects.map { $0 }
    copy.httpResponse = httpResponse.map { $0 }
    copy.httpAfterResponse = httpAfterResponse.map { $0 }
    copy.switching = switching.map { $0 }
    copy.servers = servers.map { $0 }
    copy.persistence = persistence.map { $0 }
    copy.sticking = sticking.map { $0 }
    copy.monitorFailures = monitorFailures.map { $0 }
    copy.statistics = statistics.map { $0 }
    copy.administration = administration.map { $0 }
    return copy
  }
}
