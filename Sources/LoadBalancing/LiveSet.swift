import Memory

/// A set of places in a fixed range, read by all workers while one changes it under the balancer's lock. A second
/// level says which words are not empty, so that finding the next member takes a few steps in any case.
struct LiveSet: Sendable {
  private let words: SharedWords
  private let summary: SharedWords
  private let count: Int

  init(count: Int) {
    self.count = count
    words = SharedWords(count: (count + 63) / 64)
    summary = SharedWords(count: (words.count + 63) / 64)
  }

  func contains(_ place: Int) -> Bool { words[place >> 6] >> UInt64(place & 63) & 1 == 1 }

  func insert(_ place: Int) {
    let word = place >> 6
    words[word] = words[word] | 1 << UInt64(place & 63)
    summary[word >> 6] = summary[word >> 6] | 1 << UInt64(word & 63)
  }
  func remove(_ place: Int) {
    let word = place >> 6
    words[word] = words[word] & ~(1 << UInt64(place & 63))
    if words[word] == 0 { summary[word >> 6] = summary[word >> 6] & ~(1 << UInt64(word & 63)) }
  }

  /// The first member at or after `place`.
  func next(_ place: Int) -> Int? {
    if place >= count { return nil }
    var word = place >> 6
    var bits = words[word] & (UInt64.max << UInt64(place & 63))
    while bits == 0 {
      guard let following = nextWord(word + 1) else { return nil }
      word = following
      bits = words[word]
    }
    return word << 6 | bits.trailingZeroBitCount
  }
  private func nextWord(_ word: Int) -> Int? {
    if word >= words.count { return nil }
    var group = word >> 6
    var bits = summary[group] & (UInt64.max << UInt64(word & 63))
    while bits == 0 {
      group += 1
      if group >= summary.count { return nil }
      bits = summary[group]
    }
    return group << 6 | bits.trailingZeroBitCount
  }

  /// The last member before `place`.
  func previous(_ place: Int) -> Int? {
    if place <= 0 { return nil }
    let last = place - 1
    var word = last >> 6
    var bits = words[word] & (UInt64.max >> UInt64(63 - last & 63))
    while bits == 0 {
      guard let preceding = previousWord(word) else { return nil }
      word = preceding
      bits = words[word]
    }
    return word << 6 | 63 - bits.leadingZeroBitCount
  }
  private func previousWord(_ word: Int) -> Int? {
    if word <= 0 { return nil }
    let last = word - 1
    var group = last >> 6
    var bits = summary[group] & (UInt64.max >> UInt64(63 - last & 63))
    while bits == 0 {
      group -= 1
      if group < 0 { return nil }
      bits = summary[group]
    }
    return group << 6 | 63 - bits.leadingZeroBitCount
  }
}
