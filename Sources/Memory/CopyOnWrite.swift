/// A large value that its copies share until one of them is changed: copying counts one reference, whatever it holds.
/// For settings, of which a configuration has many that say the same.
@safe public struct CopyOnWrite<Value: Sendable>: Sendable {
  /// Changed only by a holder that has it alone, which is what makes it safe to hand to other threads.
  @usableFromInline final class Box: @unchecked Sendable {
    @usableFromInline var value: Value
    @usableFromInline init(_ value: Value) { self.value = value }
  }
  @usableFromInline var box: Box

  @inlinable public init(_ value: Value) { box = Box(value) }

  @inlinable public var value: Value {
    _read { yield box.value }
    _modify {
      if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
      yield &box.value
    }
  }
}
