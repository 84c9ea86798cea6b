extension Array where Element == UInt8 {
  /// Lends the bytes of a heap array to what takes a view: for the control plane. The view must not outlive `body`; what
  /// keeps it would read other bytes, so callees that keep keys copy them.
  public func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
    try unsafe withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return try body(Bytes()) }
      return try unsafe body(Bytes(base: base, count: buffer.count))
    }
  }
}
