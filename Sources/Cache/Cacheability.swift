public import HTTP
import Memory

/// What a request allows the cache (RFC 9111, section 5.2.1, as far as HAProxy heeds it).
public struct CachePermission: Sendable {
  /// It may be answered from the cache.
  public var mayUse = true
  /// Its answer may be kept.
  public var mayStore = true

  public init(request: borrowing HTTPMessage) {
    if !request.isVersion11 || (request.method != .get && request.method != .head) { mayUse = false }
    if request.find(.authorization) != nil { (mayUse, mayStore) = (false, false) }
    var field = request.find(.cacheControl)
    let hasControl = field != nil
    while let i = field {
      field = request.find(.cacheControl, after: i)
      var values = HeaderValueIterator(request[i].value)
      while let value = values.next() {
        if value.startsIgnoringCase("max-age") || value.startsIgnoringCase("no-cache")
          || value.startsIgnoringCase("max-stale") || value.startsIgnoringCase("min-fresh")
        {
          mayUse = false
        } else if value.startsIgnoringCase("no-store") {
          mayStore = false
        }
      }
    }
    if !hasControl, let pragma = request.value(.pragma), pragma.equalsIgnoringCase("no-cache") { mayUse = false }
  }
}

/// What an answer says of how long it may be kept, and for whom.
public struct Freshness: Sendable {
  /// Seconds for which it may be used; nil where it may not be kept.
  public let lifetime: Int64?
  /// `age`: how old it was when it came.
  public let age: Int64
  /// When it was last changed, seconds since 1970.
  public let lastModified: Int64
  public let vary: VaryFields
  /// The coding of its content.
  public let codings: ContentCodings

  /// `now`: seconds since 1970.
  public init(response: borrowing HTTPMessage, _ settings: CacheSettings, now: Int64) {
    let vary = Freshness.vary(response, settings)
    let codings = Freshness.codings(response)
    // An age that cannot be read may be any.
    let age = response.value(.age).map { Freshness.whole($0) ?? .max } ?? 0
    self.vary = vary ?? []
    self.codings = codings
    self.age = min(age, 1 << 31)
    lastModified =
      response.value(.lastModified).flatMap { DateText.seconds($0) }
      ?? response.value(.date).flatMap { DateText.seconds($0) } ?? now
    // HAProxy keeps no answer that depends on the referer alone.
    guard let vary, !codings.contains(.unknown) || !vary.contains(.encoding), vary != .referer,
      age != .max, let said = Freshness.saidLifetime(response, now: now)
    else {
      lifetime = nil
      return
    }
    if let said, age > said {
      lifetime = nil
    } else {
      lifetime = min(said ?? settings.maximumAge, settings.maximumAge)
    }
  }

  /// Nil where the answer depends on what the cache does not look at.
  private static func vary(_ response: borrowing HTTPMessage, _ settings: CacheSettings) -> VaryFields? {
    var fields: VaryFields = []
    var field = response.find(.vary)
    while let i = field {
      if !settings.processesVary { return nil }
      field = response.find(.vary, after: i)
      var values = HeaderValueIterator(response[i].value)
      while let value = values.next() {
        if value.equalsIgnoringCase("accept-encoding") {
          fields.insert(.encoding)
        } else if value.equalsIgnoringCase("referer") {
          fields.insert(.referer)
        } else {
          return nil
        }
      }
    }
    return fields
  }

  private static func codings(_ response: borrowing HTTPMessage) -> ContentCodings {
    var codings: ContentCodings = []
    var field = response.find(.contentEncoding)
    while let i = field {
      field = response.find(.contentEncoding, after: i)
      var values = HeaderValueIterator(response[i].value)
      while let value = values.next() { codings.formUnion(.named(value)) }
    }
    return codings.isEmpty ? .identity : codings
  }

  /// The lifetime that the answer names itself, nil for none; the outer nil where it may not be kept.
  private static func saidLifetime(_ response: borrowing HTTPMessage, now: Int64) -> Int64?? {
    var shared: Int64?
    var own: Int64?
    var field = response.find(.cacheControl)
    while let i = field {
      field = response.find(.cacheControl, after: i)
      var values = HeaderValueIterator(response[i].value)
      while let value = values.next() {
        if value.startsIgnoringCase("private") || value.startsIgnoringCase("no-cache")
          || value.startsIgnoringCase("no-store")
        {
          return nil
        }
        if let seconds = seconds(value, "s-maxage") { shared = seconds }
        if let seconds = seconds(value, "max-age") { own = seconds }
      }
    }
    if let pragma = response.value(.pragma), pragma.equalsIgnoringCase("no-cache") { return nil }
    // A null age of either kind forbids it, whatever the other says.
    if shared == 0 || own == 0 { return nil }
    if let lifetime = shared ?? own { return .some(lifetime) }
    if let expires = response.value(.expires) {
      guard let date = DateText.seconds(expires), date > now else { return nil }
      return .some(date - now)
    }
    return response.find(.etag) != nil || response.find(.lastModified) != nil ? .some(nil) : nil
  }

  /// The value of a directive, in quotes or not; 0 for what is no number.
  private static func seconds(_ directive: Bytes, _ name: StaticString) -> Int64? {
    let name = Bytes(name)
    guard directive.count > name.count, directive.prefix(name.count).equalsIgnoringCase(name),
      directive[name.count] == UInt8(ascii: "=")
    else { return nil }
    var value = directive.dropFirst(name.count + 1)
    if value.at(0) == UInt8(ascii: "\"") { value = value.dropFirst(1) }
    return number(value) ?? 0
  }

  /// A text of digits alone.
  private static func whole(_ text: Bytes) -> Int64? {
    for i in 0..<text.count where text[i] &- 48 >= 10 { return nil }
    return number(text)
  }

  /// The digits at the head of a text; nil where there are none.
  private static func number(_ text: Bytes) -> Int64? {
    var value: Int64 = 0
    var at = 0
    while let digit = text.at(at), digit &- 48 < 10 {
      value = min(value * 10 + Int64(digit &- 48), 1 << 40)
      at += 1
    }
    return at == 0 ? nil : value
  }
}

extension Bytes {
  func startsIgnoringCase(_ text: StaticString) -> Bool {
    let other = Bytes(text)
    return count >= other.count && prefix(other.count).equalsIgnoringCase(other)
  }
}
