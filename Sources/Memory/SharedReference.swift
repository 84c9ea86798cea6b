/// A reference to an object of another owner that costs no reference counting: for what all workers reach on the
/// data path (server state, queues), where a shared count would bounce between their caches. Made by `LentReferences`,
/// which holds the object.
@safe public struct SharedReference<Object: AnyObject & Sendable>: Sendable {
  @usableFromInline let reference: Unmanaged<Object>

  @inlinable public func with<R>(_ body: (Object) throws -> R) rethrows -> R {
    try unsafe reference._withUnsafeGuaranteedRef(body)
  }
  /// A handle on what somebody else holds for as long as there are such handles.
  init(lent reference: Unmanaged<Object>) { unsafe self.reference = reference }
  /// A counted reference, for the control plane.
  public var object: Object { unsafe reference.takeUnretainedValue() }
}

/// A counted reference whose use costs no counting: it holds the object from its making to its end, and lends it in
/// between. For what one worker keeps of an object that all workers share.
@safe public struct LentReference<Object: AnyObject & Sendable>: ~Copyable {
  @usableFromInline let reference: Unmanaged<Object>

  public init(_ object: Object) { unsafe reference = .passRetained(object) }
  deinit { unsafe reference.release() }

  @inlinable public borrowing func with<R>(_ body: (Object) throws -> R) rethrows -> R {
    try unsafe reference._withUnsafeGuaranteedRef(body)
  }
}

/// A row of counted references, held from its making to its end; the handles that it gives out are good as long.
@safe public struct LentReferences<Object: AnyObject & Sendable>: ~Copyable {
  private let references: [Unmanaged<Object>]

  public init(_ objects: [Object]) { unsafe references = unsafe objects.map { unsafe .passRetained($0) } }
  deinit { for i in 0..<(unsafe references.count) { unsafe references[i].release() } }

  public var count: Int { unsafe references.count }
  /// The handle at a place that there is.
  public subscript(i: Int) -> SharedReference<Object> { unsafe SharedReference(lent: references[i]) }
}
