import Testing

@testable import Memory

@Suite struct CopyOnWriteTests {
  @Test func copiesAreApart() {
    var first = CopyOnWrite([1, 2])
    let second = first
    first.value.append(3)
    #expect(first.value == [1, 2, 3])
    #expect(second.value == [1, 2])
  }

  @Test func copiesShareUntilChanged() {
    let first = CopyOnWrite("text")
    var second = first
    #expect(first.box === second.box)
    second.value += "s"
    #expect(first.box !== second.box)
    let own = ObjectIdentifier(second.box)
    second.value += "!"
    #expect(ObjectIdentifier(second.box) == own)
  }
}

@Suite struct CellPackTests {
  @Test func cellsAreApart() {
    var pack = CellPack(lines: 2)
    let cells = (0..<16).map { pack.cell($0) }
    for (number, cell) in cells.enumerated() { cell.add(100 * number) }
    #expect(cells.map(\.value) == (0..<16).map { 101 * $0 })
  }

  @Test func aFullPackGivesCellsOfTheirOwn() {
    var pack = CellPack(lines: 1)
    pack.nextLine()
    let cells = (0..<9).map { pack.cell($0) }
    pack.nextLine()
    let last = pack.cell(9)
    for cell in cells + [last] { cell.add(1) }
    #expect((cells + [last]).map(\.value) == Array(1...10))
  }

  @Test func linesAreApart() {
    var pack = CellPack(lines: 2)
    let first = unsafe pack.cell().cell
    pack.nextLine()
    let second = unsafe pack.cell().cell
    #expect(UInt(bitPattern: second) - UInt(bitPattern: first) == 64)
    #expect(UInt(bitPattern: first) % 64 == 0)
  }
}
