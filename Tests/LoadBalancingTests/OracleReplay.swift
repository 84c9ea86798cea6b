import Memory
import Primitives
import Testing

@testable import LoadBalancing

/// A scenario of Tests/oracle/balance_scenarios.py with what HAProxy chose, as balance_diff.py --capture writes it.
struct CapturedScenario: Sendable, CustomTestStringConvertible {
  var name: String
  var settings = BalanceSettings()
  var servers: [[String: Int]] = []
  var steps: [[String]] = []

  var testDescription: String { name }

  static func read(_ text: String) -> [CapturedScenario] {
    text.split(separator: "\n\n").map { CapturedScenario(lines: $0.split(separator: "\n").map(String.init)) }
  }

  private init(lines: [String]) {
    name = String(lines[0].dropFirst("scenario ".count))
    for line in lines.dropFirst() {
      let words = line.split(separator: " ").map(String.init)
      switch words[0] {
      case "set": apply(Array(words.dropFirst()))
      case "server":
        var server: [String: Int] = [:]
        for i in stride(from: 1, to: words.count - 1, by: 2) { server[words[i]] = Int(words[i + 1]) }
        servers.append(server)
      default: steps.append(words)
      }
    }
  }

  private mutating func apply(_ words: [String]) {
    switch words[0] {
    case "balance": settings.algorithm = CapturedScenario.algorithm(words[1])
    case "hash-balance-factor": settings.hashBalanceFactor = Int(words[1])!
    case "option": settings.allBackups = true
    case "hash-type":
      settings.hashType = words[1] == "consistent" ? .consistent : .mapBased
      let functions: [String: HashFunction] = ["sdbm": .sdbm, "djb2": .djb2, "wt6": .wt6, "crc32": .crc32]
      if words.count > 2 { settings.hashFunction = functions[words[2]]! }
      settings.avalanche = words.count > 2 ? words.last == "avalanche" : settings.hashType == .consistent
    default: fatalError("unknown setting \(words)")
    }
  }

  private static func algorithm(_ name: String) -> BalanceAlgorithm {
    switch name {
    case "roundrobin": .roundrobin
    case "static-rr": .staticRoundRobin
    case "leastconn": .leastconn
    case "first": .first
    case "source": .source
    case "url_param": .urlParameter(name: "p", checkPost: false, maximumWait: 0)
    case "hash": .hash
    case "uri": .uri(length: 0, depth: 0, whole: false, pathOnly: false)
    case "rdp-cookie": .rdpCookie(name: "mstshash")
    case "hdr(x)": .header(name: "x", useDomainOnly: false)
    default: fatalError("unknown algorithm \(name)")
    }
  }
}

/// The keys of a seed: the same generator as in balance_diff.py.
struct Keys {
  static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
  var state: UInt64

  mutating func random() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
  mutating func text() -> [UInt8] {
    var r = random()
    let length = Int(r % 24) + 1
    return (0..<length).map { i in
      if i % 8 == 0 { r = random() }
      return Keys.digits[Int((r >> (8 * (UInt64(i) % 8))) % 62)]
    }
  }
}

/// Plays a scenario on the library.
struct OracleReplay {
  let scenario: CapturedScenario
  let servers: [BalancedServer]
  let balancer: Balancer
  let replica: BalancerReplica
  var weights: [Int]
  var usable: [Bool]
  var held: [Int?] = []

  init(_ scenario: CapturedScenario) {
    self.scenario = scenario
    servers = scenario.servers.enumerated().map { i, words in
      let load = ServerLoad()
      load.setLimits(minimum: 0, maximum: words["maxconn"] ?? 0)
      return BalancedServer(
        id: words["id"] ?? i + 1, weight: words["weight"] ?? 1, isBackup: words["backup"] != nil, load: load)
    }
    weights = servers.map(\.weight)
    usable = servers.map { _ in true }
    balancer = Balancer(scenario.settings, servers: servers)
    replica = BalancerReplica(balancer)
  }

  /// What the library chose in a step, in the capture's form.
  mutating func play(_ step: [String]) -> String {
    switch step[0] {
    case "picks":
      var keys = Keys(state: UInt64(step[2])!)
      return String(
        (0..<Int(step[3])!).map { _ in
          let server = take(hash(step[1], &keys))
          drop(server)
          return letter(server)
        })
    case "hold":
      return String(
        (0..<Int(step[1])!).map { _ in
          let server = take(nil)
          held.append(server)
          return letter(server)
        })
    case "release":
      for index in step.dropFirst().map({ Int($0)! }).sorted(by: >) { drop(held.remove(at: index)) }
    case "weight":
      let server = Int(step[1])!
      let percent = step[2].hasSuffix("%")
      weights[server] = percent ? servers[server].weight * Int(step[2].dropLast())! / 100 : Int(step[2])!
      set(server)
    case "disable", "drain":
      usable[Int(step[1])!] = false
      set(Int(step[1])!)
    case "enable":
      usable[Int(step[1])!] = true
      set(Int(step[1])!)
    default: fatalError("unknown step \(step)")
    }
    return ""
  }

  private func set(_ server: Int) {
    balancer.setServer(server, isUsable: usable[server], effectiveWeight: balancer.scale.effective(weights[server]))
  }

  private func hash(_ kind: String, _ keys: inout Keys) -> UInt32? {
    switch kind {
    case "v4": hash(Endpoint(family: .ipv4, low: keys.random() >> 32))
    case "v6": hash(Endpoint(family: .ipv6, high: keys.random(), low: keys.random()))
    case "text": scenario.settings.hash((isURI ? [UInt8(ascii: "/")] : []) + keys.text())
    default: hash(Endpoint(family: .ipv4, low: 0xc000_0201))
    }
  }
  private var isURI: Bool { if case .uri = scenario.settings.algorithm { true } else { false } }
  private func hash(_ source: Endpoint) -> UInt32? {
    scenario.settings.algorithm == .source ? scenario.settings.hash(source: source) : nil
  }

  private func take(_ hash: UInt32?) -> Int? {
    let key = hash ?? self.hash(Endpoint(family: .ipv4, low: 0xc000_0201))
    guard case .server(let server) = replica.pick(hash: key) else { return nil }
    // A server chosen in spite of its limit queues the request, and the scenarios let it time out there.
    if !servers[server].load.hasRoom(in: balancer.backend) { return nil }
    change(server, by: 1)
    return server
  }
  private func drop(_ server: Int?) { if let server { change(server, by: -1) } }
  private func change(_ server: Int, by n: Int) {
    servers[server].load.served.add(n)
    balancer.backend.served.add(n)
    balancer.backend.sessions.add(n)
    balancer.loadChanged(server)
  }
  private func letter(_ server: Int?) -> Character {
    server.map { Character(Unicode.Scalar(Keys.digits[$0])) } ?? "-"
  }
}
