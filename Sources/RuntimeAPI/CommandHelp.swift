import ConfigSyntax

/// The lists that `help` and unknown commands give.
struct CommandHelp {
  let access: SessionAccess

  /// What `help` says about `words`: everything, or what they may mean.
  func list(_ words: [String]) -> String {
    "The following commands are valid at this level:\n" + lines(matching(words))
  }
  func unknown(_ words: [String]) -> String {
    if words.isEmpty {
      return "Unknown command. Please enter one of the following commands only:\n" + lines(listed)
    }
    return "Unknown command, but maybe one of the following ones is a better match:\n" + lines(matching(words))
  }

  private var listed: [RuntimeCommand] { RuntimeCommand.listed.filter(isOffered) }
  private func isOffered(_ command: RuntimeCommand) -> Bool {
    switch command.mode {
    case nil: true
    case .expert: access.isExpert
    case .experimental: access.isExperimental
    }
  }

  private func lines(_ commands: some Sequence<RuntimeCommand>) -> String {
    let basic = RuntimeCommand.allCases.filter { $0.isBasic }
    return commands.filter { !$0.isBasic }.map(\.helpLine).joined() + basic.map(\.helpLine).joined()
  }

  /// The commands that begin with `words`; where none does, those that share the first of them, the likest five.
  private func matching(_ words: [String]) -> [RuntimeCommand] {
    if words.isEmpty { return listed }
    let names = RuntimeCommand.names.filter {
      (!$0.command.isBasic || words == $0.words) && $0.command != .expertMode && $0.command != .experimentalMode
        && isOffered($0.command)
    }
    let whole = names.filter { $0.words.starts(with: words) }
    if !whole.isEmpty { return whole.map(\.command) }
    var shared = 0
    for name in names { shared = max(shared, zip(name.words, words).prefix { $0.0 == $0.1 }.count) }
    let related = names.filter { zip($0.words, words).prefix { $0.0 == $0.1 }.count == shared }
    if related.count <= 5 { return related.map(\.command) }
    let rest = words.dropFirst(shared).joined(separator: " ")
    let places = WordSimilarity.closest(
      5, to: rest, among: related.map { $0.words.dropFirst(shared).joined(separator: " ") })
    return places.sorted().map { related[$0].command }
  }
}
