import Memory
import System

/// Turns the text of expressions, ACLs and conditions into a `SampleProgram`. One is made for each reading of a
/// configuration; it is no concern of the data path.
public final class SampleCompiler {
  public let patterns: PatternRegistry
  public var variables: VariableNames
  /// What could not be resolved yet; the loader does so when all sections are known.
  public internal(set) var pending: [PendingArgument] = []
  /// The servers that arguments name, by the numbers that stand for them.
  public internal(set) var namedServers: Set<Int32> = []
  /// Warnings since they were last taken, without file and line.
  private var warnings: [String] = []

  struct ExpressionBuild {
    var fetch: FetchID
    var arguments: Arguments
    var firstConverter: Int32
    var converterCount: Int32 = 0
    var type: SampleType
    /// For messages about arguments that are resolved later.
    let keyword: String
  }
  struct ConverterBuild {
    let id: ConverterID
    let input: SampleType
    var arguments: Arguments
  }
  var expressions: [ExpressionBuild] = []
  var converters: [ConverterBuild] = []
  var regexes: [Regex] = []
  var digests: [Digest] = []
  var fieldNumbers: [[UInt32]] = []
  var userLists: [UserList] = []
  var certificates: [SampleProgram.Certificate] = []
  var accessLists: [AccessListBuild] = []
  var terms: [ConditionTerm] = []
  var conditions: [ConditionRecord] = []
  private var permanent: [String: Bytes] = [:]

  public init(patterns: PatternRegistry = PatternRegistry(), variables: VariableNames = VariableNames()) {
    self.patterns = patterns
    self.variables = variables
  }

  func warn(_ message: String) { warnings.append(message) }
  public func takeWarnings() -> [String] {
    defer { warnings = [] }
    return warnings
  }

  /// A permanent copy of configuration text, made once for equal texts.
  func keep(_ text: [UInt8]) -> Bytes {
    let key = String(bytes: text)
    if let kept = permanent[key] { return kept }
    let kept = Bytes(permanent: text)
    permanent[key] = kept
    return kept
  }

  func postpone(_ argument: PendingArgument) { pending.append(argument) }

  /// Makes a user list known; its number is for `resolve`.
  public func add(_ list: UserList) -> Int32 {
    userLists.append(list)
    return Int32(userLists.count - 1)
  }

  /// The program of everything compiled so far, for one worker. Nothing may be pending.
  public func makeProgram() -> SampleProgram {
    var tests: [ConditionTest] = []
    var testPatterns: [Int32] = []
    let lists = accessLists.map { list in
      let first = Int32(tests.count)
      for test in list.tests {
        tests.append(
          ConditionTest(
            expression: test.expression, method: test.method, firstPattern: Int32(testPatterns.count),
            patternCount: Int32(test.patterns.count)))
        testPatterns += test.patterns
      }
      return AccessListRecord(firstTest: first, testCount: Int32(list.tests.count))
    }
    return SampleProgram(
      expressions: expressions.map {
        ExpressionRecord(
          fetch: FetchCall($0.fetch, $0.arguments), firstConverter: $0.firstConverter,
          converterCount: $0.converterCount, type: $0.type)
      },
      converters: converters.map { ConverterCall(id: $0.id, input: $0.input, arguments: $0.arguments) },
      conditions: conditions.map { $0 }, terms: terms.map { $0 }, accessLists: lists, tests: tests,
      testPatterns: testPatterns, digests: digests, regexes: regexes, patterns: patterns.expressions.map { $0 },
      fieldNumbers: fieldNumbers, userLists: userLists, certificates: certificates)
  }
}
