import Testing

@testable import Memory

@Suite struct WordLowercaseTests {
  /// The first word of the text in lower case, by what the scan has found.
  private func lowered(_ text: [UInt8], bufferSize: Int = 4096) -> [UInt8] {
    let pool = BufferPool(bufferSize: bufferSize)
    guard var buffer = pool.take(), buffer.append(text) else { return [] }
    let word = buffer.readable.scanWord(from: 0)
    buffer.lowercase(from: 0, count: word.end, as: word)
    let bytes = buffer.readable
    return (0..<bytes.count).map { bytes[$0] }
  }

  @Test(arguments: 0...40)
  func changesTheWordAndNothingBehindIt(length: Int) {
    let word = (0..<length).map { UInt8(ascii: "A") + UInt8($0 % 26) }
    let rest = Array(": VALUE Of It\r\nNEXT: Line".utf8)
    #expect(lowered(word + rest) == word.map { $0 | 0x20 } + rest)
    // At the end of what was received, and of the buffer.
    #expect(lowered(word) == word.map { $0 | 0x20 })
    #expect(lowered(word + [0x3a], bufferSize: length + 1) == word.map { $0 | 0x20 } + [0x3a])
  }

  @Test func keepsDigitsAndHyphens() {
    #expect(lowered(Array("X-Ab9-Z0: 1".utf8)) == Array("x-ab9-z0: 1".utf8))
  }

  @Test(arguments: [
    (0, "0"), (9, "9"), (10, "10"), (99, "99"), (100, "100"), (-1, "-1"), (-10, "-10"), (1_700_000_000, "1700000000"),
    (Int64.max, "9223372036854775807"), (Int64.min, "-9223372036854775808"),
    (999_999_999_999_999_999, "999999999999999999"),
    (1_000_000_000_000_000_000, "1000000000000000000"),
  ])
  func arenasWriteNumbers(value: Int64, text: String) {
    let arena = ByteArena(capacity: 64)
    arena.begin()
    #expect(arena.append(decimal: value))
    #expect(arena.finish().equals(Bytes(permanent: text)))
  }

  @Test func aPoolGrowsAndLendsWhatCameBackLast() {
    let pool = BufferPool(bufferSize: 4096)
    for round in 1...3 {
      var held: [Int] = []
      lend(pool, depth: 150, &held)
      #expect(Set(held).count == 150, "round \(round)")
    }
    #expect(pool.inUse == 0 && pool.allocated >= 150 && pool.allocated < 200)
  }
  /// Takes so many buffers at once; all go back on the way out.
  private func lend(_ pool: BufferPool, depth: Int, _ held: inout [Int]) {
    guard depth > 0, var buffer = pool.take(), buffer.append(byte: UInt8(depth & 0xff)) else { return }
    lend(pool, depth: depth - 1, &held)
    // Nobody else has written there.
    if buffer.readable[0] == UInt8(depth & 0xff) { held.append(depth) }
  }
}
