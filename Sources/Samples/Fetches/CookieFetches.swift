import HTTP
import Memory

/// Cookies by name; without one the first of all.
enum CookieFetches {
  static func fetch(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ options: EvaluationOptions, _ evaluator: Evaluator,
    into sample: inout Sample
  ) -> FetchStatus {
    let name = call.arguments.first.text ?? Bytes()
    if call.id == .resCookCnt && name.isEmpty {
      return HTTPFetches.found(.integer(pairs(message)), &sample)
    }
    if call.id == .reqCookCnt || call.id == .resCookCnt {
      return HTTPFetches.found(.integer(Int64(message.cookieCount(name))), &sample)
    }
    guard options.contains(.iterate) else {
      guard let value = message.cookie(name) else { return .notFound }
      return put(value, call, &sample)
    }
    // The cursor counts the cookies that were given out.
    guard let value = nth(name, message, Int(sample.cursor.0)) else {
      sample.flags.remove(.notLast)
      return .notFound
    }
    sample.cursor.0 += 1
    sample.flags.insert(.notLast)
    return put(value, call, &sample)
  }

  /// How many `name=value` pairs there are in all Set-Cookie fields, attributes included.
  private static func pairs(_ message: borrowing HTTPMessage) -> Int64 {
    var n: Int64 = 0
    var field = message.find(.setCookie)
    while let i = field {
      var cookies = CookieIterator(request: message[i].value)
      while cookies.next() != nil { n += 1 }
      field = message.find(.setCookie, after: i)
    }
    return n
  }

  private static func put(_ value: Bytes, _ call: FetchCall, _ sample: inout Sample) -> FetchStatus {
    if call.id == .reqCookVal || call.id == .resCookVal {
      return HTTPFetches.found(.integer(NumberText.loose(value)), &sample)
    }
    return HTTPFetches.found(.string(value), &sample)
  }

  private static func nth(_ name: Bytes, _ message: borrowing HTTPMessage, _ wanted: Int) -> Bytes? {
    let isRequest = message.kind == .request
    let header: KnownHeader = isRequest ? .cookie : .setCookie
    var n = 0
    var field = message.find(header)
    while let i = field {
      let value = message[i].value
      var cookies = isRequest ? CookieIterator(request: value) : CookieIterator(response: value)
      while let cookie = cookies.next() {
        guard name.isEmpty || value[cookie.name].equals(name) else { continue }
        if n == wanted { return value[cookie.value] }
        n += 1
      }
      field = message.find(header, after: i)
    }
    return nil
  }
}
