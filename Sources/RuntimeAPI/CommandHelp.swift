import ConfigSyntax

/// The lists that `help` and unknown commands give (management manual, section 9.3), of a worker's commands or of the
/// master's.
public struct CommandHelp: Sendable {
  /// A command as it is listed.
  public struct Entry: Sendable {
    public let words: [String]
    let line: String
    /// `help`, `prompt` and `quit`, which end every list.
    let isBasic: Bool

    /// `usage`: the command with its arguments; `text`: what it does; `words`: what it begins with.
    public init(_ usage: String, _ text: String, words: [String], isBasic: Bool = false) {
      self.words = words
      line = "  " + usage + String(repeating: " ", count: max(0, 40 - usage.utf8.count)) + ": " + text + "\n"
      self.isBasic = isBasic
    }
  }

  private let entries: [Entry]

  /// The commands that a session may use, in the order of their list.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// What `help` says about `words`: everything, or what they may mean.
  public func list(_ words: [String]) -> String {
    "The following commands are valid at this level:\n" + lines(matching(words))
  }
  public func unknown(_ words: [String]) -> String {
    if words.isEmpty {
      return "Unknown command. Please enter one of the following commands only:\n" + lines(entries)
    }
    return "Unknown command, but maybe one of the following ones is a better match:\n" + lines(matching(words))
  }

  private func lines(_ found: [Entry]) -> String {
    found.filter { !$0.isBasic }.map(\.line).joined() + entries.filter(\.isBasic).map(\.line).joined()
  }

  /// The commands that begin with `words`; where none does, those that share the first of them, the likest five.
  private func matching(_ words: [String]) -> [Entry] {
    if words.isEmpty { return entries }
    let candidates = entries.filter { !$0.isBasic || words == $0.words }
    let whole = candidates.filter { $0.words.starts(with: words) }
    if !whole.isEmpty { return whole }
    func shared(_ entry: Entry) -> Int { zip(entry.words, words).prefix { $0.0 == $0.1 }.count }
    let most = candidates.map(shared).max() ?? 0
    let related = candidates.filter { shared($0) == most }
    if related.count <= 5 { return related }
    let rest = words.dropFirst(most).joined(separator: " ")
    let places = WordSimilarity.closest(
      5, to: rest, among: related.map { $0.words.dropFirst(most).joined(separator: " ") })
    return places.sorted().map { related[$0] }
  }
}
