import COpenSSL
import Memory
import System

/// The keys of `tls-ticket-keys` with which sessions are sealed into tickets: the last but one of them seals, all of
/// them open. Shared by all `bind` lines that name the file.
public final class TLSTicketKeys: Sendable {
  /// Keys that are kept.
  static let count = 3

  public enum Failure: Error, Equatable {
    case unreadable, tooFew
    case undecodable(line: Int)
    case wrongSize(line: Int)
  }

  /// 16 bytes of name, then the key of the seal, then that of the cipher: 16 bytes each, or 32 each.
  public struct Ring: Sendable {
    var keys: [[UInt8]]
    /// Which key seals.
    var current: Int
  }

  public let path: String
  /// 48 or 80.
  public let keySize: Int
  private let ring: Lock<Ring>

  init(path: String, _ text: [UInt8]) throws(Failure) {
    var keys: [[UInt8]] = []
    var size = 0
    var line = 0
    for part in text.split(separator: 10, omittingEmptySubsequences: false) {
      line += 1
      if part.isEmpty { continue }
      let trimmed = part.last == 13 ? part.dropLast() : part
      guard let key = Self.decode(Array(trimmed)) else { throw .undecodable(line: line) }
      if size == 0 { size = key.count }
      guard key.count == size, size == 48 || size == 80 else { throw .wrongSize(line: line) }
      keys.append(key)
    }
    if keys.count < Self.count { throw .tooFew }
    keys = Array(keys.suffix(Self.count))
    self.path = path
    keySize = size
    ring = Lock(Ring(keys: keys, current: Self.count - 2))
  }

  /// Base64 in one line.
  static func decode(_ text: [UInt8], limit: Int = 4096) -> [UInt8]? {
    if text.isEmpty || text.count % 4 != 0 || text.count > limit { return nil }
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3 + 3)
    let count = unsafe bytes.withUnsafeMutableBufferPointer { out in
      unsafe text.withUnsafeBufferPointer { unsafe EVP_DecodeBlock(out.baseAddress, $0.baseAddress, Int32($0.count)) }
    }
    if count < 0 { return nil }
    let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    return Array(bytes.prefix(max(0, Int(count) - min(padding, 2))))
  }

  /// A new key from the runtime API: the oldest goes, and the one before the new one seals.
  public func push(_ key: [UInt8]) -> Bool {
    guard key.count == keySize else { return false }
    ring.withLock {
      $0.keys[($0.current + 2) % Self.count] = key
      $0.current = ($0.current + 1) % Self.count
    }
    return true
  }
  public static func decodeKey(_ text: String) -> [UInt8]? {
    decode(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }

  /// The keys in the order in which `show tls-keys` tells them.
  public var keys: [[UInt8]] {
    ring.withLock { ring in (0..<Self.count).map { ring.keys[(ring.current + 2 + $0) % Self.count] } }
  }
  /// The key that seals now.
  var sealing: [UInt8] { ring.withLock { $0.keys[$0.current] } }
  /// The key of that name, and whether it is the one that seals.
  func key(named name: UnsafeBufferPointer<UInt8>) -> (key: [UInt8], isCurrent: Bool)? {
    ring.withLock { ring in
      for i in 0..<Self.count where unsafe ring.keys[i].prefix(16).elementsEqual(name) {
        return (ring.keys[i], i == ring.current)
      }
      return nil
    }
  }
}
