import ConfigSyntax
import Configuration
import Primitives

/// `ring` sections (manual section 3.9).
extension LoadContext {
  static let defaultRingSize = 16384
  static let maximumRingSize = 1 << 30
  /// Names that HAProxy's own sinks have.
  private static let takenRingNames: Set<String> = ["stdout", "stderr", "buf0"]

  func openRing(_ line: ConfigLine) {
    let name = line[1]
    ringIndex = nil
    if name.isEmpty { return alert("missing ring name.") }
    if let bad = Self.invalidNameScalar(name) {
      return alert("invalid ring name '\(name)' (character '\(bad)' is not permitted).")
    }
    if Self.takenRingNames.contains(name) || model.rings.contains(where: { $0.name == name }) {
      return alert("sink named '\(name)' already exists.")
    }
    ringIndex = model.rings.count
    model.rings.append(RingSettings(name: name, size: Self.defaultRingSize, location: location))
    detach(ProxySettings(name: name, location: location, capabilities: .backend))
  }

  func readInRing(_ line: ConfigLine) {
    switch line.keyword {
    case "size": readRingSize(line)
    case "server": ServerLine.parse(self, line, .server)
    case "timeout": readRingTimeout(line)
    case "format":
      guard let format = LogTarget.Format(rawValue: line[1]) else { return alert("unknown format '\(line[1])'.") }
      changeRing { $0.format = format }
    case "maxlen":
      let length = UInt32(truncatingIfNeeded: CInteger.leadingLong(line[1]))
      if length == 0 { return alert("invalid size '\(line[1])' for new sink buffer.") }
      changeRing { $0.maxLength = Int(length) }
    case "description":
      if line[1].isEmpty { return alert("missing ring description text.") }
      changeRing { $0.description = line[1] }
    case "backing-file": refuse("backing-file")
    default: alert("unknown statement '\(line.keyword)'.")
    }
  }

  private func changeRing(_ change: (inout RingSettings) -> Void) {
    if let ringIndex { change(&model.rings[ringIndex]) }
  }

  private func readRingSize(_ line: ConfigLine) {
    let size = CInteger.leadingLong(line[1])
    if size == 0 { return alert("invalid size '\(line[1])' for new sink buffer.") }
    guard let ringIndex else { return }
    let ring = model.rings[ringIndex]
    if size < 0 || size > Self.maximumRingSize {
      return alert("fail to set sink buffer size '\(ring.size)' for ring '\(ring.name)'.")
    }
    if size < ring.size {
      // A warning by its word, an error by its effect.
      add(.error)
      return warning(
        "ignoring new size '\(size)' that is smaller than current size '\(ring.size)' for ring '\(ring.name)'.")
    }
    model.rings[ringIndex].size = size
  }

  private func readRingTimeout(_ line: ConfigLine) {
    let name = line[1]
    // HAProxy takes any other name without a word.
    guard name == "connect" || name == "server" else { return }
    if line[2].isEmpty { return alert("'timeout \(name)' expects <time> as argument.") }
    switch time(line[2]) {
    case .value(let value):
      changeRing { if name == "connect" { $0.connectTimeout = value } else { $0.serverTimeout = value } }
    case .unexpected(let scalar):
      alertTight("unexpected character '\(scalar)' in argument to <timeout \(name)>.")
    case .overflow:
      alertTight(
        "timer overflow in argument <\(line[2])> to <timeout \(name)>, maximum value is 2147483647 ms (~24.8 days).")
    }
  }

  func closeRing() {
    guard let ringIndex else { return }
    model.rings[ringIndex].servers = proxy.servers
    self.ringIndex = nil
    detach(ProxySettings(name: "", location: SourceLocation(), capabilities: []))
    // The space that one line and its frame take must fit.
    let ring = model.rings[ringIndex]
    if ring.maxLength > ring.size {
      warningPlain(
        "ring '\(ring.name)' event max length '\(ring.maxLength)' exceeds size, forced to size '\(ring.size)'.")
      model.rings[ringIndex].maxLength = ring.size
    }
  }

  /// A `log` line to a stream makes a ring with one server, which all who inherit the line share.
  func makeImplicitRings() {
    var made: [LogTarget: String] = [:]
    func replaced(_ target: LogTarget) -> LogTarget {
      guard case .stream(let address) = target.destination else { return target }
      let name = made[target] ?? addImplicitRing(to: address, target)
      made[target] = name
      var result = target
      result.destination = .ring(name)
      return result
    }
    model.global.logTargets = model.global.logTargets.map(replaced)
    for index in model.proxies.indices {
      model.proxies[index].logTargets = model.proxies[index].logTargets.map(replaced)
    }
    for index in model.logForwards.indices {
      model.logForwards[index].logTargets = model.logForwards[index].logTargets.map(replaced)
    }
  }

  private func addImplicitRing(to address: SocketAddress, _ target: LogTarget) -> String {
    let name = "ring#\(model.rings.filter(\.isImplicit).count + 1)"
    var ring = RingSettings(name: name, size: Self.defaultRingSize, location: target.location)
    ring.description =
      "created from logserver declared into '\(target.location.file)' at line \(target.location.line)"
    ring.isImplicit = true
    (ring.connectTimeout, ring.serverTimeout) = (1_000, 5_000)
    ring.servers = [ServerSettings(name: "default", address: .socket(address))]
    model.rings.append(ring)
    return name
  }

  /// The checks that HAProxy makes of a ring's servers with those of proxies.
  func finishRings() {
    for ring in model.rings {
      if !ring.servers.isEmpty && (ring.connectTimeout == nil || ring.serverTimeout == nil) {
        warningPlain(
          "missing timeouts for backend '\(ring.name)'.\n"
            + "   | While not properly invalid, you will certainly encounter various problems\n"
            + "   | with such a configuration. To fix this, please ensure that all following\n"
            + "   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.")
      }
      var lines: [String: Int] = [:]
      for server in ring.servers {
        if let line = lines[server.name] {
          alertPlain(
            "parsing [\(server.location.file):\(server.location.line)] : backend '\(ring.name)', another server named "
              + "'\(server.name)' was already defined at line \(line), please use distinct names.")
        }
        lines[server.name] = server.location.line
        if server.redirectPrefix != nil {
          alertPlain("backend '\(ring.name)' : server cannot have cookie or redirect prefix in non-HTTP mode.")
        } else if server.cookie != nil {
          warningPlain("backend '\(ring.name)' : ignoring cookie for server '\(server.name)' as HTTP mode is disabled.")
        }
      }
    }
  }
}
