import Configuration
import Testing

@testable import ConfigLoading

/// What `global` lines mean in the model; what is said of wrong ones is in Tests/oracle/configs/global.cases.
struct GlobalTests {
  private func global(_ lines: String...) throws -> GlobalSettings {
    let text = "global\n" + lines.map { "    \($0)\n" }.joined()
    let loading = Loading(text)
    #expect(loading.messages == [])
    return try #require(loading.model).global
  }

  @Test func process() throws {
    let settings = try global(
      "daemon", "maxconn 4000", "nbthread 3", "pidfile /run/weir.pid", "chroot /var/lib/haproxy", "node a-1",
      "description two words", "hard-stop-after 30s", "ulimit-n 9000", "spread-checks 5",
      "no strict-limits", "log-tag weir", "no busy-polling")
    #expect(settings.daemon && !settings.strictLimits)
    #expect(settings.maxConnections == 4000 && settings.threadCount == 3 && settings.ulimitN == 9000)
    #expect(settings.pidFile == "/run/weir.pid" && settings.chroot == "/var/lib/haproxy")
    #expect(settings.nodeName == "a-1" && settings.descriptionText == "two words")
    #expect(settings.hardStopAfter == 30_000)
    #expect(settings.spreadChecks == 5 && settings.logTag == "weir")
  }

  @Test func identities() throws {
    let settings = try global("uid 12", "gid 34")
    #expect(settings.uid == 12 && settings.gid == 34)
  }

  @Test func processors() throws {
    #expect(try global("cpu-map 1-2 0-3").cpuMap == [1: [0, 1, 2, 3], 2: [0, 1, 2, 3]])
    #expect(try global("cpu-map auto:1/1-4 0-3").cpuMap == [1: [0], 2: [1], 3: [2], 4: [3]])
    #expect(try global("cpu-map 1/1 5", "cpu-map 1/2 6,8").cpuMap == [1: [5], 2: [6, 8]])
    #expect(try global("cpu-map 2/1 5").cpuMap == [:])
    #expect(try global("cpu-map odd 0").cpuMap.keys.sorted().first == 1)
  }

  @Test func buffers() throws {
    #expect(try global("tune.bufsize 32001").tune.bufferSize == 32016)
    let settings = try global("tune.bufsize 20000", "tune.maxrewrite 19000")
    #expect(settings.tune.maxRewrite == 10_000)
  }

  @Test func logs() throws {
    let settings = try global("log 127.0.0.1:514 local0 notice", "log stdout format raw daemon", "log-send-hostname h")
    #expect(settings.logTargets.count == 2 && settings.logSendHostname == "h")
    #expect(try global("log 127.0.0.1 local0", "no log").logTargets.isEmpty)
  }

  @Test func runtimeSockets() throws {
    let settings = try global(
      "stats socket /run/weir.sock mode 660 level admin expose-fd listeners", "stats socket ipv4@127.0.0.1:9999-10000",
      "stats timeout 2m", "stats maxconn 3")
    #expect(settings.statsSockets.count == 3)
    #expect(settings.statsSockets.first?.level == .admin && settings.statsSockets.first?.mode == 0o660)
    #expect(settings.statsSockets.first?.exposeListeners == true)
    #expect(settings.statsSockets.last?.address == .ip(.v4(.loopback), port: 10_000))
    #expect(settings.statsTimeout == 120_000 && settings.statsMaxConnections == 3)
  }

  @Test func tlsDefaults() throws {
    let tls = try global(
      "ca-base /etc/ca", "ssl-default-bind-ciphers A:B", "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
      "ssl-default-server-options no-sslv3 force-tlsv13", "ssl-server-verify none", "tune.ssl.lifetime 10m",
      "tune.ssl.default-dh-param 2048"
    ).tls
    #expect(tls.authorityBase == "/etc/ca" && tls.bind.ciphers == "A:B" && tls.bind.versions.minimum == .tls12)
    #expect(tls.bind.noTickets && tls.server.versions.excluded == [.ssl3] && tls.server.versions.maximum == .tls13)
    #expect(!tls.verifiesServers && tls.lifetime == 600 && tls.defaultDiffieHellmanBits == 2048)
  }

  @Test func dormantValuesAreKept() throws {
    let settings = try global("tune.h2.initial-window-size 131072", "tune.lua.maxmem 8")
    #expect(settings.dormant == ["tune.h2.initial-window-size": "131072", "tune.lua.maxmem": "8"])
  }

  func refusesWhatIsNotThere(line: String) {
    let keyword = line.split(separator: " ")[0]
    let loading = Loading("global\n  \(line)\n")
    #expect(loading.model == nil)
    #expect(
      loading.messages.first
        == "ALERT config : parsing [cfg:2] : '\(keyword)' in section 'global' is not implemented by Weir yet.")
  }

  @Test func refusesSectionsOnce() {
    let loading = Loading("fcgi-app p\n  docroot /x\n  index y\n")
    #expect(loading.messages.filter { $0.hasSuffix("section 'fcgi-app' is not implemented by Weir yet.") }.count == 1)
  }
}
