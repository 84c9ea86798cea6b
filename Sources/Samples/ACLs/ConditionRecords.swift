/// A compiled condition: a handle into the program.
public struct Condition: Hashable, Sendable {
  let index: Int32
}

/// What a condition came to.
public enum ConditionResult: Sendable {
  case no, yes
  /// It depends on what has not arrived yet.
  case maybe
}

struct ConditionRecord: Sendable {
  let firstTerm: Int32
  let termCount: Int32
  /// `unless`
  let isNegated: Bool
}

/// One named or anonymous ACL in a condition. Terms of a group must all hold; one group must hold.
struct ConditionTerm: Sendable {
  let accessList: Int32
  let isNegated: Bool
  let startsGroup: Bool
}

/// An ACL: one of its tests must hold.
struct AccessListRecord: Sendable {
  let firstTest: Int32
  let testCount: Int32
}

/// One expression and what it is compared with.
struct ConditionTest: Sendable {
  let expression: Expression
  let method: PatternMethod
  let firstPattern: Int32
  let patternCount: Int32
}

/// An ACL while the configuration is read: later lines of the same name add tests.
struct AccessListBuild {
  struct Test {
    let expression: Expression
    let fetch: FetchDescriptor
    /// The name that messages use.
    let keyword: String
    let proxy: String
    let method: PatternMethod
    let patterns: [Int32]
  }
  let name: String
  var tests: [Test] = []

  /// Where at least one test can be made.
  var places: CheckPoints { tests.reduce(CheckPoints()) { $0.union($1.fetch.places) } }
}

/// The names of the ACLs of a proxy (or another section that has conditions).
public struct AccessLists: Sendable {
  var numbers: [String: Int32] = [:]
  public init() {}
  public var names: [String] { numbers.keys.sorted() }
}
