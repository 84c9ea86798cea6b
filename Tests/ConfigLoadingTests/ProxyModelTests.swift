import Configuration
import Primitives
import Rules
import Testing

/// Right lines, and what the model makes of them.
struct ProxyModelTests {
  private static func backend(_ lines: String) throws -> ProxySettings {
    let loading = Loading("backend b\n  mode http\n  timeout connect 1s\n  timeout server 1s\n\(lines)\n")
    #expect(loading.messages.isEmpty)
    return try #require(loading.proxies.first)
  }

  @Test(arguments: [
    ("", BalanceAlgorithm.roundrobin), ("balance", .roundrobin), ("balance static-rr", .staticRoundRobin),
    ("balance uri len 3 depth 4 whole path-only", .uri(length: 3, depth: 4, whole: true, pathOnly: true)),
    ("balance url_param u check_post 9", .urlParameter(name: "u", checkPost: true, maximumWait: 9)),
    ("balance hdr(Host) use_domain_only", .header(name: "Host", useDomainOnly: true)),
    ("balance random", .random(draws: 2)), ("balance random(5)", .random(draws: 5)),
    ("balance rdp-cookie", .rdpCookie(name: "mstshash")), ("balance rdp-cookie(x)", .rdpCookie(name: "x")),
  ]) func balance(line: String, algorithm: BalanceAlgorithm) throws {
    #expect(try Self.backend(line).balance.algorithm == algorithm)
  }

  @Test(arguments: [
    ("consistent", HashType.consistent, HashFunction.sdbm, true), ("map-based", .mapBased, .sdbm, false),
    ("consistent djb2", .consistent, .djb2, false), ("map-based crc32 avalanche", .mapBased, .crc32, true),
  ]) func hashType(words: String, type: HashType, function: HashFunction, avalanche: Bool) throws {
    let balance = try Self.backend("  hash-type \(words)").balance
    #expect(balance.hashType == type && balance.hashFunction == function && balance.avalanche == avalanche)
  }

