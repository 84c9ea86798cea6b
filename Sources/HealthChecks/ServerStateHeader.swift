import Configuration
import Primitives
import Proxies
import System

extension ProcessRuntime {
  /// The value of `x-haproxy-server-state` (manual section 4.2, `http-check send-state`).
  func serverStateHeader(_ backend: BackendRuntime, _ server: ServerRuntime) -> String {
    let endpoint = server.currentEndpoint
    let address = endpoint.address.map { "\($0)" } ?? "-"
    let node = model.global.nodeName ?? OwnProcess.hostName
    let weight = (server.effectiveWeight.value + 15) / 16
    let total = (backend.totalWeight + 15) / 16
    return "\(Self.stateWord(server)); address=\(address); port=\(endpoint.port); "
      + "name=\(backend.settings.name)/\(server.settings.name); node=\(node); weight=\(weight)/\(total); "
      + "scur=\(server.sessions.value)/\(backend.sessions.value); qcur=\(server.queue.length.value)"
  }

  private static func stateWord(_ server: ServerRuntime) -> String {
    let check = server.check.current
    let isUp = server.state != .stopped
    if server.state == .stopping {
      return check.isUp && check.health < check.fullHealth ? "NOLB \(points(check))" : "NOLB"
    }
    let word = isUp ? "UP" : "DOWN"
    let isMoving = isUp ? check.health < check.fullHealth : check.health > 0
    return isMoving ? "\(word) \(points(check))" : word
  }
  private static func points(_ check: CheckValues) -> String {
    check.isUp ? "\(check.health - check.rise + 1)/\(check.fall)" : "\(check.health)/\(check.rise)"
  }
}
