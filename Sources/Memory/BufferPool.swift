import Glibc

/// Buffers of one size for one worker thread. Memory comes in chunks by `mmap` and is never unmapped (see `Bytes`);
/// `trim` returns the pages of free buffers to the kernel, which keeps the addresses valid.
@safe public final class BufferPool {
  /// Capacity of every buffer, in bytes (`tune.bufsize`).
  public let bufferSize: Int
  /// The most buffers that may exist at once; nil for no limit (`tune.buffers.limit`).
  public let limit: Int?
  /// Buffers that nobody has, the one used last on top: its bytes are in the processor's cache. There is room for all.
  private var free: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
  private var freeCount = 0
  private var freeRoom = 64
  /// Buffers handed out now.
  public private(set) var inUse = 0
  /// Buffers that exist, free ones included.
  public private(set) var allocated = 0
  /// How often a buffer has come back.
  public private(set) var returns = 0
  /// Somebody has got none since this was last set to false.
  public var isShort = false
  /// Buffers beyond the limit that may be taken now.
  public var overdraft = 0 { didSet { room = (limit ?? .max).addingReportingOverflow(overdraft).partialValue } }
  private var room: Int
  /// Bytes of address space that no buffer may take, for what cannot do without memory; 0 where there is no limit.
  public var sparedBytes = 0
  /// Buffers within the limit that are kept for work under way (`tune.buffers.reserve`).
  private let reserve: Int
  /// What new buffers are filled with (`-dM`).
  private let poison: UInt8?
  /// Percent of requests that get nothing (`-dMfail`).
  private let failures: Int
  private let isDebugging: Bool

  public init(bufferSize: Int, limit: Int? = nil, reserve: Int = 0, poison: UInt8? = nil, failures: Int = 0) {
    self.bufferSize = bufferSize
    self.limit = limit
    room = limit ?? .max
    self.reserve = reserve
    self.poison = poison
    self.failures = failures
    isDebugging = poison != nil || failures > 0
    unsafe free = .allocate(capacity: freeRoom)
    // Its buffers refer to it without a count, and its memory is never unmapped: the pool must outlive them too.
    _ = unsafe Unmanaged.passRetained(self)
  }

  /// A free buffer, or nil where the limit is reached or the system has no memory.
  public func take() -> Buffer? {
    if inUse >= room || (freeCount == 0 && !grow()) || (isDebugging && fails()) {
      isShort = true
      return nil
    }
    inUse += 1
    freeCount &-= 1
    let base = unsafe free[freeCount]
    if isDebugging, let poison { unsafe memset(base, Int32(poison), bufferSize) }
    return unsafe Buffer(base: base, capacity: bufferSize, pool: self)
  }

  /// A buffer for use within one event, and where nobody could wait for one: limits do not count.
  public func takeScratch() -> Buffer? {
    if freeCount == 0 && !grow() { return nil }
    inUse += 1
    freeCount &-= 1
    return unsafe Buffer(base: free[freeCount], capacity: bufferSize, pool: self)
  }

  /// Whether new work may begin that needs buffers.
  @inlinable public var hasRoomForMore: Bool { limit == nil || isBelowLimit }
  /// Buffers are refused though there are some (`-dMfail`).
  public var refusesAtRandom: Bool { failures > 0 }
  @usableFromInline var isBelowLimit: Bool { inUse + reserve < limit ?? .max }

  private func fails() -> Bool { failures > 0 && Int.random(in: 0..<100) < failures }

  @usableFromInline func giveBack(_ base: UnsafeMutablePointer<UInt8>) {
    inUse -= 1
    returns &+= 1
    precondition(freeCount < freeRoom)
    unsafe free[freeCount] = base
    freeCount &+= 1
  }

  private func grow() -> Bool {
    let page = 4096
    // Were all buffers to begin at the same place of their pages, the first lines of many would push each other out of
    // the processor's cache, which finds its lines by the low bits of their addresses.
    let step = (bufferSize + page - 1) / page * page + 5 * 64
    var count = max(1, min(16, (256 << 10) / step))
    if let limit { count = min(count, max(1, limit - allocated)) }
    let length = (step * count + page - 1) / page * page
    let chunk = unsafe mmap(nil, length + sparedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let chunk = unsafe chunk, unsafe chunk != MAP_FAILED else { return false }
    // Nobody has seen that part.
    if sparedBytes > 0 { unsafe munmap(chunk + length, sparedBytes) }
    allocated += count
    if allocated > freeRoom {
      let larger = unsafe UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>.allocate(capacity: allocated * 2)
      unsafe larger.moveInitialize(from: free, count: freeCount)
      unsafe free.deallocate()
      unsafe free = unsafe larger
      freeRoom = allocated * 2
    }
    for i in (0..<count).reversed() {
      unsafe free[freeCount] = unsafe (chunk + i * step).assumingMemoryBound(to: UInt8.self)
      freeCount += 1
    }
    return true
  }

  /// Gives the pages of all free buffers but `keep` back to the kernel.
  public func trim(keep: Int = 0) {
    for i in 0..<max(0, freeCount - keep) {
      // Whole pages only.
      let skipped = (4096 - Int(truncatingIfNeeded: unsafe UInt(bitPattern: free[i]) % 4096)) % 4096
      let length = (bufferSize - skipped) / 4096 * 4096
      if length > 0 { unsafe madvise(free[i] + skipped, length, MADV_DONTNEED) }
    }
  }
}
