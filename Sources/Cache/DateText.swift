import HTTP
import Memory

/// Dates of header fields as seconds since 1970 (RFC 9110, section 5.6.7): the current form and both old ones.
enum DateText {
  static func seconds(_ text: Bytes) -> Int64? {
    var numbers: [Int64] = []
    var month: Int64?
    var at = 0
    while at < text.count {
      if let digit = digit(text[at]) {
        var number = digit
        at += 1
        var length = 1
        while at < text.count, length < 5, let next = self.digit(text[at]) {
          number = number * 10 + next
          length += 1
          at += 1
        }
        numbers.append(number)
        if numbers.count > 5 { return nil }
        continue
      }
      if month == nil, let found = monthNumber(text.dropFirst(at).prefix(3)), at == 0 || !isLetter(text[at - 1]) {
        month = found
      }
      at += 1
    }
    guard numbers.count == 5, let month else { return nil }
    // Only asctime's form has the year behind the time, and no zone.
    let isOld = !text.hasSuffix(Bytes("GMT"))
    let (day, hour, minute, second) =
      isOld ? (numbers[0], numbers[1], numbers[2], numbers[3]) : (numbers[0], numbers[2], numbers[3], numbers[4])
    var year = isOld ? numbers[4] : numbers[1]
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    guard (1970...9999).contains(year), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else { return nil }
    return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// Days since the first of January 1970.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let shifted = (month + 9) % 12
    let yearDays = y * 365 + y / 4 - y / 100 + y / 400
    return yearDays + (shifted * 306 + 5) / 10 + day - 1 - 719_468
  }
  private static func digit(_ c: UInt8) -> Int64? { c &- 48 < 10 ? Int64(c &- 48) : nil }
  private static func isLetter(_ c: UInt8) -> Bool { (c | 0x20) &- 97 < 26 }
  private static func monthNumber(_ text: Bytes) -> Int64? {
    let names: [StaticString] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for (i, name) in names.enumerated() where text.equalsIgnoringCase(name) { return Int64(i + 1) }
    return nil
  }
}
