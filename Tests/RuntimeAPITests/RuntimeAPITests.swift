import Configuration
import EventLoop
import Memory
import Observability
import Primitives
import Proxies
import System
import Testing

@testable import RuntimeAPI

struct RuntimeAPITests {
  private static func runner(level: BindSettings.AccessLevel = .admin) throws -> CommandRunner {
    var frontend = ProxySettings(name: "fe", location: SourceLocation(), capabilities: .frontend)
    frontend.id = 2
    var proxy = ProxySettings(name: "be", location: SourceLocation(), capabilities: .backend)
    proxy.id = 3
    for (i, name) in ["s1", "s2"].enumerated() {
      var server = ServerSettings(name: name, address: .unresolved(""))
      server.id = i + 1
      server.checkEnabled = i == 0
      server.weight = 5
      proxy.servers.append(server)
    }
    var model = ConfigurationModel()
    model.proxies = [frontend, proxy]
    let servers = proxy.servers.enumerated().map {
      ServerRuntime(
        settings: $1, backendIndex: 1, index: $0, endpoint: Endpoint(.v4(.loopback), port: 80), threads: 1)
    }
    let process = ProcessRuntime(
      model: model, threads: 1,
      frontends: [FrontendRuntime(settings: frontend, index: 0, maxConnections: 10, threads: 1), nil],
      backends: [nil, BackendRuntime(settings: proxy, index: 1, servers: servers, threads: 1)], listeners: [],
      mailboxes: [WorkerMailbox(wakeUp: try WakeUp())], startedAt: 0, startedAtTick: 0, maxConnections: 10, maxPipes: 0)
    let access = SessionAccess(level: level, severity: .none, timeout: 10_000)
    return CommandRunner(process: process, facts: .none, now: 5000, wallClock: 0, access: access)
  }

  /// The whole answer as a session without a prompt sends it.
  private static func ask(_ command: String, _ runner: inout CommandRunner) -> String {
    let words = CommandWords.split(Array(command.utf8)[...])
    switch runner.run(words, payload: nil) {
    case .message(_, let text), .text(let text): return text + "\n"
    case .empty: return "\n"
    case .close: return ""
    case .dump(var dump):
      var text: [UInt8] = []
      while dump.next(runner.process, now: runner.now, into: &text) {}
      return String(decoding: text, as: UTF8.self) + "\n"
    }
  }

  @Test(arguments: [
    ("disable server", "Require 'backend/server'.\n\n"), ("disable server x/s1", "No such backend.\n\n"),
    ("disable server be/x", "No such server.\n\n"), ("disable server #3/#2", "\n"),
    ("get weight be/s1", "5 (initial 5)\n\n"),
    ("set server be/s1 weight foo", "Empty weight string empty or preceded by garbage\n"),
    ("set server be/s1 weight 12abc", "Trailing garbage in weight string\n"),
    ("set server be/s1 weight 300", "Absolute weight can only be between 0 and 256 inclusive.\n\n"),
    ("set server be/s1 weight 99999999999999999999999", "Absolute weight can only be between 0 and 256 inclusive.\n\n"),
    ("set server be/s1 state foo", "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n"),
    ("set server be/s1 agent up", "agent checks are not enabled on this server.\n\n"),
    ("set server be/s2 check-port 9", "health checks are not enabled on this server\n"),
    ("set server be/s1 check-port 70000", "provided port is invalid\n"),
    ("enable health be/s2", "Health check was not configured on this server, cannot enable.\n\n"),
    (
      "set server be/s1 addr 127.0.0.8 port 88",
      "IP changed from '127.0.0.1' to '127.0.0.8', port changed from '80' to '88' by 'stats socket command'\n\n"
    ),
    ("set maxconn global 11", "Value out of range.\n\n"), ("set maxconn frontend x 1", "No such frontend.\n\n"),
    ("set timeout cli abc", "Invalid timeout value.\n\n"), ("show servers state x", "Can't find backend.\n\n"),
    ("show stat x 4 -1", "No such proxy.\n\n"), ("show backend", "# name\nbe\n\n"), ("quit", ""),
  ])
  func answers(_ command: String, _ answer: String) throws {
    var runner = try Self.runner()
    #expect(Self.ask(command, &runner) == answer)
  }