  @Test func serverOptions() throws {
    let server = try #require(
      try Self.backend(
        """
          server s /run/s.sock id 7 weight 0 maxconn 20 minconn 5 maxqueue 9 slowstart 1500ms backup disabled
          server t 10.0.0.1:80 check inter 1s fastinter 200 downinter 3s rise 4 fall 5 port 81 addr 10.0.0.2 \
        observe layer7 error-limit 6 on-error mark-down on-marked-down shutdown-sessions send-proxy-v2 \
        source 10.0.0.9:100-200 interface lo pool-max-conn 3 pool-purge-delay 2s max-reuse 8 init-addr last,none
        """
      ).servers.first)
    #expect(server.address == .socket(.unix("/run/s.sock")) && server.id == 7 && server.weight == 0)
    #expect(server.maxConnections == 20 && server.minConnections == 5 && server.maxQueue == 9)
    #expect(server.slowStart == 2_000 && server.isBackup && server.disabled)
    #expect(server.portOffset == nil)
  }

  @Test func portsOfServers() throws {
    let servers = try Self.backend(
      "  server a 10.0.0.1\n  server b 10.0.0.1:+3\n  server c 10.0.0.1:-3\n  server d [::1]:99"
    ).servers
    #expect(servers.map(\.portOffset) == [0, 3, -3, nil])
    #expect(servers.map(\.port) == [0, 0, 0, 99])
    #expect(servers.last?.address == .socket(.ip(.v6(.loopback), port: 99)))
  }

  /// Numbers that HAProxy's `show servers state` gave.
  @Test func numbersOfServers() throws {
    let ids = ["", "id 3", "", "id 77", "", "", "id 8", "", ""]
    let lines = ids.enumerated().map { "  server s\($0.offset) 10.0.0.1:80 \($0.element)" }
    #expect(try Self.backend(lines.joined(separator: "\n")).servers.map(\.id) == [1, 3, 4, 77, 6, 7, 8, 9, 10])
  }

  @Test func templates() throws {
    let servers = try Self.backend("  server-template w 2-4 10.0.0.1:80 check id 9").servers
    #expect(servers.map(\.name) == ["w2", "w3", "w4"])
    #expect(servers.map(\.id) == [9, 2, 3])
  }

  @Test func nameWithoutAddressWaits() throws {
    let servers = try Self.backend("  server a nohost.invalid:80 init-addr none").servers
    #expect(servers.first?.startsWithoutAddress == true)
    #expect(servers.first?.address == .unresolved("nohost.invalid"))
    #expect(servers.first?.port == 80)
  }

  @Test func addressGivenForName() throws {
    let servers = try Self.backend("  server a nohost.invalid:80 init-addr 10.9.8.7").servers
    #expect(servers.first?.address == .socket(.ip(.v4(IPv4Address(bits: 0x0a09_0807)), port: 80)))
    #expect(servers.first?.hostname == "nohost.invalid")
  }

  @Test func httpChecks() throws {
    let check = try Self.backend(
      """
        option httpchk GET /up HTTP/1.1
        http-check send hdr Host me body x
        http-check expect ! status 200-299,404
        http-check disable-on-404
      """
    ).check
    #expect(check.kind == .http && check.disableOn404)
    let request = try #require(Self.request(check))
    #expect(request.method == "GET" && Self.text(request.uri) == "/up" && request.version == "HTTP/1.1")
    #expect(request.headers.map(\.name) == ["Host"] && Self.text(request.body) == "x")
    guard case .expect(let expect)? = check.httpScript.steps.last, case .status(let codes) = expect.kind else {
      Issue.record("no expectation")
      return
    }
    #expect(codes == [200...299, 404...404] && expect.negate)
  }
  private static func request(_ check: CheckSettings) -> CheckRequest? {
    for case .send(let send) in check.httpScript.steps {
      if case .request(let request) = send.content { return request }
    }
    return nil
  }
  private static func text(_ text: CheckText?) -> String? {
    if case .plain(let bytes)? = text { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  @Test func sendComesBeforeOption() throws {
    let check = try Self.backend("  http-check send meth GET\n  option httpchk /x").check
    let request = try #require(Self.request(check))
    #expect(request.method == "GET" && Self.text(request.uri) == "/x" && request.version == nil)
  }

  @Test(arguments: [
    ("127.0.0.1 local0", LogTarget.Destination.udp(.v4(.loopback), port: 514), 16, 7),
    ("127.0.0.1:99 daemon err", .udp(.v4(.loopback), port: 99), 3, 3), ("/dev/log user info", .unix("/dev/log"), 1, 6),
    ("abns@logs kern", .abstract("logs"), 0, 7),
    ("stdout format raw kern", .descriptor(1), 0, 7), ("fd@5 local7", .descriptor(5), 23, 7),
  ]) func logTargets(words: String, destination: LogTarget.Destination, facility: Int, level: Int) throws {
    let target = try #require(try Self.backend("  log \(words)").logTargets.first)
    #expect(target.destination == destination && target.facility == facility && target.maxLevel == level)
  }

  @Test func logSample() throws {
    let target = try #require(try Self.backend("  log 127.0.0.1 sample 1,4-5:6 local0 notice err").logTargets.first)
    #expect(target.sampleRanges == [1...1, 4...5] && target.sampleSize == 6)
    #expect(target.maxLevel == 5 && target.minLevel == 3)
  }

  @Test func bindLines() throws {
    let loading = Loading(
      """
      frontend f
        timeout client 1s
        bind :80-82,127.0.0.1:90 name x maxconn 5 accept-proxy
        bind /run/f.sock mode 600 id 2

      """)
    #expect(loading.messages.isEmpty)
    let binds = try #require(loading.proxies.first).binds
    #expect(binds.map(\.id) == [1, 3, 4, 5, 2])
    #expect(binds.filter { $0.name == "x" && $0.maxConnections == 5 && $0.acceptProxy }.count == 4)
    #expect(binds.last?.mode == 0o600 && binds.last?.address == .unix("/run/f.sock"))
  }

  @Test func switchingRulesKnowTheirBackends() throws {
    let loading = Loading(
      """
      frontend f
        bind :80
        timeout client 1s
        default_backend a
        use_backend b
      backend a
      backend b

      """)
    #expect(loading.messages.isEmpty)
    let frontend = try #require(loading.proxies.first)
    #expect(frontend.defaultBackendIndex == 1)
    guard case .backend(let index)? = frontend.rules.switching.first?.target else {
      Issue.record("no rule")
      return
    }
    #expect(index == 2)
  }
}
