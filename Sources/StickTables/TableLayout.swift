/// Which data a table keeps, and where in each entry they stand.
public struct TableLayout: Sendable {
  struct Field {
    /// Elements; 0 where the type is not kept.
    var count: Int32 = 0
    /// Word of the first one in an entry.
    var offset: Int32 = 0
    /// Milliseconds, of rates.
    var period: UInt32 = 0
  }
  /// By `TableDataType`.
  private(set) var fields = [Field](repeating: Field(), count: TableDataType.allCases.count)
  /// Words of all data.
  public private(set) var width = 0

  public init() {}

  /// Adds a type with `count` elements; `period` in milliseconds is of rates only.
  public mutating func add(_ type: TableDataType, count: Int = 1, period: UInt32 = 0) {
    let at = Int(type.rawValue)
    if fields[at].count > 0 { return }
    fields[at] = Field(count: Int32(count), offset: Int32(width), period: max(period, 1))
    width += count * type.width
  }
  public func has(_ type: TableDataType) -> Bool { fields[Int(type.rawValue)].count > 0 }
  public func count(_ type: TableDataType) -> Int { Int(fields[Int(type.rawValue)].count) }
  public func period(_ type: TableDataType) -> UInt32 { fields[Int(type.rawValue)].period }

  /// The word of an element, or nil where it is not kept.
  @inline(__always) func offset(_ type: TableDataType, _ element: Int = 0) -> Int? {
    let field = fields[Int(type.rawValue)]
    if element < 0 || element >= Int(field.count) { return nil }
    return Int(field.offset) + element * type.width
  }
  /// The kept types in the order of their numbers.
  public var types: [TableDataType] { TableDataType.allCases.filter { has($0) } }
}

/// What the keys of a table are.
public enum TableKeyType: UInt8, Sendable {
  case integer, ip, ipv6, string, binary

  public var name: String {
    switch self {
    case .integer: "integer"
    case .ip: "ip"
    case .ipv6: "ipv6"
    case .string: "string"
    case .binary: "binary"
    }
  }
  /// The number of the type in the peers protocol.
  public var wireNumber: UInt64 {
    switch self {
    case .integer: 2
    case .ip: 4
    case .ipv6: 5
    case .string: 6
    case .binary: 7
    }
  }
}

/// How entries tell servers apart (`srvkey`).
public enum TableServerKey: Sendable { case name, address }

/// A `stick-table` or `table` line.
public struct TableSettings: Sendable {
  /// As rules and commands name it: that of its proxy, or `<peers section>/<name>`.
  public var name: String
  /// As peers name it.
  public var peerName: String
  public var keyType = TableKeyType.ip
  /// The most bytes of a key.
  public var keyLength = 4
  public var size = 0
  /// Milliseconds; 0: entries do not age.
  public var expire: Int64 = 0
  public var refusesWhenFull = false
  public var serverKey = TableServerKey.name
  public var layout = TableLayout()
  /// The number of its peers section; nil without.
  public var peers: Int?
  /// The index of its proxy, or nil for a table of a peers section.
  public var proxy: Int?
  public init(name: String, peerName: String) {
    self.name = name
    self.peerName = peerName
  }
}
