import HTTP
import Memory

/// Takes elements out of a comma-separated header, in place: the value only gets shorter.
struct TokenRemoval: OptionSet {
  let rawValue: UInt8
  /// `close`, `keep-alive`, `http2-settings` and empty elements.
  static let hop = TokenRemoval(rawValue: 1)
  static let upgrade = TokenRemoval(rawValue: 2)
  /// `h2c` and `h2`.
  static let h2 = TokenRemoval(rawValue: 4)

  private func takes(_ token: Bytes) -> Bool {
    if token.isEmpty { return true }
    if contains(.hop)
      && (token.equalsIgnoringCase("close") || token.equalsIgnoringCase("keep-alive")
        || token.equalsIgnoringCase("http2-settings"))
    {
      return true
    }
    if contains(.upgrade) && token.equalsIgnoringCase("upgrade") { return true }
    return contains(.h2) && (token.equalsIgnoringCase("h2c") || token.equalsIgnoringCase("h2"))
  }

  /// Rewrites all fields of that name; says whether an element is left.
  @discardableResult static func remove(
    _ what: TokenRemoval, from name: KnownHeader, _ buffer: inout Buffer, _ message: inout HTTPMessage
  ) -> Bool {
    var isAnyLeft = false
    var field = message.find(name)
    while let i = field {
      let value = message[i].value
      let kept = what.rewrite(value, &buffer)
      if kept == 0 {
        message.remove(at: i)
      } else {
        isAnyLeft = true
        message.setValue(at: i, value.prefix(kept))
      }
      field = message.find(name, after: i)
    }
    return isAnyLeft
  }

  /// Moves the elements that stay to the front; returns their length. As HAProxy does: what stands before the first
  /// element that goes keeps its blanks, what stands behind is separated by a bare comma.
  private func rewrite(_ value: Bytes, _ buffer: inout Buffer) -> Int {
    guard let start = value.offset(in: buffer.readable) else { return value.count }
    var tokens = HeaderTokens(value)
    var length = 0
    var isMoving = false
    while let token = tokens.next() {
      if takes(token) {
        isMoving = true
      } else if !isMoving {
        length = (token.offset(in: value) ?? 0) + token.count
      } else {
        // A kept element starts behind the place it moves to: its bytes are read before they are overwritten.
        if length > 0 {
          buffer.set(start + length, 0x2c)
          length += 1
        }
        for i in 0..<token.count {
          buffer.set(start + length, token[i])
          length += 1
        }
      }
    }
    return length
  }
}
