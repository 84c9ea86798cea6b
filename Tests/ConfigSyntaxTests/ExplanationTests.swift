import Foundation
import Testing

@testable import ConfigSyntax

/// What is told beyond HAProxy's messages.
@Suite struct ExplanationTests {
  private static let modern: [(old: String, new: String)] = [
    ("reqadd X-Forwarded-Proto:\\ https", "http-request add-header X-Forwarded-Proto https"),
    ("reqadd X-A:\\ a\\ b if { src 1.2.3.4 }", "http-request add-header X-A 'a b' if { src 1.2.3.4 }"),
    ("rspadd Via:\\ me", "http-response add-header Via me"),
    ("reqrep ^([^\\ :]*)\\ /static/(.*) \\1\\ /\\2", "http-request replace-path /static/(.*) '/\\1'"),
    ("reqirep ^Host:\\ (.*) Host:\\ www.\\1", "http-request replace-header Host (?i)(.*) 'www.\\1'"),
    ("rspdel ^Server:.*", "http-response del-header Server"),
    ("reqidel ^X-.*", "http-request del-header ^X-.* -m reg"),
    ("reqideny ^Host:\\ evil", "http-request deny if { req.hdr(Host) -m reg -i evil }"),
    ("block if { path /x }", "http-request deny if { path /x }"),
    ("contimeout 5000", "timeout connect 5000"), ("clitimeout 5s", "timeout client 5s"),
    ("srvtimeout 5s", "timeout server 5s"), ("redisp", "option redispatch"), ("nbproc 4", "nbthread 4"),
    ("monitor-net 10.0.0.0/8", "http-request return status 200 if { src 10.0.0.0/8 }"),
    ("option forceclose", "option httpclose"), ("listen web :80", "listen web\n    bind :80"),
  ]

  @Test(arguments: modern.indices) func oldLinesHaveNewOnes(_ i: Int) {
    let (old, new) = Self.modern[i]
    #expect(ModernLine.replacing(Explanation.words(old)) == new)
  }

  @Test func linesOfTodayAreLeftAlone() {
    for line in ["timeout client 5s", "option httpclose", "listen web", "server a 1.2.3.4:80", ""] {
      #expect(ModernLine.replacing(Explanation.words(line)) == nil)
    }
  }

  @Test func messagesPointAtTheWord() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString).cfg")
    try "frontend x\n\tuse_backend y if foo # foo\n".write(to: url, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: url) }
    let file = url.path
    let text = "config : parsing [\(file):2] : no such ACL : 'foo'."
    let explanation = try #require(Explanation(of: text))
    #expect(explanation.line == 2)
    #expect(explanation.column == 19)
    #expect(explanation.hint?.contains("acl <name>") == true)
    #expect(
      MessageJSON.object(.alert, "a \"b\"\n\u{c3}\u{a9}", nil)
        == "{\"severity\":\"alert\",\"text\":\"a \\\"b\\\"\\n\\u00e9\"}\n")
    #expect(Explanation(of: "config : no place here") == nil)
    #expect(Explanation(of: "parsing [\(file):99] : x") == nil)
  }
}
