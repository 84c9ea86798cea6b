import Configuration
import Primitives

/// Options of `server` lines about the resolution of its name (manual section 5.2).
let serverResolverOptions: [ServerOption] = [
  ServerOption("resolvers") { server in server.settings.resolvers = server.cursor.take() },
  ServerOption("resolve-opts") { server throws(OptionError) in
    let word = server.cursor.take()
    for option in word.split(separator: ",", omittingEmptySubsequences: true) {
      switch option {
      case "allow-dup-ip": server.settings.resolveOptions.allowsDuplicates = true
      case "ignore-weight": server.settings.resolveOptions.ignoresWeight = true
      case "prevent-dup-ip": server.settings.resolveOptions.allowsDuplicates = false
      default:
        throw .text(
          "'resolve-opts' : unknown resolve-opts option '\(option)', supported methods are 'allow-dup-ip', "
            + "'ignore-weight', and 'prevent-dup-ip'.")
      }
    }
  },
  ServerOption("resolve-net") { server throws(OptionError) in
    let word = server.cursor.take()
    if word.isEmpty { throw .text("'resolve-net' expects a list of networks.") }
    var networks: [PreferredNetwork] = []
    for text in word.split(separator: ",", omittingEmptySubsequences: false) {
      guard let network = preferredNetwork(String(text)) else {
        throw .text("'resolve-net' invalid network '\(text)'.")
      }
      networks.append(network)
    }
    server.settings.resolveNetworks = networks
  },
]

/// `address[/prefix]`.
private func preferredNetwork(_ text: String) -> PreferredNetwork? {
  let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
  guard let first = parts.first else { return nil }
  if let v4 = IPv4Address(String(first)) {
    let prefix = parts.count > 1 ? Int(parts[1]) : 32
    guard let prefix, (0...32).contains(prefix) else { return nil }
    return PreferredNetwork(address: .v4(v4), prefix: prefix)
  }
  if let v6 = IPv6Address(String(first)) {
    let prefix = parts.count > 1 ? Int(parts[1]) : 128
    guard let prefix, (0...128).contains(prefix) else { return nil }
    return PreferredNetwork(address: .v6(v6), prefix: prefix)
  }
  return nil
}
