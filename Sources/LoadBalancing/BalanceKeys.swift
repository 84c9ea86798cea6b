public import Memory
public import Primitives

/// Finds the part of a request that `balance` looks at, and hashes it as `hash-type` says. Nil means that the request
/// has no key, and servers take turns. One is made for each worker.
public struct BalanceKeys {
  public let settings: BalanceSettings
  /// The name in `hdr(<name>)`, `url_param <name>` or `rdp-cookie(<name>)`.
  public let name: Bytes

  public init(_ settings: BalanceSettings) {
    self.settings = settings
    name =
      switch settings.algorithm {
      case .urlParameter(let name, _, _), .header(let name, _), .rdpCookie(let name): Bytes(permanent: name)
      default: Bytes()
      }
  }

  /// `balance uri`: the request target as it came, up to the query string and the limits that are set.
  public func hash(target: Bytes) -> UInt32? {
    guard case .uri(let length, let depth, let whole, let pathOnly) = settings.algorithm else { return nil }
    var key = pathOnly ? BalanceKeys.path(of: target) : target
    if length > 0 { key = key.prefix(length) }
    var slashes = 0
    var end = 0
    while end < key.count {
      let c = key[end]
      if c == UInt8(ascii: "/") {
        slashes += 1
        if depth > 0 && slashes == depth + 1 { break }
      } else if c == UInt8(ascii: "?") && !whole {
        break
      }
      end += 1
    }
    return settings.hash(key.prefix(end))
  }

  /// A target without scheme and authority: from the first slash of its path, empty where it has none.
  private static func path(of target: Bytes) -> Bytes {
    if target.at(0) == UInt8(ascii: "/") { return target }
    guard let scheme = target.firstIndex(of: Bytes("://")) else { return Bytes() }
    let rest = target.dropFirst(scheme + 3)
    return rest.firstIndex(of: UInt8(ascii: "/")).map { rest.dropFirst($0) } ?? Bytes()
  }

  /// `balance url_param`: the value of the parameter in the query string of `target`.
  public func hash(parameterOf target: Bytes) -> UInt32? {
    guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    return value(in: target.dropFirst(mark + 1)).map { settings.hash($0) }
  }

  /// `balance url_param`: the value of the parameter in what has come of a POST body, for when the target has none.
  /// A value that starts with what no URL-encoded text has is none.
  public func hash(parameterOfBody body: Bytes) -> UInt32? {
    guard var value = value(in: body) else { return nil }
    if let first = value.at(0), !BalanceKeys.isToken(first) {
      if first != 0x20 && first != 0x09 && first != 0x0d && first != 0x0a { return nil }
      value = value.prefix(0)
    }
    return settings.hash(value)
  }

  /// The value behind `name=` in a list of parameters that `&` separates.
  private func value(in list: Bytes) -> Bytes? {
    var rest = list
    while rest.count > name.count {
      let end = rest.firstIndex(of: UInt8(ascii: "&"))
      if rest[name.count] == UInt8(ascii: "=") && rest.hasPrefix(name) {
        return rest.prefix(end ?? rest.count).dropFirst(name.count + 1)
      }
      guard let end else { return nil }
      rest = rest.dropFirst(end + 1)
    }
    return nil
  }

  /// The token characters of RFC 9110 section 5.6.2.
  private static func isToken(_ c: UInt8) -> Bool {
    if c &- 0x30 < 10 || (c | 0x20) &- 0x61 < 26 { return true }
    return Bytes("!#$%&'*+-.^_`|~").firstIndex(of: c) != nil
  }

  /// `balance hdr(<name>)`: the first value in the list of the first field of that name. `field` is the whole field
  /// value, nil where the request has no such field.
  public func hash(header field: Bytes?) -> UInt32? {
    guard let field, case .header(_, let useDomainOnly) = settings.algorithm else { return nil }
    let value = BalanceKeys.firstValue(of: field)
    if value.isEmpty { return nil }
    return settings.hash(useDomainOnly ? BalanceKeys.domain(of: value) : value)
  }

  private static func firstValue(of field: Bytes) -> Bytes {
    var start = 0
    while start < field.count && (field[start] == 0x20 || field[start] == 0x09) { start += 1 }
    var end = start
    var isQuoted = false
    while end < field.count {
      let c = field[end]
      if c == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if isQuoted && c == UInt8(ascii: "\\") {
        end += 1
      } else if !isQuoted && c == UInt8(ascii: ",") {
        break
      }
      end += 1
    }
    end = min(end, field.count)
    while end > start && (field[end - 1] == 0x20 || field[end - 1] == 0x09) { end -= 1 }
    return field[start..<end]
  }

  /// The label before the last dot, as HAProxy finds it: a dot at the start separates nothing, and neither does the
  /// one directly before the last.
  private static func domain(of host: Bytes) -> Bytes {
    var end = host.count - 1
    while end > 0 && host[end] != UInt8(ascii: ".") { end -= 1 }
    if end <= 0 { return host }
    var start = end - 1
    while start > 0 && host[start - 1] != UInt8(ascii: ".") { start -= 1 }
    return host[start..<end]
  }

  /// `balance rdp-cookie(<name>)`: the value of the cookie in the first bytes of the connection.
  public func hash(rdpCookieIn packet: Bytes) -> UInt32? {
    guard case .found(let range) = RDPCookie.find(named: name, in: packet), !range.isEmpty else { return nil }
    return settings.hash(packet[range])
  }

  /// `balance hash <expression>`: the sample as bytes. Numbers are eight bytes in network order; addresses are their
  /// four or sixteen bytes.
  public func hash(sample: Bytes) -> UInt32 { settings.hash(sample) }
}
