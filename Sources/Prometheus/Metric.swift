import Memory
import Observability

/// One metric of the exporter: its name and what it tells, in HAProxy's words, and where its value comes from.
struct Metric: Sendable {
  enum Kind: String { case gauge, counter, histogram }
  let name: Bytes
  /// The lines `# HELP` and `# TYPE`; empty where the metric goes on from the one before it.
  let head: Bytes
  let key: StatisticsKey
  /// What stands between the labels of its object and the value.
  let tail: Bytes
  /// Only of proxies that speak HTTP.
  let isHTTP: Bool
  /// The line of `show info` that holds the value.
  let field: String

  init(
    _ name: String, _ kind: Kind, _ key: StatisticsKey, isHTTP: Bool = false, continues: Bool = false, _ help: String
  ) {
    self.name = Bytes(permanent: name)
    head = continues ? Bytes() : Self.head(name, kind, help)
    self.key = key
    tail = Self.code(key).map { Bytes(permanent: ",code=\"\($0)\"} ") } ?? Bytes("} ")
    self.isHTTP = isHTTP
    field = ""
  }
  init(_ name: String, _ kind: Kind, field: String, _ help: String) {
    self.name = Bytes(permanent: name)
    head = Self.head(name, kind, help)
    key = .pxname
    tail = Bytes("} ")
    isHTTP = false
    self.field = field
  }

  static func head(_ name: String, _ kind: Kind, _ help: String) -> Bytes {
    Bytes(permanent: "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
  }

  /// The label `code` of the counters of answers.
  private static func code(_ key: StatisticsKey) -> String? {
    switch key {
    case .hrsp1xx: "1xx"
    case .hrsp2xx: "2xx"
    case .hrsp3xx: "3xx"
    case .hrsp4xx: "4xx"
    case .hrsp5xx: "5xx"
    case .hrspOther: "other"
    default: nil
    }
  }
}
