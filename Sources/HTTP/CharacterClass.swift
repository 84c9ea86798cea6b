public import Memory

/// Which bytes belong to a class, as 256 bits.
public struct CharacterClass: Sendable {
  @usableFromInline let a: UInt64
  @usableFromInline let b: UInt64
  @usableFromInline let c: UInt64
  @usableFromInline let d: UInt64

  @inlinable init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }

  @inlinable @inline(__always) public func contains(_ byte: UInt8) -> Bool {
    let word = byte < 128 ? (byte < 64 ? a : b) : (byte < 192 ? c : d)
    return word >> UInt64(byte & 63) & 1 != 0
  }

  /// Token characters (RFC 9110 5.6.2): letters, digits and ``!#$%&'*+-.^_`|~``.
  @inlinable public static var token: CharacterClass {
    CharacterClass(0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe, 0, 0)
  }
  /// Those of names in HTTP/2: without upper-case letters.
  @inlinable public static var lowerCaseToken: CharacterClass {
    CharacterClass(0x03ff_6cfa_0000_0000, 0x57ff_ffff_c000_0000, 0, 0)
  }
  /// What may stand in a `Host` value or an authority: visible ASCII and bytes above, without `/ ? # @ ,` and space.
  @inlinable public static var host: CharacterClass {
    CharacterClass(0x7fff_6ff6_0000_0000, 0x7fff_ffff_ffff_fffe, .max, .max)
  }
}

extension Bytes {
  /// Whether this is a token (RFC 9110 5.6.2): one character of the class at least, and nothing else.
  @inlinable public var isToken: Bool {
    for i in 0..<count where !CharacterClass.token.contains(self[i]) { return false }
    return !isEmpty
  }
  /// The view without spaces and tabs at both ends.
  @inlinable public var trimmed: Bytes {
    var start = 0
    var end = count
    while start < end && (self[start] == 0x20 || self[start] == 0x09) { start += 1 }
    while end > start && (self[end - 1] == 0x20 || self[end - 1] == 0x09) { end -= 1 }
    return slice(start, end - start)
  }
}
