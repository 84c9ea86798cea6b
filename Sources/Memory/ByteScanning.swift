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

/// Eight bytes at a time, as the lanes of a word: the first byte is the lowest lane. A mask has the top bit of a lane
/// set or not. (The vector types of the standard library compare lane by lane, which is slower than single bytes.)
@usableFromInline enum ByteLanes {
  @inlinable @inline(__always) static func load(_ at: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: unsafe UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
  }
  @inlinable @inline(__always) static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inlinable @inline(__always) static var tops: UInt64 { 0x8080_8080_8080_8080 }
  /// The index of the lowest set lane of a mask that is not zero.
  @inlinable @inline(__always) static func first(_ mask: UInt64) -> Int { mask.trailingZeroBitCount &>> 3 }
  /// All bits of the `n` lowest lanes, `n` in 0...8.
  @inlinable @inline(__always) static func lowest(_ n: Int) -> UInt64 { n >= 8 ? .max : (1 << UInt64(n &* 8)) &- 1 }

  /// Lanes below `limit`. Only the lowest set lane is certain: a borrow may set lanes above it.
  @inlinable @inline(__always) static func below(_ limit: UInt64, _ x: UInt64) -> UInt64 {
    (x &- ones &* limit) & ~x & tops
  }
  /// Lanes equal to `value`, as certain as `below`.
  @inlinable @inline(__always) static func equal(_ value: UInt64, _ x: UInt64) -> UInt64 {
    let y = x ^ (ones &* value)
    return (y &- ones) & ~y & tops
  }
  /// Lanes in `low...high`, both below 128; exact in every lane. `seven` is the word without its top bits, and the top
  /// bit of a lane is still to be looked at.
  @inlinable @inline(__always) static func within(_ low: UInt64, _ high: UInt64, _ seven: UInt64) -> UInt64 {
    (seven &+ ones &* (128 &- low)) ^ (seven &+ ones &* (127 &- high))
  }
  /// ASCII letters, exact in every lane.
  @inlinable @inline(__always) static func letters(_ x: UInt64) -> UInt64 {
    within(0x61, 0x7a, (x | (ones &* 0x20)) & ~tops) & ~x & tops
  }
}

extension Bytes {
  /// The first place at or after `start` of a control byte (0x00 to 0x1f, 0x7f), or the count where there is none.
  @inlinable public func firstControl(from start: Int) -> Int {
    precondition(start >= 0 && start <= count)
    var i = start
    while count &- i >= 8 {
      let x = unsafe ByteLanes.load(base + i)
      let mask = ByteLanes.below(0x20, x) | ByteLanes.equal(0x7f, x)
      if mask != 0 { return i &+ ByteLanes.first(mask) }
      i &+= 8
    }
    while i < count {
      let c = unsafe base[i]
      if c < 0x20 || c == 0x7f { return i }
      i &+= 1
    }
    return count
  }

  /// The first place at or after `start` of a byte that is no visible ASCII character (0x21 to 0x7e) or is `#`, or
  /// the count where there is none: where a request target ends.
  @inlinable public func firstNotTarget(from start: Int) -> Int {
    precondition(start >= 0 && start <= count)
    var i = start
    while count &- i >= 8 {
      let x = unsafe ByteLanes.load(base + i)
      let mask =
        ByteLanes.below(0x21, x) | ByteLanes.equal(0x7f, x) | ByteLanes.equal(0x23, x) | (x & ByteLanes.tops)
      if mask != 0 { return i &+ ByteLanes.first(mask) }
      i &+= 8
    }
    while i < count {
      let c = unsafe base[i]
      if c &- 0x21 > 0x5d || c == 0x23 { return i }
      i &+= 1
    }
    return count
  }

  /// The first byte that stands in no host nor port: a control byte, a space, or one of `/ ? # @ ,`; the count where there
  /// is none.
  @inlinable public var firstNotHost: Int {
    var i = 0
    while count &- i >= 8 {
      let x = unsafe ByteLanes.load(base + i)
      let mask =
        ByteLanes.below(0x21, x) | ByteLanes.equal(0x7f, x) | ByteLanes.equal(0x2f, x) | ByteLanes.equal(0x3f, x)
        | ByteLanes.equal(0x23, x) | ByteLanes.equal(0x40, x) | ByteLanes.equal(0x2c, x)
      if mask != 0 { return i &+ ByteLanes.first(mask) }
      i &+= 8
    }
    while i < count {
      let c = unsafe base[i]
      if c < 0x21 || c == 0x7f || c == 0x2f || c == 0x3f || c == 0x23 || c == 0x40 || c == 0x2c { return i }
      i &+= 1
    }
    return count
  }

  /// The run of letters, digits and hyphens that starts at `start`: what nearly every header name is made of.
  @inlinable public func scanWord(from start: Int) -> WordScan {
    precondition(start >= 0 && start <= count)
    if count &- start < 16 { return scanShortWord(from: start) }
    let first = Bytes.wordLanes(unsafe ByteLanes.load(base + start))
    if first.stop != 0 {
      let n = ByteLanes.first(first.stop)
      let kept = ByteLanes.lowest(n)
      return WordScan(
        end: start &+ n, low: first.lowered & kept, high: 0, hasUpperCase: first.changed & kept != 0)
    }
    let second = Bytes.wordLanes(unsafe ByteLanes.load(base + start + 8))
    if second.stop != 0 {
      let n = ByteLanes.first(second.stop)
      let kept = ByteLanes.lowest(n)
      return WordScan(
        end: start &+ 8 &+ n, low: first.lowered, high: second.lowered & kept,
        hasUpperCase: first.changed | (second.changed & kept) != 0)
    }
    var end = start &+ 16
    while end < count && Bytes.isWordByte(unsafe base[end]) { end &+= 1 }
    return WordScan(end: end, low: first.lowered, high: second.lowered, hasUpperCase: true)
  }

  /// Eight bytes in lower case, which of them changed, and which are no letter, digit nor hyphen.
  @inlinable @inline(__always) static func wordLanes(_ x: UInt64) -> (lowered: UInt64, changed: UInt64, stop: UInt64) {
    let letters = ByteLanes.letters(x)
    let seven = x & ~ByteLanes.tops
    let digits = ByteLanes.within(0x30, 0x39, seven)
    let hyphens = ByteLanes.within(0x2d, 0x2d, seven)
    let lowered = x | letters &>> 2
    return (lowered, lowered ^ x, ~(letters | ((digits | hyphens) & ~x)) & ByteLanes.tops)
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

  /// Whether `other` stands somewhere in these bytes, ASCII letters of either case being the same. The empty string
  /// stands everywhere.
  public func containsIgnoringCase(_ other: Bytes) -> Bool {
    if other.isEmpty { return true }
    let last = count &- other.count
    let lower = Bytes.lower(unsafe other.base[0])
    let upper = lower &- 0x61 < 26 ? lower & 0xdf : lower
    var i = 0
    while i <= last {
      if count &- i >= 8 {
        let x = unsafe ByteLanes.load(base + i)
        let mask = ByteLanes.equal(UInt64(lower), x) | ByteLanes.equal(UInt64(upper), x)
        i &+= mask == 0 ? 8 : ByteLanes.first(mask)
        if mask == 0 || i > last { continue }
      } else if unsafe base[i] != lower && base[i] != upper {
        i &+= 1
        continue
      }
      if slice(i, other.count).equalsIgnoringCase(other) { return true }
      i &+= 1
    }
    return false
  }

  /// Whether both views start at the same byte of memory.
  @inlinable public func hasSameStart(as other: Bytes) -> Bool { unsafe base == other.base }
}
