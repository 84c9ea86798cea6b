public import Memory

/// The parts of a request target (RFC 9112 3.2), as ranges found once.
public struct RequestTarget {
  public enum Form: UInt8, Sendable {
    /// `/path?query`
    case origin
    /// `scheme://authority/path?query`
    case absolute
    /// `host:port`, or what fits no other form
    case authority
    /// `*`
    case asterisk
  }
  public let form: Form
  public let whole: Bytes
  /// Of the absolute form, without `://`; else empty.
  public let scheme: Bytes
  /// Of the absolute and authority forms, user information included; else empty.
  public let authority: Bytes
  /// Path and query (`pathq`): from the first slash behind the scheme's; empty where there is none.
  public let pathAndQuery: Bytes

  public init(_ target: Bytes) {
    whole = target
    let none = Bytes()
    if target.at(0) == UInt8(ascii: "/") {
      (form, scheme, authority, pathAndQuery) = (.origin, none, none, target)
    } else if target.count == 1 && target[0] == UInt8(ascii: "*") {
      (form, scheme, authority, pathAndQuery) = (.asterisk, none, none, none)
    } else if let colon = RequestTarget.schemeEnd(target) {
      var end = colon + 3
      while end < target.count && target[end] != UInt8(ascii: "/") && target[end] != UInt8(ascii: "?") { end += 1 }
      (form, scheme, authority) = (.absolute, target.prefix(colon), target[colon + 3..<end])
      pathAndQuery = target.firstIndex(of: UInt8(ascii: "/"), from: end).map { target.dropFirst($0) } ?? none
    } else {
      (form, scheme, authority, pathAndQuery) = (.authority, none, target, none)
    }
  }

  /// One of the absolute form whose scheme and authority have these lengths; what follows is empty or starts with a slash.
  public init(absolute target: Bytes, scheme: Int, authority: Int) {
    (form, whole) = (.absolute, target)
    self.scheme = target.prefix(scheme)
    self.authority = target.dropFirst(scheme + 3).prefix(authority)
    pathAndQuery = target.dropFirst(scheme + 3 + authority)
  }

  /// The colon of `scheme://`, or nil.
  static func schemeEnd(_ target: Bytes) -> Int? {
    var i = 0
    while i < target.count {
      let c = target[i]
      let isLetter = (c | 0x20) &- 0x61 < 26
      if !isLetter && (i == 0 || !(c &- 0x30 < 10 || c == 0x2b || c == 0x2d || c == 0x2e)) { break }
      i += 1
    }
    return i > 0 && target.dropFirst(i).hasPrefix(Bytes("://")) ? i : nil
  }

  /// The path without the query (`path`).
  public var path: Bytes { pathAndQuery.prefix(pathAndQuery.firstIndex(of: UInt8(ascii: "?")) ?? pathAndQuery.count) }
  /// What follows the first question mark (`query`), or nil.
  public var query: Bytes? { whole.firstIndex(of: UInt8(ascii: "?")).map { whole.dropFirst($0 + 1) } }
  /// The authority behind user information.
  public var hostAndPort: Bytes {
    authority.lastIndex(of: UInt8(ascii: "@")).map { authority.dropFirst($0 + 1) } ?? authority
  }
}

/// A `host[:port]` in its two parts.
public struct HostAndPort {
  /// The host; an IPv6 address keeps its brackets.
  public let host: Bytes
  /// The digits behind the last colon; empty where there is no colon or nothing behind it.
  public let port: Bytes
  public let hasColon: Bool

  public init(_ text: Bytes) {
    var i = text.count
    while i > 0 && text[i - 1] &- 0x30 < 10 { i -= 1 }
    if i > 0 && text[i - 1] == UInt8(ascii: ":") {
      (host, port, hasColon) = (text.prefix(i - 1), text.dropFirst(i), true)
    } else {
      (host, port, hasColon) = (text, Bytes(), false)
    }
  }
}
