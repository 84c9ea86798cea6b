import ConfigSyntax
import Configuration
import Samples

/// `tcp-check expect`, `http-check expect`: `[min-recv <n>] [comment <text>] ... [!] <kind> <pattern>` (manual
/// section 4.2).
struct CheckExpectLine {
  let context: LoadContext
  let line: ConfigLine
  private let isHTTP: Bool
  private var options = CheckExpect(.custom)
  private var hasPattern = false
  /// Read once the line is known to be whole.
  private var written: (kind: String, argument: String)?
  private var at = 2

  init(_ context: LoadContext, _ line: ConfigLine) {
    self.context = context
    self.line = line
    isHTTP = line[0] == "http-check"
  }

  mutating func parse() throws(StepError) -> CheckExpect {
    if line[2].isEmpty { throw StepError("expects at least a matching pattern as arguments.") }
    while !line[at].isEmpty {
      if try !option() { try pattern() }
    }
    if !hasPattern { throw StepError("pattern not found.") }
    if let written { options.kind = try kind(written.kind, written.argument) }
    return options
  }

  // MARK: - What stands beside the pattern

  /// Reads one option; false where the word is none.
  private mutating func option() throws(StepError) -> Bool {
    let word = line[at]
    let value = line[at + 1]
    switch word {
    case "min-recv":
      if value.isEmpty { throw StepError("'min-recv' expects a integer as argument.") }
      let number = CInteger.long(value).0
      guard (-1...Int64(Int32.max)).contains(Int64(number)) else {
        throw StepError("'min-recv' expects -1 or an integer from 0 to INT_MAX.")
      }
      options.minReceive = Int(number)
    case "comment", "ok-status", "error-status", "tout-status", "on-success", "on-error":
      if value.isEmpty { throw StepError("'\(word)' expects a string as argument.") }
      try set(word, value)
    case "status-code":
      if value.isEmpty { throw StepError("'status-code' expects an expression as argument.") }
      do throws(StepError) {
        var position = at + 1
        options.statusCode = try context.checkExpression(line.words, &position)
        at = position
        return true
      } catch {
        throw StepError("error detected while parsing status-code expression : \(error.text).")
      }
    default: return false
    }
    at += 2
    return true
  }

  private mutating func set(_ word: String, _ value: String) throws(StepError) {
    func status(_ names: [String], _ list: String) throws(StepError) -> String {
      guard let known = names.first(where: { $0 == value.uppercased() }) else {
        throw StepError("'\(word)' only supports \(list) status (got '\(value)')..")
      }
      return known
    }
    switch word {
    case "comment": options.comment = value
    case "ok-status":
      options.okStatus = try status(["L7OK", "L7OKC", "L6OK", "L4OK"], "'L4OK', 'L6OK', 'L7OK' or 'L7OKC'")
    case "error-status":
      options.errorStatus = try status(
        ["L7RSP", "L7STS", "L7OKC", "L6RSP", "L4CON"], "'L4CON', 'L6RSP', 'L7RSP' or 'L7STS'")
    case "tout-status":
      options.timeoutStatus = try status(["L7TOUT", "L6TOUT", "L4TOUT"], "'L4TOUT', 'L6TOUT' or 'L7TOUT'")
    case "on-success": options.onSuccess = .format(try context.checkFormat(value))
    default: options.onError = .format(try context.checkFormat(value))
    }
  }

  // MARK: - The pattern

  private mutating func pattern() throws(StepError) {
    var negate = false
    var word = line[at]
    while word.hasPrefix("!") {
      negate.toggle()
      word = String(word.dropFirst())
      if word.isEmpty {
        at += 1
        word = line[at]
      }
    }
    let kinds =
      isHTTP
      ? ["string", "rstring", "string-lf", "status", "rstatus", "hdr", "fhdr", "custom"]
      : ["string", "rstring", "string-lf", "binary", "rbinary", "binary-lf", "custom"]
    guard kinds.contains(word) else { throw unknown(word) }
    if hasPattern { throw StepError("only on pattern expected.") }
    hasPattern = true
    options.negate = negate
    let argument = line[at + 1]
    switch word {
    case "custom":
      if negate { throw StepError("[!] not supported with 'custom'.") }
      options.kind = .custom
      at += 1
      return
    case "hdr", "fhdr":
      options.kind = .header(try header(word))
      return
    default: if argument.isEmpty { throw StepError("'\(word)' expects a <pattern> as argument.") }
    }
    written = (word, argument)
    at += 2
  }

