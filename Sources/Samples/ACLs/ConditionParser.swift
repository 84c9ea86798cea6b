/// A condition that was read and compiled, with what the checks of its place need.
public struct ParsedCondition: Sendable {
  public let condition: Condition
  struct Use: Sendable {
    let name: String
    let places: CheckPoints
    let keywords: [(keyword: String, places: CheckPoints)]
  }
  let uses: [Use]
  /// Every fetch in it.
  public let fetches: [FetchDescriptor]

  /// HAProxy's warning where an ACL of the condition can never match at `place`, or has tests that cannot; without
  /// file and line.
  public func warning(at place: CheckPoint) -> String? {
    for use in uses where !use.places.contains(place) {
      if !use.name.isEmpty {
        return "acl '\(use.name)' will never match because it only involves keywords that are incompatible with "
          + "'\(place.name)'"
      }
      return "anonymous acl will never match because it uses keyword '\(use.keywords.first?.keyword ?? "")' which is "
        + "incompatible with '\(place.name)'"
    }
    for use in uses {
      for (keyword, places) in use.keywords where !places.contains(place) {
        return use.name.isEmpty
          ? "anonymous acl involves keyword '\(keyword)' which is incompatible with '\(place.name)'"
          : "acl '\(use.name)' involves keywords '\(keyword)' which is incompatible with '\(place.name)'"
      }
    }
    return nil
  }
}

extension SampleCompiler {
  /// Reads the words of a condition behind `if` or `unless`, to the end of the line. ACLs that need no declaration are
  /// added to `lists` where they are used.
  public func parseCondition(
    words: [String], unless: Bool, lists: inout AccessLists, site: ExpressionSite
  ) throws(SampleError) -> ParsedCondition {
    var group: [ConditionTerm] = []
    var isNegated = false
    var startsGroup = true
    var at = 0
    while at < words.count, !words[at].isEmpty {
      var word = Substring(words[at])
      while word.hasPrefix("!") {
        isNegated.toggle()
        word = word.dropFirst()
      }
      // Exclamation marks may stand alone before what they negate.
      if word.isEmpty {
        at += 1
        continue
      }
      if word == "||" || word.lowercased() == "or" {
        startsGroup = true
        isNegated = false
        at += 1
        continue
      }
      let list: Int32
      if word == "{" {
        guard let end = words[(at + 1)...].firstIndex(where: { $0 == "}" || $0.isEmpty }), !words[end].isEmpty
        else {
          throw SampleError("missing closing '}' in condition")
        }
        let test = try parseTest(Array(words[(at + 1)..<end]), site)
        list = add(AccessListBuild(name: "", tests: [test]))
        at = end
      } else {
        list = try find(String(word), &lists, site)
      }
      group.append(ConditionTerm(accessList: list, isNegated: isNegated, startsGroup: startsGroup))
      startsGroup = false
      isNegated = false
      at += 1
    }
    conditions.append(
      ConditionRecord(firstTerm: Int32(terms.count), termCount: Int32(group.count), isNegated: unless))
    terms += group
    let used = group.map { accessLists[Int($0.accessList)] }
    return ParsedCondition(
      condition: Condition(index: Int32(conditions.count - 1)),
      uses: used.map { list in
        ParsedCondition.Use(
          name: list.name, places: list.places, keywords: list.tests.map { ($0.keyword, $0.fetch.places) })
      },
      fetches: used.flatMap { $0.tests.map(\.fetch) })
  }

  private func find(_ name: String, _ lists: inout AccessLists, _ site: ExpressionSite) throws(SampleError) -> Int32 {
    if let known = lists.numbers[name] { return known }
    guard let words = AccessListKeywords.predefined[name] else { throw SampleError("no such ACL : '\(name)'") }
    let number = add(AccessListBuild(name: name, tests: [try parseTest(words, site)]))
    lists.numbers[name] = number
    return number
  }
}
