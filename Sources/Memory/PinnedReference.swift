/// The one holder of a counted reference: reading through it costs no counting, and dropping it gives the count back.
/// For an object that several threads share, and of which each keeps one of these.
@safe public struct PinnedReference<Object: AnyObject>: ~Copyable {
  @usableFromInline let reference: Unmanaged<Object>

  public init(_ object: Object) { unsafe reference = .passRetained(object) }
  deinit { unsafe reference.release() }

  @inlinable public func with<R>(_ body: (Object) throws -> R) rethrows -> R {
    try unsafe reference._withUnsafeGuaranteedRef(body)
  }
}
