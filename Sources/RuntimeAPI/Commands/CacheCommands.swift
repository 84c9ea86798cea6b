import Cache
import Proxies

/// `show cache`: each cache with what is kept in it. Where HAProxy shows addresses, these are numbers of places.
enum CacheText {
  static func text(_ process: ProcessRuntime, now: Int64) -> String {
    var text = ""
    for (number, cache) in process.caches.enumerated() {
      let base = (number + 1) << 20
      text += "0x\(hex(base, 12)): \(cache.settings.name) (shctx:0x\(hex(base, 12)), available blocks:"
      text += "\(cache.availableBlocks))\n"
      for (place, entry) in cache.entries(now: now) {
        let variant = entry.vary.isEmpty ? 0 : UInt64(entry.variant.codings.rawValue) << 48
        text += "0x\(hex(base + place + 1, 12)) hash:\(entry.shortHash) vary:0x\(hex(variant, 16)) "
        text += "size:\(entry.size) (\(entry.blocks) blocks), refcount:0, expire:\(entry.expiresAt - now)\n"
      }
    }
    return text
  }

  private static func hex(_ value: some BinaryInteger, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
