import Configuration
import LogFormat
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

  /// Why there is no connection, before anything left this machine.
  enum LocalFailure: Error {
    case noSocket(SystemError)
    case cannotBind(SystemError)

    /// In HAProxy's words.
    var text: String {
      switch self {
      case .noSocket(let error):
        let cause: ConnectionFailure =
          error.isOutOfProcessDescriptors
          ? .processDescriptors
          : error.isOutOfSystemDescriptors
            ? .systemDescriptors
            : error.isOutOfResources ? .systemMemory : error.isUnknownFamily ? .protocolNotSupported : .socketError
        return "\(cause.text) (\(error))"
      case .cannotBind(let error): return "\(ConnectionFailure.cannotBind.text) (\(error))"
      }
    }
  }

  /// A socket that connects there, with the server's or backend's `source`.
  /// `talksFirst`: the first segment of data acknowledges the server's, so that an acknowledgement of its own is saved.
  func connect(
    _ server: ServerSettings, _ backend: ProxySettings, talksFirst: Bool
  ) throws(LocalFailure) -> (Socket, Socket.ConnectResult) {
    let namespace = server.namespace.flatMap { NetworkNamespace.named($0) }
    let socket: Socket
    do { socket = try Socket.make(family: family, namespace: namespace) } catch { throw .noSocket(error) }
    switch place {
    case .endpoint(let endpoint):
      // One segment is sent at most, which nothing holds back.
      if talksFirst { socket.setQuickAck(false) }
      do throws(SystemError) { try prepare(socket, server, backend, endpoint.family) } catch {
        socket.close()
        throw .cannotBind(error)
      }
      return (socket, socket.connect(to: endpoint))
    case .local(let address): return (socket, socket.connect(to: address))
    }
  }

  private func prepare(
    _ socket: Socket, _ server: ServerSettings, _ backend: ProxySettings, _ family: Endpoint.Family
  ) throws(SystemError) {
    if let timeout = server.tcpUserTimeout { socket.setUserTimeout(milliseconds: timeout) }
    guard let source = server.source ?? backend.source else { return }
    if let interface = source.interface { socket.bindToDevice(interface) }
    guard let address = source.address else { return }
    let endpoint = Endpoint(address, port: source.port)
    if endpoint.family != family { return }
    if source.port != 0 { socket.setReuseAddress() }
    try socket.bind(to: endpoint)
  }
}
