import Memory

/// A bounded copy of bytes that a log line will want when their buffer is gone: the request line, a captured header.
struct CapturedText: ~Copyable {
  private let storage: ByteArena
  private(set) var bytes = Bytes()
  private(set) var isTruncated = false

  init(capacity: Int) { storage = ByteArena(capacity: max(1, capacity)) }

  mutating func set(_ text: Bytes) {
    storage.reset()
    let kept = text.count > storage.capacity ? text.prefix(storage.capacity) : text
    isTruncated = kept.count < text.count
    bytes = storage.copy(kept) ?? Bytes()
  }
  func giveBack() { storage.giveBack() }
  mutating func clear() {
    bytes = Bytes()
    isTruncated = false
  }
}
