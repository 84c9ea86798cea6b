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
    let place: UInt32 =
      switch kind {
      case .listen: 0
      case .frontend: 1
      case .backend: 2
      case .defaults: 3
      case .global: 4
      case .userlist: 5
      case .peers: 6
      case .mailers: 7
      case .namespaceList: 8
      case .resolvers: 9
      case .cache: 10
      case .ring: 11
      case .program: 12
      case .httpErrors: 13
      case .logForward: 14
      case .fcgiApp: 15
      }
    rawValue = 1 << place
  }
  public static let global = SectionSet(.global)
  public static let defaults = SectionSet(.defaults)
  public static let frontend = SectionSet(.frontend)
  public static let backend = SectionSet(.backend)
  public static let listen = SectionSet(.listen)
  /// `defaults`, `frontend`, `backend` and `listen`.
  public static let proxies: SectionSet = [.defaults, .frontend, .backend, .listen]
}
