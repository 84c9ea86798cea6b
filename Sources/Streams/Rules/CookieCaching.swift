import HTTP
import Memory
import Observability
import Proxies

/// Whether caches between the proxy and its clients may keep an answer, and a cookie in it, by what it says of itself
/// (`option checkcache`, `cookie nocache`; manual section 4.2).
struct CookieCaching {
  static let secondName = HTTPHeaderName(permanent: Bytes(permanent: "set-cookie2"))

  private(set) var isAnswerCacheable: Bool
  private(set) var isCookieCacheable: Bool

  init(_ stream: Stream) {
    let mayBeKept =
      switch stream.request.method {
      case .get, .head, .options, .trace:
        [200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501].contains(stream.response.status)
      default: false
      }
    isAnswerCacheable = mayBeKept
    isCookieCacheable = mayBeKept
    if let pragma = stream.response.value(.pragma), pragma.equalsIgnoringCase("no-cache") {
      set(false)
      return
    }
    // Without one of these nobody keeps it.
    var hasTerm =
      stream.response.mayHave(.etag) || stream.response.mayHave(.lastModified) || stream.response.mayHave(.expires)
    var field = stream.response.find(.cacheControl)
    while let i = field {
      field = stream.response.find(.cacheControl, after: i)
      var values = HeaderValueIterator(stream.response[i].value)
      while let value = values.next() { hasTerm = read(value) || hasTerm }
    }
    if !hasTerm { set(false) }
  }

  /// Takes one directive in, where the last one counts; true for one that tells how long the answer lives.
  private mutating func read(_ value: Bytes) -> Bool {
    for word: StaticString in ["private", "no-cache", "no-store", "max-age=0", "s-maxage=0"]
    where value.equalsIgnoringCase(word) {
      set(false)
      return false
    }
    if value.prefix(20).equalsIgnoringCase("no-cache=\"set-cookie") {
      isCookieCacheable = false
    } else if value.equalsIgnoringCase("public") {
      set(true)
    }
    return value.prefix(7).equalsIgnoringCase("max-age") || value.prefix(8).equalsIgnoringCase("s-maxage")
  }

  private mutating func set(_ flag: Bool) {
    isAnswerCacheable = flag
    isCookieCacheable = flag
  }
}

extension Worker {
  /// `option checkcache`: an answer whose cookie caches would keep is not passed on. True where that was so.
  /// `hasCookie`: the server set one, whatever became of it.
  func blocksCacheableCookie(_ stream: Stream, _ backend: BackendReplica, hasCookie: Bool) -> Bool {
    guard hasCookie, backend.options.contains(.checkCache) else { return false }
    let caching = CookieCaching(stream)
    guard caching.isAnswerCacheable && caching.isCookieCacheable else { return false }
    let server = stream.server?.name.latin1 ?? "<dispatch>"
    let text = "Blocking cacheable cookie in response from instance \(backend.name.latin1), server \(server)."
    logs.send(LogEvent(.alert, text), to: logs.routes.route(ofProxy: backend.index), now: loop.wallClock)
    stream.responseTick = -1
    countDenied(stream, true)
    setEnd(stream, .proxy, .headers)
    reply(stream, status: 502)
    return true
  }
}
