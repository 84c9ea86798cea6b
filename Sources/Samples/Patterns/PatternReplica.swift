import Memory

/// One worker's hold of a pattern expression: it takes a new snapshot where there was an edit, and looks up without
/// any reference counting.
final class PatternReplica {
  let expression: PatternExpression
  private var seen = 0
  private var tables: [PinnedTable] = []
  private final class PinnedTable {
    let table: PinnedReference<PatternTable>
    let removed: NumberSet
    init(_ table: PatternTable, _ removed: NumberSet) {
      self.table = PinnedReference(table)
      self.removed = removed
    }
  }

  init(_ expression: PatternExpression) { self.expression = expression }

  /// What was found: the value of a map's entry, and the entry's number and pattern.
  struct Match {
    let value: SampleData?
    let number: UInt32
    let pattern: Pattern
  }

  /// The best match of a value that was cast to what the method expects.
  func find(_ value: SampleData, _ matcher: RegexMatcher) -> Match? {
    let version = expression.version.acquired
    if version != seen { refresh(version) }
    var best: Match?
    var i = tables.count
    while i > 0 {
      i -= 1
      let match = tables[i].table.with { table -> Match? in
        guard let found = table.find(value, matcher, tables[i].removed) else { return nil }
        let entry = table.entries[found]
        return Match(value: entry.value, number: entry.number, pattern: entry.pattern)
      }
      if let match, best == nil || isBetter(match, best!) { best = match }
    }
    // A regular expression's groups must be those of the entry that was chosen.
    return best
  }

  private func isBetter(_ a: Match, _ b: Match) -> Bool {
    switch (a.pattern, b.pattern) {
    case (.ipv4(_, let x), .ipv4(_, let y)) where x != y: x > y
    case (.ipv6(_, let x), .ipv6(_, let y)) where x != y: x.high > y.high || x.high == y.high && x.low > y.low
    case (.text(let x), .text(let y))
    where expression.method == .beginning && !expression.flags.contains(.ignoreCase) && x.count != y.count:
      x.count > y.count
    default: a.number < b.number
    }
  }

  private func refresh(_ version: Int) {
    let snapshot = expression.snapshot
    tables = zip(snapshot.tables, snapshot.removed).filter { !$0.0.entries.isEmpty }.map { PinnedTable($0, $1) }
    seen = version
  }
}
