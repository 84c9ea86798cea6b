import ConfigSyntax
public import Configuration
import LogFormat
import Memory
import Samples

/// A variable of the process that the runtime API sets (`set var`, management guide section 9.3).
public enum RuntimeVariable {
  /// Sets the variable called `name` to what `words` say: an expression, or a log format. Answers what is wrong, in
  /// HAProxy's words, with nothing changed; nil: it is set.
  public static func set(_ name: String, isFormat: Bool, _ words: [String], in model: ConfigurationModel) -> String? {
    var names = model.processVariables.names(of: model.variableNames)
    let id: VariableID
    do throws(VariableNameError) { id = try names.register(name) } catch {
      // It is the word of a rule in HAProxy, with what stands behind the name.
      return error.message.hasPrefix("invalid syntax") ? String(error.message.dropLast()) + ")'" : error.message
    }
    if id.scope != .process {
      return "'set var': cannot set variable '\(name)', only scope 'proc' is permitted here."
    }
    let facts = BuildFacts(compatibleVersion: "", features: [])
    let context = LoadContext(
      options: LoadOptions(facts: facts, localPeer: model.global.localPeer ?? ""),
      diagnostics: Diagnostics(version: "", printing: false))
    context.model = model
    context.samples.variables = names
    let site = ExpressionSite(file: "CLI", line: 0, proxy: "CLI", user: "CLI expression")
    let variable: StartVariable
    do throws(VariableProblem) {
      variable = try isFormat ? format(id, words, site, context) : expression(id, words, site, context)
    } catch {
      return error.text
    }
    if let problem = context.resolveLate() { return problem }
    model.processVariables.keep(context.samples.variables)
    context.model.program = context.samples.makeProgram()
    context.ruleState.startVariables = [variable]
    context.setStartVariables()
    return nil
  }

  private struct VariableProblem: Error { let text: String }

  private static func format(
    _ id: VariableID, _ words: [String], _ site: ExpressionSite, _ context: LoadContext
  ) throws(VariableProblem) -> StartVariable {
    do throws(LogFormatError) {
      let format = try LogFormat(
        words.first ?? "", flags: [], isHTTP: false, places: CheckPoints(.cli), site: site, compiler: context.samples)
      return .format(id, format)
    } catch {
      throw VariableProblem(text: error.description)
    }
  }

  private static func expression(
    _ id: VariableID, _ words: [String], _ site: ExpressionSite, _ context: LoadContext
  ) throws(VariableProblem) -> StartVariable {
    do throws(SampleError) {
      var at = 0
      let parsed = try context.samples.parse(words: words, at: &at, site: site)
      if parsed.fetch.places.contains(.cli) { return .expression(id, parsed.expression) }
      throw SampleError(
        "fetch method 'set-var(\(context.samples.variables.text(id)))' extracts information from "
          + "'\(parsed.fetch.sourceNames)', none of which is available here")
    } catch {
      throw VariableProblem(text: error.message)
    }
  }
}
