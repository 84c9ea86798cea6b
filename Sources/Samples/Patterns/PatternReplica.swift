import Memory

/// One worker's hold of a pattern expression: it takes a new snapshot where there was an edit, and looks up in it. The
/// tables, which all workers share, are reached without counting.
final class PatternReplica {
  let expression: PatternExpression
  private let wanted: SharedCell
  private var version = 0
  /// The one table of a list that was not edited; nil for an empty one.
  private var only: LentReference<PatternTable>?
  private var tables: [PatternTable] = []
  private var removed: [NumberSet] = []
  private var isEdited = false
  private let none = NumberSet()

  init(_ expression: PatternExpression) {
    self.expression = expression
    wanted = expression.version
  }

  /// What was found: the value of a map's entry, and the entry's number and pattern.
  struct Match {
    let value: SampleData?
    let number: UInt32
    let pattern: Pattern
  }

  private func refresh(_ version: Int) {
    self.version = version
    let snapshot = expression.snapshot
    tables = snapshot.tables
    removed = snapshot.removed
    isEdited = tables.count > 1 || removed.contains { !$0.isEmpty }
    only = nil
    if !isEdited, let table = tables.first(where: { !$0.entries.isEmpty }) { only = LentReference(table) }
  }

  /// The place in the only table; nil where there is none, or no match in it.
  private func findInOnly(_ value: SampleData, _ matcher: RegexMatcher) -> Int? {
    switch only {
    case .some(let table): table.with { $0.find(value, matcher, none) }
    case .none: nil
    }
  }

  /// Whether anything matches a value that was cast to what the method expects.
  func contains(_ value: SampleData, _ matcher: RegexMatcher) -> Bool {
    let version = wanted.acquired
    if version != self.version { refresh(version) }
    return isEdited ? best(value, matcher) != nil : findInOnly(value, matcher) != nil
  }

  /// The best match of a value that was cast to what the method expects.
  func find(_ value: SampleData, _ matcher: RegexMatcher) -> Match? {
    let version = wanted.acquired
    if version != self.version { refresh(version) }
    if isEdited { return best(value, matcher) }
    guard let found = findInOnly(value, matcher) else { return nil }
    switch only {
    case .some(let table): return table.with { Match($0.entries[found]) }
    case .none: return nil
    }
  }

  private func best(_ value: SampleData, _ matcher: RegexMatcher) -> Match? {
    var best: Match?
    // Oldest first: the groups of a regular expression are then those of the first match, which stays the best one.
    for i in tables.indices {
      if best != nil && expression.method == .regex { break }
      guard let found = tables[i].find(value, matcher, removed[i]) else { continue }
      let match = Match(tables[i].entries[found])
      if best == nil || isBetter(match, best!) { best = match }
    }
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
}

extension PatternReplica.Match {
  init(_ entry: PatternTable.Entry) {
    self.init(value: entry.value, number: entry.number, pattern: entry.pattern)
  }
}
