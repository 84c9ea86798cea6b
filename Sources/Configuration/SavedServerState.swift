/// Where a backend finds the states of its servers at start (`load-server-state-from-file`).
public enum ServerStateSource: Sendable { case none, global, local }

/// What a state file says of one server (management guide, `show servers state`, version 1). Numbers are in the ranges
/// that the guide gives.
public struct SavedServerState: Sendable {
  /// The address as text; nil: none was known.
  public var address: String?
  public var operationalState = 0
  /// `srv_admin_state` without what is inherited or comes from resolving.
  public var adminState = 0
  public var weight = 0
  public var initialWeight = 0
  /// Seconds since the last change.
  public var age = 0
  public var checkStatus = 0
  public var checkResult = 0
  public var checkState = 0
  public var agentState = 0
  /// The name that resolving was about, and the SRV record that it came from; nil: none.
  public var hostname: String?
  public var record: String?
  /// Whether the name had been set while the process ran.
  public var isHostnameChanged = false
  /// As written: 1 for TLS, 0, or -1 for `no-ssl`.
  public var tlsUse = 0
  /// nil: not said.
  public var port: UInt16?
  // As written: what is wrong with them is told when they are applied.
  public var checkPort = "0"
  public var checkAddress = "-"
  public var agentAddress = "-"
  public var agentPort = "0"

  public init() {}
}
