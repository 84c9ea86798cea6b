/// Servers in the order of a key, and in order of arrival where keys are equal. Adding and removing one costs
/// O(log n) and allocates nothing once the heap has had its largest size. A server is in at most one of the heaps
/// that share a `places` array.
struct ServerHeap {
  struct Entry {
    var key: UInt32
    var server: Int32
    var arrival: UInt64

    func precedes(_ other: Entry) -> Bool {
      key < other.key || (key == other.key && arrival < other.arrival)
    }
  }
  private(set) var entries: [Entry] = []

  var isEmpty: Bool { entries.isEmpty }
  /// The server of the least key that came first.
  var first: Int? { entries.isEmpty ? nil : Int(entries[0].server) }

  /// Adds a server. `places` says for each server where in its heap it is.
  mutating func insert(_ entry: Entry, _ places: inout [Int32]) {
    entries.append(entry)
    rise(entries.count - 1, &places)
  }

  /// Removes the server, which must be in this heap, and returns its entry.
  @discardableResult mutating func remove(_ server: Int, _ places: inout [Int32]) -> Entry {
    let at = Int(places[server])
    let removed = entries[at]
    let last = entries.removeLast()
    if at < entries.count {
      entries[at] = last
      if at > 0 && last.precedes(entries[(at - 1) / 4]) { rise(at, &places) } else { sink(at, &places) }
    }
    return removed
  }

  private mutating func rise(_ start: Int, _ places: inout [Int32]) {
    let entry = entries[start]
    var at = start
    while at > 0 {
      let parent = (at - 1) / 4
      if !entry.precedes(entries[parent]) { break }
      entries[at] = entries[parent]
      places[Int(entries[at].server)] = Int32(truncatingIfNeeded: at)
      at = parent
    }
    entries[at] = entry
    places[Int(entry.server)] = Int32(truncatingIfNeeded: at)
  }

  private mutating func sink(_ start: Int, _ places: inout [Int32]) {
    let entry = entries[start]
    var at = start
    while true {
      let firstChild = 4 * at + 1
      if firstChild >= entries.count { break }
      var least = firstChild
      for child in firstChild..<min(firstChild + 4, entries.count) where entries[child].precedes(entries[least]) {
        least = child
      }
      if !entries[least].precedes(entry) { break }
      entries[at] = entries[least]
      places[Int(entries[at].server)] = Int32(truncatingIfNeeded: at)
      at = least
    }
    entries[at] = entry
    places[Int(entry.server)] = Int32(truncatingIfNeeded: at)
  }
}
