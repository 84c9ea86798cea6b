/// Memory of cells and rows that were given back, by size: it is used again and never unmapped, so that a handle that
/// was kept too long reads a foreign number and never foreign memory.
enum SpareMemory {
  private static let spare = Lock<[Int: [UInt]]>([:])

  static func take(bytes: Int) -> UnsafeMutableRawPointer {
    if let address = spare.withLock({ $0[bytes]?.popLast() }),
      let memory = unsafe UnsafeMutableRawPointer(bitPattern: address)
    {
      return unsafe memory
    }
    return unsafe .allocate(byteCount: bytes, alignment: 64)
  }
  static func give(_ memory: UnsafeMutableRawPointer, bytes: Int) {
    let address = unsafe UInt(bitPattern: memory)
    spare.withLock { $0[bytes, default: []].append(address) }
  }
}
