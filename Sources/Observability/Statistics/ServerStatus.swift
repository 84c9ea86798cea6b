import Configuration
import Memory
public import Proxies

/// The words of the column `status`.
public enum ServerStatus {
  /// The state of a server, with the points of the check that it depends on while they move.
  public static func text(_ place: ServerPlace, _ process: ProcessRuntime) -> String {
    guard let (_, server) = process.server(at: place) else { return "" }
    if let text = maintenance(place, server, process) { return text }
    let tracking = process.tracking
    let root = tracking.followed.isEmpty ? server : process.server(at: tracking.root(of: place))?.1 ?? server
    let check = root.check.current
    let agent = root.agent.current
    let isFull = !check.isEnabled || check.health == check.fullHealth
    switch server.state {
    case .running, .starting:
      if server.isDraining { return agent.isEnabled ? "DRAIN (agent)" : isFull ? "DRAIN" : "DRAIN \(points(check))" }
      return !isFull ? "UP \(points(check))" : check.isEnabled ? "UP" : "no check"
    case .stopping: return isFull ? "NOLB" : "NOLB \(points(check))"
    case .stopped:
      if agent.isEnabled && agent.health == 0 { return "DOWN (agent)" }
      if check.isEnabled && check.health == 0 { return "DOWN" }
      return check.isEnabled || agent.isEnabled ? "DOWN \(points(check))" : "DOWN"
    }
  }

  private static func maintenance(_ place: ServerPlace, _ server: ServerRuntime, _ process: ProcessRuntime) -> String? {
    let admin = server.adminState
    if admin.contains(.resolutionMaintenance) { return "MAINT (resolution)" }
    if admin.contains(.inheritedMaintenance), let followed = process.tracking.followed[place],
      let (backend, other) = process.server(at: followed)
    {
      return "MAINT (via \(backend.settings.name)/\(other.settings.name))"
    }
    return server.isInMaintenance ? "MAINT" : nil
  }

  private static func points(_ check: CheckValues) -> String {
    check.isUp ? "\(check.health - check.rise + 1)/\(check.fall)" : "\(check.health)/\(check.rise)"
  }
}
