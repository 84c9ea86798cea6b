/// A `cache` section (manual section 6.2.1).
public struct CacheSettings: Sendable, Hashable {
  public let name: String
  /// `total-max-size`, megabytes.
  public var megabytes = 0
  /// `max-object-size`, bytes with the head; 0 for a 256th of the whole.
  public var largestObject = 0
  /// `max-age`, seconds.
  public var maximumAge: Int64 = 60
  /// `process-vary`
  public var processesVary = false
  /// `max-secondary-entries`
  public var maximumVariants = 10
  public init(name: String) { self.name = name }

  public var size: Int { megabytes << 20 }
  public var objectLimit: Int { largestObject > 0 ? largestObject : size >> 8 }
}
