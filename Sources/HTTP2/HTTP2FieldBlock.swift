public import Memory

/// The fields of one header block as they are decoded, bounded in number and in bytes.
public struct HTTP2FieldBlock: ~Copyable {
  private struct Place {
    let start: Int
    let name: Int
    let value: Int
  }
  private var bytes = Buffer()
  private var places: [Place] = []
  private let maxFields: Int
  private let pool: BufferPool
  /// Something did not fit: what is here is not all of it.
  public private(set) var isOver = false

  init(pool: BufferPool, maxFields: Int) {
    self.pool = pool
    self.maxFields = maxFields
  }
  public var count: Int { places.count }
  public func name(_ i: Int) -> Bytes { bytes.readable.slice(places[i].start, places[i].name) }
  public func value(_ i: Int) -> Bytes {
    bytes.readable.slice(places[i].start + places[i].name, places[i].value)
  }

  mutating func begin() {
    bytes.reset()
    isOver = !bytes.back(by: pool)
    places.removeAll(keepingCapacity: true)
  }
  mutating func add(_ name: Bytes, _ value: Bytes) {
    let start = bytes.count
    if isOver || places.count == maxFields || !bytes.append(name) || !bytes.append(value) {
      isOver = true
      return
    }
    places.append(Place(start: start, name: name.count, value: value.count))
  }
  public mutating func release() { bytes.release() }
}
