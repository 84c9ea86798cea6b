public import Memory
public import Proxies

/// What the page's form can do to servers.
public enum AdminAction: String, Sendable, CaseIterable {
  case ready, drain, maint, dhlth, ehlth, hrunn, hnolb, hdown, dagent, eagent, arunn, adown, shutdown
  // Of older pages; the form does not offer them.
  case stop, start, disable, enable

  /// How the form calls it; nil where it does not offer it.
  var label: StaticString? {
    switch self {
    case .ready: "Set state to READY"
    case .drain: "Set state to DRAIN"
    case .maint: "Set state to MAINT"
    case .dhlth: "Health: disable checks"
    case .ehlth: "Health: enable checks"
    case .hrunn: "Health: force UP"
    case .hnolb: "Health: force NOLB"
    case .hdown: "Health: force DOWN"
    case .dagent: "Agent: disable checks"
    case .eagent: "Agent: enable checks"
    case .arunn: "Agent: force UP"
    case .adown: "Agent: force DOWN"
    case .shutdown: "Kill sessions"
    case .stop, .start, .disable, .enable: nil
    }
  }
}

/// The fields of a form (`application/x-www-form-urlencoded`): `s=` for each server, `action=`, and `b=` with the
/// backend's name or `#` and its id.
public struct AdminForm: Sendable {
  private var fields: [(key: String, value: String)] = []

  public init(_ body: Bytes) {
    // From the end, as HAProxy reads it: of several backends or actions the last counts, and what is broken ends it.
    var end = body.count
    while end > 0 {
      var start = end
      while start > 0 && body[start - 1] != UInt8(ascii: "&") { start -= 1 }
      // At the very start HAProxy takes the separator for a part of the key.
      let isLeading = start == 1
      let field = body.slice(isLeading ? 0 : start, end - (isLeading ? 0 : start))
      let equals = field.firstIndex(of: UInt8(ascii: "="))
      guard let key = Self.decoded(field.prefix(equals ?? field.count)),
        let value = Self.decoded(equals.map { field.dropFirst($0 + 1) } ?? Bytes())
      else { break }
      fields.append((key, value))
      end = isLeading ? 0 : start - 1
    }
  }

  private static func decoded(_ text: Bytes) -> String? {
    var result = String.UnicodeScalarView()
    var i = 0
    while i < text.count {
      switch text[i] {
      case UInt8(ascii: "%"):
        guard i + 2 < text.count, let value = UInt8(text.slice(i + 1, 2).latin1, radix: 16) else { return nil }
        result.append(Unicode.Scalar(value))
        i += 3
        continue
      case UInt8(ascii: "+"): result.append(" ")
      case let byte: result.append(Unicode.Scalar(byte))
      }
      i += 1
    }
    return String(result)
  }

  /// Does what the form says. Changes of state go through `transitions`.
  public func apply(_ process: ProcessRuntime, _ transitions: inout ServerTransitions) -> ActionResult {
    var backend: BackendRuntime?
    var action: AdminAction?
    for field in fields {
      if backend == nil && field.key == "b" {
        backend = process.backend(identifiedBy: field.value)
        if backend == nil { return .invalid }
      } else if action == nil && field.key == "action" {
        action = AdminAction(rawValue: field.value)
        if action == nil { return .invalid }
      }
    }
    guard let backend, let action else { return .nothing }
    var found = 0
    var changed = 0
    for field in fields where field.key == "s" {
      let named = backend.servers.filter { $0.settings.name == field.value }
      guard named.count == 1, let server = named.first else {
        found += 1
        continue
      }
      let place = ServerPlace(backend: backend.index, server: server.index)
      if action.apply(to: place, server, process, &transitions) {
        found += 1
        changed += 1
      }
    }
    return found == 0 ? .nothing : changed == 0 ? .invalid : changed == found ? .done : .partial
  }
}

extension ProcessRuntime {
  /// By name, or by `#` and the id.
  fileprivate func backend(identifiedBy text: String) -> BackendRuntime? {
    guard text.hasPrefix("#"), let id = Int(text.dropFirst()) else { return backend(named: text) }
    return backends.lazy.compactMap { $0 }.first { $0.settings.id == id }
  }
}

extension AdminAction {
  /// False where it does not apply to the server.
  fileprivate func apply(
    to place: ServerPlace, _ server: ServerRuntime, _ process: ProcessRuntime, _ transitions: inout ServerTransitions
  ) -> Bool {
    let cause = TransitionCause.text("changed from Web interface")
    switch self {
    case .ready: transitions.setReady(place)
    case .drain: transitions.setDrain(place)
    case .maint: transitions.setMaintenance(place)
    case .disable:
      if server.adminState.contains(.forcedMaintenance) { return false }
      transitions.set(.forcedMaintenance, place, cause: "'disable' on stats page")
    case .enable:
      if !server.adminState.contains(.forcedMaintenance) { return false }
      transitions.clear(.forcedMaintenance, place)
    case .stop:
      if server.adminState.contains(.forcedDrain) { return false }
      transitions.set(.forcedDrain, place, cause: "'stop' on stats page")
    case .start:
      if !server.adminState.contains(.forcedDrain) { return false }
      transitions.clear(.forcedDrain, place)
    case .dhlth, .ehlth:
      if !server.check.current.isConfigured { return false }
      let enables = self == .ehlth
      server.check.update { $0.isEnabled = enables }
    case .hrunn, .hnolb, .hdown:
      if server.settings.track != nil { return false }
      let isUp = self != .hdown
      server.check.update { $0.health = isUp ? $0.fullHealth : 0 }
      switch self {
      case .hrunn: transitions.setRunning(place, cause)
      case .hnolb: transitions.setStopping(place, cause)
      default: transitions.setStopped(place, cause)
      }
    case .dagent, .eagent:
      if !server.agent.current.isConfigured { return false }
      let enables = self == .eagent
      server.agent.update { $0.isEnabled = enables }
    case .arunn, .adown:
      if !server.agent.current.isEnabled { return false }
      let isUp = self == .arunn
      server.agent.update { $0.health = isUp ? $0.fullHealth : 0 }
      if isUp { transitions.setRunning(place, cause) } else { transitions.setStopped(place, cause) }
    case .shutdown:
      for mailbox in process.mailboxes {
        mailbox.post(.killStreamsOfServer(backend: place.backend, server: place.server, .killed))
      }
    }
    return true
  }
}
