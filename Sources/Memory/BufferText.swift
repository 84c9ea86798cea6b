/// Short copies without a call: header names and values are a few bytes each, where `memcpy` costs more than the copy.
@usableFromInline enum ShortCopy {
  @inlinable @inline(__always) static func copy(
    _ to: UnsafeMutablePointer<UInt8>, _ from: UnsafePointer<UInt8>, _ n: Int
  ) {
    let to = UnsafeMutableRawPointer(to)
    let from = unsafe UnsafeRawPointer(from)
    if n >= 16 {
      var i = 0
      while i <= n - 16 {
        unsafe to.storeBytes(
          of: from.loadUnaligned(fromByteOffset: i, as: SIMD16<UInt8>.self), toByteOffset: i, as: SIMD16<UInt8>.self)
        i += 16
      }
      unsafe to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: n - 16, as: SIMD16<UInt8>.self), toByteOffset: n - 16,
        as: SIMD16<UInt8>.self)
    } else if n >= 8 {
      let first = unsafe from.loadUnaligned(as: UInt64.self)
      let last = unsafe from.loadUnaligned(fromByteOffset: n - 8, as: UInt64.self)
      unsafe to.storeBytes(of: first, as: UInt64.self)
      unsafe to.storeBytes(of: last, toByteOffset: n - 8, as: UInt64.self)
    } else if n >= 4 {
      let first = unsafe from.loadUnaligned(as: UInt32.self)
      let last = unsafe from.loadUnaligned(fromByteOffset: n - 4, as: UInt32.self)
      unsafe to.storeBytes(of: first, as: UInt32.self)
      unsafe to.storeBytes(of: last, toByteOffset: n - 4, as: UInt32.self)
    } else {
      var i = 0
      while i < n {
        unsafe to.storeBytes(of: from.load(fromByteOffset: i, as: UInt8.self), toByteOffset: i, as: UInt8.self)
        i += 1
      }
    }
  }
}

extension Buffer {
  /// Appends `name: value` and CR LF, or nothing and false where the room at the tail is short.
  @inlinable public mutating func append(name: Bytes, value: Bytes) -> Bool {
    let length = name.count + value.count + 4
    if length > capacity - tail { return false }
    var at = unsafe base + tail
    unsafe ShortCopy.copy(at, name.base, name.count)
    unsafe at += name.count
    unsafe at[0] = 0x3a
    unsafe at[1] = 0x20
    unsafe at += 2
    unsafe ShortCopy.copy(at, value.base, value.count)
    unsafe at += value.count
    unsafe at[0] = 0x0d
    unsafe at[1] = 0x0a
    tail += length
    return true
  }

  /// Appends a short text; as `append(_:)`, but faster below some hundred bytes.
  @inlinable public mutating func append(short bytes: Bytes) -> Bool {
    if bytes.count > capacity - tail { return false }
    unsafe ShortCopy.copy(base + tail, bytes.base, bytes.count)
    tail += bytes.count
    return true
  }

  /// Appends a decimal number.
  public mutating func append(decimal value: UInt64) -> Bool {
    var digits = 1
    var probe = value
    while probe >= 10 {
      probe /= 10
      digits += 1
    }
    if digits > capacity - tail { return false }
    var rest = value
    var at = tail + digits
    tail = at
    repeat {
      at -= 1
      unsafe base[at] = UInt8(48 + rest % 10)
      rest /= 10
    } while rest > 0
    return true
  }

  /// Appends a number in upper-case hexadecimal, without leading zeroes.
  public mutating func append(hexadecimal value: UInt64) -> Bool {
    let digits = max(1, (67 - value.leadingZeroBitCount) / 4)
    if digits > capacity - tail { return false }
    for i in 0..<digits {
      let nibble = UInt8(value >> UInt64(4 * (digits - 1 - i)) & 15)
      unsafe base[tail + i] = nibble < 10 ? 48 + nibble : 55 + nibble
    }
    tail += digits
    return true
  }

  /// Puts what `Bytes.scanWord` found at `start` in the place of its `n` bytes: the same in lower case.
  @inlinable public mutating func lowercase(from start: Int, count n: Int, as word: WordScan) {
    precondition(start >= 0 && n >= 0 && start <= tail - head && n <= tail - head - start)
    // Whole words are written; behind the `n` bytes they hold what was there.
    if n > 16 || capacity &- head &- start < 16 { return lowercase(from: start, count: n) }
    let at = unsafe base + head + start
    let kept = ByteLanes.lowest(n)
    let first = unsafe ByteLanes.load(UnsafePointer(at)) & ~kept | word.low & kept
    unsafe UnsafeMutableRawPointer(at).storeBytes(of: first.littleEndian, as: UInt64.self)
    if n <= 8 { return }
    let rest = ByteLanes.lowest(n &- 8)
    let second = unsafe ByteLanes.load(UnsafePointer(at + 8)) & ~rest | word.high & rest
    unsafe UnsafeMutableRawPointer(at + 8).storeBytes(of: second.littleEndian, as: UInt64.self)
  }

  /// Turns the ASCII letters of `n` readable bytes from index `start` to lower case, in place.
  @inlinable public mutating func lowercase(from start: Int, count n: Int) {
    precondition(start >= 0 && n >= 0 && start <= tail - head && n <= tail - head - start)
    let at = unsafe base + head + start
    // A last word may reach over the `n` bytes, but not out of the buffer, and writes back there what it read.
    let room = capacity &- head &- start
    var i = 0
    while i < n && room &- i >= 8 {
      let x = unsafe ByteLanes.load(UnsafePointer(at + i))
      let lowered = x | (ByteLanes.letters(x) & ByteLanes.lowest(n &- i)) &>> 2
      unsafe UnsafeMutableRawPointer(at + i).storeBytes(of: lowered.littleEndian, as: UInt64.self)
      i &+= 8
    }
    while i < n {
      unsafe at[i] = Bytes.lower(at[i])
      i &+= 1
    }
  }
}
