import Memory

/// The elements of a comma-separated value without quoted strings (`Connection`, `Upgrade`, `Transfer-Encoding`), each
/// without the blanks around it; empty ones included, and one empty one for an empty value.
struct HeaderTokens {
  private let value: Bytes
  private var at = 0

  init(_ value: Bytes) { self.value = value }

  mutating func next() -> Bytes? {
    if at > value.count { return nil }
    let end = value.firstIndex(of: 0x2c, from: at) ?? value.count
    let token = value[at..<end].trimmed
    at = end + 1
    return token
  }

  static func contains(_ value: Bytes, _ token: StaticString) -> Bool {
    var tokens = HeaderTokens(value)
    while let next = tokens.next() {
      if next.equalsIgnoringCase(token) { return true }
    }
    return false
  }
}
