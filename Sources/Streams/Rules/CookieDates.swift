import Memory

/// The dates in a persistence cookie (`maxidle`, `maxlife`): when it was given out last and first, in units of four
/// seconds as five digits of base 64, each behind a bar.
extension Worker {
  private static let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  private var seconds: Int64 { loop.wallClock / 1_000_000 }

  /// Remembers the dates in what follows the first bar of a cookie.
  func readDates(_ text: Bytes, _ stream: Stream) {
    if let last = date(text) { stream.effects.cookieLastDate = last }
    guard let bar = text.firstIndex(of: UInt8(ascii: "|")) else { return }
    if let first = date(text.dropFirst(bar + 1)) { stream.effects.cookieFirstDate = first }
  }

  private func date(_ text: Bytes) -> Int64? {
    if text.count < 5 { return nil }
    let digits = Bytes(Self.digits)
    var value: Int64 = 0
    for i in 0..<5 {
      guard let digit = digits.firstIndex(of: text[i]) else { return nil }
      value = value << 6 | Int64(digit)
    }
    return value << 2
  }

  /// Whether the cookie names no server any more because of its age; the log's letter says why.
  func isOver(_ stream: Stream, _ rule: CookieRule) -> Bool {
    let now = seconds
    func isOutside(_ date: Int64, _ limit: Int) -> Bool {
      limit > 0 && date > 0 && (date < now - Int64(limit) || date > now + 86400)
    }
    if isOutside(stream.effects.cookieLastDate, rule.settings.maximumIdle) {
      stream.cookieClient = UInt8(ascii: "E")
    } else if isOutside(stream.effects.cookieFirstDate, rule.settings.maximumLife) {
      stream.cookieClient = UInt8(ascii: "O")
    } else {
      return false
    }
    stream.effects.cookieLastDate = 0
    stream.effects.cookieFirstDate = 0
    return true
  }

  /// Whether the cookie must be given out again to the client that has it: its dates are missing, old or too many.
  func needsRefresh(_ stream: Stream, _ rule: CookieRule) -> Bool {
    let (last, first) = (stream.effects.cookieLastDate, stream.effects.cookieFirstDate)
    let life = rule.settings.maximumLife > 0
    return (rule.settings.maximumIdle > 0 || last > 0) && (last == 0 || last < seconds)
      || life && first == 0 || !life && first > 0
  }

  /// The dates behind the value of a cookie that is given out.
  func appendDates(_ stream: Stream, _ rule: CookieRule) -> Bool {
    if !rule.isDated { return true }
    let now = (seconds + 3) >> 2
    let first = stream.effects.cookieFirstDate > 0 ? stream.effects.cookieFirstDate >> 2 : now
    return appendDate(now, stream) && (rule.settings.maximumLife == 0 || appendDate(first, stream))
  }
  private func appendDate(_ value: Int64, _ stream: Stream) -> Bool {
    let digits = Bytes(Self.digits)
    var fits = stream.text.append("|")
    var shift: Int64 = 24
    while shift >= 0 {
      fits = stream.text.append(byte: digits[Int(value >> shift & 63)]) && fits
      shift -= 6
    }
    return fits
  }
}
