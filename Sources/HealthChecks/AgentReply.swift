public import Proxies

/// An agent's line (manual section 5.2, `agent-check`): words that set weight, limit, administrative and operational
/// state, and after `#` what an operator may want to know.
public struct AgentReply: Sendable, Equatable {
  public enum Mode: Sendable { case ready, drain, maintenance }
  /// Percent of the configured weight.
  public var weight: Int?
  public var maxConnections: Int?
  public var mode: Mode?
  public var verdict = CheckVerdict(.checked)

  /// Reads an answer as far as it has come. nil: the line is not complete yet.
  public init?(_ bytes: [UInt8], ended: Bool) {
    guard let end = bytes.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) else {
      if !ended { return nil }
      verdict = CheckVerdict(.checked, info: "Ignoring incomplete line from agent")
      return
    }
    var words = bytes[..<end]
    var remark = ""
    if let hash = words.firstIndex(of: UInt8(ascii: "#")) {
      remark = Self.text(words[(hash + 1)...].drop { $0 == 0x20 || $0 == 0x09 })
      words = words[..<hash]
    }
    var status: (CheckStatus, String)?
    var unknown: String?
    for word in words.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }) {
      let text = Self.text(word)
      switch text {
      case "up": status = (.layer7OK, text)
      case "down", "stopped", "fail": status = (.layer7Status, text)
      case "ready": mode = .ready
      case "drain": mode = .drain
      case "maint": mode = .maintenance
      default: if !readNumber(text) { unknown = unknown ?? text }
      }
    }
    if let (status, word) = status {
      verdict = CheckVerdict(status, info: "via agent : \(word)" + (remark.isEmpty ? "" : " (\(remark))"))
    } else {
      verdict = CheckVerdict(.checked, info: unknown.map { "agent reports an error : \($0)" } ?? "")
    }
  }

  private mutating func readNumber(_ word: String) -> Bool {
    if word.hasSuffix("%"), let percent = Int(word.dropLast()), percent >= 0, percent <= 25600 {
      weight = percent
      return true
    }
    if word.hasPrefix("maxconn:"), let count = Int(word.dropFirst(8)), count >= 0 {
      maxConnections = count
      return true
    }
    return false
  }
  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}
