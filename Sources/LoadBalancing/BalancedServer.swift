/// A server as the balancer is told of it. Its index is its place in the backend's list.
public struct BalancedServer: Sendable {
  /// The `id`, which must be unique in its backend: where the server's points lie on a ring, and its turn in `first`.
  public var id: Int
  /// The configured `weight`, 0 to 256.
  public var weight: Int
  public var isBackup: Bool
  /// Whether the server may be given requests: it is up, and neither in maintenance nor draining.
  public var isUsable: Bool
  /// `maxqueue`; 0 for no limit.
  public var maximumQueue: Int
  public var load: ServerLoad

  public init(
    id: Int, weight: Int = 1, isBackup: Bool = false, isUsable: Bool = true, maximumQueue: Int = 0,
    load: ServerLoad = ServerLoad()
  ) {
    self.id = id
    self.weight = min(max(weight, 0), 256)
    self.isBackup = isBackup
    self.isUsable = isUsable
    self.maximumQueue = maximumQueue
    self.load = load
  }
}
