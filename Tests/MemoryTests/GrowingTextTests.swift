import Testing

@testable import Memory

@Suite struct GrowingTextTests {
  private func text(_ write: (inout GrowingText) -> Void) -> [UInt8] {
    var text = GrowingText()
    write(&text)
    return text.bytes
  }

  @Test(arguments: [
    (0, "0"), (9, "9"), (10, "10"), (99, "99"), (100, "100"), (1_000_000_007, "1000000007"),
    (9_999_999_999_999_999_999, "9999999999999999999"), (10_000_000_000_000_000_000, "10000000000000000000"),
    (UInt64.max, "18446744073709551615"),
  ])
  func decimals(value: UInt64, expected: String) {
    #expect(text { $0.add(decimal: value) } == Array(expected.utf8))
  }
  @Test func signedDecimals() {
    #expect(text { $0.add(signed: .min) } == Array("-9223372036854775808".utf8))
    #expect(text { $0.add(signed: 42) } == Array("42".utf8))
  }

  /// Scalars of a String stand for bytes, those of a literal for their UTF-8 form.
  @Test func scalars() {
    let value = "caf\u{e9}"
    #expect(text { $0.add(value) } == [0x63, 0x61, 0x66, 0xe9])
    #expect(text { $0.add("é") } == [0xc3, 0xa9])
  }

  @Test(arguments: ["a&b", "<", "\"", "it's", "a,b", "\\", "\u{7f}", "\u{1f}", "\u{e9}"])
  func notPlain(value: String) {
    var text = GrowingText()
    text.add("x")
    let isAdded = text.add(plain: value)
    #expect(!isAdded)
    #expect(text.bytes == [0x78])
  }
  @Test func plain() {
    let long = String(repeating: "plain text ", count: 500)
    var text = GrowingText()
    let isAdded = text.add(plain: long)
    #expect(isAdded && text.bytes == Array(long.utf8))
  }

  @Test func parts() {
    var source = GrowingText()
    source.add("one two three")
    #expect(text { $0.add(source, from: 4, to: 7) } == Array("two".utf8))
    #expect(text { $0.add(source, from: 4, to: 99) }.isEmpty)
    #expect(text { $0.add(source, from: 7, to: 4) }.isEmpty)
  }

  /// Whatever is taken and added in turns, the bytes come out once and in order.
  @Test func takenInTurns() {
    let pool = BufferPool(bufferSize: 64)
    var text = GrowingText()
    var expected: [UInt8] = []
    var got: [UInt8] = []
    for i in 0..<2000 {
      let piece = "\(i * 7919) "
      text.add(piece)
      expected += Array(piece.utf8)
      var buffer = Buffer()
      guard buffer.back(by: pool) else { continue }
      buffer.take(from: &text, limit: i % 17)
      got += buffer.readable.array
    }
    #expect(got + text.bytes == expected)
  }

  @Test func truncation() {
    var text = GrowingText()
    text.add("abcdef")
    text.truncate(to: 2)
    text.truncate(to: 5)
    text.add("x")
    #expect(text.bytes == Array("abx".utf8))
  }
}

@Suite struct CounterTableTests {
  @Test func rowsAreAddedUp() {
    let table = CounterTable(rows: 3, count: 9)
    for row in 0..<3 {
      for index in 0..<9 { table.row(row).add(index, UInt64((row + 1) * (index + 1))) }
    }
    #expect(table.total(8) == 54)
    #expect(table.largest(8) == 27)
    table.clear(8)
    #expect(table.total(8) == 0 && table.total(7) == 48)
  }
}
