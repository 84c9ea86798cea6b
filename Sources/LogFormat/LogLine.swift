import Memory
import Primitives
import Samples

/// One line being written: fields are appended to the arena until `limit` bytes are there. Text is cut at the limit;
/// numbers and dates are written whole or not at all, and nothing follows what did not fit.
struct LogLine {
  private let arena: ByteArena
  private let start: Int
  private let end: Int
  /// Where the line must be cut when something went past the limit.
  private var cut = -1

  /// `limit`: the most bytes the line may have.
  init(_ arena: ByteArena, limit: Int) {
    self.arena = arena
    start = arena.mark
    // Numbers and addresses are written first and measured then, which takes room behind the limit.
    end = start &+ min(limit, max(arena.room &- 80, 0))
    arena.begin()
  }

  var isFull: Bool { cut >= 0 }
  private var room: Int { end &- arena.mark }

  func finish() -> Bytes {
    let whole = arena.finish()
    return cut >= 0 ? whole.prefix(cut &- start) : whole.prefix(end &- start)
  }

  // MARK: - Pieces

  mutating func text(_ bytes: Bytes) {
    if isFull { return }
    if bytes.count <= room {
      arena.append(bytes)
    } else {
      arena.append(bytes.prefix(room))
      cut = end
    }
  }
  mutating func text(_ text: StaticString) { self.text(Bytes(text)) }
  mutating func byte(_ byte: UInt8) {
    if isFull { return }
    if room > 0 {
      arena.append(byte: byte)
    } else {
      cut = end
    }
  }
  /// A piece of `count` bytes that is never cut in two: false, and the line is full, where it has no place.
  mutating func fits(_ count: Int) -> Bool {
    if isFull { return false }
    if count <= room { return true }
    cut = arena.mark
    return false
  }
  mutating func whole(_ bytes: Bytes) {
    if fits(bytes.count) { arena.append(bytes) }
  }
  mutating func number(_ value: Int64) {
    if isFull { return }
    let before = arena.mark
    arena.append(decimal: value)
    if arena.mark > end { cut = before }
  }
  mutating func number(_ value: UInt64) { number(Int64(clamping: value)) }
  mutating func number(_ value: Int) { number(Int64(value)) }

