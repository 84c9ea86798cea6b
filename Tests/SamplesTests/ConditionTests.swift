import HTTP
import Memory
import Primitives
import Testing

@testable import Samples

/// Conditions against what HAProxy 2.6.12 decided for the same requests; the table holds a request in hexadecimal, the
/// words of a condition, and "yes" or "no".
@Suite struct ConditionTests {
  @Test func table() throws {
    let users = UserList(
      name: "ul", users: [UserList.User(name: "user", password: "pass", isEncrypted: false, groups: ["g1"])])
    let compiler = SampleCompiler()
    _ = compiler.add(users)
    var lists = AccessLists()
    for words in [
      ["one", "path_beg", "/a"], ["two", "method", "GET"], ["multi", "path", "/zz"], ["multi", "method", "BREW"],
      ["multi", "hdr(host)", "example.com"],
    ] { try compiler.parseAccessList(words: words, lists: &lists, site: site) }
    var known: [String: Condition] = [:]
    let rows = try SamplesTests.table("conditions.txt")
    for row in rows where known[row[1]] == nil {
      do {
        known[row[1]] = try compiler.parseCondition(
          words: row[1].split(separator: " ").map(String.init), unless: false, lists: &lists, site: site
        ).condition
      } catch {
        Issue.record("\(row[1]): \(error.message)")
      }
    }
    #expect(compiler.resolve(TestNames()).isEmpty)
    let evaluator = evaluator(compiler)
    for row in rows {
      guard let condition = known[row[1]] else { continue }
      var source = RequestSource(bytes(hex: row[0]))
      let result = evaluator.evaluate(condition, from: &source)
      #expect(
        "\(result)" == row[2], "\(row[1]) of \(String(bytes: bytes(hex: row[0])).debugDescription)")
      #expect(evaluator.arena.mark == 0)
    }
  }
}
