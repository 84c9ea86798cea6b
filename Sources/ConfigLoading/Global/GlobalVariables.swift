import ConfigSyntax
import Configuration
import LogFormat
import Memory
import Primitives
import Samples

/// `set-var` and `set-var-fmt` of `global` (manual section 3.1): variables of the process that exist from the start.
let globalVariableKeywords: [KeywordEntry] = [
  KeywordEntry("set-var", .global) { GlobalVariables.set($0, $1, isFormat: false) },
  KeywordEntry("set-var-fmt", .global) { GlobalVariables.set($0, $1, isFormat: true) },
]

/// A variable that is set when everything has been read.
enum StartVariable {
  case expression(VariableID, Expression)
  case format(VariableID, LogFormat)
}

enum GlobalVariables {
  static func set(_ context: LoadContext, _ line: ConfigLine, isFormat: Bool) {
    let keyword = line.keyword
    if line[1].isEmpty || line[2].isEmpty {
      return context.alert(
        "'\(keyword)' requires a process-wide variable name ('proc.<name>') and a \(isFormat ? "format string" : "sample expression")."
      )
    }
    let site = ExpressionSite(file: line.file, line: line.number, proxy: "", user: "sample fetch keyword")
    let id: VariableID
    do throws(VariableNameError) {
      id = try context.samples.variables.register(line[1])
    } catch {
      // HAProxy reads `set-var(<name>)`, and shows it from there to its end.
      let isOdd = error.message.hasPrefix("invalid syntax at char")
      return context.alert(isOdd ? error.message.dropLast() + ")'" : error.message)
    }
    if id.scope != .process {
      return context.alert(
        "'\(keyword)': cannot set variable '\(line[1])', only scope 'proc' is permitted in the global section.")
    }
    if isFormat {
      do throws(LogFormatError) {
        let format = try LogFormat(
          line[2], flags: [], isHTTP: false, places: CheckPoints(.configuration), site: site, compiler: context.samples)
        context.ruleState.startVariables.append(.format(id, format))
      } catch {
        context.alert(error.description)
      }
      return
    }
    do throws(SampleError) {
      var at = 2
      let parsed = try context.samples.parse(words: line.words, at: &at, site: site)
      if !parsed.fetch.places.contains(.configuration) {
        throw SampleError(
          "fetch method '\(keyword)(\(line[1]))' extracts information from '\(parsed.fetch.sourceNames)', none of which is "
            + "available here")
      }
      context.ruleState.startVariables.append(.expression(id, parsed.expression))
    } catch {
      context.alert(error.message)
    }
  }
}

extension LoadContext {
  /// Gives the variables of `global` their values.
  func setStartVariables() {
    guard let program = model.program, !ruleState.startVariables.isEmpty else { return }
    let pool = VariablePool(process: model.processVariables)
    let evaluator = Evaluator(program: program, arena: ByteArena(capacity: 65536), variables: pool)
    let text = ByteArena(capacity: 65536)
    var log = LogContext(hostName: Bytes(permanent: options.localPeer), processID: 0)
    var source = StartSource()
    for variable in ruleState.startVariables {
      evaluator.arena.reset()
      text.reset()
      switch variable {
      case .expression(let id, let expression):
        var sample = Sample()
        guard evaluator.evaluate(expression, .final, from: &source, into: &sample) == .found else { continue }
        pool.set(id, VariableScopes(), to: sample.data)
      case .format(let id, let format):
        let value = format.write(&source, evaluator, &log, into: text, limit: 65536)
        pool.set(id, VariableScopes(), to: .string(value))
      }
    }
  }
}

/// What samples see before anything runs: nothing but what needs no source.
private struct StartSource: SampleSource, SessionLogSource {
  var variables: VariableScopes { VariableScopes() }
  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus { .notFound }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }

  var logAcceptDate: Int64 { 0 }
  var logTimers: LogTimers { LogTimers() }
  var logFrontendName: Bytes { Bytes() }
  var logFrontendIsTLS: Bool { false }
  var logListenerID: Int { 0 }
  var logClient: Endpoint { .none }
  var logFrontendAddress: Endpoint { .none }
  var logTLSVersion: Bytes? { nil }
  var logTLSCipher: Bytes? { nil }
  var logIsHTTP: Bool { false }
  var logStatus: Int { 0 }
  var logTermination: TerminationState { TerminationState() }
  var logProcessConnections: Int { 0 }
  var logFrontendConnections: Int { 0 }
  var logRequestCounter: UInt64 { 0 }
  var logFrontendLogCounter: UInt64 { 0 }
}
