import Configuration
import Memory
import Observability
import Primitives
import System
import Testing

@testable import Prometheus
@testable import Proxies

/// Texts of the exposition format and the parameters of a scrape.
@Suite struct ExportTests {
  @Test(arguments: [
    (0, "0.000000"), (1, "0.001000"), (999, "0.999000"), (1000, "1.000000"), (61234, "61.234000"),
  ])
  func seconds(milliseconds: UInt64, expected: String) {
    var text = GrowingText()
    text.add(seconds: milliseconds)
    #expect(String(decoding: text.bytes, as: UTF8.self) == expected)
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("", ""), ("<&>", "<&>"),
  ])
  func labelValues(value: String, expected: String) {
    var asBytes = GrowingText()
    asBytes.add(labelValue: Bytes(permanent: value))
    var asText = GrowingText()
    asText.add(labelValue: value)
    #expect(String(decoding: asBytes.bytes, as: UTF8.self) == expected)
    #expect(asText.bytes == asBytes.bytes)
  }

  @Test(arguments: [
    ("/m", 63), ("/m?", 63), ("/m?x=1", 63), ("/m?scope=", 0), ("/m?scope=*", 63), ("/m?scope=*more", 63),
    ("/m?scope=global", 1), ("/m?scope=frontend&scope=server", 18), ("/m?scope=global&scope=", 0),
    ("/m?&&scope=backend", 8),
    ("/m?%73cope=li%73tener", 4), ("/m?scope=global#scope=server", 1),
  ])
  func scopes(target: String, sections: UInt8) throws {
    let scope = try #require(ExportScope(target: Bytes(permanent: target)))
    #expect(scope.sections.rawValue == sections)
  }

  @Test(arguments: ["/m?scope", "/m?scope=x", "/m?scope=GLOBAL", "/m?scope=%zz", "/m?a%zz=1", "/m?scope=global+"])
  func refused(target: String) { #expect(ExportScope(target: Bytes(permanent: target)) == nil) }

  @Test func parameters() throws {
    let scope = try #require(ExportScope(target: Bytes(permanent: "/m?no-maint=1&no-histograms")))
    #expect(scope.hidesMaintenance && scope.hidesHistograms && scope.sections == .all)
  }

  @Test func bounds() {
    let bounds = HistogramMetric.bounds.map(\.latin1)
    #expect(
      bounds == ["0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"])
  }

  /// A time in whole milliseconds may have been nearly one more: it counts below the bound it surely kept.
  @Test func buckets() {
    for (place, bound) in LatencyHistograms.bounds.enumerated() {
      #expect(CounterRow.bucket(bound - 1) == place)
      #expect(CounterRow.bucket(bound) == place + 1)
    }
    #expect(CounterRow.bucket(.max) == LatencyHistograms.bounds.count)
  }

  // MARK: - A whole scrape

  private func makeProcess() throws -> ProcessRuntime {
    var model = ConfigurationModel()
    var settings = ProxySettings(name: "p", location: SourceLocation(), capabilities: .listen)
    settings.id = 2
    settings.mode = .http
    settings.fullConnections = 10
    let address = SocketAddress.ip(.v4(IPv4Address(bits: 0x7f00_0001)), port: 80)
    for i in 1...40 {
      var server = ServerSettings(name: "s\(i)", address: .socket(address))
      server.id = i
      settings.servers.append(server)
    }
    model.proxies = [settings]
    let servers = settings.servers.enumerated().map {
      ServerRuntime(
        settings: $1, backendIndex: 0, index: $0, endpoint: address.endpoint, threads: 2, measuresLatency: true)
    }
    let backend = BackendRuntime(settings: settings, index: 0, servers: servers, threads: 2, measuresLatency: true)
    let frontend = FrontendRuntime(settings: settings, index: 0, maxConnections: 100, threads: 2)
    return ProcessRuntime(
      model: model, threads: 2, frontends: [frontend], backends: [backend], listeners: [],
      mailboxes: [WorkerMailbox(wakeUp: try WakeUp())], startedAt: 0, startedAtTick: 0, maxConnections: 100,
      maxPipes: 0)
  }

  private func scrape(_ process: ProcessRuntime, limit: Int, query: String = "") throws -> [UInt8] {
    var export = PrometheusExport(try #require(ExportScope(target: Bytes(permanent: "/m" + query))))
    var text = GrowingText()
    var whole: [UInt8] = []
    var goesOn = true
    while goesOn {
      goesOn = export.next(process, .none, now: 60_000, wallClock: 60_000_000, limit: limit, into: &text)
      #expect(text.count < limit + 16384, "a piece may not grow with the configuration")
      whole += text.bytes
      text.removeAll()
    }
    return whole
  }

  /// Wherever the text is cut for lack of room, the same text comes out.
  @Test func resumesAnywhere() throws {
    let process = try makeProcess()
    process.backends[0]?.servers[3].latency?.row(1).observe(.total, 7)
    let whole = try scrape(process, limit: 1 << 20)
    #expect(whole.count > 100_000)
    #expect(try scrape(process, limit: 500) == whole)
    #expect(try scrape(process, limit: 3000) == whole)
  }

  @Test func histogramsOfBothThreads() throws {
    let process = try makeProcess()
    let server = try #require(process.backends[0]?.servers[0])
    server.latency?.row(0).observe(.response, 0)
    server.latency?.row(1).observe(.response, 30)
    server.latency?.row(1).observe(.response, 20_000)
    let text = String(decoding: try scrape(process, limit: 16384, query: "?scope=server"), as: UTF8.self)
    for line in [
      "# TYPE weir_server_response_time_seconds histogram",
      #"weir_server_response_time_seconds_bucket{proxy="p",server="s1",le="0.001"} 1"#,
      #"weir_server_response_time_seconds_bucket{proxy="p",server="s1",le="0.025"} 1"#,
      #"weir_server_response_time_seconds_bucket{proxy="p",server="s1",le="0.05"} 2"#,
      #"weir_server_response_time_seconds_bucket{proxy="p",server="s1",le="10"} 2"#,
      #"weir_server_response_time_seconds_bucket{proxy="p",server="s1",le="+Inf"} 3"#,
      #"weir_server_response_time_seconds_sum{proxy="p",server="s1"} 20.030000"#,
      #"weir_server_response_time_seconds_count{proxy="p",server="s1"} 3"#,
    ] {
      #expect(text.contains(line + "\n"))
    }
    #expect(!text.contains(#"weir_server_response_time_seconds_count{proxy="p",server="s2"}"#))
  }

  /// What the exporter tells is what `show stat` shows.
  @Test func valuesAreThoseOfTheStatistics() throws {
    let process = try makeProcess()
    let now: Int64 = 90_000
    let backend = try #require(process.backends[0])
    for thread in 0..<2 {
      for counter in TrafficCounter.allCases {
        backend.counters.row(thread).count(counter, UInt64(3 + counter.rawValue))
        backend.servers[0].counters.row(thread).count(counter, UInt64(5 + counter.rawValue))
        process.frontends[0]?.counters.row(thread).count(counter, UInt64(7 + counter.rawValue))
      }
    }
    let rows = [
      (Metric.server, StatisticsRow(ServerPlace(backend: 0, server: 0), process, now: now, legends: true)),
      (Metric.backend, StatisticsRow(backend, now: now, legends: true, countsServers: false)),
      (Metric.frontend, StatisticsRow(try #require(process.frontends[0]), now: now)),
    ]
    let states: Set<StatisticsKey> = [
      .status, .aggServerStatus, .aggServerCheckStatus, .aggCheckStatus, .checkStatus, .checkCode, .checkDuration,
    ]
    for (list, row) in rows {
      for metric in list where !states.contains(metric.key) {
        let value: MetricValue
        switch row.object {
        case .server: value = backend.servers[0].value(metric.key, in: backend, now: now)
        case .backend: value = backend.value(metric.key, now: now)
        default: value = try #require(process.frontends[0]).value(metric.key, now: now)
        }
        var text = ""
        switch value {
        case .none: break
        case .number(let n), .milliseconds(let n): text = "\(n)"
        case .signed(let n): text = "\(n)"
        }
        #expect(row[metric.key].printed == text, "\(row.object) \(metric.name.latin1)")
      }
    }
  }
}
