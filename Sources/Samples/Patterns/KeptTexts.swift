import Memory
import System

/// The texts of a list's file, and those of entries that were added or changed while the process runs. Their memory is used again some seconds after
/// the entry is gone: by then no worker looks at tables that still held it.
struct KeptTexts {
  private struct Blocks {
    var pattern = ByteStore.Block.none
    var value = ByteStore.Block.none
  }
  private let store = ByteStore()
  private var blocks: [UInt32: Blocks] = [:]
  /// Blocks that nobody needs any more, with the tick from which they may be used again.
  private var leaving: [(block: ByteStore.Block, tick: Int64)] = []
  private static let grace: Int64 = 10_000

  mutating func keep(_ text: Bytes, of number: UInt32) -> Bytes {
    // Only texts of two gigabytes have no block.
    guard let block = store.store(text) else { return Bytes() }
    if blocks[number] == nil { blocks[number] = Blocks(pattern: block) } else { blocks[number]?.value = block }
    return block.bytes
  }
  /// A whole file, kept for as long as the list.
  func keep(file content: [UInt8]) -> Bytes { store.store(content)?.bytes ?? Bytes() }
  /// The list is gone, and all who looked at it.
  func giveBack() { store.giveBack() }

  mutating func replaceValue(_ text: Bytes, of number: UInt32) -> Bytes {
    guard let block = store.store(text) else { return Bytes() }
    if let old = blocks[number]?.value { retire(old) }
    blocks[number, default: Blocks()].value = block
    return block.bytes
  }
  mutating func forget(_ numbers: some Sequence<UInt32>) {
    if blocks.isEmpty { return }
    for number in numbers {
      guard let old = blocks.removeValue(forKey: number) else { continue }
      retire(old.pattern)
      retire(old.value)
    }
  }

  private mutating func retire(_ block: ByteStore.Block) {
    let now = Clock.monotonicMilliseconds()
    leaving.append((block, now + Self.grace))
    if leaving.count < 256 { return }
    let over = leaving.prefix { $0.tick <= now }.count
    for (block, _) in leaving.prefix(over) { store.release(block) }
    leaving.removeFirst(over)
  }
}
