/// The nesting of `.if` blocks.
struct ConditionalBlocks {
  static let maximumNesting = 100

  /// What happens to the lines of a block's current branch.
  enum Branch {
    /// They are read.
    case taken
    /// They are skipped; a later branch may be taken.
    case notYet
    /// They are skipped, as all later branches: one has been taken, or the whole block stands in a skipped one.
    case done
  }
  private struct Block {
    var branch: Branch
    var isElse = false
  }
  private var blocks: [Block] = []

  var isOpen: Bool { !blocks.isEmpty }
  var isSkipping: Bool { blocks.last.map { $0.branch != .taken } ?? false }
  var canNest: Bool { blocks.count < Self.maximumNesting - 1 }
  var isAfterElse: Bool { blocks.last?.isElse ?? false }
  /// Whether the condition of an `.elif` here matters.
  var needsCondition: Bool { blocks.last?.branch == .notYet }

  mutating func open(_ branch: Branch) { blocks.append(Block(branch: branch)) }
  mutating func next(_ branch: Branch) { if !blocks.isEmpty { blocks[blocks.count - 1].branch = branch } }
  mutating func turnToElse() {
    guard let last = blocks.last else { return }
    blocks[blocks.count - 1] = Block(branch: last.branch == .notYet ? .taken : .done, isElse: true)
  }
  mutating func close() { _ = blocks.popLast() }
}
