import Testing

/// What HAProxy 2.6.12 says of wrong rules.
struct RuleMessageTests {
  private static func messages(_ line: String, section: String = "frontend f") -> [String] {
    Loading(
      "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n\(section)\n"
        + (section.hasPrefix("frontend") ? "  bind :80\n" : "") + "  \(line)\n"
    ).messages
  }

  @Test(arguments: [
    ("deny deny_status", "deny", "'status' expects <status_code> as argument"),
    ("deny deny_status 999", "deny", "Unexpected status code '999'"),
    ("set-header a", "set-header", "expects exactly 2 arguments"),
    ("set-header a %[foo]", "set-header", "failed to parse sample expression <foo]> : unknown fetch method 'foo'"),
    ("del-header", "del-header", "expects at least 1 argument"),
    ("del-header a -m foo", "del-header", "-m with unsupported matching method 'foo'"),
    ("set-path a b", "set-path", "expects exactly 1 argument <format>"),
    ("redirect location", "redirect", "missing argument for 'location'"),
    ("set-log-level foo", "set-log-level", "expects exactly 1 argument (log level name or 'silent')"),
    ("set-var(txn.a) foo", "set-var(txn.a)", "unknown fetch method 'foo'"),
    (
      "set-var(txn.a) res.hdr(a)", "set-var(txn.a)",
      "fetch method 'set-var(txn.a)' extracts information from 'HTTP response headers', none of which is available here"
    ),
    ("capture src len 0", "capture", "length must be > 0"),
    ("wait-for-body time", "wait-for-body", "missing argument for 'time'"),
    ("strict-mode foo", "strict-mode", "Unexpected value 'foo'. Only 'on' and 'off' are supported"),
  ])
  func actions(_ line: String, _ action: String, _ text: String) {
    #expect(
      Self.messages("http-request \(line)").first
        == "ALERT config : parsing [cfg:8] : error detected in frontend 'f' while parsing 'http-request \(action)' rule : "
        + "\(text).")
  }

  @Test func conditions() {
    #expect(
      Self.messages("http-request deny if foo").first
        == "ALERT config : parsing [cfg:8] : error detected while parsing an 'http-request deny' condition : "
        + "no such ACL : 'foo'.")
    #expect(
      Self.messages("http-request deny foo").first
        == "ALERT config : parsing [cfg:8]: 'http-request deny' expects either 'if' or 'unless' followed by a "
        + "condition but found 'foo'.")
    #expect(
      Self.messages("acl a foo").first
        == "ALERT config : parsing [cfg:8] : error detected while parsing ACL 'a' : unknown fetch method 'foo' in ACL "
        + "expression 'foo'.")
    #expect(
      Self.messages("use-server x if { path /a }", section: "backend b").first
        == "ALERT config : backend 'b' : unable to find server 'x' referenced in a 'use-server' rule.")
  }

  @Test func actionsOfOtherListsAreUnknown() {
    let text = Self.messages("http-after-response deny").first ?? ""
    #expect(text.hasPrefix("ALERT config : parsing [cfg:8]: 'http-after-response' expects 'ot-group', 'add-header', "))
    #expect(text.hasSuffix(", but got 'deny'."))
  }

  @Test func finalRulesEndTheirList() {
    #expect(
      Self.messages("http-request deny\n  http-request allow")
        == [
          "WARNING config : parsing [cfg:9]: previous 'http-request' action is final and has no condition attached, "
            + "further entries are NOOP."
        ])
  }

  @Test func whatIsMissingIsRefusedByName() {
    #expect(
      Self.messages("http-request send-spoe-group a b").first
        == "ALERT config : parsing [cfg:8] : 'http-request send-spoe-group' in section 'frontend' is not implemented by Weir "
        + "yet.")
  }
}
