import Configuration
import Primitives
import System
import Testing

@testable import Proxies

/// The sequences were run on HAProxy 2.6.12 and gave these words.
struct ServerTransitionsTests {
  private static func process(_ change: (inout ProxySettings) -> Void = { _ in }) throws -> ProcessRuntime {
    var proxy = ProxySettings(name: "bk", location: SourceLocation(), capabilities: .backend)
    for name in ["a", "b"] {
      var server = ServerSettings(name: name, address: .unresolved(""))
      server.checkEnabled = true
      proxy.servers.append(server)
    }
    change(&proxy)
    var model = ConfigurationModel()
    model.proxies = [proxy]
    let endpoint = Endpoint(.v4(.loopback), port: 80)
    let servers = proxy.servers.enumerated().map {
      ServerRuntime(settings: $1, backendIndex: 0, index: $0, endpoint: endpoint, threads: 1)
    }
    return ProcessRuntime(
      model: model, threads: 1, frontends: [nil],
      backends: [BackendRuntime(settings: proxy, index: 0, servers: servers, threads: 1)], listeners: [],
      mailboxes: [WorkerMailbox(wakeUp: try WakeUp())], startedAt: 0, startedAtTick: 1_000_000, maxConnections: 10,
      maxPipes: 0)
  }
  private static let a = ServerPlace(backend: 0, server: 0)
  private static let b = ServerPlace(backend: 0, server: 1)
  private static let refused = CheckVerdict(.layer4Connection, info: "Connection refused")
  private static func texts(_ process: ProcessRuntime, _ body: (inout ServerTransitions) -> Void) -> [String] {
    var transitions = ServerTransitions(process: process, now: 1_010_000)
    body(&transitions)
    return transitions.messages.map(\.text)
  }
  private static func health(_ process: ProcessRuntime, _ place: ServerPlace) -> Int {
    process.server(at: place)?.1.check.current.health ?? -1
  }

  @Test func firstFailureTakesDown() throws {
    let process = try Self.process()
    #expect(
      Self.texts(process) { $0.apply(Self.refused, to: Self.a, isAgent: false, worker: 0) } == [
        "Server bk/a is DOWN, reason: Layer4 connection problem, info: \"Connection refused\". 1 active and 0 backup "
          + "servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
      ])
    #expect(process.backends[0]?.activeServers.value == 1)
  }

  @Test func riseAndFall() throws {
    let process = try Self.process()
    let passed = CheckVerdict(.layer4OK)
    var healths: [Int] = []
    for verdict in [passed, Self.refused, Self.refused, Self.refused, passed, passed, Self.refused] {
      _ = Self.texts(process) { $0.apply(verdict, to: Self.a, isAgent: false, worker: 0) }
      healths.append(Self.health(process, Self.a))
    }
    #expect(healths == [4, 3, 2, 0, 1, 4, 3])
    #expect(process.server(at: Self.a)?.1.counters.total(.failedChecks) == 4)
  }

  @Test func loggedChecksSayTheReasonOnce() throws {
    let process = try Self.process { $0.options.insert(.logHealthChecks) }
    #expect(
      Self.texts(process) { $0.apply(Self.refused, to: Self.b, isAgent: false, worker: 0) } == [
        "Health check for server bk/b failed, reason: Layer4 connection problem, info: \"Connection refused\", "
          + "status: 0/2 DOWN.",
        "Server bk/b is DOWN. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
      ])
  }

  @Test func lastServerTakesTheBackendAlong() throws {
    let process = try Self.process()
    _ = Self.texts(process) { $0.setMaintenance(Self.a) }
    let texts = Self.texts(process) { $0.setMaintenance(Self.b) }
    #expect(texts.last == "backend bk has no server available!")
    #expect(
      texts.first?.hasPrefix("Server bk/b is going DOWN for maintenance. 0 active and 0 backup servers left.") == true)
  }

  @Test func drainThroughMaintenance() throws {
    let process = try Self.process()
    _ = Self.texts(process) { $0.setDrain(Self.a) }
    _ = Self.texts(process) { $0.setMaintenance(Self.a) }
    #expect(
      Self.texts(process) { $0.setDrain(Self.a) } == [
        "Server bk/a is UP/DRAIN (leaving forced maintenance).", "Server bk/a remains in forced drain mode.",
      ])
    #expect(Self.texts(process) { $0.setReady(Self.a) } == ["Server bk/a is UP (leaving forced drain)."])
    #expect(Self.health(process, Self.a) == 2)
  }

  @Test func followersFollow() throws {
    let process = try Self.process { proxy in
      proxy.servers[1].track = "a"
      proxy.servers[1].checkEnabled = false
    }
    #expect(
      Self.texts(process) { $0.apply(Self.refused, to: Self.a, isAgent: false, worker: 0) }[1]
        == "Server bk/b is DOWN via bk/a. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, "
        + "0 remaining in queue.")
    _ = Self.texts(process) { $0.setMaintenance(Self.a) }
    #expect(process.server(at: Self.b)?.1.adminState == .inheritedMaintenance)
    _ = Self.texts(process) { $0.setMaintenance(Self.b) }
    #expect(
      Self.texts(process) { $0.setReady(Self.a) } == [
        "Server bk/a is UP/READY (leaving forced maintenance).", "Server bk/b remains in forced maintenance.",
      ])
  }

  @Test func trafficErrors() throws {
    let process = try Self.process { proxy in
      proxy.servers[0].observe = .layer7
      proxy.servers[0].errorLimit = 2
      proxy.servers[0].onError = .markDown
    }
    #expect(Self.texts(process) { $0.observe(.wrongStatus, of: Self.a, worker: 0) }.isEmpty)
    #expect(Self.texts(process) { $0.observe(.goodResponse, of: Self.a, worker: 0) }.isEmpty)
    #expect(Self.texts(process) { $0.observe(.wrongStatus, of: Self.a, worker: 0) }.isEmpty)
    #expect(
      Self.texts(process) { $0.observe(.invalidHeaders, of: Self.a, worker: 0) } == [
        "Server bk/a is DOWN, reason: Health analyze, info: \"Detected 2 consecutive errors, last one was: "
          + "Invalid http response (headers)\". 1 active and 0 backup servers left. 0 sessions active, 0 requeued, "
          + "0 remaining in queue."
      ])
  }

  @Test func bytesOfServersAreMadeHarmless() throws {
    let process = try Self.process()
    let verdict = CheckVerdict(.layer7Status, code: 500, info: "a\"b\\c\tx\u{e9}#,;z")
    let text = Self.texts(process) { $0.apply(verdict, to: Self.a, isAgent: false, worker: 0) }.first
    #expect(text?.contains("code: 500, info: \"a<22>b\\c<09>x<E9>#,;z\"") == true)
  }

  @Test func slowStartInSteps() throws {
    let process = try Self.process { proxy in
      proxy.servers[0].slowStart = 4000
      proxy.servers[0].weight = 10
    }
    let server = try #require(process.server(at: Self.a)?.1)
    func at(_ seconds: Int64, _ body: (inout ServerTransitions) -> Void) {
      var transitions = ServerTransitions(process: process, now: seconds * 1000)
      body(&transitions)
    }
    at(2000) { $0.setStopped(Self.a) }
    at(2010) { $0.setRunning(Self.a) }
    #expect(server.state == .starting && server.effectiveWeight.value == 10)
    at(2012) { _ = $0.warmUp(Self.a) }
    #expect(server.throttle == 56)
    at(2014) { _ = $0.warmUp(Self.a) }
    #expect(server.state == .running && server.effectiveWeight.value == 160 && server.throttle == nil)
  }
}
