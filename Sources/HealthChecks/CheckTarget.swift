import Configuration
import Primitives
import Proxies
import System

/// Where a check connects to.
struct CheckTarget {
  enum Place {
    case endpoint(Endpoint)
    case local(SocketAddress)
  }
  var place: Place

  init?(_ server: ServerRuntime, isAgent: Bool) {
    let settings = server.settings
    let override = server.checkOverrides.current
    var endpoint = server.currentEndpoint
    let address =
      isAgent ? override.agentAddress ?? settings.agentAddress : override.checkAddress ?? settings.checkAddress
    let port = isAgent ? override.agentPort ?? settings.agentPort : override.checkPort ?? settings.checkPort
    if let address { endpoint = Endpoint(address, port: endpoint.port) }
    if let port, port != 0 { endpoint.port = port }
    switch endpoint.family {
    case .ipv4, .ipv6: place = .endpoint(endpoint)
    case .unix, .none:
      guard case .socket(let local) = settings.address else { return nil }
      place = .local(local)
    }
  }

  /// Where a `connect` rule wants it otherwise.
  mutating func change(port: UInt16?, address: IPAddress?) {
    guard case .endpoint(var endpoint) = place else { return }
    if let address { endpoint = Endpoint(address, port: endpoint.port) }
    if let port { endpoint.port = port }
    place = .endpoint(endpoint)
  }

  var family: Endpoint.Family {
    switch place {
    case .endpoint(let endpoint): endpoint.family
    case .local: .unix
    }
  }

  /// A socket that connects there, with the server's or backend's `source`, or the error.
  /// `talksFirst`: the first segment of data acknowledges the server's, so that an acknowledgement of its own is saved.
  func connect(
    _ server: ServerSettings, _ backend: ProxySettings, talksFirst: Bool
  ) -> (Socket, Socket.ConnectResult)? {
    let namespace = server.namespace.flatMap { NetworkNamespace.named($0) }
    guard let socket = try? Socket.make(family: family, namespace: namespace) else { return nil }
    if case .endpoint(let endpoint) = place {
      // One segment is sent at most, which nothing holds back.
      if talksFirst { socket.setQuickAck(false) }
      prepare(socket, server, backend, endpoint.family)
      return (socket, socket.connect(to: endpoint))
    }
    guard case .local(let address) = place else { return nil }
    return (socket, socket.connect(to: address))
  }

  private func prepare(_ socket: Socket, _ server: ServerSettings, _ backend: ProxySettings, _ family: Endpoint.Family)
  {
    if let timeout = server.tcpUserTimeout { socket.setUserTimeout(milliseconds: timeout) }
    guard let source = server.source ?? backend.source else { return }
    if let interface = source.interface { socket.bindToDevice(interface) }
    guard let address = source.address else { return }
    let endpoint = Endpoint(address, port: source.port)
    if endpoint.family != family { return }
    if source.port != 0 { socket.setReuseAddress() }
    try? socket.bind(to: endpoint)
  }
}
