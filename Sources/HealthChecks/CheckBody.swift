import HTTP1
import Memory

/// The body of an answer as far as it has come, without its framing.
struct CheckBody {
  private(set) var bytes = Bytes()
  /// Whether its framing says that nothing more comes.
  private(set) var isWhole = false
  private(set) var isInvalid = false

  init(_ framing: H1Framing, _ rest: Bytes, _ arena: ByteArena) {
    switch framing.body {
    case .none: isWhole = true
    case .length(let length):
      isWhole = UInt64(rest.count) >= length
      bytes = rest.prefix(isWhole ? Int(truncatingIfNeeded: length) : rest.count)
    case .untilClose: bytes = rest
    case .chunked: decode(rest, arena)
    }
  }

  private mutating func decode(_ rest: Bytes, _ arena: ByteArena) {
    arena.begin()
    defer { bytes = arena.finish() }
    var decoder = H1ChunkDecoder()
    var rest = rest
    while !rest.isEmpty {
      switch decoder.next(rest) {
      case .needMore: return
      case .data(let framing, let data):
        _ = arena.append(rest.slice(framing, data))
        rest = rest.dropFirst(framing + data)
      case .trailers:
        isWhole = true
        return
      case .invalid:
        isInvalid = true
        return
      }
    }
  }
}
