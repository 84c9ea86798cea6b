import ConfigSyntax

/// One keyword of the configuration: where it may stand and what reads its lines. Tables of these are plain arrays,
/// joined in `KeywordTables`.
public struct KeywordEntry: Sendable {
  /// The first word of a line.
  public let name: String
  public let sections: SectionSet
  /// Reads one line into the context's model, reporting what is wrong with it through the context.
  public let parse: @Sendable (LoadContext, ConfigLine) -> Void

  public init(_ name: String, _ sections: SectionSet, parse: @escaping @Sendable (LoadContext, ConfigLine) -> Void) {
    self.name = name
    self.sections = sections
    self.parse = parse
  }
}

/// All implemented keywords, indexed by name.
struct KeywordTables: Sendable {
  static let shared = KeywordTables([globalKeywords, proxyKeywords, httpErrorsKeywords])

  private let byName: [String: [KeywordEntry]]

  init(_ tables: [[KeywordEntry]]) {
    byName = Dictionary(grouping: tables.joined(), by: \.name)
  }

  /// The names that have an entry for a section.
  func names(in section: SectionKind) -> [String] {
    byName.filter { $0.value.contains { $0.sections.contains(section.set) } }.map(\.key)
  }

  func entry(_ name: String, in section: SectionKind) -> KeywordEntry? {
    byName[name]?.first { $0.sections.contains(section.set) }
  }
}
