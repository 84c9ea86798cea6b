import Glibc

/// Buffers of one size for one worker thread. Memory comes in chunks by `mmap` and is never unmapped (see `Bytes`);
/// `trim` returns the pages of free buffers to the kernel, which keeps the addresses valid.
@safe public final class BufferPool {
  /// Capacity of every buffer, in bytes (`tune.bufsize`).
  public let bufferSize: Int
  /// The most buffers that may exist at once; nil for no limit (`tune.buffers.limit`).
  public let limit: Int?
  private var free: [UnsafeMutablePointer<UInt8>] = unsafe []
  /// Buffers handed out now.
  public private(set) var inUse = 0
  /// Buffers that exist, free ones included.
  public private(set) var allocated = 0

  public init(bufferSize: Int, limit: Int? = nil) {
    self.bufferSize = bufferSize
    self.limit = limit
    // Its buffers refer to it without a count, and its memory is never unmapped: the pool must outlive them too.
    _ = unsafe Unmanaged.passRetained(self)
  }

  /// A free buffer, or nil where the limit is reached or the system has no memory.
  public func take() -> Buffer? {
    if unsafe free.isEmpty && !grow() { return nil }
    inUse += 1
    return unsafe Buffer(base: free.removeLast(), capacity: bufferSize, pool: self)
  }

  @usableFromInline func giveBack(_ base: UnsafeMutablePointer<UInt8>) {
    inUse -= 1
    unsafe free.append(base)
  }

  private func grow() -> Bool {
    let page = 4096
    let step = (bufferSize + page - 1) / page * page
    var count = max(1, min(16, (256 << 10) / step))
    if let limit { count = min(count, limit - allocated) }
    if count <= 0 { return false }
    let chunk = unsafe mmap(nil, step * count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let chunk = unsafe chunk, unsafe chunk != MAP_FAILED else { return false }
    for i in (0..<count).reversed() { unsafe free.append((chunk + i * step).assumingMemoryBound(to: UInt8.self)) }
    allocated += count
    return true
  }

  /// Gives the pages of all free buffers but `keep` back to the kernel.
  public func trim(keep: Int = 0) {
    for i in 0..<max(0, unsafe free.count - keep) {
      unsafe madvise(free[i], bufferSize / 4096 * 4096, MADV_DONTNEED)
    }
  }
}
