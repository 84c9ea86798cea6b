import Memory

extension VariablePool {
  /// The variables of a set that have a value, by the numbers of their names. Text stays good until the set changes.
  public func values(of set: UInt32) -> [(name: UInt32, value: SampleData)] {
    var found: [(name: UInt32, value: SampleData)] = []
    forEach(in: set) { found.append(($0, $1)) }
    return found
  }
}
