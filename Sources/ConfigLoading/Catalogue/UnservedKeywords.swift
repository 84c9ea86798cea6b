import ConfigSyntax
import Configuration

/// What is read into the model while nothing acts upon it yet: refused by name where it stands, after its errors have
/// been reported. An entry goes away with the work that makes it true.
enum UnservedKeywords {
  static let options: Set<String> = []
  static let proxies: Set<String> = []
  static let binds: Set<String> = []

  /// The entries of proxies, those of the list above ending in a refusal.
  static func refusing(_ entries: [KeywordEntry]) -> [KeywordEntry] {
    entries.map { entry in
      guard proxies.contains(entry.name) else { return entry }
      return KeywordEntry(entry.name, entry.sections) { context, line in
        entry.parse(context, line)
        if context.flags.isEmpty { context.refuse(entry.name) }
      }
    }
  }

  static func refusing(_ options: [BindOption]) -> [BindOption] {
    options.map { option in
      guard binds.contains(option.name) else { return option }
      return BindOption(option.name) { bind throws(OptionError) in
        try option.parse(&bind)
        throw .text("'\(option.name)' is not implemented by Weir yet.")
      }
    }
  }
}
