import ConfigSyntax
import Configuration
import LogFormat
import Samples

/// What is wrong with a check's step, as HAProxy words it.
struct StepError: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

/// Log-formats and expressions of check rules.
extension LoadContext {
  private var checkSite: ExpressionSite {
    ExpressionSite(file: line.file, line: line.number, proxy: proxy.name, user: .check)
  }

  /// A log-format without HAProxy's words around its error.
  func bareCheckFormat(_ text: String) throws(StepError) -> LogFormat {
    do throws(LogFormatError) {
      var format = try LogFormat(
        text, flags: [], isHTTP: true, places: CheckPoints(.backendCheck), site: checkSite, compiler: samples)
      // Totals carry a plus sign, as they do wherever something is written before the end.
      format.logsAsSoonAsPossible = true
      return format
    } catch {
      throw StepError(error.description)
    }
  }
  /// `shown`: what HAProxy names in its error where that is not the format.
  func checkFormat(_ text: String, shown: String? = nil) throws(StepError) -> LogFormat {
    do throws(StepError) {
      let format = try bareCheckFormat(text)
      noteCheckFormat(format)
      return format
    } catch {
      throw StepError("'\(shown ?? text)' invalid log-format string (\(error.text)).\n")
    }
  }

  /// An expression of `words` from `at` on. `keyword` is what is named where its fetch is not available.
  func checkExpression(_ words: [String], _ at: inout Int, keyword: String? = nil) throws(StepError) -> Expression {
    do throws(SampleError) {
      if words.count <= at || words[at].isEmpty { throw SampleError("missing fetch method") }
      let start = at
      let parsed = try samples.parse(words: words, at: &at, site: checkSite)
      if !parsed.isAvailable(at: .backendCheck) {
        let name = keyword.map { "fetch method '\($0)'" } ?? " fetch method '\(words[start])'"
        throw SampleError(
          "\(name) extracts information from '\(parsed.fetch.sourceNames)', none of which is available here")
      }
      return parsed.expression
    } catch {
      // HAProxy ends this one with a point and a line of its own.
      throw StepError(error.message.hasPrefix(" ") ? error.message + ".\n" : error.message)
    }
  }

  /// `set-var(name[,condition...])` and its relatives.
  func checkVariable(_ line: ConfigLine) throws(StepError) -> CheckVariable {
    let written = line[1]
    let kind = ["set-var-fmt", "set-var", "unset-var"].first { written.hasPrefix($0) } ?? ""
    do throws(StepError) {
      return try readCheckVariable(line, written, kind)
    } catch {
      throw StepError("'\(kind)' : \(error.text)")
    }
  }

  private func readCheckVariable(
    _ line: ConfigLine, _ written: String, _ kind: String
  ) throws(StepError) -> CheckVariable {
    let usage = "Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'"
    guard let open = written.unicodeScalars.firstIndex(of: "("), String(written.unicodeScalars[..<open]) == kind else {
      throw StepError("invalid or incomplete action '\(written)'. \(usage)")
    }
    let close = written.unicodeScalars.index(before: written.unicodeScalars.endIndex)
    guard written.unicodeScalars[close] == ")", close > open else {
      throw StepError("incomplete argument after action '\(written)'. \(usage)")
    }
    let inside = String(written.unicodeScalars[written.unicodeScalars.index(after: open)..<close])
    let parts = inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var conditions: VariableConditions = []
    for part in parts.dropFirst() {
      // Behind an empty one HAProxy looks at none.
      if part.isEmpty { break }
      guard let condition = VariableConditions(name: part) else { throw StepError("unknown condition \"\(part)\"") }
      conditions.insert(condition)
    }
    let id: VariableID
    do throws(VariableNameError) {
      id = try samples.variables.register(parts.first ?? "")
    } catch {
      throw StepError(error.message(in: written, behind: kind.count + 1 + (parts.first?.count ?? 0)))
    }
    switch kind {
    case "unset-var": return .unset(id)
    case "set-var-fmt":
      let format = try bareCheckFormat(line[2])
      noteFormat(format)
      return .setText(id, format, conditions)
    default:
      var at = 2
      return .set(id, try checkExpression(line.words, &at, keyword: written), conditions)
    }
  }
}

extension VariableNameError {
  /// HAProxy shows what is no name of a variable up to the end of the word, which goes on at `end`.
  func message(in word: String, behind end: Int) -> String {
    message.hasPrefix("invalid syntax at char") ? message.dropLast() + word.dropFirst(end) + "'" : message
  }
}
