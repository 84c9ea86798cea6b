import Configuration
import Primitives
import Proxies

/// `set server ... fqdn` and `set server ... ssl`.
extension CommandRunner {
  /// The name that resolving is about from now on.
  func setName(
    _ name: String, _ place: ServerPlace, _ backend: BackendRuntime, _ server: ServerRuntime
  ) -> CommandReply {
    if server.settings.resolverIndex == nil {
      return .error("set server <b>/<s> fqdn failed because no resolution is configured.")
    }
    if server.settings.hostname?.hasPrefix("_") == true {
      return .error("set server <b>/<s> fqdn failed because SRV resolution is configured.")
    }
    let by = " by 'stats socket command'\n"
    let title = "\(backend.settings.name)/\(server.settings.name)"
    switch HostName.fault(of: name) {
    case .letter: return .message(.warning, "invalid fqdn '\(name)'" + by)
    case .label: return .message(.warning, "could not update \(title) FQDN" + by)
    case nil: break
    }
    let old = server.hostname
    if old?.lowercased() == name.lowercased() { return .message(.warning, "no need to change the FDQN" + by) }
    server.resolvedName = name
    server.admin.set(server.adminState.union(.hostnameChanged).rawValue)
    process.mailboxes.first?.post(.serverRenamed(place, from: old))
    return .message(.warning, "\(title) changed its FQDN from \(old ?? "(null)") to \(name)" + by)
  }

  func setTLS(_ value: String, _ place: ServerPlace, _ server: ServerRuntime) -> CommandReply {
    if server.settings.tlsTarget == nil {
      return .error("'set server <srv> ssl' cannot be set.  default-server should define ssl settings")
    }
    switch value {
    case "on": server.tlsUse.set(1)
    case "off": server.tlsUse.set(0)
    default: return .error("'set server <srv> ssl' expects 'on' or 'off'.")
    }
    for mailbox in process.mailboxes { mailbox.post(.serverTLSChanged(place)) }
    return .message(.notice, "server ssl setting updated.\n")
  }
}
