/// Bytes that can be read at any place: what the hash functions take. Reading outside `0..<count` traps.
public protocol ByteView {
  var count: Int { get }
  subscript(i: Int) -> UInt8 { get }
  /// The four bytes from `i` as a little-endian number.
  func littleEndian32(at i: Int) -> UInt32
  /// The eight bytes from `i` as a little-endian number.
  func littleEndian64(at i: Int) -> UInt64
}

extension ByteView {
  @inlinable public func littleEndian32(at i: Int) -> UInt32 {
    UInt32(self[i]) | UInt32(self[i + 1]) << 8 | UInt32(self[i + 2]) << 16 | UInt32(self[i + 3]) << 24
  }
  @inlinable public func littleEndian64(at i: Int) -> UInt64 {
    UInt64(littleEndian32(at: i)) | UInt64(littleEndian32(at: i + 4)) << 32
  }
}

extension Array: ByteView where Element == UInt8 {}
