/// Index of the name of a cache in `RuleResources.caches`.
public struct CacheHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}

/// The cache that a rule means.
public struct CacheReference: Sendable {
  public let name: String
  /// Index of its section, once all are known.
  public var number = 0
  public init(name: String) { self.name = name }
}
