public import HTTP
public import Memory

/// An answer on its way into a cache: its head, and the body as it goes by. What is not committed leaves nothing.
public final class CacheStore {
  struct Parts {
    let key: CacheKey
    let freshness: Freshness
    var variant: VariantKey
    var isVersion11 = true
    var reason: [UInt8] = []
    var fields: [UInt8] = []
    var ends: [(name: Int, value: Int)] = []
    var tag: Range<Int>?
    var isChunked = false
    var hasLength = false
  }

  let cache: ResponseCache
  private(set) var parts: Parts
  private var body = GrowingText()
  /// Kilobytes that the cache holds free for it.
  private var reserved = 0
  private var isBroken = false

  init(_ cache: ResponseCache, _ parts: consuming Parts) {
    self.cache = cache
    self.parts = parts
  }
  deinit { cache.giveUp(parts.key.hash ^ CacheStore.mix(parts.variant), blocks: reserved) }

  static func mix(_ variant: VariantKey) -> UInt64 {
    UInt64(variant.codings.rawValue) &* 0x9e37_79b9_7f4a_7c15 ^ variant.referer
  }

  /// Keeps the head. False where it is too large.
  func setHead(_ response: borrowing HTTPMessage) -> Bool {
    var text = GrowingText(capacity: 1024)
    parts.isVersion11 = response.isVersion11
    parts.reason = response.reason.array
    var at = response.nextField(from: 0)
    while let i = at {
      at = response.nextField(from: i + 1)
      let name = response[i].name
      if name.equalsIgnoringCase("content-length") { parts.hasLength = true }
      if name.equalsIgnoringCase("transfer-encoding") { parts.isChunked = true }
      text.add(name)
      let nameEnd = text.count
      if parts.tag == nil && name.equalsIgnoringCase("etag") {
        parts.tag = nameEnd..<nameEnd + response[i].value.count
      }
      text.add(response[i].value)
      parts.ends.append((nameEnd, text.count))
    }
    parts.fields = text.bytes
    return grow(by: 0)
  }

  /// The next bytes of the body.
  public func append(_ bytes: Bytes) {
    if isBroken || bytes.isEmpty { return }
    if grow(by: bytes.count) { body.add(bytes) } else { cancel() }
  }

  /// It will not be kept.
  public func cancel() {
    isBroken = true
    body = GrowingText()
  }

  /// The answer is complete. `now`: seconds since 1970.
  public func commit(now: Int64) {
    if isBroken { return }
    let entry = CachedResponse(parts, body: body.bytes, now: now, blocks: reserved)
    reserved = 0
    cache.insert(entry)
  }

  private func grow(by count: Int) -> Bool {
    let size = parts.fields.count + body.count + count + 64
    if size > cache.settings.objectLimit { return false }
    let blocks = (size + 1023) >> 10
    if blocks > reserved {
      if !cache.reserve(blocks - reserved) { return false }
      reserved = blocks
    }
    return true
  }
}
