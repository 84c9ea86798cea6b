import Cache
import HTTP
import Memory
import Proxies
import Rules

/// What `cache-use` has found out about a request: under what its answer is kept, and whether it may be.
struct CacheUse {
  let key: CacheKey
  let variant: VariantKey
  let mayStore: Bool
}

extension Worker {
  /// `http-request cache-use`: looks for an answer; a stream that has one goes to no server.
  func useCache(_ handle: CacheHandle, _ stream: Stream) {
    guard let cache = cache(handle), stream.effects.cacheHit == nil, let host = stream.request.value(.host),
      let hostCopy = stream.text.copy(host), let target = stream.text.copy(stream.request.target)
    else { return }
    let key = CacheKey(host: hostCopy, target: target)
    let permission = CachePermission(request: stream.request)
    var variant = VariantKey()
    if cache.settings.processesVary { variant = VariantKey(request: stream.request) }
    stream.effects.cacheUse = CacheUse(
      key: key, variant: variant, mayStore: permission.mayStore && stream.request.isVersion11)
    if !permission.mayUse { return }
    countCache(.cacheLookups, stream)
    guard let entry = cache.find(key, variant, now: wallSeconds) else { return }
    countCache(.cacheHits, stream)
    stream.effects.cacheHit = entry
    stream.effects.cacheNumber = rules.caches[Int(handle.index)].number
  }

  /// `http-response cache-store`: begins to keep the answer as it is now, where it may be kept.
  func storeInCache(_ handle: CacheHandle, _ stream: Stream) {
    guard let cache = cache(handle), let use = stream.effects.cacheUse, stream.service == nil,
      stream.responseChannel.store == nil, stream.request.isVersion11
    else { return }
    guard stream.request.method == .get else { return forget(cache, use.key, stream) }
    guard use.mayStore, stream.response.status == 200, !stream.isTunnel else { return }
    if case .length(let length) = stream.responseChannel.source, length > UInt64(cache.settings.objectLimit) { return }
    let now = wallSeconds
    let freshness = Freshness(response: stream.response, cache.settings, now: now)
    // The age is told anew with each answer.
    if freshness.lifetime != nil { stream.response.remove(.age) }
    stream.responseChannel.store = cache.begin(use.key, use.variant, stream.response, freshness, now: now)
  }

  /// What succeeded in changing something makes what is kept of it untrue (RFC 9111, section 4.4).
  private func forget(_ cache: ResponseCache, _ key: CacheKey, _ stream: Stream) {
    switch stream.request.method {
    case .get, .head, .options, .trace: return
    default: if (200..<400).contains(stream.response.status) { cache.forget(key) }
    }
  }

  private func cache(_ handle: CacheHandle) -> ResponseCache? {
    let number = rules.caches[Int(handle.index)].number
    return number < process.caches.count ? process.caches[number] : nil
  }
  private func countCache(_ counter: TrafficCounter, _ stream: Stream) {
    if let backend = stream.backend {
      backend.counters.count(counter)
    } else {
      stream.frontend?.counters.count(counter)
    }
  }

  var wallSeconds: Int64 { loop.wallClock / 1_000_000 }

  /// The exchange is over: what was gathered of it is kept if it is whole.
  func finishStoring(_ stream: Stream) {
    guard let store = stream.responseChannel.store else { return }
    stream.responseChannel.store = nil
    if stream.responseChannel.isComplete && !stream.isBrokenOff && stream.endCause == .none {
      store.commit(now: wallSeconds)
    }
  }
}
