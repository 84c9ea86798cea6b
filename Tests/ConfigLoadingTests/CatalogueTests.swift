import Testing

@testable import ConfigLoading

struct CatalogueTests {
  @Test func everyImplementedKeywordIsKnown() {
    for section in SectionKind.allCases {
      for name in KeywordTables.shared.names(in: section) where !KeywordCatalogue.own.contains(name) {
        #expect(KeywordCatalogue.knows(name, in: section), "\(name) in \(section)")
      }
    }
  }

  @Test func oneEntryForEachSection() {
    for section in SectionKind.allCases {
      let names = KeywordTables.shared.names(in: section)
      #expect(Set(names).count == names.count)
    }
  }

  @Test func candidatesHaveNoTwins() {
    for section in [SectionKind.global, .listen] {
      let candidates = KeywordCatalogue.candidates(in: section)
      #expect(Set(candidates).count == candidates.count)
    }
  }

  @Test(arguments: KeywordListing.classes.filter { $0 != "cli" }) func listings(name: String) throws {
    let text = try #require(KeywordListing.text(ofClass: name))
    #expect(text.hasPrefix("# List of registered ") && text.hasSuffix("\n"))
  }

  @Test func configurationListing() throws {
    let lines = try #require(KeywordListing.text(ofClass: "cfg")).split(separator: "\n")
    #expect(lines.contains("\tmaxconn") && lines.contains("\tbind <addr> accept-proxy"))
    #expect(lines.contains("\tserver <name> <addr> weight +1") && lines.contains("\toption abortonclose [ BE ]"))
    #expect(!lines.contains("\treqadd") && !lines.contains("\tlua-load"))
  }

  @Test func supportPage() {
    let page = SupportPage.text
    #expect(page.contains("## `global`") && page.contains("`lua-load`") && page.contains("Not there yet"))
  }
}
