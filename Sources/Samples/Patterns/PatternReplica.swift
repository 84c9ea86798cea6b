import Memory

/// One worker's hold of a pattern expression: it takes a new snapshot where there was an edit, and looks up in it.
/// What it holds is never changed, so that the tables, which all workers share, are reached without counting.
final class PatternReplica {
  /// A snapshot in the hands of one worker.
  private final class Hold {
    let version: Int
    /// The one table of a list that was not edited; nil for an empty one.
    let only: PatternTable?
    let tables: [PatternTable]
    let removed: [NumberSet]
    let isEdited: Bool
    let none = NumberSet()

    init(_ snapshot: PatternExpression.Snapshot?, version: Int) {
      self.version = version
      tables = snapshot?.tables ?? []
      removed = snapshot?.removed ?? []
      isEdited = tables.count > 1 || removed.contains { !$0.isEmpty }
      only = isEdited ? nil : tables.first { !$0.entries.isEmpty }
    }
  }
  let expression: PatternExpression
  private var hold = Hold(nil, version: 0)

  init(_ expression: PatternExpression) { self.expression = expression }

  /// What was found: the value of a map's entry, and the entry's number and pattern.
  struct Match {
    let value: SampleData?
    let number: UInt32
    let pattern: Pattern
  }

  private func current() -> Hold {
    let hold = self.hold
    let version = expression.version.acquired
    if version == hold.version { return hold }
    let fresh = Hold(expression.snapshot, version: version)
    self.hold = fresh
    return fresh
  }

  /// Whether anything matches a value that was cast to what the method expects.
  func contains(_ value: SampleData, _ matcher: RegexMatcher) -> Bool {
    let hold = current()
    if let table = hold.only { return table.find(value, matcher, hold.none) != nil }
    return hold.isEdited && best(hold, value, matcher) != nil
  }

  /// The best match of a value that was cast to what the method expects.
  func find(_ value: SampleData, _ matcher: RegexMatcher) -> Match? {
    let hold = current()
    if let table = hold.only {
      guard let found = table.find(value, matcher, hold.none) else { return nil }
      return Match(table.entries[found])
    }
    return hold.isEdited ? best(hold, value, matcher) : nil
  }

  private func best(_ hold: Hold, _ value: SampleData, _ matcher: RegexMatcher) -> Match? {
    var best: Match?
    // Oldest first: the groups of a regular expression are then those of the first match, which stays the best one.
    for i in hold.tables.indices {
      if best != nil && expression.method == .regex { break }
      guard let found = hold.tables[i].find(value, matcher, hold.removed[i]) else { continue }
      let match = Match(hold.tables[i].entries[found])
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
