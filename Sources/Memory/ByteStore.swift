import Glibc

/// Bytes kept for an unforeseen time and given back one by one: values of variables and of maps, which traffic
/// changes. Blocks come in powers of two from chunks that are never unmapped (see `Bytes`), and freed blocks are used
/// again. One thread at a time.
@safe public final class ByteStore {
  /// A stored copy. It is good until `free`.
  public struct Block: Sendable {
    public let bytes: Bytes
    fileprivate let sizeClass: Int8
    /// No block: nothing is stored and nothing need be freed.
    public static let none = Block(bytes: Bytes(), sizeClass: -1)
  }

  private static let smallest = 4  // 16 bytes
  private static let classes = 28
  private var free: [[UnsafeMutablePointer<UInt8>]] = unsafe Array(repeating: [], count: ByteStore.classes)
  private var chunks: [(base: UnsafeMutablePointer<UInt8>, size: Int)] = unsafe []
  /// Bytes in blocks handed out now, rounded up as they are kept.
  public private(set) var inUse = 0

  public init() {}

  /// A copy of `bytes`, or nil where it is larger than any block can be (2 GiB).
  public func store(_ bytes: Bytes) -> Block? {
    unsafe bytes.withUnsafeBytes { unsafe store($0) }
  }
  public func store(_ bytes: [UInt8]) -> Block? { unsafe bytes.withUnsafeBytes { unsafe store($0) } }

  private func store(_ bytes: UnsafeRawBufferPointer) -> Block? {
    guard let source = unsafe bytes.baseAddress, bytes.count > 0 else { return Block.none }
    let bits = Int.bitWidth - max(bytes.count - 1, (1 << ByteStore.smallest) - 1).leadingZeroBitCount
    let sizeClass = bits - ByteStore.smallest
    if sizeClass >= ByteStore.classes { return nil }
    if unsafe free[sizeClass].isEmpty { grow(sizeClass) }
    let base = unsafe free[sizeClass].removeLast()
    unsafe memcpy(base, source, bytes.count)
    inUse += 1 << bits
    return unsafe Block(bytes: Bytes(base: base, count: bytes.count), sizeClass: Int8(sizeClass))
  }

  /// Gives the block back. Views of it read other bytes from then on.
  public func release(_ block: Block) {
    if block.sizeClass < 0 { return }
    inUse -= 1 << (Int(block.sizeClass) + ByteStore.smallest)
    unsafe free[Int(block.sizeClass)].append(UnsafeMutablePointer(mutating: block.bytes.base))
  }

  /// Lets another store have the memory; this one is empty. Views of its blocks read other bytes from then on.
  public func giveBack() {
    for i in 0..<(unsafe chunks.count) {
      unsafe SpareMemory.give(UnsafeMutableRawPointer(chunks[i].base), bytes: chunks[i].size)
    }
    unsafe chunks = []
    unsafe free = Array(repeating: [], count: ByteStore.classes)
    inUse = 0
  }

  private func grow(_ sizeClass: Int) {
    let size = 1 << (sizeClass + ByteStore.smallest)
    let count = max(1, min(64, 16384 / size))
    let chunk = unsafe SpareMemory.take(bytes: size * count).assumingMemoryBound(to: UInt8.self)
    unsafe chunks.append((chunk, size * count))
    for i in 0..<count { unsafe free[sizeClass].append(chunk + i * size) }
  }
}
