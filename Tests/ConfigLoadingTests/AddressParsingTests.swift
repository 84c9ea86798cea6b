import Primitives
import Testing

@testable import ConfigLoading

struct AddressParsingTests {
  private static let bind: AddressRules = [
    .resolveNow, .portMandatory, .portAllowed, .portRange, .boundSocket, .stream,
  ]
  private static let server: AddressRules = [.nameAllowed, .portAllowed, .portOffset, .stream, .connect]

  private static func v4(_ text: String) -> ParsedAddress.Host { .ip(IPAddress(text) ?? .v4(.any)) }

  @Test(arguments: [
    (":80", "0.0.0.0", 80...80), ("*:80", "0.0.0.0", 80...80), ("127.0.0.1:80-82", "127.0.0.1", 80...82),
    ("[::1]:80", "::1", 80...80), (":::80", "::", 80...80), ("::1:80", "::1", 80...80), ("ipv6@:80", "::", 80...80),
    ("ipv4@*:80", "0.0.0.0", 80...80), ("tcp6@:80", "::", 80...80), ("stream+ipv4@1.2.3.4:8", "1.2.3.4", 8...8),
  ]) func endpoints(word: String, host: String, ports: ClosedRange<Int>) throws {
    let parsed = try AddressParsing.parse(word, Self.bind)
    #expect(parsed.host == Self.v4(host))
    #expect(parsed.firstPort == ports.lowerBound && parsed.lastPort == ports.upperBound)
  }

  @Test(arguments: [
    ("/run/a.sock", ParsedAddress.Host.unix("/run/a.sock")), ("unix@a", .unix("a")), ("uxst@/b", .unix("/b")),
    ("abns@name", .abstract("name")),
  ]) func localSockets(word: String, host: ParsedAddress.Host) throws {
    #expect(try AddressParsing.parse(word, Self.bind).host == host)
  }

  @Test func prefixOfUnixPaths() throws {
    #expect(try AddressParsing.parse("unix@a", Self.bind, unixPrefix: "/run/").host == .unix("/run/a"))
  }

  @Test(arguments: [("1.2.3.4:+10", 10), ("1.2.3.4:-10", -10)])
  func offsets(word: String, offset: Int) throws {
    let parsed = try AddressParsing.parse(word, Self.server)
    #expect(parsed.isOffset && parsed.firstPort == offset)
  }

  @Test func namesAreLeftToTheCaller() throws {
    #expect(try AddressParsing.parse("ipv6@api.example:80", Self.server).host == .name("api.example"))
    #expect(try AddressParsing.parse("ipv6@api.example:80", Self.server).family == .v6)
  }

  @Test(arguments: [
    ("80", "missing port specification in '80'"), (":0", "invalid port '0'"), (":70000", "invalid port '70000'"),
    (":9-8", "invalid port range '9-8'"), (":+1", "port offset not permitted here in ':+1'"),
    (":x", "invalid character 'x' in port number 'x' in ':x'\n"),
    ("ipv4@::1:80", "invalid address: '::1' in 'ipv4@::1:80'\n"),
    ("udp@:80", "dgram-type address not acceptable in 'udp@:80'\n"),
    ("fd@x", "file descriptor 'x' is not a valid integer in 'fd@x'\n"),
    ("", "'' resolves to an empty address (environment variable missing?)\n"),
  ]) func errors(word: String, text: String) {
    #expect(throws: AddressError(text: text)) { try AddressParsing.parse(word, Self.bind) }
  }

  @Test func variablesAreExpandedOutsideQuotes() throws {
    // HOME stands for any variable that is set.
    #expect(AddressParsing.expandVariables("unix@${HOME}/a") == AddressParsing.expandVariables("unix@$HOME/a"))
    #expect(!AddressParsing.expandVariables("$HOME:80").contains("$"))
    #expect(AddressParsing.expandVariables("a${WEIR_SURELY_NOT_SET}b$WEIR_SURELY_NOT_SET") == "ab")
  }
}
