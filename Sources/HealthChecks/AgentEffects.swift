import Configuration
import EventLoop
import Proxies

/// What the words of an agent do.
extension CheckScheduler {
  /// An agent's words take effect before its verdict.
  mutating func finish(_ i: Int, _ reply: AgentReply, _ loop: inout EventLoop) {
    let place = entries[i].place
    guard let (backend, server) = process.server(at: place) else { return }
    var transitions = ServerTransitions(process: process, now: loop.now)
    if reply.health != nil { server.agent.update { $0.health = reply.isUp ? $0.fullHealth : 0 } }
    switch reply.mode {
    case .ready: transitions.setReady(place)
    case .drain: transitions.setDrain(place)
    case .maintenance: transitions.setMaintenance(place)
    case nil: break
    }
    var warning: String?
    if let word = reply.weight {
      switch AgentNumber.weight(word, initial: server.initialWeight, isDynamic: backend.settings.balance.isDynamic) {
      case .success(let weight): transitions.setWeight(place, weight)
      case .failure(let failure): warning = failure.text
      }
    }
    if let word = reply.maxConnections {
      switch AgentNumber.limit(word) {
      case .success(let limit):
        let isStatic = server.settings.minConnections == server.settings.maxConnections
        server.load.setLimits(minimum: isStatic ? limit : server.settings.minConnections, maximum: limit)
      case .failure(let failure): warning = warning ?? failure.text
      }
    }
    messages += transitions.takeMessages()
    finish(i, reply.verdict(warning: warning), &loop)
  }
}

/// Numbers of an agent, with HAProxy's words for what is wrong with them: they are those of its runtime API.
enum AgentNumber {
  struct Failure: Error, Equatable { let text: String }

  /// The digits at the start, clamped, and what follows them.
  private static func leading(_ word: String) -> (Int, Substring)? {
    var rest = word[...]
    var isNegative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest = rest.dropFirst()
    }
    let digits = rest.prefix { ("0"..."9").contains($0) }
    if digits.isEmpty { return nil }
    let value = Int(digits) ?? Int.max
    return (isNegative ? -value : value, rest.dropFirst(digits.count))
  }

  static func weight(_ word: String, initial: Int, isDynamic: Bool) -> Result<Int, Failure> {
    guard let (number, rest) = leading(word) else {
      return .failure(Failure(text: "Empty weight string empty or preceded by garbage"))
    }
    var weight = number
    if rest == "%" {
      weight = min(256, initial * min(max(0, number), 25600) / 100)
    } else if number < 0 || number > 256 {
      return .failure(Failure(text: "Absolute weight can only be between 0 and 256 inclusive.\n"))
    } else if !rest.isEmpty {
      return .failure(Failure(text: "Trailing garbage in weight string"))
    }
    if weight != 0 && weight != initial && !isDynamic {
      let text = "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n"
      return .failure(Failure(text: text))
    }
    return .success(weight)
  }

  static func limit(_ word: String) -> Result<Int, Failure> {
    if word.isEmpty { return .failure(Failure(text: "Require <maxconn>.\n")) }
    guard let (number, rest) = leading(word) else {
      return .failure(Failure(text: "maxconn string empty or preceded by garbage"))
    }
    if !rest.isEmpty { return .failure(Failure(text: "Trailing garbage in maxconn string")) }
    return .success(Int(UInt32(truncatingIfNeeded: number)))
  }
}
