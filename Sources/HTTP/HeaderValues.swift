public import Memory

/// The comma-separated values of one field value, as HAProxy's `hdr()` family sees them: commas inside a quoted
/// string do not separate, and each value loses the spaces and tabs around it.
public struct HeaderValueIterator {
  let field: Bytes
  var at = 0
  var isDone = false

  public init(_ field: Bytes) { self.field = field }

  /// Where the value that starts at `start` ends: at the next comma outside quotes, or at the end.
  static func end(_ field: Bytes, from start: Int) -> Int {
    var i = start
    var isQuoted = false
    while i < field.count {
      switch field[i] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "\\") where isQuoted: i += 1
      case UInt8(ascii: ",") where !isQuoted: return i
      default: break
      }
      i += 1
    }
    return field.count
  }

  /// The range of the next value inside the field's value, or nil behind the last.
  public mutating func nextRange() -> Range<Int>? {
    if isDone { return nil }
    var start = at
    let stop = HeaderValueIterator.end(field, from: at)
    isDone = stop >= field.count
    at = stop + 1
    var end = stop
    while start < end && (field[start] == 0x20 || field[start] == 0x09) { start += 1 }
    while end > start && (field[end - 1] == 0x20 || field[end - 1] == 0x09) { end -= 1 }
    return start..<end
  }
  public mutating func next() -> Bytes? { nextRange().map { field[$0] } }
}

extension HTTPMessage {
  /// How far back negative occurrences reach (manual, section 7.3.6 on `hdr`).
  public static var occurrenceHistory: Int { 10 }

  /// The `occurrence`-th comma-separated value over all fields with this name: 1 is the first, -1 the last, -10 the
  /// farthest back; 0 stands for the last one, as where a configuration names none.
  public func listValue(_ name: HTTPHeaderName, occurrence: Int) -> Bytes? {
    if occurrence == 0 { return listValue(name, occurrence: -1) }
    if occurrence < -HTTPMessage.occurrenceHistory { return nil }
    var wanted = occurrence
    if occurrence < 0 {
      wanted = listCount(name) + occurrence + 1
      if wanted < 1 { return nil }
    }
    var n = 0
    var field = find(name)
    while let i = field {
      var values = HeaderValueIterator(self[i].value)
      while let value = values.next() {
        n += 1
        if n == wanted { return value }
      }
      field = find(name, after: i)
    }
    return nil
  }

  /// How many comma-separated values there are over all fields with this name (`req.hdr_cnt`).
  public func listCount(_ name: HTTPHeaderName) -> Int {
    var n = 0
    var field = find(name)
    while let i = field {
      var values = HeaderValueIterator(self[i].value)
      while values.nextRange() != nil { n += 1 }
      field = find(name, after: i)
    }
    return n
  }

  /// The value of the `occurrence`-th field with this name, commas and all (`req.fhdr`): numbers as in `listValue`.
  public func fieldValue(_ name: HTTPHeaderName, occurrence: Int) -> Bytes? {
    if occurrence < -HTTPMessage.occurrenceHistory { return nil }
    var wanted = occurrence
    if occurrence <= 0 {
      wanted = count(name) + (occurrence == 0 ? 0 : occurrence + 1)
      if wanted < 1 { return nil }
    }
    var n = 0
    var field = find(name)
    while let i = field {
      n += 1
      if n == wanted { return self[i].value }
      field = find(name, after: i)
    }
    return nil
  }

  /// Whether a comma-separated value over all fields of this name equals `token`, without regard to case.
  public func listContains(_ known: KnownHeader, _ token: Bytes) -> Bool {
    var field = find(known)
    while let i = field {
      var values = HeaderValueIterator(self[i].value)
      while let value = values.next() {
        if value.equalsIgnoringCase(token) { return true }
      }
      field = find(known, after: i)
    }
    return false
  }
}
