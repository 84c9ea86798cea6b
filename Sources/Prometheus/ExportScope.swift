import Memory

/// What a scrape asks for: `?scope=...` (each may be given several times) and `no-maint`.
public struct ExportScope: Sendable, Equatable {
  public struct Sections: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let process = Sections(rawValue: 1)
    public static let frontends = Sections(rawValue: 2)
    public static let listeners = Sections(rawValue: 4)
    public static let backends = Sections(rawValue: 8)
    public static let servers = Sections(rawValue: 16)
    public static let stickTables = Sections(rawValue: 32)
    public static let all = Sections(rawValue: 63)
  }
  public var sections = Sections.all
  /// Servers in maintenance are left out.
  public var hidesMaintenance = false
  /// Weir's own histograms are left out.
  public var hidesHistograms = false

  public init() {}

  /// Reads the query of a request target; nil where a scope is unknown, or given without a value.
  public init?(target: Bytes) {
    guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return }
    var query = target.dropFirst(mark + 1)
    if let end = query.firstIndex(of: UInt8(ascii: "#")) { query = query.prefix(end) }
    var isFirst = true
    while !query.isEmpty {
      let end = query.firstIndex(of: UInt8(ascii: "&")) ?? query.count
      let parameter = query.prefix(end)
      query = query.dropFirst(end + 1)
      let equals = parameter.firstIndex(of: UInt8(ascii: "="))
      guard let key = Self.decoded(parameter.prefix(equals ?? parameter.count)) else { return nil }
      switch String(decoding: key, as: UTF8.self) {
      case "scope":
        guard let equals, let value = Self.decoded(parameter.dropFirst(equals + 1)) else { return nil }
        if isFirst { sections = [] }
        isFirst = false
        if !add(String(decoding: value, as: UTF8.self)) { return nil }
      case "no-maint": hidesMaintenance = true
      case "no-histograms": hidesHistograms = true
      default: break
      }
    }
  }

  private mutating func add(_ word: String) -> Bool {
    switch word {
    case "": sections = []
    case _ where word.hasPrefix("*"): sections = .all
    case "global": sections.insert(.process)
    case "frontend": sections.insert(.frontends)
    case "listener": sections.insert(.listeners)
    case "backend": sections.insert(.backends)
    case "server": sections.insert(.servers)
    case "sticktable": sections.insert(.stickTables)
    default: return false
    }
    return true
  }

  /// `%HH` made to bytes; nil where it is broken.
  private static func decoded(_ text: Bytes) -> [UInt8]? {
    var result: [UInt8] = []
    var i = 0
    while i < text.count {
      if text[i] != UInt8(ascii: "%") {
        result.append(text[i])
        i += 1
        continue
      }
      guard let high = text.at(i + 1).flatMap(digit), let low = text.at(i + 2).flatMap(digit) else { return nil }
      result.append(high << 4 | low)
      i += 3
    }
    return result
  }
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
