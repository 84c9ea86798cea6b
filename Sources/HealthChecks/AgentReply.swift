public import Proxies

/// An agent's line (manual section 5.2, `agent-check`): words that set weight, limit, administrative and operational
/// state, and after `#` what an operator may want to know.
public struct AgentReply: Sendable, Equatable {
  public enum Mode: Sendable { case ready, drain, maintenance }
  public private(set) var mode: Mode?
  /// A weight and a limit as they are written, digits and what follows them.
  public private(set) var weight: String?
  public private(set) var maxConnections: String?
  /// The last word that says whether the server is well, and whether it is.
  public private(set) var health: String?
  public private(set) var isUp = false
  private var remark = ""
  /// The first word that is none.
  private var unknown: String?

  /// Reads an answer as far as it has come; nil: the line is not complete. A zero byte ends it, as in C: then it never
  /// will be.
  public init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstIndex(where: { $0 == 0x0a || $0 == 0x0d || $0 == 0 }), bytes[end] != 0 else {
      return nil
    }
    var rest = bytes[..<end]
    while let first = rest.first {
      if first == 0x20 || first == 0x09 || first == UInt8(ascii: ",") {
        rest = rest.dropFirst()
        continue
      }
      if first == UInt8(ascii: "#") {
        remark = String(latin1: rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 })
        break
      }
      let word = rest.prefix { $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: ",") }
      read(String(latin1: word))
      rest = rest.dropFirst(word.count + 1)
    }
  }

  private mutating func read(_ word: String) {
    switch word.lowercased() {
    case "up": (health, isUp) = (word, true)
    case "down", "stopped", "fail": (health, isUp) = (word, false)
    case "ready": mode = .ready
    case "drain": mode = .drain
    case "maint": mode = .maintenance
    case let lower:
      if ("0"..."9").contains(word.prefix(1)) && word.contains("%") {
        weight = word
      } else if lower.hasPrefix("maxconn:") {
        maxConnections = String(word.dropFirst(8))
      } else {
        unknown = unknown ?? word
      }
    }
  }

  /// What the agent check found. `warning`: what was wrong with a weight or a limit.
  public func verdict(warning: String?) -> CheckVerdict {
    if let health {
      var more = remark
      // What is bad is told as the agent says it; otherwise there is room for what was odd.
      if more.isEmpty || isUp { more = unknown ?? warning ?? more }
      return CheckVerdict(
        isUp ? .layer7OK : .layer7Status, info: "via agent : \(health)" + (more.isEmpty ? "" : " (\(more))"))
    }
    if let unknown { return CheckVerdict(.checked, info: "agent reports an error : \(unknown)") }
    return CheckVerdict(.checked, info: warning.map { "agent warns : \($0)" } ?? "")
  }
}
