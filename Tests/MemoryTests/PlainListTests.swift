import Memory
import Testing

@Suite struct PlainListTests {
  private func all(_ list: borrowing PlainList<Int32>) -> [Int32] {
    var found: [Int32] = []
    for i in list.indices { found.append(list[i]) }
    return found
  }

  @Test func growsAndKeepsItsOrder() {
    var list = PlainList<Int32>()
    for i in 0..<100 { list.append(Int32(i)) }
    let found = all(list)
    #expect(found == Array(0..<100))
  }
  @Test func forgetsAndReleases() {
    var list = PlainList<Int32>()
    list.append(1)
    list.removeAll()
    let forgotten = list.isEmpty
    #expect(forgotten)
    list.append(2)
    list[0] = 3
    let changed = all(list)
    #expect(changed == [3])
    list.release()
    let released = list.isEmpty
    #expect(released)
    list.append(4)
    let again = all(list)
    #expect(again == [4])
  }
}

@Suite struct EqualityWithoutCaseTests {
  /// Around the words that are compared at once: each place may differ, in case or more.
  @Test func everyPlaceCounts() {
    for length in 0...40 {
      let text = (0..<length).map { UInt8(0x61 + $0 % 26) }
      #expect(Bytes(permanent: text).equalsIgnoringCase(Bytes(permanent: text)))
      for place in 0..<length {
        var other = text
        other[place] &-= 0x20
        #expect(Bytes(permanent: text).equalsIgnoringCase(Bytes(permanent: other)))
        other[place] = 0x2d
        #expect(!Bytes(permanent: text).equalsIgnoringCase(Bytes(permanent: other)))
      }
    }
  }
}
