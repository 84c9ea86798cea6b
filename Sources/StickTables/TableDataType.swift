/// What a stick table can keep of an entry besides its key (manual section 4.2, `stick-table`), numbered as the peers
/// protocol numbers it.
public enum TableDataType: UInt8, CaseIterable, Sendable {
  case serverID, gpt0, gpc0, gpc0Rate, connectionCount, connectionRate, currentConnections, sessionCount, sessionRate
  case requestCount, requestRate, errorCount, errorRate, bytesInCount, bytesInRate, bytesOutCount, bytesOutRate
  case gpc1, gpc1Rate, serverKey, failureCount, failureRate, gpt, gpc, gpcRate

  /// How one element is kept.
  public enum Form: Sendable {
    /// 32 bits.
    case number
    /// 64 bits.
    case wideNumber
    /// Events per period.
    case rate
    /// A name of the dictionary of servers.
    case name
  }

  public var name: String {
    switch self {
    case .serverID: "server_id"
    case .gpt0: "gpt0"
    case .gpc0: "gpc0"
    case .gpc0Rate: "gpc0_rate"
    case .connectionCount: "conn_cnt"
    case .connectionRate: "conn_rate"
    case .currentConnections: "conn_cur"
    case .sessionCount: "sess_cnt"
    case .sessionRate: "sess_rate"
    case .requestCount: "http_req_cnt"
    case .requestRate: "http_req_rate"
    case .errorCount: "http_err_cnt"
    case .errorRate: "http_err_rate"
    case .bytesInCount: "bytes_in_cnt"
    case .bytesInRate: "bytes_in_rate"
    case .bytesOutCount: "bytes_out_cnt"
    case .bytesOutRate: "bytes_out_rate"
    case .gpc1: "gpc1"
    case .gpc1Rate: "gpc1_rate"
    case .serverKey: "server_key"
    case .failureCount: "http_fail_cnt"
    case .failureRate: "http_fail_rate"
    case .gpt: "gpt"
    case .gpc: "gpc"
    case .gpcRate: "gpc_rate"
    }
  }

  public var form: Form {
    switch self {
    case .gpc0Rate, .connectionRate, .sessionRate, .requestRate, .errorRate, .bytesInRate, .bytesOutRate, .gpc1Rate,
      .failureRate, .gpcRate:
      .rate
    case .bytesInCount, .bytesOutCount: .wideNumber
    case .serverKey: .name
    default: .number
    }
  }
  /// Several elements may be kept.
  public var isArray: Bool { self == .gpt || self == .gpc || self == .gpcRate }
  /// Never learned from peers: it tells of this process alone.
  public var isLocal: Bool { self == .currentConnections }
  /// Words of one element.
  var width: Int {
    switch form {
    case .number, .name: 1
    case .wideNumber: 2
    case .rate: 3
    }
  }

  public init?(name: String) {
    guard let found = TableDataType.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
