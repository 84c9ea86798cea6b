import Configuration
import Primitives

/// Which of a name's addresses a server takes.
enum AddressChoice {
  /// The best of `addresses` for a server that has `current`: of the preferred family, in a preferred network, in use by
  /// no other server, and rather the one it has. nil where other servers have them all.
  static func best(
    of addresses: [IPAddress], current: IPAddress?, taken: Set<IPAddress>, for server: ServerSettings
  ) -> IPAddress? {
    var best: IPAddress?
    var highest = -1
    for address in addresses {
      var score = 0
      if isPreferred(address, server.resolvePreference) { score += 8 }
      if server.resolveNetworks.contains(where: { $0.contains(address) }) { score += 4 }
      if taken.contains(address) {
        if !server.resolveOptions.allowsDuplicates { continue }
      } else {
        score += 2
      }
      if address == current { score += 1 }
      if score > highest { (best, highest) = (address, score) }
    }
    return best
  }

  private static func isPreferred(_ address: IPAddress, _ family: NameFamily) -> Bool {
    switch (address, family) {
    case (.v4, .v4), (.v6, .v6), (.v6, .any): true
    default: false
    }
  }
}
