/// Versions of the protocol that a configuration can name.
public enum TLSVersion: Int, Sendable, Hashable, Comparable, CaseIterable {
  case ssl3, tls10, tls11, tls12, tls13

  /// As the configuration writes it.
  public init?(written: String) {
    guard let found = Self.allCases.first(where: { $0.written == written }) else { return nil }
    self = found
  }
  public var written: String {
    switch self {
    case .ssl3: "SSLv3"
    case .tls10: "TLSv1.0"
    case .tls11: "TLSv1.1"
    case .tls12: "TLSv1.2"
    case .tls13: "TLSv1.3"
    }
  }
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// On the wire, and in OpenSSL's calls.
  var number: Int32 { 0x300 + Int32(rawValue) }
  /// Whether the library has it: Debian builds it without SSLv3.
  var isAvailable: Bool { self != .ssl3 }
}

/// `ssl-min-ver`, `ssl-max-ver`, `force-*` (which is both) and `no-*`.
public struct TLSVersionChoice: Sendable, Hashable {
  public var minimum: TLSVersion?
  public var maximum: TLSVersion?
  public var excluded: Set<TLSVersion> = []
  public init() {}

  /// What stands here goes before what `defaults` say.
  public mutating func inherit(_ defaults: TLSVersionChoice) {
    minimum = minimum ?? defaults.minimum
    maximum = maximum ?? defaults.maximum
    excluded.formUnion(defaults.excluded)
  }

  /// What is odd about a choice.
  public enum Note: Sendable, Hashable {
    /// `no-*` besides a minimum or maximum counts for nothing.
    case exclusionsIgnored
    /// The maximum is below the minimum that counts by default; it became the minimum.
    case belowDefault(TLSVersion)
    /// A version in the middle is excluded.
    case hole(TLSVersion)
  }

  /// The lowest and the highest version to offer; nil where none is left. `lowest` is the minimum where the
  /// configuration names none.
  public func resolved(lowest: TLSVersion?) -> (range: ClosedRange<TLSVersion>?, notes: [Note]) {
    var notes: [Note] = []
    var out = excluded
    if !out.isEmpty && (minimum != nil || maximum != nil) {
      notes.append(.exclusionsIgnored)
      out = []
    }
    var bottom = minimum ?? .ssl3
    if minimum == nil, let lowest {
      bottom = lowest
      if let maximum, maximum < lowest {
        bottom = maximum
        notes.append(.belowDefault(maximum))
      }
    }
    let top = maximum ?? .tls13
    var first: TLSVersion?
    var last: TLSVersion?
    var hole: TLSVersion?
    for version in TLSVersion.allCases {
      if version.isAvailable && version >= bottom && version <= top && !out.contains(version) {
        if first == nil { first = version }
        if let gap = hole, last != nil {
          notes.append(.hole(gap))
          hole = nil
        }
        last = version
      } else if first != nil {
        hole = version
      }
    }
    guard let first, let last else { return (nil, notes) }
    return (first...last, notes)
  }
}