  private func unknown(_ word: String) -> StepError {
    let list =
      isHTTP
      ? "[!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, [!]fhdr or comment"
      : "'[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', '[!]binary-lf' or comment"
    return StepError("'only supports min-recv, \(list) but got '\(word)' as argument..")
  }

  private func kind(_ word: String, _ argument: String) throws(StepError) -> CheckExpect.Kind {
    switch word {
    case "string": return .string(argument.latin1Bytes)
    case "status": return .status(try statuses(argument))
    case "rstring": return .regex(try regex(argument))
    case "rstatus": return .statusRegex(try regex(argument))
    case "rbinary": return .binaryRegex(try regex(argument))
    case "string-lf": return .format(try context.checkFormat(argument))
    case "binary-lf": return .binaryFormat(try context.checkFormat(argument))
    default:
      switch HexText.bytes(argument) {
      case .success(let bytes): return .binary(bytes)
      case .failure(let failure): throw StepError("\(failure.text).")
      }
    }
  }

  private func regex(_ text: String) throws(StepError) -> String {
    do throws(Regex.CompileError) {
      _ = try Regex(text)
      return text
    } catch {
      throw StepError("regex '\(text)' is invalid (error=\(error.message), erroffset=\(error.offset)).")
    }
  }

  /// `200`, `200-299`, and lists of these.
  private func statuses(_ text: String) throws(StepError) -> [ClosedRange<Int64>] {
    var ranges: [ClosedRange<Int64>] = []
    var rest = text
    while !rest.isEmpty {
      let (low, tail) = CInteger.long(rest)
      var high = low
      rest = tail
      if rest.hasPrefix("-") { (high, rest) = CInteger.long(String(rest.dropFirst())) }
      if low > high { throw StepError("invalid range of status codes '\(text)'.") }
      if let odd = rest.unicodeScalars.first, odd != "," {
        throw StepError("invalid character '\(odd)' in the list of status codes.")
      }
      rest = String(rest.dropFirst())
      ranges.append(Int64(low)...Int64(high))
    }
    return ranges
  }

  // MARK: - Fields

  /// `name[-lf] [-m <method>] <name> [value[-lf] [-m <method>] <value>]`
  private mutating func header(_ word: String) throws(StepError) -> CheckHeader {
    at += 1
    guard line[at] == "name" || line[at] == "name-lf", !line[at + 1].isEmpty else {
      throw StepError("'\(word)' expects at the name keyword as first argument followed by a pattern.")
    }
    var found = CheckHeader(name: try matching(word, shown: nil), isWhole: word == "fhdr")
    guard line[at] == "value" || line[at] == "value-lf" else { return found }
    if line[at + 1].isEmpty { throw StepError("'\(word)' expect a pattern with the value keyword.") }
    var name: String?
    if case .plain(let bytes) = found.name.text { name = String(latin1: bytes) }
    found.value = try matching(word, shown: name)
    return found
  }

  private mutating func matching(_ word: String, shown: String?) throws(StepError) -> CheckHeader.Pattern {
    let isFormat = line[at].hasSuffix("-lf")
    at += 1
    var method = CheckHeader.Method.exact
    if line[at] == "-m" {
      switch line[at + 1] {
      case "": throw StepError("'\(word)' : '-m' expects at a matching pattern ('str', 'beg', 'end', 'sub' or 'reg').")
      case "str": method = .exact
      case "beg": method = .prefix
      case "end": method = .suffix
      case "sub": method = .contains
      case "reg":
        if isFormat {
          throw StepError("'\(word)': log-format string is not supported with a regex matching method.")
        }
        method = .regex
      case let other:
        throw StepError("'\(word)' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '\(other)').")
      }
      at += 2
    }
    let text = line[at]
    at += 1
    if method == .regex { _ = try regex(text) }
    return CheckHeader.Pattern(
      method, isFormat ? .format(try context.checkFormat(text, shown: shown)) : .plain(text.latin1Bytes))
  }
}
