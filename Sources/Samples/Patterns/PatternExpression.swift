import Memory

/// A reference's patterns compiled for one method: a big table and, behind edits, smaller ones in front of it, so that
/// an edit costs about the square root of the list and lookups stay lookups in immutable tables. Threads take the
/// state of the day into their `PatternReplica`.
final class PatternExpression: Sendable {
  struct Snapshot: Sendable {
    /// Newest edits last; they hold numbers that the older tables may hold too.
    var tables: [PatternTable]
    /// For each table, the entries that are gone from it or live on in a later one.
    var removed: [NumberSet]
  }
  let reference: PatternReference
  let method: PatternMethod
  let flags: PatternFlags
  let output: MapOutput?
  private let current = Lock(Snapshot(tables: [], removed: []))
  /// Grows with every edit: replicas compare it with the state they hold.
  let version = SharedCell(1)

  init(_ reference: PatternReference, method: PatternMethod, flags: PatternFlags, output: MapOutput?) {
    self.reference = reference
    self.method = method
    self.flags = flags
    self.output = output
  }

  deinit { version.giveBack() }

  var snapshot: Snapshot { current.withLock { $0 } }

  private func compile(
    _ entry: PatternReference.Entry, _ regexes: inout [Regex]
  ) throws(PatternError) -> PatternTable.Entry {
    var value: SampleData?
    if let output {
      let text = entry.value ?? Bytes()
      switch output {
      case .string: value = .string(text)
      case .integer:
        guard let number = ArgumentParser.integer(text.array) else {
          throw PatternError("unable to parse '\(text.latin1)'")
        }
        value = .integer(number)
      case .address:
        guard
          let address = AddressText.ipv4(text).map({ SampleData.ipv4($0) })
            ?? AddressText.ipv6(text).map({ SampleData.ipv6($0) })
        else { throw PatternError("unable to parse '\(text.latin1)'") }
        value = address
      }
    }
    let pattern = try Pattern.parse(entry.pattern, method, flags, regexes: &regexes)
    return PatternTable.Entry(pattern: pattern, value: value, number: entry.number)
  }

  private func table(_ entries: [PatternTable.Entry], _ regexes: [Regex]) -> PatternTable {
    PatternTable(
      method: method, ignoresCase: flags.contains(.ignoreCase), entries: entries, regexes: regexes)
  }
  private func publish(_ snapshot: Snapshot) {
    current.withLock { $0 = snapshot }
    version.release(version.value &+ 1)
  }

  /// Says whether the entry can be compiled, by an error where not.
  func check(_ entry: PatternReference.Entry) throws(PatternError) {
    var regexes: [Regex] = []
    _ = try compile(entry, &regexes)
  }

  func rebuild(_ entries: [PatternReference.Entry]) throws(PatternError) {
    var regexes: [Regex] = []
    var compiled: [PatternTable.Entry] = []
    compiled.reserveCapacity(entries.count)
    for entry in entries {
      do {
        compiled.append(try compile(entry, &regexes))
      } catch {
        if entry.line == 0 { throw error }
        throw PatternError("\(error.message) at line \(entry.line) of file '\(reference.file ?? "")'")
      }
    }
    publish(Snapshot(tables: [table(compiled, regexes)], removed: [NumberSet()]))
  }

  func clear() { publish(Snapshot(tables: [table([], [])], removed: [NumberSet()])) }

  /// The caller has checked the entry.
  func add(_ entry: PatternReference.Entry) {
    var regexes: [Regex] = []
    guard let compiled = try? compile(entry, &regexes) else { return }
    var snapshot = self.snapshot
    snapshot.tables.append(table([compiled], regexes))
    snapshot.removed.append(NumberSet())
    merge(&snapshot)
    publish(snapshot)
  }
  func remove(_ numbers: [UInt32]) {
    var snapshot = self.snapshot
    for number in numbers {
      for i in snapshot.removed.indices { snapshot.removed[i].insert(number) }
    }
    merge(&snapshot)
    publish(snapshot)
  }
  func change(_ entry: PatternReference.Entry) {
    var regexes: [Regex] = []
    guard let compiled = try? compile(entry, &regexes) else { return }
    var snapshot = self.snapshot
    for i in snapshot.removed.indices { snapshot.removed[i].insert(entry.number) }
    snapshot.tables.append(table([compiled], regexes))
    snapshot.removed.append(NumberSet())
    merge(&snapshot)
    publish(snapshot)
  }

  /// Joins tables so that each is at least eight times as large as the one behind it, and at most three are left.
  private func merge(_ snapshot: inout Snapshot) {
    func weight(_ i: Int) -> Int { snapshot.tables[i].entries.count }
    while snapshot.tables.count > 1 {
      let last = snapshot.tables.count - 1
      let isCrowded = snapshot.tables.count > 3 || weight(last) * 8 > weight(last - 1)
      if !isCrowded { break }
      join(&snapshot, last - 1)
    }
    // Removals are carried along until they are many.
    if let removed = snapshot.removed.first, removed.count >= max(1024, snapshot.tables[0].entries.count / 8) {
      join(&snapshot, 0)
    }
  }
  /// Joins the tables from `first` on into one without their removed entries.
  private func join(_ snapshot: inout Snapshot, _ first: Int) {
    var regexes: [Regex] = []
    var entries: [PatternTable.Entry] = []
    for i in first..<snapshot.tables.count {
      let old = snapshot.tables[i]
      for entry in old.entries where !snapshot.removed[i].contains(entry.number) {
        guard case .regex(let number) = entry.pattern else {
          entries.append(entry)
          continue
        }
        regexes.append(old.regexes[Int(number)])
        entries.append(
          PatternTable.Entry(
            pattern: .regex(Int32(regexes.count - 1)), value: entry.value, number: entry.number))
      }
    }
    entries.sort { $0.number < $1.number }
    snapshot.tables.removeSubrange(first...)
    snapshot.removed.removeSubrange(first...)
    snapshot.tables.append(table(entries, regexes))
    snapshot.removed.append(NumberSet())
  }
}
