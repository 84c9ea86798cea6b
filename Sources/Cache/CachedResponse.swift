public import HTTP
public import Memory

/// An answer that is kept: never changed once it is complete, so that any worker may send it while others do.
public final class CachedResponse: Sendable {
  public let host: [UInt8]
  public let target: [UInt8]
  public let vary: VaryFields
  public let variant: VariantKey
  /// The head: version, reason and fields.
  public let isVersion11: Bool
  public let reason: [UInt8]
  public let fields: [UInt8]
  /// Where the name and the value of each field end in `fields`.
  public let ends: [(name: Int, value: Int)]
  public let body: [UInt8]
  /// Has `transfer-encoding`, or no length at all.
  public let isChunked: Bool
  public let hasLength: Bool
  let hash: UInt64
  let lastModified: Int64
  /// Range of the value of `etag` in `fields`.
  let tag: Range<Int>?
  let initialAge: Int64
  let storedAt: Int64
  public let expiresAt: Int64
  /// Kilobytes, rounded up.
  public let blocks: Int
  public var size: Int { fields.count + body.count + 64 }
  /// The first bits of the hash, as reports show them.
  public var shortHash: UInt32 { UInt32(truncatingIfNeeded: hash) }

  init(_ store: borrowing CacheStore.Parts, body: [UInt8], now: Int64, blocks: Int) {
    host = store.key.hostCopy
    target = store.key.targetCopy
    hash = store.key.hash
    vary = store.freshness.vary
    variant = store.variant
    isVersion11 = store.isVersion11
    reason = store.reason
    fields = store.fields
    ends = store.ends
    isChunked = store.isChunked
    hasLength = store.hasLength
    tag = store.tag
    self.body = body
    self.blocks = blocks
    lastModified = store.freshness.lastModified
    initialAge = store.freshness.age
    storedAt = now
    expiresAt = now + (store.freshness.lifetime ?? 0)
  }

  func isOf(_ key: CacheKey) -> Bool { hash == key.hash && key.isSame(host: host, target: target) }

  /// `age`, seconds.
  public func age(at now: Int64) -> Int64 { max(0, now - storedAt) + initialAge }

  /// Whether the request asks for it only where it has changed, and it has not (RFC 9110, section 13.2).
  public func isUnchanged(for request: borrowing HTTPMessage) -> Bool {
    var field = request.find(.ifNoneMatch)
    if field != nil {
      while let i = field {
        field = request.find(.ifNoneMatch, after: i)
        var values = HeaderValueIterator(request[i].value)
        while let value = values.next() {
          if value.equals("*") || hasTag(value) { return true }
        }
      }
      return false
    }
    guard let value = request.value(.ifModifiedSince), let date = DateText.seconds(value) else { return false }
    return lastModified <= date
  }

  /// Weak comparison.
  private func hasTag(_ other: Bytes) -> Bool {
    guard var own = tag else { return false }
    if own.count > 2 && fields[own.lowerBound] == UInt8(ascii: "W") && fields[own.lowerBound + 1] == UInt8(ascii: "/") {
      own = own.lowerBound + 2..<own.upperBound
    }
    let other = other.hasPrefix(Bytes("W/")) ? other.dropFirst(2) : other
    if other.count != own.count || other.at(0) != UInt8(ascii: "\"") { return false }
    for i in 0..<other.count where other[i] != fields[own.lowerBound + i] { return false }
    return true
  }
}
