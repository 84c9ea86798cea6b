/// A reference to an object of another owner that costs no reference counting: for what all workers reach on the
/// data path (server state, queues), where a shared count would bounce between their caches. The object is retained
/// once when the handle is made and lives as long as the process.
@safe public struct SharedReference<Object: AnyObject & Sendable>: Sendable {
  @usableFromInline let reference: Unmanaged<Object>

  public init(_ object: Object) { unsafe reference = .passRetained(object) }

  @inlinable public func with<R>(_ body: (Object) throws -> R) rethrows -> R {
    try unsafe reference._withUnsafeGuaranteedRef(body)
  }
  /// A counted reference, for the control plane.
  public var object: Object { unsafe reference.takeUnretainedValue() }
}
