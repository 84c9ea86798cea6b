public import Primitives

extension Bytes: ByteView {
  @inlinable public func littleEndian32(at i: Int) -> UInt32 {
    precondition(i >= 0 && i <= count - 4)
    return unsafe UInt32(littleEndian: UnsafeRawPointer(base + i).loadUnaligned(as: UInt32.self))
  }
  @inlinable public func littleEndian64(at i: Int) -> UInt64 {
    precondition(i >= 0 && i <= count - 8)
    return unsafe UInt64(littleEndian: UnsafeRawPointer(base + i).loadUnaligned(as: UInt64.self))
  }
}
