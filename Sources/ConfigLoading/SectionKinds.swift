/// The sections of a configuration file, by the word that opens them.
public enum SectionKind: String, Sendable, CaseIterable {
  case listen, frontend, backend, defaults, global, userlist, peers, mailers
  case namespaceList = "namespace_list"
  case resolvers, cache, ring, program
  case httpErrors = "http-errors"
  case logForward = "log-forward"
  case fcgiApp = "fcgi-app"

  public var set: SectionSet { SectionSet(self) }
  public var isProxy: Bool { SectionSet.proxies.contains(set) }
}

/// A set of sections: where a keyword may stand.
public struct SectionSet: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public init(_ kind: SectionKind) {
    self.rawValue = 1 << UInt32(SectionKind.allCases.firstIndex(of: kind) ?? 31)
  }
  public static let global = SectionSet(.global)
  public static let defaults = SectionSet(.defaults)
  public static let frontend = SectionSet(.frontend)
  public static let backend = SectionSet(.backend)
  public static let listen = SectionSet(.listen)
  /// `defaults`, `frontend`, `backend` and `listen`.
  public static let proxies: SectionSet = [.defaults, .frontend, .backend, .listen]
}
