import ConfigSyntax
import Configuration
import LogForwarding
import Peers
import Primitives
import Proxies
import RuntimeAPI
import System

/// The listening sockets of one generation of the configuration.
struct GenerationSockets {
  /// By place in `ProcessRuntime.listeners`.
  var listeners: [Socket] = []
  var stats: [(settings: BindSettings, socket: Socket)] = []
  var peers: [PeersListener] = []
  /// Of `log-forward` sections.
  var forwards: [ForwardListener] = []

  /// Opens them all; nil after alerts, and then those that `listening` made are closed.
  init?(
    _ process: ProcessRuntime, _ limits: DescriptorLimits, _ listening: inout ListenerSetup, _ diagnostics: Diagnostics
  ) {
    let model = process.model
    var opened: [Int: Socket] = [:]
    // The order of HAProxy: IPv6 first, then IPv4, then local sockets.
    for listener in process.listeners.sorted(by: { Self.rank($0.settings.address) < Self.rank($1.settings.address) }) {
      let proxy = model.proxies[listener.frontendIndex]
      let kind = proxy.capabilities.contains(.backend) ? "proxy" : "frontend"
      let backlog = proxy.backlog ?? proxy.maxConnections ?? limits.maxConnections
      opened[listener.index] = listening.open(
        listener.settings, owner: "\(kind) \(proxy.name)", defaultBacklog: backlog, smartAccept: proxy.acceptsSmartly)
    }
    listeners = process.listeners.compactMap { opened[$0.index] }
    for settings in model.global.statsSockets {
      let backlog = model.global.statsMaxConnections
      if let socket = listening.open(settings, owner: "frontend GLOBAL", defaultBacklog: backlog) {
        stats.append((settings, socket))
      }
    }
    for (section, peers) in model.peers.enumerated() where !peers.isDisabled && peers.localPeer != nil {
      for settings in peers.binds {
        if let socket = listening.open(settings, owner: "peers \(peers.name)", defaultBacklog: 100) {
          self.peers.append(PeersListener(section: section, settings: settings, socket: socket))
        }
      }
    }
    forwards = listening.openForwards(model)
    for warning in listening.warnings { diagnostics.warning(warning) }
    if listening.errors.isEmpty { return }
    for error in listening.errors { diagnostics.alert(error) }
    diagnostics.alert("[haproxy.main()] Some protocols failed to start their listeners! Exiting.")
    listening.closeAll()
    return nil
  }

  /// What a new process may take over.
  func exposed(_ process: ProcessRuntime) -> [ExposedListener] {
    zip(process.listeners, listeners).map { listener, socket in
      ExposedListener(
        socket: socket, namespace: listener.settings.namespace ?? "", interface: listener.settings.interface ?? "")
    }
      + stats.filter { !$0.settings.isSocketPair }.map {
        ExposedListener(socket: $0.socket, namespace: $0.settings.namespace ?? "")
      }
      + forwards.map {
        ExposedListener(
          socket: $0.socket, namespace: $0.settings.namespace ?? "", interface: $0.settings.interface ?? "")
      }
      + peers.map { ExposedListener(socket: $0.socket, namespace: $0.settings.namespace ?? "") }
  }

  private static func rank(_ address: SocketAddress) -> Int {
    switch address {
    case .ip(.v6, _): 0
    case .ip(.v4, _): 1
    case .unix, .abstract: 2
    case .descriptor, .socketPair: 3
    }
  }
}
