import HTTP
import Memory

// The headers that decide framing: what each line means is settled as soon as it has come, as HAProxy does, so that a
// bad one is refused without waiting for the rest of the head.
extension H1HeadParser {
  /// Looks at one such field, which is about to be added. `keeps` turns false where it must not be.
  /// - Returns: the status to refuse the message with, or 0.
  mutating func note(_ known: KnownHeader, _ value: Bytes, _ message: inout HTTPMessage, _ keeps: inout Bool) -> Int {
    if isTrailer { return noteTrailer(known, &keeps) }
    switch known {
    case .host: return kind == .request ? noteHost(value, message.endIndex, &keeps) : 0
    case .connection: return noteConnection(value, &keeps)
    case .contentLength: return noteContentLength(value, &message, &keeps)
    case .transferEncoding: return noteTransferEncoding(value)
    case .upgrade: return noteUpgrade(value)
    case .http2Settings:
      keeps = false
      return 0
    case .expect:
      if value.equalsIgnoringCase("100-continue") && message.isVersion11 { framing.flags.insert(.expectContinue) }
      return 0
    case .te:
      // Of all transfer codings only trailers are passed on (RFC 9110 10.1.4).
      keeps = false
      if !message.mayHave(.te) && HeaderTokens.contains(value, "trailers") {
        message.add(.te, Bytes("trailers"))
      } else {
        message.droppedSize += 2 + value.count
      }
      return 0
    default: return 0
    }
  }

  private mutating func noteHost(_ value: Bytes, _ index: Int, _ keeps: inout Bool) -> Int {
    if value.firstNotHost < value.count { return 400 }
    if hostIndex < 0 {
      host = value
      hostIndex = index
      return 0
    }
    keeps = false
    return host.equalsIgnoringCase(value) ? 0 : 400
  }

  private mutating func noteConnection(_ value: Bytes, _ keeps: inout Bool) -> Int {
    if value.equalsIgnoringCase("keep-alive") {
      framing.flags.insert(.keepAlive)
      keeps = false
      return 0
    }
    if value.equalsIgnoringCase("close") {
      framing.flags.insert(.close)
      keeps = false
      return 0
    }
    var tokens = HeaderTokens(value)
    while let token = tokens.next() {
      if token.equalsIgnoringCase("close") {
        framing.flags.insert(.close)
      } else if token.equalsIgnoringCase("keep-alive") {
        framing.flags.insert(.keepAlive)
      } else if token.equalsIgnoringCase("upgrade") {
        framing.flags.insert(.upgradeToken)
      } else if token.equalsIgnoringCase("http2-settings") {
        framing.flags.insert(.http2Settings)
      } else if !token.isEmpty {
        framing.flags.insert(.otherOption)
      }
    }
    return 0
  }

  private mutating func noteUpgrade(_ value: Bytes) -> Int {
    framing.flags.insert(.upgradeField)
    var tokens = HeaderTokens(value)
    while let token = tokens.next() {
      if token.equalsIgnoringCase("h2c") || token.equalsIgnoringCase("h2") {
        framing.flags.insert(.upgradeToH2)
      } else if token.equalsIgnoringCase("websocket") {
        framing.flags.insert(.websocket)
      }
    }
    return 0
  }

  /// A decimal number, or several equal ones in a list (RFC 9112 6.3 rule 5).
  private mutating func noteContentLength(_ value: Bytes, _ message: inout HTTPMessage, _ keeps: inout Bool) -> Int {
    var rest = value
    while true {
      var digits = 0
      var number: UInt64 = 0
      while let c = rest.at(digits), c &- 0x30 < 10 {
        let (product, isOver) = number.multipliedReportingOverflow(by: 10)
        let (sum, isOverAgain) = product.addingReportingOverflow(UInt64(c &- 0x30))
        if isOver || isOverAgain || sum > UInt64(Int64.max) { return 400 }
        number = sum
        digits += 1
      }
      if digits == 0 { return 400 }
      if framing.flags.contains(.contentLength) {
        if framing.contentLength != number { return 400 }
        keeps = false
      } else {
        framing.flags.insert(.contentLength)
        framing.contentLength = number
        if digits != value.count {
          message.add(.contentLength, value.prefix(digits))
          keeps = false
        }
      }
      rest = rest.dropFirst(digits)
      var i = 0
      while let c = rest.at(i), c == 0x20 || c == 0x09 { i += 1 }
      if i == rest.count { return 0 }
      if rest[i] != 0x2c { return 400 }
      i += 1
      while let c = rest.at(i), c == 0x20 || c == 0x09 { i += 1 }
      rest = rest.dropFirst(i)
    }
  }

  /// The coding list: nothing may stand behind chunked, and no element may be empty.
  private mutating func noteTransferEncoding(_ value: Bytes) -> Int {
    framing.flags.insert(.transferEncoding)
    var tokens = HeaderTokens(value)
    while let token = tokens.next() {
      if token.isEmpty || framing.flags.contains(.chunked) { return 400 }
      framing.flags.insert(token.equalsIgnoringCase("chunked") ? .chunked : .otherCoding)
    }
    return 0
  }
}
