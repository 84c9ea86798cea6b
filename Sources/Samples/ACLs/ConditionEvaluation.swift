extension Evaluator {
  /// Evaluates a condition. `.maybe` says that it depends on what has not arrived yet; `final` never gives that.
  public func evaluate<S: SampleSource & ~Copyable>(
    _ condition: Condition, _ options: EvaluationOptions = .final, from source: inout S
  ) -> ConditionResult {
    let record = program.conditions[Int(condition.index)]
    let mark = arena.mark
    defer { arena.reset(to: mark) }
    var result = ConditionResult.no
    var group = ConditionResult.no
    let end = Int(record.firstTerm) + Int(record.termCount)
    for i in Int(record.firstTerm)..<end {
      let term = program.terms[i]
      if term.startsGroup {
        result = result.or(group)
        if result == .yes { break }
        group = .yes
      } else if group == .no {
        continue
      }
      let outcome = test(program.accessLists[Int(term.accessList)], options, from: &source)
      group = group.and(term.isNegated ? outcome.negated : outcome)
    }
    result = result.or(group)
    return record.isNegated ? result.negated : result
  }

  private func test<S: SampleSource & ~Copyable>(
    _ list: AccessListRecord, _ options: EvaluationOptions, from source: inout S
  ) -> ConditionResult {
    var result = ConditionResult.no
    for i in Int(list.firstTest)..<Int(list.firstTest) + Int(list.testCount) {
      let test = program.tests[i]
      var sample = Sample()
      repeat {
        switch evaluate(test.expression, options.union(.iterate), from: &source, into: &sample) {
        case .notFound: break
        case .mayChange: result = result.or(.maybe)
        case .found:
          // A converter or a cast would spoil what the next round of an iteration needs, which is not the value.
          let isMatch = matches(test, sample.data)
          if isMatch { return .yes }
          if sample.flags.contains(.mayChange) && !options.contains(.final) { result = .maybe }
        }
      } while sample.flags.contains(.notLast)
    }
    return result
  }

  private func matches(_ test: ConditionTest, _ data: SampleData) -> Bool {
    if test.method == .found { return true }
    var value = Sample(data)
    guard value.cast(to: test.method.expects, arena: arena) else { return false }
    if test.method == .boolean {
      if case .integer(let number) = value.data { return number != 0 }
      return false
    }
    if test.method == .group { return isInGroup(test, value.data) }
    for i in Int(test.firstPattern)..<Int(test.firstPattern) + Int(test.patternCount) {
      if replicas[Int(program.testPatterns[i])].contains(value.data, matcher) { return true }
    }
    return false
  }

  /// Whether the user named by `data` is in one of the groups that the test names.
  private func isInGroup(_ test: ConditionTest, _ data: SampleData) -> Bool {
    let call = program.expressions[Int(test.expression.index)].fetch
    guard let list = call.arguments.first.object, Int(list) < program.userLists.count, let name = data.text else {
      return false
    }
    guard let user = program.userLists[Int(list)].user(name) else { return false }
    for i in Int(test.firstPattern)..<Int(test.firstPattern) + Int(test.patternCount) {
      let replica = replicas[Int(program.testPatterns[i])]
      for group in user.groupNames where replica.contains(.string(group), matcher) { return true }
    }
    return false
  }
}

extension ConditionResult {
  var negated: ConditionResult {
    switch self {
    case .no: .yes
    case .yes: .no
    case .maybe: .maybe
    }
  }
  func or(_ other: ConditionResult) -> ConditionResult {
    self == .yes || other == .yes ? .yes : self == .maybe || other == .maybe ? .maybe : .no
  }
  func and(_ other: ConditionResult) -> ConditionResult {
    self == .no || other == .no ? .no : self == .maybe || other == .maybe ? .maybe : .yes
  }
}
