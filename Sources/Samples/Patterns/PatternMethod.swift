/// How a sample is compared with patterns (manual, section 7.1.3).
public enum PatternMethod: UInt8, CaseIterable, Sendable {
  case found, boolean, integer, ip, binary, length, string, beginning, substring, directory, domain, end, regex
  /// The version of an SSL hello: integers written as "3.1".
  case dottedVersion
  /// A method by name.
  case method
  /// A group of a user list.
  case group

  /// The name for `-m`; nil for what only keywords of their own use.
  public var name: String? {
    switch self {
    case .found: "found"
    case .boolean: "bool"
    case .integer: "int"
    case .ip: "ip"
    case .binary: "bin"
    case .length: "len"
    case .string: "str"
    case .beginning: "beg"
    case .substring: "sub"
    case .directory: "dir"
    case .domain: "dom"
    case .end: "end"
    case .regex: "reg"
    case .dottedVersion, .method, .group: nil
    }
  }
  public init?(name: String) {
    guard let found = PatternMethod.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// What a sample is cast to before it is compared.
  public var expects: SampleType {
    switch self {
    case .found: .any
    case .boolean, .integer, .dottedVersion: .integer
    case .ip: .address
    case .binary: .binary
    case .length, .string, .beginning, .substring, .directory, .domain, .end, .regex, .group: .string
    case .method: .method
    }
  }

  /// What compares samples of a type where no method is named; nil where one must be.
  static func byDefault(for type: SampleType) -> PatternMethod? {
    switch type {
    case .boolean: .boolean
    case .integer: .integer
    case .address, .ipv4, .ipv6: .ip
    case .string: .string
    case .any, .binary, .method: nil
    }
  }
  /// Whether patterns are compared without being looked at (`-m found`, `-m bool`).
  var ignoresPatterns: Bool { self == .found || self == .boolean }
}
