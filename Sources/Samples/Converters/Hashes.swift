import Memory
import Primitives

/// The converters that hash to a number.
enum Hashes {
  /// `argument` asks the 32-bit functions of the balancing algorithms for an avalanche behind them, and is the seed of
  /// the others.
  static func apply(_ id: ConverterID, _ text: Bytes, _ argument: Int64) -> Int64 {
    switch id {
    case .xxh32: return Int64(Hash.xxh32(text, seed: UInt32(truncatingIfNeeded: argument)))
    case .xxh64: return Int64(bitPattern: Hash.xxh64(text, seed: UInt64(bitPattern: argument)))
    case .xxh3: return Int64(bitPattern: Hash.xxh3(text, seed: UInt64(bitPattern: argument)))
    default: break
    }
    let hash: UInt32 =
      switch id {
      case .crc32: Hash.crc32(text)
      case .crc32c: Hash.crc32c(text)
      case .djb2: Hash.djb2(text)
      case .sdbm: Hash.sdbm(text)
      default: Hash.wt6(text)
      }
    return Int64(argument != 0 ? Hash.avalanche(hash) : hash)
  }
}
