/// The type of a sample, as the configuration manual names them (section 7.3). `any` and `address` are only declared,
/// never carried: a value is always of one of the others.
public enum SampleType: UInt8, CaseIterable, Sendable {
  case any, boolean, integer, address, ipv4, ipv6, string, binary, method

  /// The name in HAProxy's listings and messages.
  public var name: String {
    switch self {
    case .any: "any"
    case .boolean: "bool"
    case .integer: "sint"
    case .address: "addr"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .string: "str"
    case .binary: "bin"
    case .method: "meth"
    }
  }

  public init?(name: some StringProtocol) {
    guard let found = SampleType.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// Whether a sample declared as this type may be given to something that expects `target`. A cast may still fail
  /// on the value ("abc" as an integer); this is only what is checked when the configuration is read.
  public func canCast(to target: SampleType) -> Bool {
    // What a map of addresses returns may only be used as it is.
    if self == .address { return target == .any }
    if self == target || self == .any || target == .any { return true }
    switch self {
    case .any: return true
    case .boolean: return target == .integer || target == .string || target == .binary
    case .integer: return target != .method
    case .address: return false
    case .ipv4: return target != .boolean && target != .method
    case .ipv6: return target == .address || target == .ipv4 || target == .string || target == .binary
    case .string: return true
    case .binary: return target == .string || target == .method
    case .method: return target == .string || target == .binary
    }
  }
}
