/// The streams of a session by their numbers. A session has few at once and asks for them many times for each, which is
/// what a general dictionary is slow at.
public struct HTTP2StreamTable {
  /// A power of two of places, or none; 0 marks a free one. A stream stands at its own place or behind it.
  private var numbers: [Int32] = []
  private var found: [HTTP2Stream?] = []
  public private(set) var count = 0
  private var mask: Int { numbers.count &- 1 }

  public var isEmpty: Bool { count == 0 }
  /// A copy: streams may come and go while it is gone through.
  public var values: [HTTP2Stream] { found.compactMap { $0 } }

  private func place(_ id: Int32) -> Int { Int(UInt32(bitPattern: id) &* 0x9e37_79b1 >> 16) & mask }
  private func index(of id: Int32) -> Int? {
    if count == 0 || id == 0 { return nil }
    var i = place(id)
    while numbers[i] != 0 {
      if numbers[i] == id { return i }
      i = (i &+ 1) & mask
    }
    return nil
  }

  public internal(set) subscript(id: Int32) -> HTTP2Stream? {
    get {
      guard let i = index(of: id) else { return nil }
      return found[i]
    }
    set {
      guard let stream = newValue else { return remove(id) }
      if id == 0 { return }
      if let i = index(of: id) {
        found[i] = stream
        return
      }
      if (count + 1) * 2 > numbers.count { grow() }
      insert(id, stream)
    }
  }
  private mutating func insert(_ id: Int32, _ stream: HTTP2Stream) {
    var i = place(id)
    while numbers[i] != 0 { i = (i &+ 1) & mask }
    numbers[i] = id
    found[i] = stream
    count += 1
  }
  private mutating func grow() {
    let (old, streams) = (numbers, found)
    numbers = Array(repeating: 0, count: max(8, old.count * 2))
    found = Array(repeating: nil, count: numbers.count)
    count = 0
    for i in old.indices { if let stream = streams[i] { insert(old[i], stream) } }
  }
  private mutating func remove(_ id: Int32) {
    guard var hole = index(of: id) else { return }
    count -= 1
    // Those that stand behind their places because of this one move up.
    var i = hole
    while true {
      i = (i &+ 1) & mask
      if numbers[i] == 0 { break }
      if (i &- place(numbers[i])) & mask >= (i &- hole) & mask {
        numbers[hole] = numbers[i]
        found.swapAt(hole, i)
        hole = i
      }
    }
    numbers[hole] = 0
    found[hole] = nil
  }
  /// Gives memory back that only many streams need.
  mutating func shrink() {
    if count == 0 { (numbers, found) = ([], []) }
  }
}
