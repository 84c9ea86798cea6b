public import Memory

/// The fields of one header block as they are decoded, bounded in number and in bytes.
public struct HTTP2FieldBlock: ~Copyable {
  private struct Place {
    let start: UInt32
    let name: UInt32
    let value: UInt32
  }
  private var bytes = Buffer()
  private var places: [Place] = []
  private var isOpen = false
  private let maxFields: Int
  private let pool: BufferPool
  /// Something did not fit: what is here is not all of it.
  public private(set) var isOver = false

  init(pool: BufferPool, maxFields: Int) {
    self.pool = pool
    self.maxFields = maxFields
  }
  public var count: Int { places.count }
  public func name(_ i: Int) -> Bytes { bytes.readable.slice(Int(places[i].start), Int(places[i].name)) }
  public func value(_ i: Int) -> Bytes {
    let place = places[i]
    return bytes.readable.slice(Int(place.start) + Int(place.name), Int(place.value))
  }

  mutating func begin() {
    bytes.reset()
    isOpen = true
    isOver = !bytes.back(by: pool)
    places.removeAll(keepingCapacity: true)
  }
  mutating func add(_ name: Bytes, _ value: Bytes) {
    let start = bytes.count
    if isOver || places.count == maxFields || !bytes.append(name) || !bytes.append(value) {
      isOver = true
      return
    }
    places.append(
      Place(
        start: UInt32(truncatingIfNeeded: start), name: UInt32(truncatingIfNeeded: name.count),
        value: UInt32(truncatingIfNeeded: value.count)))
  }
  /// The block is complete.
  mutating func end() { isOpen = false }
  /// Gives the memory of the bytes back, unless a block has come in part.
  public mutating func release() { if !isOpen { bytes.release() } }
  /// Keeps nothing until the next block.
  mutating func rest() {
    if isOpen { return }
    bytes.release()
    places = []
  }
}
