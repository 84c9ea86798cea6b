import HTTP
import Memory
import Rules

/// `http-request normalize-uri`: rewritings of a request target that do not change what it names (RFC 3986, section 6).
/// Each appends to `arena` and says whether that is a target; nil: the request is no well-formed one.
enum TargetNormalizing {
  /// False where the target cannot be normalised (a broken percent code in a strict mode, no room).
  static func normalize(_ target: Bytes, _ normalizer: TargetNormalizer, into arena: ByteArena) -> Bytes? {
    arena.begin()
    let isDone: Bool
    switch normalizer {
    case .fragmentStrip: isDone = arena.append(target.prefix(target.firstIndex(of: 0x23) ?? target.count))
    case .fragmentEncode: isDone = encodeFragment(target, arena)
    case .percentToUppercase: isDone = percent(target, arena, isStrict: false, decodes: false)
    case .percentToUppercaseStrict: isDone = percent(target, arena, isStrict: true, decodes: false)
    case .percentDecodeUnreserved: isDone = percent(target, arena, isStrict: false, decodes: true)
    case .percentDecodeUnreservedStrict: isDone = percent(target, arena, isStrict: true, decodes: true)
    case .pathMergeSlashes, .pathStripDot, .pathStripDotDot, .pathStripDotDotFull:
      isDone = rewritePath(target, normalizer, arena)
    case .querySortByName: isDone = sortQuery(target, arena)
    }
    let result = arena.finish()
    return isDone && !result.isEmpty ? result : nil
  }

  private static func encodeFragment(_ target: Bytes, _ arena: ByteArena) -> Bool {
    for i in 0..<target.count {
      let fits = target[i] == 0x23 ? arena.append("%23") : arena.append(byte: target[i])
      if !fits { return false }
    }
    return true
  }

  private static func isUnreserved(_ c: UInt8) -> Bool {
    c &- 48 < 10 || (c | 0x20) &- 97 < 26 || c == 0x2d || c == 0x2e || c == 0x5f || c == 0x7e
  }

  private static func percent(_ target: Bytes, _ arena: ByteArena, isStrict: Bool, decodes: Bool) -> Bool {
    var i = 0
    while i < target.count {
      let c = target[i]
      guard c == 0x25 else {
        if !arena.append(byte: c) { return false }
        i += 1
        continue
      }
      guard let high = FieldText.hex(target.at(i + 1)), let low = FieldText.hex(target.at(i + 2)) else {
        if isStrict { return false }
        if !arena.append(byte: c) { return false }
        i += 1
        continue
      }
      let value = high << 4 | low
      if decodes {
        let fits = isUnreserved(value) ? arena.append(byte: value) : arena.append(target.slice(i, 3))
        if !fits { return false }
      } else {
        let digits = Bytes("0123456789ABCDEF")
        if !arena.append(byte: c) || !arena.append(byte: digits[Int(high)]) || !arena.append(byte: digits[Int(low)]) {
          return false
        }
      }
      i += 3
    }
    return true
  }

  /// The path rewritten, with what stands before and behind it as it was.
  private static func rewritePath(_ target: Bytes, _ normalizer: TargetNormalizer, _ arena: ByteArena) -> Bool {
    let parts = RequestTarget(target)
    let start = target.count - parts.pathAndQuery.count
    let path = parts.path
    if !arena.append(target.prefix(start)) { return false }
    // Segments are kept as the places of their slashes in what was written.
    var written: [UInt8] = []
    written.reserveCapacity(path.count)
    switch normalizer {
    case .pathMergeSlashes:
      for i in 0..<path.count where !(path[i] == 0x2f && written.last == 0x2f) { written.append(path[i]) }
    case .pathStripDot: stripDot(path, &written)
    default: stripDotDot(path, &written, isFull: normalizer == .pathStripDotDotFull)
    }
    for c in written where !arena.append(byte: c) { return false }
    return arena.append(target.dropFirst(start + path.count))
  }

  private static func stripDot(_ path: Bytes, _ written: inout [UInt8]) {
    var i = 0
    while i < path.count {
      let isStart = i == 0 || path[i - 1] == 0x2f
      if isStart && path[i] == 0x2e && (i + 1 == path.count || path[i + 1] == 0x2f) {
        i += 2
      } else {
        written.append(path[i])
        i += 1
      }
    }
  }

  private static func stripDotDot(_ path: Bytes, _ written: inout [UInt8], isFull: Bool) {
    var i = 0
    while i < path.count {
      let isStart = i == 0 || path[i - 1] == 0x2f
      let isUp =
        isStart && i + 1 < path.count && path[i] == 0x2e && path[i + 1] == 0x2e
        && (i + 2 == path.count || path[i + 2] == 0x2f)
      guard isUp else {
        written.append(path[i])
        i += 1
        continue
      }
      // What is written ends with the slash before the dots: the segment before it goes, unless it is one that stayed.
      let isAtRoot = written.count <= 1
      let staysUp =
        written.count >= 3 && written.suffix(3).elementsEqual([0x2e, 0x2e, 0x2f])
        && (written.count == 3 || written[written.count - 4] == 0x2f)
      if (isAtRoot || staysUp) && !isFull {
        written += [0x2e, 0x2e, 0x2f]
      } else if !isAtRoot {
        written.removeLast()
        while let last = written.last, last != 0x2f { written.removeLast() }
      }
      i += 3
    }
  }

  /// The parameters sorted by their names; equal names stay in their order.
  private static func sortQuery(_ target: Bytes, _ arena: ByteArena) -> Bool {
    guard let mark = target.firstIndex(of: 0x3f) else { return arena.append(target) }
    let query = target.dropFirst(mark + 1)
    var pieces: [Bytes] = []
    var at = 0
    while at <= query.count {
      let end = query.firstIndex(of: 0x26, from: at) ?? query.count
      pieces.append(query[at..<end])
      at = end + 1
    }
    func name(_ piece: Bytes) -> Bytes { piece.prefix(piece.firstIndex(of: 0x3d) ?? piece.count) }
    // A separator at the end separates nothing.
    if pieces.count > 1 && pieces[pieces.count - 1].isEmpty { pieces.removeLast() }
    let order = pieces.indices.sorted { a, b in
      let (x, y) = (name(pieces[a]), name(pieces[b]))
      for i in 0..<min(x.count, y.count) where x[i] != y[i] { return x[i] < y[i] }
      return x.count != y.count ? x.count < y.count : a < b
    }
    if !arena.append(target.prefix(mark + 1)) { return false }
    for (n, i) in order.enumerated() {
      if n > 0 && !arena.append("&") { return false }
      if !arena.append(pieces[i]) { return false }
    }
    return true
  }
}
