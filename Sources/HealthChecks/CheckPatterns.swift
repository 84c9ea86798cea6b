import Memory
import Samples

/// The patterns that answers are compared with. Expressions are compiled when they are first used.
struct CheckPatterns {
  private var compiled: [String: Regex] = [:]
  private let matcher = RegexMatcher()

  /// Whether the expression matches in `text`; one that does not compile matches nothing (the configuration refuses it).
  mutating func matches(_ pattern: String, _ text: Bytes) -> Bool {
    if compiled[pattern] == nil { compiled[pattern] = try? Regex(pattern) }
    guard let regex = compiled[pattern] else { return false }
    return matcher.matches(regex, text)
  }
}
