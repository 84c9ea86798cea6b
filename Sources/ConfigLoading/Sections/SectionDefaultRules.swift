import Configuration
import Rules

/// Rules in `defaults` sections (manual section 4, "defaults"): who may inherit them.
extension LoadContext {
  /// Whether a section may have the `defaults` section at `index` before it; a message where its rules forbid it.
  func mayInherit(from index: Int, as capabilities: ProxyCapabilities) -> Bool {
    let rules = defaults[index].settings.rules
    let early = !rules.tcpConnection.isEmpty || !rules.tcpSession.isEmpty
    let lists = [rules.tcpRequest, rules.tcpResponse, rules.httpRequest, rules.httpResponse, rules.httpAfterResponse]
    if !early && lists.allSatisfy(\.isEmpty) { return true }
    let location = defaults[index].settings.location
    let place = "(defaults section at \(location.file):\(location.line))"
    let ruled = "cannot inherit from a defaults section defining"
    if capabilities == .defaults {
      abort(tight: "a defaults section \(ruled) TCP/HTTP rules \(place).")
    } else if capabilities == .listen {
      abort(tight: "a listen section \(ruled) TCP/HTTP rules.")
    } else if capabilities == .backend && early {
      abort(tight: "a backend section \(ruled) 'tcp-request connection' or 'tcp-request session' rules \(place).")
    } else if !defaults[index].heirs.isEmpty && defaults[index].heirs != capabilities {
      abort(
        tight:
          "frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules \(place)."
      )
    } else {
      defaults[index].heirs = capabilities
      return true
    }
    return false
  }

  /// Whether some proxy inherits from the `defaults` section of that name.
  func hasHeirs(defaultsNamed name: String) -> Bool {
    defaultsOfProxy.values.contains { defaults[$0].settings.name == name }
  }
}
