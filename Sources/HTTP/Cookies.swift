public import Memory

/// One cookie inside a field value, as ranges of that value.
public struct CookiePosition: Sendable {
  /// From behind the previous delimiter (or the start) to the delimiter that ends this cookie (or the end).
  public var whole: Range<Int>
  public var name: Range<Int>
  public var value: Range<Int>
}

/// Walks over the cookies of a `Cookie` value, or reads the one of a `Set-Cookie` value (whose other parts are
/// attributes). What has no `=` or starts with `$` (RFC 2109 attributes) is skipped. Semicolons and, in `Cookie`,
/// commas end a cookie, except inside a quoted value.
public struct CookieIterator {
  let field: Bytes
  let isList: Bool
  var at = 0

  public init(request field: Bytes) {
    self.field = field
    isList = true
  }
  public init(response field: Bytes) {
    self.field = field
    isList = false
  }

  private func isBlank(_ i: Int) -> Bool { field[i] == 0x20 || field[i] == 0x09 }

  private func endOfName(from start: Int) -> Int {
    var i = start
    while i < field.count {
      let c = field[i]
      if c == UInt8(ascii: "=") || c == UInt8(ascii: ";") || (isList && c == UInt8(ascii: ",")) { break }
      i += 1
    }
    return i
  }
  private func endOfValue(from start: Int) -> Int {
    var i = start
    var isQuoted = false
    while i < field.count {
      switch field[i] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "\\") where isQuoted: i += 1
      case UInt8(ascii: ";") where !isQuoted, UInt8(ascii: ",") where !isQuoted: return i
      default: break
      }
      i += 1
    }
    return field.count
  }
  private func trimmed(_ start: Int, _ end: Int) -> Range<Int> {
    var (start, end) = (start, end)
    while start < end && isBlank(start) { start += 1 }
    while end > start && isBlank(end - 1) { end -= 1 }
    return start..<end
  }

  public mutating func next() -> CookiePosition? {
    while at < field.count {
      let start = at
      let equals = endOfName(from: start)
      let name = trimmed(start, equals)
      guard equals < field.count, field[equals] == UInt8(ascii: "=") else {
        at = isList ? equals + 1 : field.count
        continue
      }
      let end = endOfValue(from: equals + 1)
      at = isList ? end + 1 : field.count
      if !name.isEmpty && field[name.lowerBound] == UInt8(ascii: "$") { continue }
      return CookiePosition(whole: start..<end, name: name, value: trimmed(equals + 1, end))
    }
    return nil
  }
}

extension HTTPMessage {
  /// Where the last (or first) cookie with this name stands, or nil. An empty name stands for any cookie.
  ///
  /// As in HAProxy, a cookie that ends the value and has nothing behind its `=`, and no blank before its name, does not
  /// count.
  private func scanCookies(_ name: Bytes, stopsAtFirst: Bool, _ count: inout Int) -> Bytes? {
    let header: KnownHeader = kind == .request ? .cookie : .setCookie
    var found: Bytes?
    var field = find(header)
    while let i = field {
      let value = self[i].value
      var cookies = kind == .request ? CookieIterator(request: value) : CookieIterator(response: value)
      while let cookie = cookies.next() {
        if cookie.whole.lowerBound + name.count + 1 >= value.count { break }
        if !name.isEmpty && !value[cookie.name].equals(name) { continue }
        count += 1
        found = value[cookie.value]
        if stopsAtFirst { return found }
      }
      field = find(header, after: i)
    }
    return found
  }

  /// What `req.cook` and `res.cook` give, by the kind of the message: the value of the last cookie with this name, or
  /// of the first cookie where the name is empty.
  public func cookie(_ name: Bytes) -> Bytes? {
    var count = 0
    return scanCookies(name, stopsAtFirst: name.isEmpty, &count)
  }
  public func firstCookie(_ name: Bytes) -> Bytes? {
    var count = 0
    return scanCookies(name, stopsAtFirst: true, &count)
  }
  /// How many cookies have this name; an empty name counts all (`req.cook_cnt`).
  public func cookieCount(_ name: Bytes) -> Int {
    var count = 0
    _ = scanCookies(name, stopsAtFirst: false, &count)
    return count
  }
}
