import Foundation
import Testing

@testable import ConfigSyntax

/// What is told beyond HAProxy's messages.
@Suite struct ExplanationTests {
  private static let modern: [(old: String, new: String)] = [
    ("reqadd X-Forwarded-Proto:\\ https", "http-request add-header X-Forwarded-Proto https"),
    ("reqadd X-A:\\ a\\ b if { src 1.2.3.4 }", "http-request add-header X-A 'a b' if { src 1.2.3.4 }"),
    ("rspadd Via:\\ me", "http-response add-header Via me"),
    ("reqrep ^([^\\ :]*)\\ /static/(.*) \\1\\ /\\2", "http-request replace-path ^/static/(.*) '/\\1'"),
    ("reqirep ^Host:\\ (.*) Host:\\ www.\\1", "http-request replace-header Host (?i)(.*) 'www.\\1'"),
    ("rspdel ^Server:.*", "http-response del-header Server"),
    ("reqidel ^X-.*", "http-request del-header (?i)^X-.* -m reg"),
    ("reqideny ^Host:\\ evil", "http-request deny if { req.hdr(Host) -m reg -i ^evil }"),
    ("reqadd X-Empty:", "http-request add-header X-Empty %[str()]"),
    ("reqadd X-A:\\ 100%", "http-request add-header X-A 100%%"),
    ("reqrep ^Host:\\ www.(.*)$ Host:\\ \\1", "http-request replace-header Host '^www.(.*)$' '\\1'"),
    ("reqrep ^([^\\ ]*)\\ /a\\ (.*) \\1\\ /b\\ \\2", "http-request replace-path '^/a$' /b"),
    ("reqrep ^([^\\ :]*)\\ /a\\?x=(.*) \\1\\ /b/\\2", "http-request replace-pathq '^/a\\?x=(.*)' '/b/\\1'"),
    ("cliexp ^([^\\ :]*)\\ /a \\1\\ /b", "http-request replace-path ^/a /b"),
    ("reqdel ^Cookie:.*secret", "http-request del-header Cookie if { req.hdr(Cookie) -m reg .*secret }"),
    ("reqdeny ^Host:\\ $", "http-request deny if { req.hdr(Host) -m reg '^$' }"),
    ("reqdeny ^POST\\ /admin", "http-request deny if { method POST } { path -m reg ^/admin }"),
    ("reqtarpit ^[^:\\ ]*\\ /bad", "http-request tarpit if { path -m reg ^/bad }"),
    ("rspirep ^HTTP/1.1\\ 404 HTTP/1.1\\ 200", "http-response set-status 200 if { status 404 }"),
    ("usesrc clientip", "source 0.0.0.0 usesrc clientip"), ("timeout clitimeout 5s", "timeout client 5s"),
    ("mode health", "mode http\nhttp-request return status 200"), ("redirect /x if y", "redirect location /x if y"),
    ("bind :80 name a process 1", "bind :80 name a"), ("bind :80 process 1/1-4 ssl", "bind :80 thread 1-4 ssl"),
    ("tcp-request accept if x", "tcp-request content accept if x"),
    (
      "option httpchk GET / HTTP/1.1\\r\\nHost:\\ x",
      "option httpchk\nhttp-check send meth GET uri / ver HTTP/1.1 hdr Host x"
    ),
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
