/// How many frames that ask for work and bring nothing a peer may send: a burst, and so many a second. What real work
/// brings along (heads, bytes of bodies, windows) is free.
struct HTTP2Allowance {
  static let burst: Int64 = 2000
  static let perSecond: Int64 = 200
  private var left = HTTP2Allowance.burst
  private var last: Int64 = -1

  mutating func admits(type: UInt8, length: Int, flags: UInt8, now: Int64) -> Bool {
    switch type {
    case 0: if length > 0 || flags & 1 != 0 { return true }
    case 1, 8: return true
    default: break
    }
    if last < 0 { last = now }
    if now > last {
      left = min(HTTP2Allowance.burst, left + (now - last) * HTTP2Allowance.perSecond / 1000)
      last = now
    }
    left -= 1
    return left >= 0
  }
}
