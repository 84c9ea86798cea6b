/// Memory of cells and rows: whole cache lines, cut from large pieces. What was given back is used again, by size, and
/// never unmapped, so that a handle that was kept too long reads a foreign number and never foreign memory.
enum SpareMemory {
  private struct State: Sendable {
    var spare: [Int: [UInt]] = [:]
    /// What is left of the piece that is being cut.
    var at: UInt = 0
    var left = 0
  }
  private static let state = Lock(State())
  private static let pieceSize = 1 << 18
  /// Longer rows are allocated by themselves.
  private static let largestCut = 1 << 13

  /// `bytes` are a multiple of 64.
  static func take(bytes: Int) -> UnsafeMutableRawPointer {
    let address = state.withLock { state -> UInt in
      if !state.spare.isEmpty, let address = state.spare[bytes]?.popLast() { return address }
      if bytes > largestCut || bytes % 64 != 0 { return allocate(bytes) }
      if state.left < bytes {
        state.at = allocate(pieceSize)
        state.left = pieceSize
      }
      let address = state.at
      state.at += UInt(bytes)
      state.left -= bytes
      return address
    }
    if let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) { return unsafe memory }
    return .allocate(byteCount: bytes, alignment: 64)
  }
  private static func allocate(_ bytes: Int) -> UInt {
    UInt(bitPattern: UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64))
  }
  static func give(_ memory: UnsafeMutableRawPointer, bytes: Int) {
    let address = UInt(bitPattern: memory)
    state.withLock { $0.spare[bytes, default: []].append(address) }
  }
}
