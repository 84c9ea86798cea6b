import Configuration
import HTTP
import Memory
import Primitives
import Proxies
import Rules

/// `cookie` of a backend for the data path: ready texts.
final class CookieRule {
  let settings: PersistenceCookie
  let name: Bytes
  /// What follows the value of an inserted cookie.
  let tail: Bytes
  /// The whole header for servers that have no cookie: takes the client's away.
  let removal: Bytes
  /// By server.
  private(set) var values: [Bytes?]
  /// The text of dynamic cookies, and what of the backend it was made of.
  private let arena: ByteArena
  private var generation = 1
  /// Whether the cookie tells when it was used last.
  var isDated: Bool { settings.maximumIdle > 0 || settings.maximumLife > 0 }

  init(_ cookie: PersistenceCookie, servers: [ServerSettings]) {
    settings = cookie
    name = Bytes(permanent: cookie.name)
    var end = cookie.domain.map { "; domain=\($0)" } ?? ""
    if cookie.isHTTPOnly { end += "; HttpOnly" }
    if cookie.isSecure { end += "; Secure" }
    for attribute in cookie.attributes { end += "; \(attribute)" }
    tail = Bytes(permanent: "; path=/" + end)
    removal = Bytes(permanent: "\(cookie.name)=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/" + end)
    values = servers.map { $0.cookie.map { Bytes(permanent: $0) } }
    arena = ByteArena(capacity: 16 * max(1, servers.count) + 16)
    if cookie.isDynamic { generation = 0 }
  }

  deinit { arena.giveBack() }

  /// Makes dynamic cookies anew where the key, the switch or an address has changed.
  func refresh(_ backend: BackendReplica) {
    var now = backend.cookieGeneration
    if now == 1 && generation == 1 { return }
    for server in backend.servers { now &+= server.shared.with { $0.endpointGeneration.value } }
    if now == generation { return }
    generation = now
    arena.reset()
    for (place, server) in backend.servers.enumerated() where place < values.count {
      if server.shared.with({ $0.settings.cookie != nil }) { continue }
      let text = backend.shared.with { b in server.shared.with { b.dynamicCookies.cookie(of: $0) } }
      guard let text else {
        values[place] = nil
        continue
      }
      arena.begin()
      for byte in text { arena.append(byte: byte) }
      values[place] = arena.finish()
    }
  }
}

/// Persistence by a cookie (manual section 4.2, `cookie`), with the letters that logs show of it (section 8.5).
extension Worker {
  /// Finds the server that the request's cookie names, and takes out of the request what the server shall not see.
  func applyRequestCookie(_ stream: Stream, _ backend: BackendReplica, _ rule: CookieRule) {
    rule.refresh(backend)
    stream.cookieClient = UInt8(ascii: "N")
    stream.cookieResponse = UInt8(ascii: "N")
    stream.showsCookies = rule.settings.changesMessages
    var field = stream.request.find(.cookie)
    while let i = field {
      field = stream.request.find(.cookie, after: i)
      // Each removal changes the field, which is looked at again then.
      while applyCookies(of: i, stream, backend, rule) && !stream.request[i].isRemoved {}
    }
  }

  /// Looks at the cookies of one field; true once one was taken out and there may be more.
  private func applyCookies(of i: Int, _ stream: Stream, _ backend: BackendReplica, _ rule: CookieRule) -> Bool {
    let value = stream.request[i].value
    var cookies = CookieIterator(request: value)
    while let cookie = cookies.next() {
      guard value[cookie.name].equals(rule.name) else { continue }
      useCookie(value[cookie.value], stream, backend, rule)
      if rule.settings.prefixes, let mark = value[cookie.value].firstIndex(of: UInt8(ascii: "~")) {
        let start = cookie.value.lowerBound
        replace(start..<start + mark + 1, in: i, value, with: Bytes(), stream)
        return false
      }
      if rule.settings.inserts && rule.settings.isIndirect { return remove(cookie.whole, in: i, value, stream) }
    }
    return false
  }

  /// Finds the server that a cookie's value names.
  private func useCookie(_ text: Bytes, _ stream: Stream, _ backend: BackendReplica, _ rule: CookieRule) {
    var wanted = text
    if rule.settings.prefixes {
      wanted = text.prefix(text.firstIndex(of: UInt8(ascii: "~")) ?? text.count)
    } else if let bar = text.firstIndex(of: UInt8(ascii: "|")) {
      wanted = text.prefix(bar)
      readDates(text.dropFirst(bar + 1), stream)
    }
    if stream.cookieServer != nil { return }
    if isOver(stream, rule) { return }
    let ignores = stream.effects.ignoresPersistence
    for (place, value) in rule.values.enumerated() {
      guard let value, value.equals(wanted), place < backend.servers.count, !backend.servers[place].isGone else {
        continue
      }
      if backend.options.contains(.persist) || stream.effects.forcesPersistence
        || backend.servers[place].shared.with({ $0.isRunning })
      {
        stream.cookieClient = UInt8(ascii: ignores ? "U" : "V")
        if !ignores { stream.cookieServer = place }
        return
      }
      stream.cookieClient = UInt8(ascii: ignores ? "U" : "D")
      return
    }
    if stream.cookieClient == UInt8(ascii: "N") { stream.cookieClient = UInt8(ascii: "I") }
  }

