import Configuration
import Memory

/// Buffers that are larger than `tune.bufsize`, lent to the bodies that flow right now: one receive and one send then move
/// what else takes four. A body has one while its bytes wait for the receiver; there are few, and who gets none goes on
/// with the ordinary ones.
enum BulkBuffers {
  /// Bytes of one. With what TLS adds to its four records it stays below the 65,483 bytes that one segment of the
  /// loopback interface takes, and below the 64 KiB that the kernel hands to a network card at once.
  static let size = 65280
  /// The most for one worker: 4 MiB.
  static let limit = 64

  /// None where the configuration keeps memory short, or makes its own buffers that large or smaller than usual; and
  /// none while memory is being debugged.
  static func pool(_ tune: TuneSettings) -> BufferPool? {
    if tune.buffersLimit > 0 || tune.poisonByte != nil || tune.failAlloc > 0 { return nil }
    if tune.bufferSize < 16384 || tune.bufferSize >= size { return nil }
    return BufferPool(bufferSize: size, limit: limit)
  }
}
