/// The patterns that answers are compared with.
struct CheckPatterns {
  mutating func matches(_ pattern: String, _ text: ArraySlice<UInt8>) -> Bool { false }

  static func contains(_ needle: [UInt8], in hay: ArraySlice<UInt8>) -> Bool {
    if needle.isEmpty { return true }
    guard let first = needle.first, hay.count >= needle.count else { return false }
    var rest = hay
    while let at = rest.firstIndex(of: first), rest.endIndex - at >= needle.count {
      if rest[at..<(at + needle.count)].elementsEqual(needle) { return true }
      rest = rest[(at + 1)...]
    }
    return false
  }
}
