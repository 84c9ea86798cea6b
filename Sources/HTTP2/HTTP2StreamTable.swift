/// The streams of a session by their numbers. A session has few at once and asks for them many times for each, which is
/// what a general dictionary is slow at.
@safe public struct HTTP2StreamTable: ~Copyable {
  @safe private struct Place {
    /// 0: free.
    var number: Int32 = 0
    /// Counted once for the table.
    var stream: Unmanaged<HTTP2Stream>?
  }
  /// A power of two of places, or none. A stream stands at its own place or behind it.
  private var places: UnsafeMutablePointer<Place>?
  private var capacity = 0
  public private(set) var count = 0
  private var mask: Int { capacity &- 1 }

  init() {}
  deinit {
    guard let places = unsafe places else { return }
    for i in 0..<capacity { unsafe places[i].stream?.release() }
    unsafe places.deallocate()
  }

  public var isEmpty: Bool { count == 0 }
  /// A copy: streams may come and go while it is gone through.
  public var values: [HTTP2Stream] {
    guard let places = unsafe places else { return [] }
    var all: [HTTP2Stream] = []
    all.reserveCapacity(count)
    for i in 0..<capacity {
      if let stream = unsafe places[i].stream { unsafe all.append(stream.takeUnretainedValue()) }
    }
    return all
  }

  private func place(_ id: Int32) -> Int { Int(UInt32(bitPattern: id) &* 0x9e37_79b1 >> 16) & mask }
  /// Where a number stands, or the free place where it would.
  @inline(__always) private func search(_ id: Int32, _ places: UnsafeMutablePointer<Place>) -> Int {
    var i = place(id)
    while true {
      let number = unsafe places[i].number
      if number == id || number == 0 { return i }
      i = (i &+ 1) & mask
    }
  }

  public internal(set) subscript(id: Int32) -> HTTP2Stream? {
    get {
      guard count > 0, let places = unsafe places else { return nil }
      return unsafe places[search(id, places)].stream?.takeUnretainedValue()
    }
    set { if let stream = newValue { insert(id, stream) } else { remove(id) } }
  }
  private mutating func insert(_ id: Int32, _ stream: HTTP2Stream) {
    if id == 0 { return }
    if (count &+ 1) &* 2 > capacity { grow() }
    guard let places = unsafe places else { return }
    let i = unsafe search(id, places)
    let old = unsafe places[i].stream
    unsafe places[i] = Place(number: id, stream: Unmanaged.passRetained(stream))
    if let old = unsafe old { unsafe old.release() } else { count &+= 1 }
  }
  private mutating func grow() {
    let (old, had) = unsafe (places, capacity)
    capacity = max(8, had * 2)
    let larger = UnsafeMutablePointer<Place>.allocate(capacity: capacity)
    unsafe larger.initialize(repeating: Place(), count: capacity)
    if let old = unsafe old {
      for i in 0..<had where unsafe old[i].number != 0 { unsafe larger[search(old[i].number, larger)] = old[i] }
      unsafe old.deallocate()
    }
    unsafe places = larger
  }
  private mutating func remove(_ id: Int32) {
    guard count > 0, let places = unsafe places else { return }
    var hole = unsafe search(id, places)
    guard let stream = unsafe places[hole].stream else { return }
    count &-= 1
    // Those that stand behind their places because of this one move up.
    var i = hole
    while true {
      i = (i &+ 1) & mask
      let number = unsafe places[i].number
      if number == 0 { break }
      if (i &- place(number)) & mask >= (i &- hole) & mask {
        unsafe places[hole] = places[i]
        hole = i
      }
    }
    unsafe places[hole] = Place()
    unsafe stream.release()
  }
  /// Gives memory back that only many streams need.
  mutating func shrink() {
    guard count == 0, let old = unsafe places else { return }
    unsafe old.deallocate()
    unsafe (places, capacity) = (nil, 0)
  }
}
