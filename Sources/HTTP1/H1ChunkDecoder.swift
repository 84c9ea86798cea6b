public import Memory

/// Decodes a chunked body (RFC 9112 7.1) without touching the data: it is fed the bytes behind the head and says, step
/// by step, which are data and which are framing. It keeps its place at every byte, and is strict: line breaks are
/// CR LF, sizes are plain hexadecimal below 2^52 (HAProxy's limit), the size line with its extensions is bounded. Extensions are dropped.
public struct H1ChunkDecoder: Sendable {
  public enum Event: Sendable {
    /// All given bytes were framing; `framing` of them are used up.
    case needMore(framing: Int)
    /// After `framing` bytes of framing come `data` bytes of data (all that is there of the chunk).
    case data(framing: Int, data: Int)
    /// The last chunk has come; `framing` bytes are used up, and trailers follow: to be read by `H1TrailerParser`.
    case trailers(framing: Int)
    case invalid(H1Error)
  }
  private enum Place: UInt8, Sendable { case size, blank, extensions, sizeLF, data, dataCR, dataLF, done }

  /// The longest size line, extensions included.
  public static let lineLimit = 4096

  private var place = Place.size
  private var line = 0
  private var digits = 0
  /// Data still to come in this chunk.
  public private(set) var remaining: UInt64 = 0
  /// Data bytes of all chunks so far.
  public private(set) var total: UInt64 = 0

  public init() {}

  /// For `show errors`.
  public var state: H1State {
    switch place {
    case .size, .blank, .extensions, .sizeLF: .chunkSize
    case .data: .data
    case .dataCR, .dataLF: .chunkCRLF
    case .done: .trailers
    }
  }

  /// Looks at `bytes` and returns the next event. The caller drops what the event says and calls again with the rest.
  public mutating func next(_ bytes: Bytes) -> Event {
    var i = 0
    let count = bytes.count
    while i < count {
      if place == .data {
        let available = UInt64(count - i)
        let n = Int(min(remaining, available))
        remaining -= UInt64(n)
        total &+= UInt64(n)
        if remaining == 0 { place = .dataCR }
        return .data(framing: i, data: n)
      }
      if place == .done { return .trailers(framing: i) }
      if !step(bytes[i]) { return .invalid(H1Error(state: state, offset: i)) }
      i += 1
    }
    return place == .done ? .trailers(framing: i) : .needMore(framing: i)
  }

  /// One byte of framing; false where it may not stand there.
  private mutating func step(_ c: UInt8) -> Bool {
    if place.rawValue <= Place.sizeLF.rawValue {
      line += 1
      if line > H1ChunkDecoder.lineLimit { return false }
    }
    switch place {
    case .size:
      if let digit = H1ChunkDecoder.hexadecimal(c) {
        if remaining >> 48 != 0 { return false }
        remaining = remaining << 4 | UInt64(digit)
        digits = 1
        return true
      }
      return digits > 0 && endOfSize(c)
    case .blank:
      if c == 0x20 || c == 0x09 { return true }
      return endOfSize(c)
    case .extensions:
      if c == 0x0d {
        place = .sizeLF
        return true
      }
      return c == 0x09 || (c >= 0x20 && c != 0x7f)
    case .sizeLF:
      if c != 0x0a { return false }
      place = remaining == 0 ? .done : .data
      line = 0
      digits = 0
      return true
    case .dataCR:
      place = .dataLF
      return c == 0x0d
    case .dataLF:
      place = .size
      return c == 0x0a
    case .data, .done: return false
    }
  }

  private mutating func endOfSize(_ c: UInt8) -> Bool {
    switch c {
    case 0x0d: place = .sizeLF
    case 0x3b: place = .extensions
    case 0x20, 0x09: place = .blank
    default: return false
    }
    return true
  }

  @inline(__always) private static func hexadecimal(_ c: UInt8) -> UInt8? {
    if c &- 0x30 < 10 { return c &- 0x30 }
    let letter = (c | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }
}
