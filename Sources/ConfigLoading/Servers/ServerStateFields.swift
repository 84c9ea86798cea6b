import Configuration
import Primitives

/// The fields of a line of a state file, from the address of the server on.
enum ServerStateFields {
  /// The state, and what was wrong: each text stands behind a comma.
  static func parse(_ fields: [String]) -> (state: SavedServerState, problems: [String]) {
    var state = SavedServerState()
    var problems: [String] = []
    func field(_ place: Int) -> String { place < fields.count ? fields[place] : "-" }
    // A number keeps as many bits as HAProxy has for it, and is judged then.
    func number<Kept: FixedWidthInteger>(
      _ place: Int, _ name: String, as kept: Kept.Type = Int32.self, _ isValid: (Int) -> Bool
    ) -> Int {
      let text = field(place)
      if let value = leading(text).map({ Int(Kept(truncatingIfNeeded: $0)) }), isValid(value) { return value }
      problems.append(", invalid \(name) value '\(text)'")
      return 0
    }
    if field(0) != "-" { state.address = field(0) }
    state.operationalState = number(1, "srv_op_state", as: UInt8.self) { (0...3).contains($0) }
    // What is inherited or comes from resolving is found out anew.
    let found = number(2, "srv_admin_state", as: UInt8.self) { [0, 1, 4, 5, 8, 12].contains($0 & ~0x72) }
    state.adminState = found & ~0x72
    state.weight = number(3, "srv_uweight") { (0...256).contains($0) }
    state.initialWeight = number(4, "srv_iweight") { (0...256).contains($0) }
    state.age = number(5, "srv_last_time_change", as: Int.self) { _ in true }
    state.checkStatus = number(6, "srv_check_status", as: Int16.self) { $0 <= 20 }
    state.checkResult = number(7, "srv_check_result") { (0...4).contains($0) }
    _ = number(8, "srv_check_health") { _ in true }
    state.checkState = number(9, "srv_check_state") { $0 & ~0x1f == 0 }
    state.agentState = number(10, "srv_agent_state") { $0 & ~0x1f == 0 }
    _ = number(11, "bk_f_forced_id") { (0...1).contains($0) }
    _ = number(12, "srv_f_forced_id") { (0...1).contains($0) }
    state.isHostnameChanged = found & 0x40 != 0
    if field(13) != "-" {
      state.hostname = field(13)
      if HostName.fault(of: field(13)) == .letter { problems.append(", invalid srv_fqdn value '\(field(13))'") }
    }
    if field(15).hasPrefix("_") { state.record = field(15) }
    state.tlsUse = min(1, max(-1, leading(field(16)) ?? 0))
    if let port = leading(field(14)) {
      if port > 65535 { problems.append(", invalid srv_port value '\(field(14))'") }
      state.port = UInt16(truncatingIfNeeded: port)
    }
    if fields.count > 17 { state.checkPort = field(17) }
    state.checkAddress = field(18)
    state.agentAddress = field(19)
    if fields.count > 20 { state.agentPort = field(20) }
    return (state, problems)
  }

  /// The whole number at the start; nil where there is none, or it does not fit.
  private static func leading(_ text: String) -> Int? {
    var body = Substring(text)
    let isNegative = body.first == "-"
    if isNegative || body.first == "+" { body = body.dropFirst() }
    let digits = body.prefix { $0.isASCII && $0.isNumber }
    guard let value = Int(digits) else { return nil }
    return isNegative ? -value : value
  }
}
