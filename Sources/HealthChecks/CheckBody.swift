import HTTP1
import Memory

/// The body of an answer as far as it has come, without its framing.
struct CheckBody {
  private(set) var bytes = Bytes()
  /// Whether its framing says that nothing more comes.
  private(set) var isWhole = false
  private(set) var isInvalid = false

  /// `maxTrailers`: more of them make the answer invalid.
  init(_ framing: H1Framing, _ rest: Bytes, _ arena: ByteArena, maxTrailers: Int) {
    switch framing.body {
    case .none: isWhole = true
    case .length(let length):
      isWhole = UInt64(rest.count) >= length
      bytes = rest.prefix(isWhole ? Int(truncatingIfNeeded: length) : rest.count)
    case .untilClose: bytes = rest
    case .chunked: decode(rest, arena, maxTrailers)
    }
  }

  private mutating func decode(_ rest: Bytes, _ arena: ByteArena, _ maxTrailers: Int) {
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
      case .trailers(let framing): return readTrailers(rest.dropFirst(framing), maxTrailers)
      case .invalid:
        isInvalid = true
        return
      }
    }
  }

  /// Looks for the empty line at the end. Nobody reads the fields before it.
  private mutating func readTrailers(_ trailers: Bytes, _ most: Int) {
    var rest = trailers
    var count = 0
    while let end = rest.firstIndex(of: 0x0a) {
      let line = rest.prefix(end > 0 && rest.at(end - 1) == 0x0d ? end - 1 : end)
      guard let first = line.at(0) else {
        isWhole = true
        return
      }
      let isContinuation = count > 0 && (first == 0x20 || first == 0x09)
      if !isContinuation {
        count += 1
        let name = line.prefix(line.firstIndex(of: UInt8(ascii: ":")) ?? 0)
        if name.isEmpty || !name.isToken || count > most {
          isInvalid = true
          return
        }
      }
      rest = rest.dropFirst(end + 1)
    }
  }
}
