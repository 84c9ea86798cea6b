import Configuration
import Memory

extension ServerRuntime {
  /// How messages about the server begin.
  var titleText: String { settings.isBackup ? "Backup Server" : "Server" }
}

extension ServerTransitions {
  /// What follows the event itself in a message: the followed server, the cause, and what is left.
  func statusText(
    _ server: ServerRuntime, _ backend: BackendRuntime, _ cause: TransitionCause, moved: Int?, forced: Bool
  ) -> String {
    var text = ""
    if case .text = cause {} else if !forced { text += viaText(server) }
    switch cause {
    case .none: break
    case .text(let words): text += ", " + words
    case .check(let values):
      text += ", reason: " + values.status.text
      if values.status.hasCode { text += ", code: \(values.code)" }
      if !values.info.isEmpty { text += ", info: \"\(Self.printable(values.info))\"" }
      if values.duration >= 0 { text += ", check duration: \(values.duration)ms" }
    }
    guard let moved else { return text }
    let active = backend.activeServers.value
    let backup = backend.backupServers.value
    let onBackup = active == 0 && backup > 0 ? " Running on backup." : ""
    if server.state == .stopped || server.isInMaintenance {
      text += ". \(active) active and \(backup) backup servers left.\(onBackup)"
      text +=
        " \(server.sessions.value) sessions active, \(moved) requeued, \(server.queue.length.value) remaining in queue"
    } else {
      text += ". \(active) active and \(backup) backup servers online.\(onBackup)"
      text += " \(moved) sessions requeued, \(server.queue.length.value) total in queue"
    }
    return text
  }

  /// The server that this one follows, as messages name it.
  func viaText(_ server: ServerRuntime) -> String {
    let place = ServerPlace(backend: server.backendIndex, server: server.index)
    guard let target = process.tracking.followed[place], let (backend, other) = process.server(at: target) else {
      return ""
    }
    return " via \(backend.settings.name)/\(other.settings.name)"
  }

  /// Bytes that a terminal or a log could take amiss are written as `<HH>`.
  static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x20 && scalar.value < 0x7f && !"\"<>".unicodeScalars.contains(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: "<\(hex(scalar.value >> 4))\(hex(scalar.value))>".unicodeScalars)
      }
    }
    return String(result)
  }
  private static func hex(_ value: UInt32) -> String { String(value & 15, radix: 16, uppercase: true) }
}
