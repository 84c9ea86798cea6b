/// One column of the statistics, with what its typed form says about it (management guide section 9.2).
public struct StatisticsColumn: Sendable {
  public enum Kind: String, Sendable { case text = "str", u32, u64, s32 }
  public let name: String
  /// Origin, nature and scope as one letter each.
  public let tags: String
  /// The tags of a backend's value, where they differ.
  public let backendTags: String
  public let kind: Kind
  /// What it counts, for `desc`.
  public let text: String

  init(_ name: String, _ tags: String, _ kind: Kind, onBackends backendTags: String? = nil, _ text: String) {
    self.name = name
    self.tags = tags
    self.backendTags = backendTags ?? tags
    self.kind = kind
    self.text = text
  }

  /// The words that the JSON form has for the letters of `tags`.
  public static func words(of tags: String) -> (origin: String, nature: String, scope: String) {
    let letters = Array(tags.utf8)
    if letters.count < 3 { return ("", "", "") }
    return (origin(letters[0]), nature(letters[1]), scope(letters[2]))
  }
  private static func origin(_ letter: UInt8) -> String {
    switch letter {
    case UInt8(ascii: "M"): "Metric"
    case UInt8(ascii: "S"): "Status"
    case UInt8(ascii: "K"): "Key"
    case UInt8(ascii: "C"): "Config"
    default: "Product"
    }
  }
  private static func nature(_ letter: UInt8) -> String {
    switch letter {
    case UInt8(ascii: "G"): "Gauge"
    case UInt8(ascii: "L"): "Limit"
    case UInt8(ascii: "m"): "Min"
    case UInt8(ascii: "M"): "Max"
    case UInt8(ascii: "R"): "Rate"
    case UInt8(ascii: "C"): "Counter"
    case UInt8(ascii: "D"): "Duration"
    case UInt8(ascii: "A"): "Age"
    case UInt8(ascii: "a"): "Avg"
    case UInt8(ascii: "T"): "Time"
    case UInt8(ascii: "N"): "Name"
    default: "Output"
    }
  }
  private static func scope(_ letter: UInt8) -> String {
    switch letter {
    case UInt8(ascii: "C"): "Cluster"
    case UInt8(ascii: "S"): "Service"
    case UInt8(ascii: "s"): "System"
    default: "Process"
    }
  }
}

/// A value in a row of statistics.
public enum StatisticsValue: Sendable, Hashable {
  case none
  case number(UInt64)
  case signed(Int64)
  case text(String)

  /// As the CSV and typed forms print it, without quotes.
  public var printed: String {
    switch self {
    case .none: ""
    case .number(let n): "\(n)"
    case .signed(let n): "\(n)"
    case .text(let text): text
    }
  }
}