  /// Upper-case hexadecimal, `digits` digits or more.
  mutating func hexadecimal(_ value: UInt64, digits: Int) {
    let needed = max(digits, (64 &- value.leadingZeroBitCount &+ 3) / 4)
    if !fits(needed) { return }
    var shift = UInt64(needed &* 4)
    while shift > 0 {
      shift &-= 4
      arena.append(byte: LogLine.hexDigit(UInt8(truncatingIfNeeded: value &>> shift & 15)))
    }
  }
  static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 &+ value : 55 &+ value }

  /// A number below 1000 with leading zeros.
  mutating func milliseconds(_ value: Int) {
    if !fits(3) { return }
    arena.append(byte: UInt8(truncatingIfNeeded: 48 &+ value / 100 % 10))
    arena.append(twoDigits: value % 100)
  }

  // MARK: - Strings of a field

  /// A text with the quotes and escapes that `flags` ask for; none, or an empty one, is a missing value.
  mutating func field(_ value: Bytes?, _ flags: LogFieldFlags) {
    guard let value, !value.isEmpty else { return missing(flags) }
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
    flags.contains(.escape) ? escaped(value) : text(value)
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
  }
  mutating func missing(_ flags: LogFieldFlags) {
    if !flags.contains(.mandatory) { return }
    text(flags.contains(.quote) ? "\"\"" : "-")
  }

  /// A backslash before `"`, `\` and `]`. An escape is not cut in two; shorter fields may follow one that had no place.
  mutating func escaped(_ value: Bytes) {
    var done = 0
    for i in 0..<value.count {
      let c = value[i]
      if c != UInt8(ascii: "\"") && c != UInt8(ascii: "\\") && c != UInt8(ascii: "]") { continue }
      text(value.slice(done, i &- done))
      if isFull || room < 2 { return }
      arena.append(byte: UInt8(ascii: "\\"))
      arena.append(byte: c)
      done = i &+ 1
    }
    text(value.slice(done, value.count &- done))
  }

  /// Bytes of `set` as `mark` and two hexadecimal digits; with `escape`, a backslash before those of the others that
  /// need one. Neither is cut in two.
  mutating func encoded(
    _ value: Bytes, _ set: LogEncodeSet, _ flags: LogFieldFlags, mark: UInt8 = UInt8(ascii: "#")
  ) {
    let escape = flags.contains(.escape)
    var done = 0
    for i in 0..<value.count {
      let c = value[i]
      let encode = set.contains(c)
      if !encode && !(escape && (c == UInt8(ascii: "\\") || c == UInt8(ascii: "]") || c == UInt8(ascii: "\""))) {
        continue
      }
      text(value.slice(done, i &- done))
      done = i &+ 1
      if !fits(encode ? 3 : 2) { return }
      if encode {
        arena.append(byte: mark)
        arena.append(byte: LogLine.hexDigit(c >> 4))
        arena.append(byte: LogLine.hexDigit(c & 15))
      } else {
        arena.append(byte: UInt8(ascii: "\\"))
        arena.append(byte: c)
      }
    }
    text(value.slice(done, value.count &- done))
  }

  // MARK: - Addresses

  /// The address of an endpoint, `unix` for a local socket, or a missing value.
  mutating func address(_ endpoint: Endpoint, _ flags: LogFieldFlags) {
    if endpoint.family == .none { return missing(flags) }
    if flags.contains(.hexadecimal) { return hexadecimalAddress(endpoint) }
    let before = arena.mark
    if isFull { return }
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
    switch endpoint.address {
    case .v4(let address): _ = AddressText.append(address, to: arena)
    case .v6(let address): _ = AddressText.append(address, to: arena)
    case nil: arena.append("unix")
    }
    if flags.contains(.quote) { arena.append(byte: UInt8(ascii: "\"")) }
    if arena.mark > end { cut = before }
  }
  private mutating func hexadecimalAddress(_ endpoint: Endpoint) {
    if endpoint.family == .ipv4 { return hexadecimal(endpoint.low & 0xffff_ffff, digits: 8) }
    if endpoint.family == .unix {
      // HAProxy has no hexadecimal form for it, and ends the line here.
      if !isFull { cut = arena.mark }
      return
    }
    if !fits(32) { return }
    hexadecimal(endpoint.high, digits: 16)
    hexadecimal(endpoint.low, digits: 16)
  }
  /// The port; `id` stands for it where the address is a local socket.
  mutating func port(_ endpoint: Endpoint, id: Int, _ flags: LogFieldFlags) {
    switch endpoint.family {
    case .none: missing(flags)
    case .unix: number(id)
    default:
      flags.contains(.hexadecimal) ? hexadecimal(UInt64(endpoint.port), digits: 4) : number(Int(endpoint.port))
    }
  }
}

/// A set of byte values.
struct LogEncodeSet {
  private let low: UInt64
  private let high: UInt64
  private let upperHalf: Bool
  /// Control characters but the tab: what must not stand in an HTTP message.
  static let message = LogEncodeSet(low: 0xffff_ffff & ~(1 << 9), high: 1 << 63, upperHalf: false)

  private init(low: UInt64, high: UInt64, upperHalf: Bool) {
    self.low = low
    self.high = high
    self.upperHalf = upperHalf
  }
  /// Bytes outside 32...126, and `extra`.
  init(_ extra: StaticString) {
    var (low, high): (UInt64, UInt64) = (0xffff_ffff, 1 << 63)
    let bytes = Bytes(extra)
    for i in 0..<bytes.count {
      if bytes[i] < 64 { low |= 1 << UInt64(bytes[i]) } else { high |= 1 << UInt64(bytes[i] & 63) }
    }
    self.init(low: low, high: high, upperHalf: true)
  }
  func contains(_ c: UInt8) -> Bool {
    c >= 128 ? upperHalf : (c < 64 ? low : high) &>> UInt64(c & 63) & 1 != 0
  }

  /// For the request line (manual section 8.6).
  static let request = LogEncodeSet("\"#")
  /// For captured headers, which braces and bars delimit.
  static let header = LogEncodeSet("\"#{|}")
}
