import Configuration
import LogForwarding
import Primitives
import System

/// The sockets of `log-forward` sections.
extension ListenerSetup {
  mutating func openForwards(_ model: ConfigurationModel) -> [ForwardListener] {
    var listeners: [ForwardListener] = []
    for (section, settings) in model.logForwards.enumerated() {
      let owner = "frontend \(settings.name)"
      for bind in settings.binds {
        let backlog = settings.backlog ?? settings.maxConnections
        if let socket = open(bind, owner: owner, defaultBacklog: backlog) {
          listeners.append(ForwardListener(section: section, settings: bind, socket: socket, isDatagram: false))
        }
      }
      for bind in settings.datagramBinds {
        if let socket = open(bind, owner: owner, defaultBacklog: 0, isDatagram: true) {
          listeners.append(ForwardListener(section: section, settings: bind, socket: socket, isDatagram: true))
        }
      }
    }
    return listeners
  }

  /// A socket that takes datagrams; throws what is wrong.
  mutating func makeDatagram(_ bind: BindSettings) throws(Failure) -> Socket {
    if case .descriptor(let number) = bind.address {
      let descriptor = FileDescriptor(number)
      if !descriptor.isValid { throw Failure(text: "cannot receive or use inherited socket fd@\(number)") }
      descriptor.setNonBlocking()
      descriptor.setCloseOnExec()
      return Socket(descriptor)
    }
    // Datagrams that wait in the old process's socket are taken with it.
    var place = bind.address
    if case .unix(let path) = place { place = .unix((global.unixBindPrefix ?? "") + path) }
    if let socket = inherited.take(bind, at: place, isDatagram: true) { return socket }
    let family = bind.address.endpoint.family
    let socket = try create(family, namespace: bind.namespace, kind: .datagram)
    if family != .unix {
      socket.setReuseAddress()
      if !global.noReusePort { socket.setReusePort() }
      if family == .ipv6 {
        if bind.v6only { socket.setV6Only(true) } else if bind.v4v6 { socket.setV6Only(false) }
      }
      if bind.transparent { _ = socket.setTransparent(family: family) }
      self.bind(socket, toDeviceOf: bind)
    }
    do throws(SystemError) {
      if case .unix(let path) = bind.address {
        let full = (global.unixBindPrefix ?? "") + path
        Files.remove(full)
        try socket.bind(to: .unix(full))
        paths.append(full)
        if let mode = bind.mode ?? global.unixBindMode { Files.setMode(full, mode) }
      } else {
        try socket.bind(to: bind.address)
      }
    } catch {
      socket.close()
      throw Failure(text: "cannot bind socket (\(error))")
    }
    return socket
  }
}
