import ConfigSyntax
import Configuration
import Samples

/// `http-check expect [min-recv <n>] [comment <text>] [!] <kind> <pattern>` (manual section 4.2).
enum HTTPExpectLine {
  private struct Failure: Error { let text: String }

  private static let statusOptions: Set<String> = [
    "ok-status", "error-status", "tout-status", "on-success", "on-error", "status-code",
  ]

  static func parse(_ context: LoadContext, _ line: ConfigLine) {
    if line[2].isEmpty {
      return context.alert("'http-check expect' : expects at least a matching pattern as arguments.")
    }
    do throws(Failure) {
      var minimum = -1
      var comment: String?
      var found: HTTPExpect?
      var at = 2
      while !line[at].isEmpty {
        switch line[at] {
        case "min-recv":
          minimum = try minReceive(line[at + 1])
          at += 2
        case "comment":
          if line[at + 1].isEmpty { throw Failure(text: "'comment' expects a string as argument.") }
          comment = line[at + 1]
          at += 2
        case let word where statusOptions.contains(word): return context.refuse("http-check expect \(word)")
        default:
          guard let (expect, next) = try pattern(line, at, isSecond: found != nil) else {
            return context.refuse("http-check expect \(line[at])")
          }
          found = expect
          at = next
        }
      }
      guard var expect = found else { throw Failure(text: "expects at least a matching pattern as arguments") }
      if context.proxy.check.http.expect != nil && !context.isExpectInherited {
        return context.refuse("a second http-check expect")
      }
      expect.minReceive = minimum
      expect.comment = comment
      expect.written = line.words.dropFirst(2).joined(separator: " ")
      context.proxy.check.http.expect = expect
      context.proxy.check.http.hasRules = true
    } catch {
      context.alert("'http-check expect' : \(error.text).")
    }
  }

  private static func minReceive(_ word: String) throws(Failure) -> Int {
    if word.isEmpty { throw Failure(text: "'min-recv' expects a integer as argument") }
    let value = CInteger.leading(word)
    if value < -1 { throw Failure(text: "'min-recv' expects -1 or an integer from 0 to INT_MAX") }
    return value
  }

  /// The pattern at `at` and where the next word is; nil for a kind that Weir does not have yet.
  private static func pattern(
    _ line: ConfigLine, _ start: Int, isSecond: Bool
  ) throws(Failure) -> (HTTPExpect, Int)? {
    var at = start
    var negate = false
    var word = line[at]
    while word.hasPrefix("!") {
      negate = !negate
      word = String(word.dropFirst())
      if word.isEmpty {
        at += 1
        word = line[at]
      }
    }
    switch word {
    case "status", "string", "rstatus", "rstring": break
    case "string-lf", "hdr", "fhdr": return nil
    default:
      throw Failure(
        text: "'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, "
          + "[!]fhdr or comment but got '\(word)' as argument.")
    }
    if isSecond { throw Failure(text: "only on pattern expected") }
    let argument = line[at + 1]
    if argument.isEmpty { throw Failure(text: "'\(word)' expects a <pattern> as argument") }
    let kind: HTTPExpect.Kind =
      switch word {
      case "status": .status(try statuses(argument))
      case "rstatus": .statusRegex(argument)
      case "string": .string(argument)
      default: .stringRegex(argument)
      }
    if word == "rstatus" || word == "rstring" {
      do throws(Regex.CompileError) {
        _ = try Regex(argument)
      } catch {
        throw Failure(text: "regex '\(argument)' is invalid (error=\(error.message), erroffset=\(error.offset))")
      }
    }
    var expect = HTTPExpect(kind: kind)
    expect.negate = negate
    return (expect, at + 2)
  }

  /// `200`, `200-299`, and lists of these.
  private static func statuses(_ text: String) throws(Failure) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      for end in ends {
        if let odd = end.unicodeScalars.first(where: { !("0"..."9").contains($0) }) {
          throw Failure(text: "invalid character '\(odd)' in the list of status codes")
        }
      }
      guard let low = ends.first.flatMap({ Int($0) }), let high = ends.last.flatMap({ Int($0) }), low <= high else {
        throw Failure(text: "invalid range of status codes '\(part)'")
      }
      ranges.append(low...high)
    }
    return ranges
  }
}

extension LoadContext {
  /// Whether what the proxy's checks expect still is what `defaults` said, which a line of its own replaces.
  var isExpectInherited: Bool {
    guard let parent = parentSettings, let expect = proxy.check.http.expect else { return false }
    return parent.check.http.expect == expect
  }
}
