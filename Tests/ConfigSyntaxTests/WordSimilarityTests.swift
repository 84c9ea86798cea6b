import Testing

@testable import ConfigSyntax

struct WordSimilarityTests {
  private static let words = ["maxconn", "maxconnrate", "log", "log-tag", "localpeer", "chroot", "nbthread", "user"]

  @Test(arguments: [
    ("maxcon", "maxconn"), ("MAXCONN", "maxconn"), ("logtag", "log-tag"), ("lg", "log"), ("nbthraed", "nbthread"),
    ("usr", "user"), ("maxconnrat", "maxconnrate"),
  ]) func finds(word: String, best: String) {
    #expect(WordSimilarity.bestMatch(for: word, among: Self.words) == best)
  }

  @Test(arguments: ["foo", "", "x", "balance", "local"]) func findsNothing(word: String) {
    #expect(WordSimilarity.bestMatch(for: word, among: Self.words) == nil)
  }

  @Test func theFirstOfEquals() {
    #expect(WordSimilarity.bestMatch(for: "errorloc3", among: ["errorloc302", "errorloc303"]) == "errorloc302")
  }
}
