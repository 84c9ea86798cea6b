import HTTP
import Memory
import Primitives

/// Header fields: whole (`fhdr`), or cut at commas (`hdr`), by name and occurrence.
enum HeaderFetches {
  static func fetch(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ options: EvaluationOptions, _ evaluator: Evaluator,
    into sample: inout Sample
  ) -> FetchStatus {
    switch call.id {
    case .reqHdrCnt, .resHdrCnt:
      return HTTPFetches.found(.integer(count(name(call), message, isSplit: true)), &sample)
    case .reqFhdrCnt, .resFhdrCnt:
      return HTTPFetches.found(.integer(count(name(call), message, isSplit: false)), &sample)
    case .reqHdrNames, .resHdrNames: return names(call, message, evaluator, &sample)
    case .reqHdrs, .resHdrs: return lines(message, evaluator, &sample)
    case .reqHdrsBin, .resHdrsBin: return binaryLines(message, evaluator, &sample)
    default: break
    }
    let isSplit = call.id != .reqFhdr && call.id != .resFhdr
    while let value = next(call, message, options, isSplit, &sample) {
      switch call.id {
      case .reqHdrVal, .resHdrVal:
        return HTTPFetches.found(.integer(NumberText.loose(value)), &sample)
      case .reqHdrIp, .resHdrIp:
        if let address = address(value) { return HTTPFetches.found(address, &sample) }
      default: return HTTPFetches.found(.string(value), &sample)
      }
      // What is no number or address is passed over where all values are asked for.
      if !sample.flags.contains(.notLast) { return .notFound }
    }
    return .notFound
  }

  private static func name(_ call: FetchCall) -> HTTPHeaderName? {
    if case .header(let name) = call.arguments.first { name } else { nil }
  }

  /// The value that the arguments ask for, or the next one of an iteration.
  private static func next(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ options: EvaluationOptions, _ isSplit: Bool,
    _ sample: inout Sample
  ) -> Bytes? {
    if case .none = call.arguments.first {
      sample.flags.remove(.notLast)
      return nil
    }
    let occurrence = call.arguments.second.integer ?? 0
    guard occurrence == 0, options.contains(.iterate) else {
      sample.flags.remove(.notLast)
      let wanted = Int(clamping: occurrence)
      guard let name = name(call) else { return any(message, occurrence: wanted, isSplit) }
      return isSplit ? message.listValue(name, occurrence: wanted) : message.fieldValue(name, occurrence: wanted)
    }
    // The cursor is the field after the current one, counted from 1, and where in it the next value starts.
    var field = Int(sample.cursor.0)
    var offset = Int(sample.cursor.1)
    while true {
      let found: Int?
      if offset > 0 {
        found = field
      } else if let name = name(call) {
        found = message.find(name, after: field - 1)
      } else {
        found = message.nextField(from: field)
      }
      guard let i = found, i < message.endIndex else {
        sample.flags.remove(.notLast)
        return nil
      }
      let whole = message[i].value
      sample.flags.insert(.notLast)
      if !isSplit {
        sample.cursor = (UInt32(i + 1), 0)
        return whole
      }
      var values = HeaderValueIterator(whole.dropFirst(offset))
      if offset <= whole.count, let range = values.nextRange() {
        let start = offset
        let rest = whole.dropFirst(start)
        let value = rest[range]
        // The comma behind this value, if there is one.
        let comma = rest.firstSeparator(from: range.upperBound)
        if let comma {
          sample.cursor = (UInt32(i), UInt32(start + comma + 1))
        } else {
          sample.cursor = (UInt32(i + 1), 0)
        }
        return value
      }
      field = i + 1
      offset = 0
    }
  }

  /// A value of any field, where no name is given.
  private static func any(_ message: borrowing HTTPMessage, occurrence: Int, _ isSplit: Bool) -> Bytes? {
    var wanted = occurrence
    if occurrence <= 0 {
      if occurrence < -HTTPMessage.occurrenceHistory { return nil }
      wanted = Int(count(nil, message, isSplit: isSplit)) + (occurrence == 0 ? 0 : occurrence + 1)
    }
    var n = 0
    var at = message.nextField(from: 0)
    while let i = at {
      if isSplit {
        var values = HeaderValueIterator(message[i].value)
        while let value = values.next() {
          n += 1
          if n == wanted { return value }
        }
      } else {
        n += 1
        if n == wanted { return message[i].value }
      }
      at = message.nextField(from: i + 1)
    }
    return nil
  }

