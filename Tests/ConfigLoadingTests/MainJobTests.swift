import Configuration
import Primitives
import Testing

/// The configuration that MAAS documents, and what the model makes of it.
struct MainJobTests {
  static let documented = """
    frontend maas
        bind    *:80
        retries 3
        option  redispatch
        option  http-server-close
        default_backend maas

    backend maas
        timeout server 90s
        balance source
        hash-type consistent
        server localhost 127.0.0.1:5240 check
        server maas-api-1 10.0.0.1:5240 check
        server maas-api-2 10.0.0.2:5240 check

    """

  @Test func standingAlone() throws {
    let loading = Loading(Self.documented)
    #expect(loading.messages.count == 4)
    #expect(loading.messages.allSatisfy { $0.hasPrefix("WARNING ") })
    let frontend = try #require(loading.proxies.first)
    let backend = try #require(loading.proxies.last)
    #expect(frontend.mode == .tcp)
    #expect(frontend.binds.map(\.address) == [.ip(.v4(.any), port: 80)])
    #expect(frontend.retries == 3)
    #expect(frontend.redispatch == -1)
    #expect(frontend.httpConnectionMode == .serverClose)
    #expect(frontend.defaultBackendIndex == 1)
    #expect(backend.timeouts.server == 90_000)
    #expect(backend.balance.algorithm == .source)
    #expect(backend.balance.hashType == .consistent)
    #expect(backend.balance.avalanche)
    #expect(backend.servers.map(\.name) == ["localhost", "maas-api-1", "maas-api-2"])
    #expect(backend.servers.map(\.id) == [1, 2, 3])
    #expect(backend.servers.allSatisfy { $0.checkEnabled && $0.inter == 2000 && $0.rise == 2 && $0.fall == 3 })
    #expect(backend.retries == nil && backend.redispatch == nil)
  }

  @Test func warningsAreHAProxysAndSayWhatWeirDoes() {
    let warnings = Loading(Self.documented).messages
    for (keyword, line) in [("retries", 3), ("redispatch", 4)] {
      let start =
        "WARNING config : parsing [cfg:\(line)] : '\(keyword)' ignored because frontend 'maas' has no backend "
      #expect(warnings.contains { $0.hasPrefix(start + "capability. (That is what HAProxy does; Weir applies it ") })
    }
  }

  @Test func underDefaults() throws {
    let defaults = """
      defaults
          mode http
          timeout client 50s
          timeout connect 5000
          timeout server 50000
          option dontlognull

      """
    let loading = Loading(defaults + Self.documented)
    #expect(loading.messages.count == 2)
    let frontend = try #require(loading.proxies.first)
    let backend = try #require(loading.proxies.last)
    #expect(frontend.mode == .http && backend.mode == .http)
    #expect(frontend.timeouts.client == 50_000 && frontend.options.contains(.dontLogNull))
    #expect(backend.timeouts.client == nil && backend.timeouts.connect == 5_000)
    #expect(backend.timeouts.server == 90_000)
    #expect(!backend.options.contains(.dontLogNull))
  }

  @Test func charmShape() throws {
    let loading = Loading(
      """
      defaults
          timeout client 30s
          timeout connect 5s
          timeout server 30s
      frontend haproxy-0-80
          bind [::]:80 v4v6
          default_backend api
      backend api
          mode tcp
          timeout server 900s
          balance leastconn
          default-server check inter 2s rise 2 fall 3
          server a 10.0.0.1:5240
          server b 10.0.0.2:5240 weight 7 backup

      """)
    #expect(loading.messages.isEmpty)
    let backend = try #require(loading.proxies.last)
    #expect(loading.proxies.first?.binds.first?.v4v6 == true)
    #expect(loading.proxies.first?.binds.first?.address == .ip(.v6(.any), port: 80))
    #expect(backend.servers.allSatisfy { $0.checkEnabled && $0.inter == 2_000 })
    #expect(backend.servers.last?.weight == 7 && backend.servers.last?.isBackup == true)
  }
}
