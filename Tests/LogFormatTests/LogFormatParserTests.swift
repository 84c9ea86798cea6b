import LogFormat
import Testing

/// Messages and acceptance as HAProxy 2.6.12 shows them for the same string.
@Suite struct LogFormatParserTests {
  static let verbatim = ". If you wanted to emit the '%' character verbatim, you need to use '%%'"
  static let single = ". Maybe you want to write a single '%', use the syntax '%%'"

  @Test(arguments: [
    ("%x", "no such format variable 'x'" + verbatim),
    ("%cizz", "no such format variable 'cizz'" + verbatim),
    ("%c_", "no such format variable 'c'" + verbatim),
    ("%{+Q}1ci", "no such format variable '1ci'" + verbatim),
    ("%{+Q}oci", "no such format variable 'oci'" + verbatim),
    ("%foo %bar", "no such format variable 'foo'" + verbatim),
    ("a%{+Q}x", "no such format variable 'x'" + verbatim),
    ("%", "truncated line after '%'"),
    ("%bq%", "truncated line after '%'"),
    ("%%%", "truncated line after '%'"),
    ("%{", "truncated line after ''"),
    ("%{+Q", "truncated line after '+Q'"),
    ("%ci %{x ci", "truncated line after 'x ci'"),
    ("%{+Q}", "parse argument modifier without variable name near '%{+Q}'"),
    ("%{+Q} ci", "parse argument modifier without variable name near '%{+Q}'"),
    ("%{+Q}{+E}ci", "parse argument modifier without variable name near '%{+Q}'"),
    ("%{+Q}%%", "parse argument modifier without variable name near '%{+Q}'"),
    ("%{}", "parse argument modifier without variable name near '%{}'"),
    ("%1ci", "unexpected variable name near '1' at position 1 line : '%1ci'" + single),
    ("aaa %ci %5 %b", "unexpected variable name near '5' at position 9 line : 'aaa %ci %5 %b'" + single),
    ("%Ta% ci", "unexpected variable name near ' ' at position 4 line : '%Ta% ci'" + single),
    ("%ci%9", "unexpected variable name near '9' at position 4 line : '%ci%9'" + single),
  ])
  func refuses(_ format: String, _ message: String) { #expect(problem(format) == message) }

  @Test(arguments: ["%%", "%(x", "%-ci", "%_", "%*", "[%]", "%{}ci", "%{arg}ci", "%{+Z}ci", "%{ +Q }ci", "%ci[", "a{b}c", "%ci%cp", ""])
  func accepts(_ format: String) { #expect(problem(format) == "OK") }

  @Test func refusesHTTPAliasesInTCPMode() {
    let refused = LogAlias.allCases.filter { problem("%\($0.name)", isHTTP: false) != "OK" }.map { "\($0.name)" }
    #expect(refused.sorted() == "CC CS HM HP HPO HQ HU HV TR Ta Ti Tq Tr r tr trg trl".split(separator: " ").map(String.init))
    #expect(problem("%ci %HM", isHTTP: false) == "format variable 'HM' is reserved for HTTP mode")
  }

  @Test func knowsWhichFormatsWaitForTheEnd() throws {
    func waits(_ format: String) throws -> Bool {
      try LogFormat(format, flags: [.mandatory], isHTTP: true).needsEndOfStream
    }
    #expect(try waits(StandardLogFormat.tcp))
    #expect(try waits(StandardLogFormat.http))
    #expect(try !waits("%ci %r %ST %s %hr %tsc %lc"))
    let final = try LogAlias.allCases.filter { try waits("%\($0.name)") }.map { "\($0.name)" }.sorted()
    #expect(final == "B ID TR Ta Tc Td Th Ti Tq Tr Tt Tu Tw U ac bc bq fc rc sc sq ts".split(separator: " ").map(String.init))
  }
}
