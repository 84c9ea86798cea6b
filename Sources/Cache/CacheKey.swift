public import Memory
import Primitives

/// What an answer is kept under: the host that was asked, and for what.
public struct CacheKey {
  public let host: Bytes
  public let target: Bytes
  let hash: UInt64

  public init(host: Bytes, target: Bytes) {
    self.host = host
    self.target = target
    hash = Hash.xxh64(target, seed: Hash.xxh64(host, seed: CacheKey.seed))
  }
  /// Of this process: nobody can know which keys fall together.
  private static let seed = UInt64.random(in: .min ... .max)

  var hostCopy: [UInt8] { host.array }
  var targetCopy: [UInt8] { target.array }
  func isSame(host: [UInt8], target: [UInt8]) -> Bool {
    CacheKey.equal(self.host, host) && CacheKey.equal(self.target, target)
  }
  private static func equal(_ a: Bytes, _ b: [UInt8]) -> Bool {
    if a.count != b.count { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }
}
