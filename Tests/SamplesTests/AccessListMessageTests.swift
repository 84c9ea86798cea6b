import Memory
import Testing

@testable import Samples

/// The messages of ACL lines against those of HAProxy 2.6.12; the table holds the words behind `acl`, then the message
/// or "-" for a line that is accepted.
@Suite struct AccessListMessageTests {
  @Test func table() throws {
    for row in try SamplesTests.table("acl-messages.txt") {
      let words = row[0].split(separator: " ").map(String.init)
      // Lines of one message for several lines are no use.
      if row[1].contains("will never match") || row[1].hasPrefix("character '[") { continue }
      let compiler = SampleCompiler()
      var lists = AccessLists()
      var message = "-"
      do {
        try compiler.parseAccessList(words: words, lists: &lists, site: site)
        _ = compiler.add(UserList(name: "ul", users: []))
        if let error = compiler.resolve(TestNames()).first { message = error.message }
      } catch {
        message = error.message + "."
      }
      #expect(message == row[1], "acl \(row[0])")
    }
  }
}
