import HTTP
import Memory
import Testing

@testable import Cache

/// A message whose fields are permanent copies.
private func message(_ fields: [(String, String)], status: Int = 200) -> HTTPMessage {
  var message = HTTPMessage(capacity: 32)
  message.reset(.response)
  message.setStatus(status, reason: Bytes("OK"))
  for (name, value) in fields {
    message.add(HTTPHeaderName(permanent: Bytes(permanent: name)), Bytes(permanent: value))
  }
  return message
}
private func request(_ fields: [(String, String)]) -> HTTPMessage {
  var message = HTTPMessage(capacity: 32)
  message.reset(.request)
  message.setMethod(Bytes("GET"))
  for (name, value) in fields {
    message.add(HTTPHeaderName(permanent: Bytes(permanent: name)), Bytes(permanent: value))
  }
  return message
}
private func key(_ path: String) -> CacheKey { CacheKey(host: Bytes("a"), target: Bytes(permanent: path)) }

@Suite struct ResponseCacheTests {
  private func cache(megabytes: Int = 1, _ change: (inout CacheSettings) -> Void = { _ in }) -> ResponseCache {
    var settings = CacheSettings(name: "c")
    settings.megabytes = megabytes
    settings.largestObject = 200_000
    change(&settings)
    return ResponseCache(settings)
  }

  /// Keeps an answer; false where the cache would not have it.
  @discardableResult private func keep(
    _ cache: ResponseCache, _ path: String, fields: [(String, String)] = [("cache-control", "max-age=10")],
    asked: [(String, String)] = [], size: Int = 10, now: Int64 = 1000
  ) -> Bool {
    let response = message(fields)
    let freshness = Freshness(response: response, cache.settings, now: now)
    let store = cache.begin(key(path), VariantKey(request: request(asked)), response, freshness, now: now)
    guard let store else { return false }
    store.append(Bytes(permanent: String(repeating: "x", count: size)))
    store.commit(now: now)
    return true
  }
  private func find(_ cache: ResponseCache, _ path: String, _ fields: [(String, String)] = [], now: Int64 = 1000)
    -> CachedResponse?
  {
    cache.find(key(path), VariantKey(request: request(fields)), now: now)
  }

  @Test func whatIsKeptIsFoundUntilItExpires() throws {
    let cache = cache()
    #expect(keep(cache, "/a"))
    let entry = try #require(find(cache, "/a"))
    #expect(entry.body.count == 10)
    #expect(entry.age(at: 1003) == 3)
    #expect(find(cache, "/b") == nil)
    #expect(find(cache, "/a", now: 1009) != nil)
    #expect(find(cache, "/a", now: 1010) == nil)
    #expect(cache.entries(now: 0).isEmpty)
  }

  @Test func theOldestLeaveFirst() {
    let cache = cache()
    for i in 0..<5 { #expect(keep(cache, "/\(i)", size: 190_000)) }
    // Using the first makes the second the oldest.
    #expect(find(cache, "/0") != nil)
    #expect(keep(cache, "/5", size: 190_000))
    #expect(find(cache, "/0") != nil)
    #expect(find(cache, "/1") == nil)
    #expect(find(cache, "/2") != nil)
  }

  @Test func noMoreIsKeptThanThereIsRoomFor() {
    let cache = cache()
    for i in 0..<2000 { keep(cache, "/\(i)", size: 3000) }
    let blocks = cache.entries(now: 0).reduce(0) { $0 + $1.entry.blocks }
    #expect(blocks <= 1024)
    #expect(blocks > 1000)
  }

  @Test func whatIsGivenUpLeavesNothing() {
    let cache = cache()
    let response = message([("cache-control", "max-age=10")])
    let freshness = Freshness(response: response, cache.settings, now: 0)
    do {
      let store = cache.begin(key("/a"), VariantKey(), response, freshness, now: 0)
      store?.append(Bytes(permanent: String(repeating: "x", count: 50_000)))
      #expect(cache.availableBlocks < 1024)
      // One at a time.
      let second = cache.begin(key("/a"), VariantKey(), response, freshness, now: 0)
      #expect(second == nil)
    }
    #expect(cache.availableBlocks == 1024)
    #expect(find(cache, "/a", now: 0) == nil)
    #expect(keep(cache, "/a"))
  }

  @Test func objectsThatAreTooLargeAreNotKept() {
    let cache = cache { $0.largestObject = 1000 }
    keep(cache, "/a", size: 2000)
    #expect(find(cache, "/a") == nil)
    #expect(cache.availableBlocks == 1024)
  }

  @Test func variantsAreToldApart() {
    let cache = cache {
      $0.processesVary = true
      $0.maximumVariants = 2
    }
    func gzip(_ coding: String) -> [(String, String)] {
      [("cache-control", "max-age=10"), ("vary", "accept-encoding"), ("content-encoding", coding)]
    }
    #expect(keep(cache, "/a", fields: gzip("gzip"), asked: [("accept-encoding", "gzip")]))
    #expect(find(cache, "/a", [("accept-encoding", "br, gzip;q=0.5")]) != nil)
    #expect(find(cache, "/a", [("accept-encoding", "br")]) == nil)
    #expect(find(cache, "/a", [("accept-encoding", "gzip;q=0")]) == nil)
    #expect(keep(cache, "/a", fields: gzip("br"), asked: [("accept-encoding", "br")]))
    #expect(!keep(cache, "/a", fields: gzip("zstd"), asked: [("accept-encoding", "zstd")]))
    #expect(!keep(cache, "/b", fields: gzip("what"), asked: [("accept-encoding", "what")]))
  }

  @Test(
    arguments: [
      ("max-age=10", 10), ("s-maxage=5, max-age=10", 5), ("max-age=1000", 60), ("max-age=\"7\"", 7), ("no-store", nil),
      ("private", nil), ("max-age=0", nil), ("max-age=x", nil), ("public", nil),
    ] as [(String, Int64?)])
  func lifetimes(control: String, seconds: Int64?) {
    let response = message([("cache-control", control)])
    let freshness = Freshness(response: response, CacheSettings(name: "c"), now: 0)
    #expect(freshness.lifetime == seconds)
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
      ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600), ("x", nil), ("", nil), ("06 1994 08:49:37", nil),
      ("Sun, 06 Nov 99999 08:49:37 GMT", nil), ("1 2 3 4 5 6 7 Nov", nil), ("Nov", nil), ("N", nil),
    ] as [(String, Int64?)])
  func dates(text: String, seconds: Int64?) {
    #expect(DateText.seconds(Bytes(permanent: text)) == seconds)
  }

  private func isUnchanged(_ entry: CachedResponse, _ fields: [(String, String)]) -> Bool {
    let message = request(fields)
    return entry.isUnchanged(for: message)
  }

  @Test func unchangedByTagOrDate() throws {
    let cache = cache()
    keep(
      cache, "/a",
      fields: [
        ("cache-control", "max-age=10"), ("etag", "W/\"abc\""), ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
      ])
    let entry = try #require(find(cache, "/a"))
    #expect(isUnchanged(entry, [("if-none-match", "\"x\", \"abc\"")]))
    #expect(isUnchanged(entry, [("if-none-match", "*")]))
    #expect(!isUnchanged(entry, [("if-none-match", "abc")]))
    #expect(isUnchanged(entry, [("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT")]))
    #expect(!isUnchanged(entry, [("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")]))
    #expect(!isUnchanged(entry, []))
  }
}
