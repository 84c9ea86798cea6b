import Memory

/// A hash index over texts, which finds equal texts and, trying only the lengths that occur, texts that begin at a
/// place of another (or end there, where texts are read backwards).
struct TextIndex: Sendable {
  /// Entry index + 1, or 0 for a free slot; a power of two of them, at most half used.
  private var slots: [UInt32] = []
  /// Whether a text of this length exists.
  private var lengths: [Bool] = []
  private let ignoresCase: Bool
  private let isReversed: Bool
  private let mask: Int

  init(_ texts: [Bytes], ignoringCase: Bool, reversed: Bool) {
    ignoresCase = ignoringCase
    isReversed = reversed
    var size = 16
    while size < texts.count * 2 { size *= 2 }
    mask = size - 1
    if texts.isEmpty { return }
    slots = Array(repeating: 0, count: size)
    lengths = Array(repeating: false, count: (texts.lazy.map(\.count).max() ?? 0) + 1)
    for (i, text) in texts.enumerated() {
      lengths[text.count] = true
      var slot = place(hash(text, text.count))
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(i + 1)
    }
  }

  private static let seed: UInt64 = 0xcbf2_9ce4_8422_2325
  @inline(__always) private func step(_ hash: UInt64, _ c: UInt8) -> UInt64 {
    (hash ^ UInt64(ignoresCase && c &- 65 < 26 ? c | 0x20 : c)) &* 0x100_0000_01b3
  }
  @inline(__always) private func place(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash ^ hash >> 29) &* 0x9e37_79b9_7f4a_7c15 >> 24) & mask
  }
  @inline(__always) private func byte(_ text: Bytes, _ i: Int) -> UInt8 { text[isReversed ? text.count - 1 - i : i] }
  private func hash(_ text: Bytes, _ count: Int) -> UInt64 {
    var h = TextIndex.seed
    for i in 0..<count { h = step(h, byte(text, i)) }
    return h
  }
  private func same(_ a: Bytes, _ b: Bytes) -> Bool { ignoresCase ? a.equalsIgnoringCase(b) : a.equals(b) }

  /// The first entry in order whose text is `text`.
  func equal(_ text: Bytes, _ entries: [PatternTable.Entry], _ removed: borrowing NumberSet) -> Int? {
    text.count < lengths.count && lengths[text.count] ? probe(hash(text, text.count), text, entries, removed) : nil
  }

  private func probe(
    _ hash: UInt64, _ text: Bytes, _ entries: [PatternTable.Entry], _ removed: borrowing NumberSet
  ) -> Int? {
    var slot = place(hash)
    var best: Int?
    while slots[slot] != 0 {
      let i = Int(slots[slot]) - 1
      if same(entries[i].text, text), !removed.contains(entries[i].number),
        best == nil || entries[i].number < entries[best!].number
      {
        best = i
      }
      slot = (slot + 1) & mask
    }
    return best
  }

  /// The entry whose text stands in `text` from `start` on, and behind which a delimiter stands (or nothing): the
  /// longest or the first in order.
  func prefix(
    _ text: Bytes, from start: Int, _ entries: [PatternTable.Entry], _ removed: borrowing NumberSet,
    preferLongest: Bool, delimiters: WordDelimiters
  ) -> Int? {
    var best: Int?
    var h = TextIndex.seed
    var length = 0
    while true {
      if length < lengths.count && lengths[length] && length > 0 {
        let end = start + length
        if end >= text.count || delimiters.contain(text[end]) {
          let piece = isReversed ? text.slice(text.count - length, length) : text.slice(start, length)
          if let found = probe(h, piece, entries, removed),
            best == nil || preferLongest || entries[found].number < entries[best!].number
          {
            best = found
          }
        }
      }
      if start + length >= text.count || length + 1 >= lengths.count { return best }
      h = step(h, byte(text, start + length))
      length += 1
    }
  }
}
