import LogFormat
import Memory
import Primitives
import System
import Testing

/// Lines as HAProxy 2.6.12 wrote them for the same format and the same exchange.
@Suite struct LogLineTests {
  @Test(arguments: [
    // Separators and text
    ("%ci  x", "127.0.0.1 x"), ("a   b %ci", "a b 127.0.0.1"), ("  lead %ci  ", "lead 127.0.0.1 "),
    ("%ci%%%cp", "127.0.0.1%33592"), ("%(x)ci", "(x)ci"), ("%(x){+Q}ci", "(x){+Q}ci"), ("%-ci", "-ci"), ("%_ x", "_ x"),
    ("[%]", "[]"), ("%% %ci %%", "% 127.0.0.1 %"), ("a\tb %s", "a\tb sv"), ("\\x %s", "\\x sv"), ("\"%s\"", "\"sv\""),
    // Flags
    ("%{+Q,+X}ci", "7F000001"), ("%{Q}s", "sv"), ("%{+Q}ci", "\"127.0.0.1\""), ("%{+Z}s", "sv"), ("%{+Q,}s", "\"sv\""),
    ("%{ +Q }s", "sv"), ("%{+X+Q}s", "\"sv\""), ("%{+QX}s", "sv"), ("%{++Q}s", "\"sv\""), ("%{Q+}s", "sv"),
    ("%{+Q-X}s", "sv"), ("%{+q}s", "sv"), ("%{+Q,X}ci", "\"127.0.0.1\""), ("%{+X,-X}ci", "127.0.0.1"),
    ("%{-X,+X}ci", "7F000001"), ("%{+Q}o%{-,Q}s", "\"sv\""), ("%{-+Q}s", "\"sv\""), ("%{+-Q}s", "sv"),
    ("%{x+Q}s", "\"sv\""),
    ("%{+Q}o %s %b %{-Q}s %b", "\"sv\" \"be\" sv \"be\""), ("%o %s", "sv"), ("%s %{+Q}o %s", "sv \"sv\""),
    ("%{+Q}o %{+X}o %s %ci %{-Q}o %s %ci", "\"sv\" 7F000001 sv 7F000001"), ("%{+X}o%{-X}ci%cp", "127.0.0.18338"),
    // Every alias, plain, quoted, hexadecimal
    ("%B|%CC|%CS|%H|%HM|%HP|%HPO|%HQ|%HU|%HV|%ID|%ST", "55|-|-|vm|GET|/p/a|/p/a|?q=1|/p/a?q=1|HTTP/1.1|-|200"),
    ("%T|%Ts|%trg|%ms", "23/Nov/2026:06:52:52 +0000|1795416772|23/Nov/2026:06:52:52 +0000|907"),
    ("%Th/%Ti/%TR/%Tq/%Tw/%Tc/%Tr/%Td/%Ta/%Tt/%Tu", "0/0/1/1/2/3/4/5/15/15/15"),
    (
      "%U|%ac|%b|%bc|%bi|%bp|%bq|%ci|%cp|%f|%fc|%fi|%fp|%ft",
      "53|1|be|0|127.0.0.1|42162|0|127.0.0.1|33592|f0|1|127.0.0.1|21000|f0"
    ),
    (
      "%lc|%pid|%r|%rc|%rt|%s|%sc|%si|%sp|%sq|%sslc|%sslv|%ts|%tsc",
      "0|11998|GET /p/a?q=1 HTTP/1.1|0|0|sv|0|127.0.0.1|59681|0|-|-|--|----"
    ),
    (
      "%{+Q}CC|%{+Q}H|%{+Q}HM|%{+Q}HQ|%{+Q}ID|%{+Q}ST|%{+Q}r|%{+Q}cp|%{+Q}ft|%{+Q}tsc|%{+Q}sslv",
      "\"\"|\"vm\"|\"GET\"|\"?q=1\"|\"\"|200|\"GET /p/a?q=1 HTTP/1.1\"|33592|\"f0\"|----|\"\""
    ),
    (
      "%{+X}Ts|%{+X}bi|%{+X}bp|%{+X}cp|%{+X}lc|%{+X}ms|%{+X}pid|%{+X}rt|%{+X}ST|%{+X}B|%{+X}H|%{+X}Ta",
      "6B03E2C4|7F000001|A4B2|8338|0000|38B|2EDE|0000|200|55|vm|15"
    ),
    // Captures that no frontend declares leave nothing, not even a space
    ("a %hr b", "a b"), ("a%hr b", "a b"), ("%hr b", "b"), ("a %hr", "a "), ("a  %hrl  b", "a b"),
    ("a %hr %hs b", "a b"),
    ("a %o b", "a b"), ("a %CC b", "a - b"), ("x%hrl %b", "x be"), ("%hrl%hsl", ""),
  ])
  func writes(_ format: String, _ expected: String) throws { #expect(try line(format) == expected) }

  @Test func writesHeaderFormats() throws {
    // `http-request set-header`: no merging, nothing for a missing value.
    #expect(try line("a  b   c", flags: []) == "a  b   c")
    #expect(try line("  lead  %ci  ", flags: []) == "  lead  127.0.0.1  ")
    #expect(try line("%CC|%ID|%sslv|%{+Q}CC", flags: []) == "|||")
    #expect(try line("%{+Q}o %s %b", FakeLogSource { $0.logServerName = nil }, flags: []) == " \"<NOSRV>\" \"be\"")
    // `unique-id-format`: merged.
    #expect(try line("a  b %CC %ci", flags: .mergeSpaces) == "a b  127.0.0.1")
  }

  @Test func writesTheStandardFormats() throws {
    var source = FakeLogSource()
    let seconds = source.logAcceptDate / 1_000_000
    let local = Clock.local(secondsSince1970: seconds)
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let date = "\(two(local.day))/Nov/2026:\(two(local.hour)):\(two(local.minute)):\(two(local.second))"
    #expect(
      try line(StandardLogFormat.http, source)
        == "127.0.0.1:33592 [\(date).907] f0 be/sv 1/2/3/4/15 200 55 - - ---- 1/1/0/0/0 0/0 \"GET /p/a?q=1 HTTP/1.1\"")
    #expect(
      try line(StandardLogFormat.http, source, asSoonAsPossible: true)
        == "127.0.0.1:33592 [\(date).907] f0 be/sv 1/2/3/4/+15 200 +55 - - ---- 1/1/0/0/0 0/0 \"GET /p/a?q=1 HTTP/1.1\""
    )
    #expect(
      try line(StandardLogFormat.clf, source)
        == "127.0.0.1 - - [23/Nov/2026:06:52:52 +0000] \"GET /p/a?q=1 HTTP/1.1\" 200 55 \"\" \"\" 33592 907 \"f0\" \"be\" "
        + "\"sv\" 1 2 3 4 15 ---- 1 1 0 0 0 0 0 \"\" \"\" ")
    source.requestCaptures = [Bytes(""), Bytes("b"), nil]
    source.responseCaptures = [Bytes("r")]
    #expect(
      try line(StandardLogFormat.clf, source)
        == "127.0.0.1 - - [23/Nov/2026:06:52:52 +0000] \"GET /p/a?q=1 HTTP/1.1\" 200 55 \"\" \"\" 33592 907 \"f0\" \"be\" "
        + "\"sv\" 1 2 3 4 15 ---- 1 1 0 0 0 0 0 \"\" \"\" \"\" \"b\" \"\" \"r\"")
    var tcp = source
    tcp.logIsHTTP = false
    (tcp.logTimers.idle, tcp.logTimers.request, tcp.logTimers.queue, tcp.logTimers.connect) = (0, -1, 0, 0)
    (tcp.logTimers.data, tcp.logTimers.close) = (-1, 50)
    #expect(
      try line(StandardLogFormat.tcp, tcp) == "127.0.0.1:33592 [\(date).907] f0 be/sv 1/0/50 55 -- 1/1/0/0/0 0/0")
    #expect(try line("%Td", tcp) == "50")
  }

  @Test func writesFailedExchanges() throws {
    let bad = FakeLogSource {
      $0.logRequestLine = nil
      $0.logServerName = nil
      $0.logServerSource = .none
      $0.logServerAddress = .none
      $0.logTimers = LogTimers()
      $0.logStatus = 400
      $0.logTermination = TerminationState(cause: UInt8(ascii: "P"), phase: UInt8(ascii: "R"))
    }
    #expect(
      try line("%HM|%HP|%HPO|%HQ|%HU|%HV|%r|%{+Q}r", bad)
        == "<BADREQ>|<BADREQ>|<BADREQ>|<BADREQ>|<BADREQ>|<BADREQ>|<BADREQ>|\"<BADREQ>\"")
    #expect(try line("%TR/%Tw/%Tc/%Tr/%Ta/%Td/%Tq %ST %ts %tsc", bad) == "-1/-1/-1/-1/0/-1/-1 400 PR PR--")
    #expect(try line("%bi|%bp|%{+Q}si|%sp|%s|%{+X}bi|%{+X}sp", bad) == "-|-|\"\"|-|<NOSRV>|-|-")
    let retried = FakeLogSource { ($0.logRetries, $0.logWasRedispatched) = (3, true) }
    #expect(try line("%ac/%fc/%bc/%sc/%rc", retried) == "1/1/0/0/+3")
  }

  @Test func writesConnectionsWithoutStream() throws {
    #expect(
      try line("E %ci:%cp %ft %r %ST %ts %B %Tt %Tq %hr %s %b %[fc_err] %ac/%fc/%bc", FakeSession())
        == "E 127.0.0.1:45104 f7 <BADREQ> 400 CR 0 50 -1 <NOSRV> f7 14 1/1/0")
    #expect(
      try line(StandardLogFormat.http, FakeSession()).hasSuffix(
        "] f7 f7/<NOSRV> -1/-1/-1/-1/50 400 0 - - CR-- 1/1/0/0/0 0/0 \"<BADREQ>\""))
  }

  @Test func escapesRequestLineAndCaptures() throws {
    let uri = FakeLogSource { $0.logRequestLine = Bytes(permanent: "GET /\u{80}\u{e9}\"#{|}\\]~^` HTTP/1.1") }
    #expect(try line("%r|%HU", uri) == "GET /#80#E9#22#23{|}\\]~^` HTTP/1.1|/#80#E9#22#23{|}\\]~^`")
    #expect(
      try line("%{+E}r|%{+Q,+E}HP", uri) == "GET /#80#E9#22#23{|}\\\\\\]~^` HTTP/1.1|\"/#80#E9#22#23{|}\\\\\\]~^`\"")
    let captured = FakeLogSource { $0.requestCaptures = [Bytes(permanent: "v\"\t|{}]\\#\u{e9}~%"), nil] }
    #expect(try line("%hr", captured) == "{v#22#09#7C#7B#7D]\\#23#E9~%|}")
    #expect(try line("%{+E,+Q}hr", captured) == "\"{v#22#09#7C#7B#7D\\]\\\\#23#E9~%|}\"")
    #expect(
      try line("%hrl|%{+Q,+E}hrl", captured) == "v#22#09#7C#7B#7D]\\#23#E9~% -|\"v#22#09#7C#7B#7D\\]\\\\#23#E9~%\" \"\""
    )
    let cookie = FakeLogSource { $0.logRequestCookie = Bytes("a=1\"]\\2#|{") }
    #expect(try line("%CC %{+E}CC %{+Q}CC", cookie) == "a=1\"]\\2#|{ a=1\\\"\\]\\\\2#|{ \"a=1\"]\\2#|{\"")
  }

  @Test(arguments: [
    ("GET http://h/x?y HTTP/1.1", "http://h/x?y|http://h/x|/x|?y|GET|HTTP/1.1"),
    ("GET /x?y?z? HTTP/1.1", "/x?y?z?|/x|/x|?y?z?|GET|HTTP/1.1"),
    ("GET /x? HTTP/1.1", "/x?|/x|/x|?|GET|HTTP/1.1"),
    ("OPTIONS * HTTP/1.1", "*|*|||OPTIONS|HTTP/1.1"),
    ("CONNECT h:80 HTTP/1.1", "h:80|h:80|||CONNECT|HTTP/1.1"),
    ("GET /aaaaaaaa", "/aaaaaaaa|/aaaaaaaa|/aaaaaaaa||GET|<BADREQ>"),
  ])
  func cutsTheRequestLine(_ request: String, _ expected: String) throws {
    let source = FakeLogSource { $0.logRequestLine = Bytes(permanent: request) }
    #expect(try line("%HU|%HP|%HPO|%HQ|%HM|%HV", source) == expected)
  }

  @Test func writesAddressesOfOtherFamilies() throws {
    let local = FakeLogSource {
      $0.logClient = Endpoint(family: .unix)
      $0.logFrontendAddress = Endpoint(family: .unix)
      $0.logServerAddress = Endpoint(family: .unix)
    }
    #expect(try line("%ci|%cp|%fi|%fp|%si|%sp", local) == "unix|7|unix|7|unix|0")
    // HAProxy ends the line at a hexadecimal local address.
    #expect(try line("a %{+X}ci b", local) == "a ")
    let v6 = FakeLogSource {
      $0.logClient = Endpoint(family: .ipv6, port: 9, high: 0x2001_0db8_0000_0000, low: 1)
      $0.logFrontendAddress = Endpoint(family: .ipv6, port: 10, low: 0xffff_0102_0304)
      $0.logFrontendIsTLS = true
    }
    #expect(
      try line("%ci|%cp|%fi|%fp|%{+Q}ci|%{+Q}ft", v6) == "2001:db8::1|9|::ffff:1.2.3.4|10|\"2001:db8::1\"|\"f0~\"")
    for (high, low, text) in [
      (0, 0, "::"), (0, 1, "::1"), (0x0001_0000_0000_0000, 0, "1::"), (0x0001_0000_0000_0002, 3, "1:0:0:2::3"),
      (0xfe80_0000_0000_0000, 0x0000_0001_0000_0002, "fe80::1:0:2"),
      (0x0001_0002_0003_0004, 0x0005_0006_0007_0000, "1:2:3:4:5:6:7:0"),
      (0x0001_0000_0003_0004, 0x0005_0006_0007_0008, "1:0:3:4:5:6:7:8"), (0, 0x0102_0304, "::1.2.3.4"),
    ] as [(UInt64, UInt64, String)] {
      let one = FakeLogSource { $0.logClient = Endpoint(family: .ipv6, port: 1, high: high, low: low) }
      #expect(try line("%ci", one) == text)
    }
    #expect(
      try line("%{+X}ci|%{+X}cp|%{+X}fi|%{+X}fp", v6)
        == "20010DB8000000000000000000000001|0009|00000000000000000000FFFF01020304|000A")
  }

  static let seventy = "1234567890123456789012345678901234567890123456789012345678901234567890"
  @Test(arguments: [
    ("abcd%Ts.x", 83, "abcd"), ("abcd%Ts.x", 84, "abcd1795416772"), ("abcd%Ts.x", 85, "abcd1795416772."),
    ("%{+Q}HU.x", 74, "\"/p/"), ("%HU.x", 74, "/p/a"), ("%ci:%cp", 79, "127.0.0.1"), ("%ci:%cp", 80, "127.0.0.1:"),
    ("%ci:%cp", 78, ""), ("%t %b", 90, ""), ("%hr x", 78, "{01234"), ("%hr x", 77, "{01234"), ("%r", 70, ""),
  ])
  func stopsAtTheLimit(_ format: String, _ limit: Int, _ expected: String) throws {
    let source = FakeLogSource { $0.requestCaptures = [Bytes("01234\"\"\"")] }
    let text = try line(Self.seventy + format, source, limit: limit)
    #expect(text.count <= limit)
    #expect(text == Self.seventy + expected)
  }

  @Test(arguments: [
    ("%[src]", "127.0.0.1"), ("%{+X}[src]", "127.0.0.1"), ("%{+Q}[src]", "\"127.0.0.1\""), ("%{+X}[src_port]", "33592"),
    ("%[int(255)]", "255"), ("%{+X}[int(255)]", "255"), ("%[int(-5)]", "-5"), ("%[bool(1)]", "1"), ("%[str()]", "-"),
    ("%{+Q}[str()]", "\"\""), ("%[str(ab)] %[var(txn.x)]", "ab -"), ("%{+Q}[var(txn.x)]", "\"\""),
    ("%[bin(01ff22)]", "\u{1}\u{ff}\""), ("%[bin(00414243)]|", "-|"), ("%[str(a]b)]", "a]b"),
    ("%[str(ab),hex]x%[str(c)]", "6162xc"), ("%[src]]", "127.0.0.1]"),
    ("%[src]%[src]%ci", "127.0.0.1127.0.0.1127.0.0.1"),
    ("%{foo}[src]", "127.0.0.1"), ("%{+Q}o %[str(a)] %{-Q}[str(a)]", "\"a\" a"), ("%{+E}o%[str(a]b)]", "a\\]b"),
    ("a %{+Q}[str()] b", "a \"\" b"), ("a %[capture.req.hdr(0)] b", "a - b"),
  ])
  func writesExpressions(_ format: String, _ expected: String) throws { #expect(try line(format) == expected) }

  @Test func writesExpressionsIntoMessages() throws {
    // `http-request set-header`, `unique-id-format`, `lf-string`: no mark for a missing value, no control characters.
    #expect(try line("[%[var(txn.x)]][%{+Q}[var(txn.x)]]", flags: .http) == "[][]")
    #expect(try line("%[bin(0102090b7f80ff2241)]", flags: .http) == "%01%02\t%0B%7F\u{80}\u{ff}\"A")
    #expect(try line("a  b %[var(txn.x)] %ci", flags: [.http, .mergeSpaces]) == "a b  127.0.0.1")
    #expect(try line("a  b %[str(x)]", flags: []) == "a  b x")
    let captured = FakeLogSource { $0.requestCaptures = [Bytes(permanent: "v\"]\\ \t#{|}~%%<>\u{e9}^` z")] }
    #expect(try line("%{+E}[capture.req.hdr(0)]", captured, flags: .http) == "v\\\"\\]\\\\ \t#{|}~%%<>\u{e9}^` z")
    #expect(try line("%{+Q,+E}[capture.req.hdr(0)]", captured) == "\"v\\\"\\]\\\\ \t#{|}~%%<>\u{e9}^` z\"")
  }

  @Test func writesConnectionLines() {
    var context = LogContext(hostName: Bytes("vm"), processID: 1)
    let arena = ByteArena(capacity: 4096)
    let client = Endpoint(family: .ipv4, port: 49806, low: 0x7f00_0001)
    let destination = Endpoint(family: .ipv4, port: 21000, low: 0x7f00_0001)
    func accepted(_ client: Endpoint, _ isHTTP: Bool) -> String {
      ConnectionLine.accepted(
        client: client, destination: destination, listenerID: 1, frontend: Bytes("f0"), isHTTP: isHTTP, into: arena,
        limit: 1023
      ).latin1
    }
    #expect(accepted(client, true) == "Connect from 127.0.0.1:49806 to 127.0.0.1:21000 (f0/HTTP)")
    #expect(accepted(client, false) == "Connect from 127.0.0.1:49806 to 127.0.0.1:21000 (f0/TCP)")
    #expect(accepted(Endpoint(family: .unix), true) == "Connect to unix:1 (f0/HTTP)")
    let text = ConnectionLine.failed(
      client: client, listenerID: 1, acceptDate: 1_795_416_772_907_000, frontend: Bytes("f4"), listener: nil,
      reason: Bytes("Truncated PROXY protocol header received"), &context, into: arena, limit: 1023
    ).latin1
    #expect(
      text.hasPrefix("127.0.0.1:49806 [") && text.hasSuffix(".907] f4/1: Truncated PROXY protocol header received"))
  }

  @Test func rendersDates() {
    var clock = LogClock()
    #expect(clock.utcDate(0).latin1 == "01/Jan/1970:00:00:00")
    #expect(clock.utcDate(951_782_400).latin1 == "29/Feb/2000:00:00:00")
    #expect(clock.utcDate(4_107_542_399).latin1 == "28/Feb/2100:23:59:59")
    #expect(clock.utcDate(4_107_542_400).latin1 == "01/Mar/2100:00:00:00")
    for second: Int64 in [0, 1_795_416_772, 1_783_000_000, 1_767_225_599] {
      let local = Clock.local(secondsSince1970: second)
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      let time = "\(two(local.hour)):\(two(local.minute)):\(two(local.second))"
      #expect(clock.isoDate(second).latin1 == "\(local.year)-\(two(local.month))-\(two(local.day))T\(time)")
      #expect(clock.syslogDate(second).latin1.hasSuffix((local.day < 10 ? "  " : " ") + "\(local.day) \(time)"))
    }
  }
}
