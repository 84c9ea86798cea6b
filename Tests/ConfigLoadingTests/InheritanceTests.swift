import Configuration
import Testing

/// What sections take over from `defaults`, and what not.
struct InheritanceTests {
  private static let defaults = """
    defaults base
        mode http
        timeout client 1s
        timeout server 2s
        timeout connect 3s
        timeout http-request 4s
        retries 5
        option redispatch 2
        option forwardfor except 127.0.0.0/8
        option abortonclose
        option allbackups
        option logasap
        maxconn 100
        fullconn 200
        balance leastconn
        default_backend b
        default-server inter 9s
        errorloc 503 http://sorry/

    """

  @Test func sidesTakeTheirOwn() throws {
    let loading = Loading(Self.defaults + "frontend f\n  bind :80\nbackend b\n  server s 127.0.0.1:1\n")
    #expect(loading.messages.isEmpty)
    let frontend = try #require(loading.proxies.first)
    let backend = try #require(loading.proxies.last)
    #expect(frontend.timeouts.client == 1_000 && frontend.timeouts.httpRequest == 4_000)
    #expect(frontend.maxConnections == 100 && frontend.fullConnections == nil)
    #expect(frontend.defaultBackendIndex == 1)
    #expect(frontend.options.contains(.logASAP) && !frontend.options.contains(.allBackups))
    // The frontend looks at its waiting clients only with it.
    #expect(frontend.options.contains(.abortOnClose))
    // Only what the frontend itself says is applied to its requests.
    #expect(frontend.retries == nil && frontend.redispatch == nil)
    #expect(backend.retries == 5 && backend.redispatch == 2)
    #expect(backend.maxConnections == nil && backend.fullConnections == 200)
    #expect(backend.timeouts.client == nil && backend.timeouts.server == 2_000)
    #expect(backend.options.contains(.abortOnClose) && !backend.options.contains(.logASAP))
    #expect(backend.balance.algorithm == .leastconn)
    #expect(backend.servers.first?.inter == 9_000)
    for proxy in loading.proxies {
      #expect(proxy.forwardFor?.except?.prefix == 8)
      #expect(proxy.errorAnswers[503] == .redirect302("http://sorry/"))
    }
  }

  @Test func noTakesBack() throws {
    let text =
      Self.defaults
      + "backend b\n  no option abortonclose\n  no option redispatch\n  default-server inter 1s\n  server s 127.0.0.1:1\n"
    let backend = try #require(Loading(text).proxies.last)
    #expect(!backend.options.contains(.abortOnClose))
    #expect(backend.redispatch == 0)
    #expect(backend.servers.first?.inter == 1_000)
  }

  @Test func chains() throws {
    let text =
      Self.defaults
        + """
        defaults longer from base
            timeout server 20s
        backend a from base
            server s 127.0.0.1:1
        backend b from longer
            server s 127.0.0.1:1

        """
    let proxies = Loading(text).proxies
    #expect(proxies.map(\.timeouts.server) == [2_000, 20_000])
    #expect(proxies.map(\.timeouts.connect) == [3_000, 3_000])
  }

  @Test func withoutDefaults() throws {
    let backend = try #require(Loading("backend b\n  server s 127.0.0.1:1\n").proxies.first)
    #expect(backend.mode == .tcp && backend.retries == nil && backend.redispatch == nil)
    #expect(backend.timeouts == Timeouts())
  }
}
