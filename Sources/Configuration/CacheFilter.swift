/// A `filter cache` line.
public struct CacheFilter: Sendable, Hashable {
  public let name: String
  /// A `filter compression` line stands before it.
  public let isBehindCompression: Bool
  public init(name: String, isBehindCompression: Bool) {
    self.name = name
    self.isBehindCompression = isBehindCompression
  }
}
