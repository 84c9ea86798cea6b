import ConfigSyntax
import Configuration
import Primitives
import System

/// Gives every server that was written with a name its first address, as `init-addr` says (manual section 5.2). False
/// where one has none and must have one.
func resolveServerAddresses(_ context: LoadContext) -> Bool {
  var failed = false
  for index in context.model.proxies.indices where !context.model.proxies[index].disabled {
    for at in context.model.proxies[index].servers.indices {
      guard case .unresolved(let name) = context.model.proxies[index].servers[at].address else { continue }
      if !resolve(name, index, at, context) { failed = true }
    }
  }
  return resolveRingServers(context) && !failed
}

private func resolveRingServers(_ context: LoadContext) -> Bool {
  var isResolved = true
  for ring in context.model.rings.indices {
    for at in context.model.rings[ring].servers.indices {
      let server = context.model.rings[ring].servers[at]
      guard case .unresolved(let name) = server.address else { continue }
      if let address = NameResolution.firstAddress(of: name, family: .any) {
        context.model.rings[ring].servers[at].address = .socket(.ip(address, port: server.port))
      } else {
        isResolved = false
        context.alertPlain(
          "[\(server.location.file):\(server.location.line)] : 'server \(context.model.rings[ring].name)/\(server.name)' : "
            + "invalid address: '\(name)' in '\(name)'\n")
      }
    }
  }
  return isResolved
}

private func resolve(_ name: String, _ index: Int, _ at: Int, _ context: LoadContext) -> Bool {
  let server = context.model.proxies[index].servers[at]
  func take(_ address: IPAddress) {
    context.model.proxies[index].servers[at].address = .socket(.ip(address, port: server.port))
  }
  var triedResolving = false
  func prefix() -> String {
    "[\(server.location.file):\(server.location.line)] : 'server "
      + "\(context.model.proxies[index].name)/\(server.name)' : "
  }
  for method in server.initialAddress {
    switch method {
    case .last:
      guard let last = server.savedState?.address else { continue }
      triedResolving = true
      guard let address = IPAddress(last) else { continue }
      take(address)
      return true
    case .libc:
      triedResolving = true
      let family: NameResolution.Preference =
        switch server.hostnameFamily {
        case .any: .any
        case .v4: .v4
        case .v6: .v6
        }
      guard let address = NameResolution.firstAddress(of: name, family: family) else { continue }
      take(address)
      return true
    case .ip(let address):
      take(address)
      return true
    case .none:
      // Without an address the server waits, in maintenance, for one to be set.
      context.model.proxies[index].servers[at].startsWithoutAddress = true
      if triedResolving {
        context.warningPlain(prefix() + "could not resolve address '\(name)', disabling server.")
      }
      return true
    }
  }
  let text =
    triedResolving
    ? "could not resolve address '\(name)'" : "no method found to resolve address '\(name)'"
  let full = prefix() + text
  if context.options.ignoresResolutionFailures {
    context.model.proxies[index].servers[at].startsWithoutAddress = true
    context.warningPlain("\(full), disabling server.")
    return true
  }
  context.alertPlain("\(full).")
  return false
}
