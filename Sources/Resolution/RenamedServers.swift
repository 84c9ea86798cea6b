import DNS
public import EventLoop
import Primitives
public import Proxies

/// Names that an operator gives to servers while the process runs (`set server ... fqdn`).
extension ResolverScheduler {
  /// The server has a name now that it had not: its address is asked for at once.
  public mutating func rename(_ place: ServerPlace, from old: String?, _ loop: inout EventLoop) {
    guard let (_, server) = process.server(at: place), let section = server.settings.resolverIndex else { return }
    if let old { unsubscribe(place, from: old, section, &loop) }
    guard let name = server.hostname else { return }
    let type = Self.addressType(server.settings)
    subscribe(place, to: name, section, type, &loop)
    let text = name.lowercased()
    for case let resolution? in resolutions
    where resolution.section == section && resolution.name == text && resolution.preferred == type {
      if !resolution.isRunning { loop.timers.arm(resolution.slot, at: loop.now) }
    }
  }
}

extension ResolverScheduler {
  /// What an SRV record had given the server when its state was saved counts until the name server says otherwise.
  mutating func resume(_ place: ServerPlace, _ server: ServerRuntime, _ section: Int, _ loop: inout EventLoop) {
    guard let target = server.resolvedName else { return }
    services[place] = DNSAnswer.Service(
      target: target.lowercased(), port: server.currentEndpoint.port, weight: 0, priority: 0)
    subscribe(place, to: target, section, Self.addressType(server.settings), &loop)
  }
}
