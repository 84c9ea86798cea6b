/// Finds the keyword that a misspelt word was meant to be, by the letters they share and which letter follows which.
/// Measured on HAProxy 2.6.12, whose suggestions it gives.
public enum WordSimilarity {
  /// Letters are 1 to 26 whatever their case, digits 27, and 28 is everything else and both ends of the word.
  private static let classCount = 29

  private static func letterClass(_ byte: UInt8) -> Int {
    if byte.isLetter { return Int((byte | 0x20) - 0x60) }
    return byte.isDigit ? 27 : 28
  }

  /// How often each class follows each other one; row 0 tells which classes occur.
  private static func fingerprint(_ word: [UInt8]) -> [Int] {
    var counts = [Int](repeating: 0, count: classCount * classCount)
    var last = 28
    for byte in word {
      let next = letterClass(byte)
      counts[next] = 1
      counts[last * classCount + next] += 1
      last = next
    }
    counts[last * classCount + 28] += 1
    return counts
  }

  /// The likest of `candidates`, the first of several equally like; nil where it differs by more than twice the
  /// length of the shorter of both words, or three times where it `isPrefix`.
  public static func bestMatch(
    for word: String, among candidates: [String], isPrefix: (Int) -> Bool = { _ in false }
  ) -> String? {
    let bytes = word.latin1Bytes
    let wanted = fingerprint(bytes)
    var best: (word: String, index: Int, distance: Int)?
    for (index, candidate) in candidates.enumerated() {
      let other = fingerprint(candidate.latin1Bytes)
      var distance = 0
      for index in wanted.indices { distance += abs(wanted[index] - other[index]) }
      if distance < best?.distance ?? .max { best = (candidate, index, distance) }
    }
    guard let best else { return nil }
    let factor = isPrefix(best.index) ? 3 : 2
    guard best.distance <= factor * bytes.count, best.distance <= factor * best.word.utf8.count else { return nil }
    return best.word
  }

  /// The places of the `count` likest candidates, the likest first.
  public static func closest(_ count: Int, to word: String, among candidates: [String]) -> [Int] {
    let wanted = fingerprint(word.latin1Bytes)
    let distances = candidates.map { candidate in
      zip(wanted, fingerprint(candidate.latin1Bytes)).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
    return Array(candidates.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(count))
  }
}
