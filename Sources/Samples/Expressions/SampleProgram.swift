import Memory

/// A compiled expression: a handle into the program.
public struct Expression: Hashable, Sendable {
  @usableFromInline let index: Int32
}

/// What a fetch is asked: its operation and arguments.
public struct FetchCall: Sendable {
  public let id: FetchID
  public let arguments: Arguments
  public init(_ id: FetchID, _ arguments: Arguments = Arguments()) {
    self.id = id
    self.arguments = arguments
  }
}

/// One converter of an expression.
public struct ConverterCall: Sendable {
  public let id: ConverterID
  /// What the value is cast to before.
  public let input: SampleType
  public let arguments: Arguments
}

/// Where a compiled expression is in the program's arrays.
@usableFromInline struct ExpressionRecord: Sendable {
  @usableFromInline let fetch: FetchCall
  @usableFromInline let firstConverter: Int32
  @usableFromInline let converterCount: Int32
  @usableFromInline let type: SampleType
}

/// All expressions and conditions of one configuration as flat arrays of plain values. It is made by a
/// `SampleCompiler`; each worker has its own copy, so that nothing on the data path is counted across threads.
public final class SampleProgram: Sendable {
  @usableFromInline let expressions: [ExpressionRecord]
  @usableFromInline let converters: [ConverterCall]
  /// Some expression reads the request line, which is kept where a line of the log wants it, or this.
  public var readsRequestLine: Bool {
    expressions.contains { [.captureReqMethod, .captureReqUri, .captureReqVer].contains($0.fetch.id) }
  }
  let conditions: [ConditionRecord]
  let terms: [ConditionTerm]
  let accessLists: [AccessListRecord]
  let tests: [ConditionTest]
  let testPatterns: [Int32]
  let digests: [Digest]
  let regexes: [Regex]
  let patterns: [PatternExpression]
  let fieldNumbers: [[UInt32]]
  let userLists: [UserList]
  /// Public keys by the path that `jwt_verify` names.
  struct Certificate: Sendable {
    let path: Bytes
    let key: PublicKey
  }
  let certificates: [Certificate]
  private let tokenDigests: [Digest?]
  func tokenDigest(_ algorithm: TokenAlgorithm) -> Digest? { tokenDigests[Int(algorithm.rawValue)] }

  init(
    expressions: [ExpressionRecord], converters: [ConverterCall], conditions: [ConditionRecord],
    terms: [ConditionTerm], accessLists: [AccessListRecord], tests: [ConditionTest], testPatterns: [Int32],
    digests: [Digest], regexes: [Regex], patterns: [PatternExpression],
    fieldNumbers: [[UInt32]], userLists: [UserList], certificates: [Certificate]
  ) {
    self.expressions = expressions
    self.converters = converters
    self.conditions = conditions
    self.terms = terms
    self.accessLists = accessLists
    self.tests = tests
    self.testPatterns = testPatterns
    self.digests = digests
    self.regexes = regexes
    self.patterns = patterns
    self.fieldNumbers = fieldNumbers
    self.userLists = userLists
    self.certificates = certificates
    tokenDigests = TokenAlgorithm.allCases.map { Digest(name: $0.digest) }
  }

  /// A copy with storage of its own, for one worker: uses of it count no references that other threads count.
  public func replica() -> SampleProgram {
    SampleProgram(
      expressions: expressions.map { $0 }, converters: converters.map { $0 }, conditions: conditions.map { $0 },
      terms: terms.map { $0 }, accessLists: accessLists.map { $0 }, tests: tests.map { $0 },
      testPatterns: testPatterns.map { $0 }, digests: digests.map { $0 }, regexes: regexes.map { $0 },
      patterns: patterns.map { $0 }, fieldNumbers: fieldNumbers.map { $0 }, userLists: userLists.map { $0 },
      certificates: certificates.map { $0 })
  }

  /// The type that an expression declares to return.
  public func type(of expression: Expression) -> SampleType { expressions[Int(expression.index)].type }
  /// What an expression fetches, for callers with a faster way of their own for some fetches.
  public func fetch(of expression: Expression) -> FetchCall { expressions[Int(expression.index)].fetch }
  /// Whether an expression is a fetch without any converter.
  public func isPlain(_ expression: Expression) -> Bool { expressions[Int(expression.index)].converterCount == 0 }
}