  @Test func levels() throws {
    var runner = try Self.runner(level: .oper)
    #expect(Self.ask("disable server be/s1", &runner) == "Permission denied\n\n")
    #expect(Self.ask("clear counters", &runner) == "\n")
    #expect(Self.ask("clear counters all", &runner) == "Permission denied\n\n")
    #expect(Self.ask("user", &runner) == "\n")
    #expect(Self.ask("show cli level", &runner) == "user\n\n")
    #expect(Self.ask("operator", &runner) == "Permission denied\n\n")
    #expect(Self.ask("show env", &runner) == "Permission denied\n\n")
  }

  @Test func frontendsPauseAndStop() throws {
    var runner = try Self.runner()
    #expect(Self.ask("disable frontend fe", &runner) == "\n")
    #expect(Self.ask("disable frontend fe", &runner) == "All sockets are already disabled.\n\n")
    #expect(Self.ask("enable frontend fe", &runner) == "\n")
    #expect(Self.ask("enable frontend fe", &runner) == "All sockets are already enabled.\n\n")
    #expect(Self.ask("shutdown frontend fe", &runner) == "\n")
    #expect(Self.ask("enable frontend fe", &runner) == "Frontend was previously shut down, cannot enable.\n\n")
    #expect(runner.messages.map(\.text).prefix(2) == ["Paused frontend fe.", "Resumed frontend fe."])
  }

  @Test func statistics() throws {
    var runner = try Self.runner()
    let lines = Self.ask("show stat", &runner).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 129 })
    #expect(lines[2].hasPrefix("be,s1,0,0,0,0,,0,0,0,,0,,0,0,0,0,UP 1/3,5,1,0,0,0,5,0,,1,3,1,"))
    #expect(Self.ask("show stat be 2 -1", &runner).split(separator: "\n").count == 2)
    #expect(Self.ask("show stat -1 4 2 typed", &runner).hasPrefix("S.3.2.0.pxname.1:KNS:str:be\n"))
    #expect(
      Self.ask("show stat json", &runner).hasPrefix(
        "[[{\"objType\":\"Frontend\",\"proxyId\":2,\"id\":0,\"field\":{\"pos\":0"))
  }

  @Test func stateOfServers() throws {
    var runner = try Self.runner()
    #expect(Self.ask("set server be/s2 state maint", &runner) == "\n")
    let lines = Self.ask("show servers state", &runner).split(separator: "\n")
    #expect(lines[0] == "1")
    #expect(lines[2] == "3 be 1 s1 127.0.0.1 2 0 5 5 5 1 0 2 6 0 0 0 - 80 - 0 0 - - 0")
    #expect(lines[3] == "3 be 2 s2 127.0.0.1 0 1 5 5 0 1 0 0 0 0 0 0 - 80 - 0 0 - - 0")
  }

  @Test func unknownCommandsAreHelpedOn() throws {
    var runner = try Self.runner()
    let text = Self.ask("show servers", &runner)
    #expect(
      text.hasPrefix("Unknown command, but maybe one of the following ones is a better match:\n  show servers conn"))
    #expect(text.hasSuffix("disconnect\n\n"))
    #expect(Self.ask("help get", &runner).contains("valid at this level:\n  get acl"))
  }

  @Test func wordsAndCommands() {
    #expect(CommandWords.split(Array(" a\\ b  c\\\\ ".utf8)[...]) == ["a b", "c\\"])
    #expect(CommandWords.split(Array("get\0 weight".utf8)[...]) == ["get", "weight"])
    #expect(CommandWords.withoutPayloadMark(Array("a b <<".utf8)) == Array("a b ".utf8))
    #expect(CommandWords.withoutPayloadMark(Array("a b<<".utf8)) == Array("a b<<".utf8))
    #expect(CommandWords.withoutPayloadMark(Array("<<".utf8)).isEmpty)
  }
}
