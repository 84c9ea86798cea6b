import LogFormat
import Samples
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

  @Test(arguments: [
    "%%", "%(x", "%-ci", "%_", "%*", "[%]", "%{}ci", "%{arg}ci", "%{+Z}ci", "%{ +Q }ci", "%ci[", "a{b}c", "%ci%cp", "",
  ])
  func accepts(_ format: String) { #expect(problem(format) == "OK") }

  @Test func refusesHTTPAliasesInTCPMode() {
    let refused = LogAlias.allCases.filter { problem("%\($0.name)", isHTTP: false) != "OK" }.map { "\($0.name)" }
    #expect(
      refused.sorted() == "CC CS HM HP HPO HQ HU HV TR Ta Ti Tq Tr r tr trg trl".split(separator: " ").map(String.init))
    #expect(problem("%ci %HM", isHTTP: false) == "format variable 'HM' is reserved for HTTP mode")
  }

  @Test func knowsWhichFormatsWaitForTheEnd() throws {
    func waits(_ format: String) throws -> Bool {
      try compile(format).needsEndOfStream
    }
    #expect(try waits(StandardLogFormat.tcp))
    #expect(try waits(StandardLogFormat.http))
    #expect(try !waits("%ci %r %ST %s %hr %tsc %lc"))
    let final = try LogAlias.allCases.filter { try waits("%\($0.name)") }.map { "\($0.name)" }.sorted()
    #expect(
      final == "B ID TR Ta Tc Td Th Ti Tq Tr Tt Tu Tw U ac bc bq fc rc sc sq ts".split(separator: " ").map(String.init))
  }

  @Test(arguments: [
    ("%[foo]", "failed to parse sample expression <foo]> : unknown fetch method 'foo'"),
    ("%[src,foo]", "failed to parse sample expression <src,foo]> : unknown converter 'foo'"),
    ("%[]", "failed to parse sample expression <]> : missing fetch method"),
    ("%ci %[", "failed to parse sample expression <> : missing fetch method"),
    ("%{+Q}[", "failed to parse sample expression <> : missing fetch method"),
    ("%[srcx] x %[dst]", "failed to parse sample expression <srcx] x %[dst]> : unknown fetch method 'srcx'"),
    ("%[ src ]", "failed to parse sample expression < src ]> : missing fetch method"),
    ("%[hdr(", "failed to parse sample expression <hdr(> : fetch method 'hdr' : expected ')'"),
    ("%[src,]", "failed to parse sample expression <src,]> : unknown converter ''"),
    ("%[src", "missing ']' after 'src'"),
    ("%[src %5", "expected ']' after 'src', but found ' '"),
    (
      "%[req.hdr(host)] x",
      "sample fetch <req.hdr(host)] x> may not be reliably used here because it needs 'HTTP request headers' "
        + "which is not available here"
    ),
    (
      "%[hdr(a)regsub(a,b)]",
      "sample fetch <hdr(a)regsub(a,b)]> may not be reliably used here because it needs "
        + "'HTTP request headers,HTTP response headers' which is not available here"
    ),
  ])
  func refusesExpressions(_ format: String, _ message: String) { #expect(problem(format) == message) }

  @Test(arguments: [
    "%[src]x", "%[src]]", "%{+Q}[src]ci", "%[str(ab),hex]x%[str(c)]", "%[str(a]b)]", "%[capture.req.hdr(0)]",
  ])
  func acceptsExpressions(_ format: String) { #expect(problem(format) == "OK") }

  @Test func knowsWhereExpressionsStand() throws {
    #expect(problem("%[req.hdr(host)]", places: CheckPoints(.frontendRequestHeader)) == "OK")
    #expect(
      problem("%[be_name]", places: CheckPoints(.frontendRequestHeader))
        == "sample fetch <be_name]> may not be reliably used here because it needs 'backend' which is not available here"
    )
    #expect(
      problem("%[be_name]", places: [CheckPoints(.frontendRequestHeader), CheckPoints(.backendRequestHeader)]) == "OK")
    let header = try compile("%[req.payload(0,0)]", flags: .http, places: CheckPoints(.frontendRequestHeader))
    #expect(header.warnings == ["L6 sample fetch <req.payload(0,0)]> ignored in HTTP log-format string."])
    #expect(try compile("%[req.payload(0,0)]", flags: [], places: CheckPoints(.frontendRequestHeader)).warnings.isEmpty)
  }
}