  private static func count(_ name: HTTPHeaderName?, _ message: borrowing HTTPMessage, isSplit: Bool) -> Int64 {
    if let name { return Int64(isSplit ? message.listCount(name) : message.count(name)) }
    if !isSplit { return Int64(message.fieldCount) }
    var n: Int64 = 0
    var at = message.nextField(from: 0)
    while let i = at {
      var values = HeaderValueIterator(message[i].value)
      while values.nextRange() != nil { n += 1 }
      at = message.nextField(from: i + 1)
    }
    return n
  }

  /// An IPv4 address, with a port behind it or not, or an IPv6 address.
  private static func address(_ text: Bytes) -> SampleData? {
    if let v4 = AddressText.leadingIPv4(text) {
      // Only a port may follow.
      var end = 0
      while let c = text.at(end), c &- 48 < 10 || c == UInt8(ascii: ".") { end += 1 }
      return end == text.count || text[end] == UInt8(ascii: ":") ? .ipv4(v4) : nil
    }
    return AddressText.ipv6(text).map { .ipv6($0) }
  }

  private static func names(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    // An empty delimiter is the byte that ends it.
    let delimiter = call.arguments.first.text.map { $0.at(0) ?? 0 } ?? UInt8(ascii: ",")
    let arena = evaluator.arena
    arena.begin()
    var at = message.nextField(from: 0)
    var isFirst = true
    while let i = at {
      if !isFirst { arena.append(byte: delimiter) }
      isFirst = false
      guard arena.append(message[i].name) else { return .notFound }
      at = message.nextField(from: i + 1)
    }
    return HTTPFetches.found(.string(arena.finish()), &sample)
  }

  /// The fields as HTTP/1 text, with the empty line.
  private static func lines(
    _ message: borrowing HTTPMessage, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    let arena = evaluator.arena
    arena.begin()
    var at = message.nextField(from: 0)
    while let i = at {
      arena.append(message[i].name)
      arena.append(": ")
      arena.append(message[i].value)
      guard arena.append("\r\n") else { return .notFound }
      at = message.nextField(from: i + 1)
    }
    guard arena.append("\r\n") else { return .notFound }
    return HTTPFetches.found(.string(arena.finish()), &sample)
  }

  /// Names and values each behind its length (as the peers' protocol writes numbers), ended by two empty ones.
  private static func binaryLines(
    _ message: borrowing HTTPMessage, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    let arena = evaluator.arena
    arena.begin()
    var at = message.nextField(from: 0)
    while let i = at {
      guard appendCounted(message[i].name, arena), appendCounted(message[i].value, arena) else { return .notFound }
      at = message.nextField(from: i + 1)
    }
    arena.append(byte: 0)
    guard arena.append(byte: 0) else { return .notFound }
    return HTTPFetches.found(.binary(arena.finish()), &sample)
  }
  private static func appendCounted(_ text: Bytes, _ arena: ByteArena) -> Bool {
    if arena.room < text.count + 10 { return false }
    var n = UInt64(text.count)
    if n < 240 {
      arena.append(byte: UInt8(n))
    } else {
      arena.append(byte: UInt8(truncatingIfNeeded: n) | 240)
      n = (n - 240) >> 4
      while n >= 128 {
        arena.append(byte: UInt8(truncatingIfNeeded: n) | 128)
        n = (n - 128) >> 7
      }
      arena.append(byte: UInt8(truncatingIfNeeded: n))
    }
    return arena.append(text)
  }
}

extension Bytes {
  /// The first comma at or behind `start`, which must lie outside quotes.
  fileprivate func firstSeparator(from start: Int) -> Int? { firstIndex(of: UInt8(ascii: ","), from: start) }
}