  @discardableResult
  private func replace(_ range: Range<Int>, in i: Int, _ value: Bytes, with text: Bytes, _ stream: Stream) -> Bool {
    stream.text.begin()
    let fits =
      stream.text.append(value.prefix(range.lowerBound)) && stream.text.append(text)
      && stream.text.append(value.dropFirst(range.upperBound))
    let changed = stream.text.finish()
    if fits { stream.request.setValue(at: i, changed) }
    return fits
  }

  /// Takes a cookie out of a list with one of the delimiters around it; false where there is no room for the rest.
  private func remove(_ whole: Range<Int>, in i: Int, _ value: Bytes, _ stream: Stream) -> Bool {
    if whole.lowerBound == 0 {
      var start = min(whole.upperBound + 1, value.count)
      while start < value.count && (value[start] == 0x20 || value[start] == 0x09) { start += 1 }
      if start >= value.count {
        stream.request.remove(at: i)
      } else {
        stream.request.setValue(at: i, value.dropFirst(start))
      }
      return true
    }
    return replace(whole.lowerBound - 1..<whole.upperBound, in: i, value, with: Bytes(), stream)
  }

  /// The server that the cookie asked for, while it can be used.
  func serverByCookie(_ stream: Stream, _ backend: BackendReplica) -> ServerReplica? {
    guard let place = stream.cookieServer, place < backend.servers.count else { return nil }
    let server = backend.servers[place]
    return backend.options.contains(.persist) || stream.effects.forcesPersistence
      || server.shared.with({ $0.isRunning }) ? server : nil
  }

  /// Changes, removes or adds the cookie of an answer.
  func applyResponseCookie(_ stream: Stream, _ rule: CookieRule) {
    guard let server = stream.server else { return }
    let cookie = server.index < rule.values.count ? rule.values[server.index] : nil
    let isDirect = stream.cookieServer == server.index
    var field = stream.response.find(.setCookie)
    while let i = field {
      field = stream.response.find(.setCookie, after: i)
      let value = stream.response[i].value
      var cookies = CookieIterator(response: value)
      guard let found = cookies.next(), value[found.name].equals(rule.name) else { continue }
      stream.cookieResponse = UInt8(ascii: "P")
      if rule.settings.preserves { continue }
      if rule.settings.inserts || isDirect && rule.settings.isIndirect {
        stream.response.remove(at: i)
        stream.cookieResponse = UInt8(ascii: "D")
      } else if let cookie, rule.settings.rewrites || rule.settings.prefixes {
        stream.text.begin()
        let old = rule.settings.prefixes ? found.value.lowerBound : found.value.upperBound
        let fits =
          stream.text.append(value.prefix(found.value.lowerBound)) && stream.text.append(cookie)
          && (!rule.settings.prefixes || stream.text.append("~")) && stream.text.append(value.dropFirst(old))
        let changed = stream.text.finish()
        if fits {
          stream.response.setValue(at: i, changed)
          stream.cookieResponse = UInt8(ascii: "R")
        }
      }
    }
    insertCookie(stream, rule, cookie, isDirect)
  }

  private func insertCookie(_ stream: Stream, _ rule: CookieRule, _ cookie: Bytes?, _ isDirect: Bool) {
    let wasPassed = stream.cookieResponse == UInt8(ascii: "P") && rule.settings.preserves
    if !rule.settings.inserts || wasPassed || stream.effects.ignoresPersistence { return }
    if isDirect && !needsRefresh(stream, rule) { return }
    if rule.settings.isPostOnly && stream.request.method != .post { return }
    var text = rule.removal
    if let cookie {
      stream.text.begin()
      let fits =
        stream.text.append(rule.name) && stream.text.append("=") && stream.text.append(cookie)
        && appendDates(stream, rule) && stream.text.append(rule.tail)
      text = stream.text.finish()
      if !fits { return }
    }
    stream.response.add(.setCookie, text)
    stream.cookieResponse = UInt8(ascii: cookie != nil && isDirect ? "U" : "I")
    if rule.settings.isUncached && CookieCaching(stream).isAnswerCacheable {
      stream.response.add(.cacheControl, Bytes("private"))
    }
  }
}
