/// What `Bytes.scanWord` found: the run of letters, digits and hyphens at one place.
public struct WordScan {
  /// Index of the first byte behind the run; the count of the bytes where the run goes on to the end.
  public var end: Int
  /// The first eight bytes of the run in lower case, the first byte lowest, zeroes behind the run.
  public var low: UInt64
  /// The eight bytes after those.
  public var high: UInt64
  /// Whether the run has an upper-case letter (or, rarely, may have one).
  public var hasUpperCase: Bool

  @inlinable init(end: Int, low: UInt64, high: UInt64, hasUpperCase: Bool) {
    self.end = end
    self.low = low
    self.high = high
    self.hasUpperCase = hasUpperCase
  }
}

/// Sixteen bytes at a time, for the parsers of text protocols.
@usableFromInline enum ByteVector {
  /// Which lanes are set, as two words of whole bytes.
  @inlinable @inline(__always) static func words(_ mask: SIMDMask<SIMD16<Int8>>) -> (UInt64, UInt64) {
    let bytes = SIMD16<UInt8>(repeating: 0).replacing(with: 0xff, where: mask)
    let words = unsafe unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
    return (words[0], words[1])
  }
  /// The first set lane, 16 where there is none.
  @inlinable @inline(__always) static func firstLane(_ mask: SIMDMask<SIMD16<Int8>>) -> Int {
    let (low, high) = words(mask)
    if low != 0 { return low.trailingZeroBitCount >> 3 }
    return 8 + (high.trailingZeroBitCount >> 3)
  }
  @inlinable @inline(__always) static func load(_ at: UnsafePointer<UInt8>) -> SIMD16<UInt8> {
    unsafe UnsafeRawPointer(at).loadUnaligned(as: SIMD16<UInt8>.self)
  }
  @inlinable @inline(__always) static func letters(_ v: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    ((v | 0x20) &- 0x61) .< 26
  }
}

extension Bytes {
  /// The first place at or after `start` of a control byte (0x00 to 0x1f, 0x7f), or the count where there is none.
  @inlinable public func firstControl(from start: Int) -> Int {
    precondition(start >= 0 && start <= count)
    var i = start
    while count - i >= 16 {
      let v = unsafe ByteVector.load(base + i)
      let lane = ByteVector.firstLane((v .< 0x20) .| (v .== 0x7f))
      if lane < 16 { return i + lane }
      i += 16
    }
    while i < count {
      let c = unsafe base[i]
      if c < 0x20 || c == 0x7f { return i }
      i += 1
    }
    return count
  }

  /// The first place at or after `start` of a byte that is no visible ASCII character (0x21 to 0x7e) or is `#`, or
  /// the count where there is none: where a request target ends.
  @inlinable public func firstNotTarget(from start: Int) -> Int {
    precondition(start >= 0 && start <= count)
    var i = start
    while count - i >= 16 {
      let v = unsafe ByteVector.load(base + i)
      let lane = ByteVector.firstLane(((v &- 0x21) .> 0x5d) .| (v .== 0x23))
      if lane < 16 { return i + lane }
      i += 16
    }
    while i < count {
      let c = unsafe base[i]
      if c &- 0x21 > 0x5d || c == 0x23 { return i }
      i += 1
    }
    return count
  }

  /// The run of letters, digits and hyphens that starts at `start`: what nearly every header name is made of.
  @inlinable public func scanWord(from start: Int) -> WordScan {
    precondition(start >= 0 && start <= count)
    if count - start < 16 { return scanShortWord(from: start) }
    let v = unsafe ByteVector.load(base + start)
    let letters = ByteVector.letters(v)
    let word = letters .| ((v &- 0x30) .< 10) .| (v .== 0x2d)
    let lowered = v.replacing(with: v | 0x20, where: letters)
    let changed = ByteVector.words(lowered .!= v)
    let stop = ByteVector.words(.!word)
    let out = unsafe unsafeBitCast(lowered, to: SIMD2<UInt64>.self)
    if stop.0 != 0 {
      let kept = (stop.0 & (0 &- stop.0)) &- 1
      return WordScan(
        end: start + stop.0.trailingZeroBitCount >> 3, low: out[0] & kept, high: 0,
        hasUpperCase: changed.0 & kept != 0)
    }
    if stop.1 != 0 {
      let kept = (stop.1 & (0 &- stop.1)) &- 1
      return WordScan(
        end: start + 8 + stop.1.trailingZeroBitCount >> 3, low: out[0], high: out[1] & kept,
        hasUpperCase: changed.0 | (changed.1 & kept) != 0)
    }
    var end = start + 16
    while end < count && Bytes.isWordByte(unsafe base[end]) { end += 1 }
    return WordScan(end: end, low: out[0], high: out[1], hasUpperCase: true)
  }

  @usableFromInline func scanShortWord(from start: Int) -> WordScan {
    var scan = WordScan(end: start, low: 0, high: 0, hasUpperCase: false)
    while scan.end < count {
      let c = unsafe base[scan.end]
      if !Bytes.isWordByte(c) { break }
      let lowered = UInt64(Bytes.lower(c))
      let lane = scan.end - start
      if lane < 8 {
        scan.low |= lowered << UInt64(lane * 8)
      } else {
        scan.high |= lowered << UInt64((lane - 8) * 8)
      }
      if lowered != UInt64(c) { scan.hasUpperCase = true }
      scan.end += 1
    }
    return scan
  }

  @inlinable @inline(__always) static func isWordByte(_ c: UInt8) -> Bool {
    (c | 0x20) &- 0x61 < 26 || c &- 0x30 < 10 || c == 0x2d
  }

  /// Whether both views start at the same byte of memory.
  @inlinable public func hasSameStart(as other: Bytes) -> Bool { unsafe base == other.base }
}
