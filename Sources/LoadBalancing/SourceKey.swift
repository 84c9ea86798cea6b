public import Primitives

extension BalanceSettings {
  /// The hash of `balance source`: the 32-bit words of the address, combined by exclusive or. The hash function of
  /// `hash-type` has no part in it, only the avalanche. Nil for peers without an IP address, which then take turns.
  public func hash(source: Endpoint) -> UInt32? {
    func word(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    let words: UInt32
    switch source.family {
    case .ipv4: words = word(source.low)
    case .ipv6: words = word(source.high >> 32) ^ word(source.high) ^ word(source.low >> 32) ^ word(source.low)
    case .unix, .none: return nil
    }
    return avalanche ? Hash.avalanche(words) : words
  }

  /// The hash of a key of bytes, by the function and the modifier of `hash-type`.
  @inlinable public func hash(_ key: some ByteView) -> UInt32 {
    let hash = hashFunction.hash(key)
    return avalanche ? Hash.avalanche(hash) : hash
  }
}
