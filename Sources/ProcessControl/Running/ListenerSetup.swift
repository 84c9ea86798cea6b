import Configuration
import Primitives
import System

/// Opens listening sockets: all of them, or none is left open.
struct ListenerSetup {
  let global: GlobalSettings
  /// Sockets by place in the list that was given.
  private(set) var sockets: [Socket] = []
  private(set) var errors: [String] = []
  /// What went wrong and does not keep a socket from being used.
  private(set) var warnings: [String] = []
  var lastWarning: String?
  /// Listening sockets of the process before this one (`-x`).
  var inherited = InheritedListeners()
  /// Sockets of the generation before, by what they were made with (`keptText`): taken as they are.
  var kept: [String: [Socket]] = [:]
  /// Opens sockets in place of this process, which has not the rights any more.
  var reader: ReloadChannel?
  /// Unix socket paths that this process made.
  var paths: [String] = []

  init(_ global: GlobalSettings) { self.global = global }

  /// Opens the socket of one `bind`. `owner` is how messages name the section, for example `frontend 'maas'`.
  mutating func open(
    _ bind: BindSettings, owner: String, defaultBacklog: Int, smartAccept: Bool = false, isDatagram: Bool = false
  ) -> Socket? {
    if !kept.isEmpty, let socket = kept[bind.keptText(global, isDatagram: isDatagram)]?.popLast() { return socket }
    do throws(Failure) {
      let backlog = bind.backlog > 0 ? bind.backlog : defaultBacklog
      let socket = try make(bind, backlog: backlog, isSmart: smartAccept, isDatagram: isDatagram)
      if let text = lastWarning { warnings.append(message(text, bind, owner)) }
      lastWarning = nil
      return socket
    } catch {
      lastWarning = nil
      errors.append(message(error.text, bind, owner))
      return nil
    }
  }

  private func message(_ text: String, _ bind: BindSettings, _ owner: String) -> String {
    "Binding [\(bind.location.file):\(bind.location.line)] for \(owner): \(text)\(isIP(bind) ? " for" : "") "
      + "[\(printed(bind))]"
  }

  /// `interface`: where there is no such one the socket listens on all, as HAProxy's does, with a warning.
  mutating func bind(_ socket: Socket, toDeviceOf bind: BindSettings) {
    guard let interface = bind.interface, !socket.bindToDevice(interface) else { return }
    lastWarning = "cannot bind receiver to device '\(interface)' (\(SystemError.current))"
  }

  /// `isSmart`: `option tcp-smart-accept`.
  mutating func make(
    _ bind: BindSettings, backlog: Int, isSmart: Bool, isDatagram: Bool
  ) throws(Failure) -> Socket {
    let socket: Socket
    if let reader, !bind.address.isInherited {
      let wish = "\(backlog) \(isSmart ? 1 : 0) \(isDatagram ? 1 : 0) \(bind.socketText(global))"
      reader.send(.listen, wish)
      guard let answer = reader.receive() else { throw Failure(text: "the process that opens sockets is gone") }
      guard let given = answer.descriptor else { throw Failure(text: answer.text) }
      given.setNonBlocking()
      socket = Socket(given)
    } else {
      socket = try isDatagram ? makeDatagram(bind) : make(bind, backlog: backlog)
      // The first acknowledgement waits for the answer. Connections inherit it.
      if isSmart, case .ip = bind.address { socket.setQuickAck(false) }
    }
    sockets.append(socket)
    return socket
  }

  /// Gives everything back, where some socket could not be had.
  mutating func closeAll() {
    for socket in sockets { socket.close() }
    for path in paths { Files.remove(path) }
    sockets = []
  }

  struct Failure: Error { let text: String }

  private mutating func make(_ bind: BindSettings, backlog: Int) throws(Failure) -> Socket {
    switch bind.address {
    case .descriptor(let number):
      let descriptor = FileDescriptor(number)
      if !descriptor.isValid { throw Failure(text: "cannot receive or use inherited socket fd@\(number)") }
      descriptor.setNonBlocking()
      descriptor.setCloseOnExec()
      let socket = Socket(descriptor)
      if !socket.isListening {
        do throws(SystemError) { try socket.listen(backlog: backlog) } catch {
          throw Failure(text: "cannot listen to socket (\(error))")
        }
      }
      if socket.family != .unix { socket.setNoDelay() }
      return socket
    case .socketPair(let number):
      let descriptor = FileDescriptor(number)
      if !descriptor.isValid { throw Failure(text: "cannot use inherited socket sockpair@\(number)") }
      descriptor.setNonBlocking()
      return Socket(descriptor)
    case .ip(let address, let port):
      if let socket = inherited.take(bind, at: bind.address) { return reuse(socket, bind) }
      return try openIP(bind, Endpoint(address, port: port), backlog)
    case .unix(let path):
      if let socket = inherited.take(bind, at: .unix((global.unixBindPrefix ?? "") + path)) { return socket }
      return try openUnix(bind, path, backlog)
    case .abstract:
      if let socket = inherited.take(bind, at: bind.address) { return socket }
      return try openAbstract(bind, backlog)
    }
  }

  /// Gives a socket of the old process what may have changed in its `bind` line.
  private func reuse(_ socket: Socket, _ bind: BindSettings) -> Socket {
    if let size = bind.maxSegmentSize, size != 0 { socket.setMaxSegment(abs(size)) }
    socket.setUserTimeout(milliseconds: bind.tcpUserTimeout ?? 0)
    socket.setDeferAccept(seconds: bind.deferAccept ? 1 : 0)
    socket.setNoDelay()
    return socket
  }

  func create(
    _ family: Endpoint.Family, namespace name: String? = nil, kind: Socket.Kind = .stream
  ) throws(Failure) -> Socket {
    let namespace = name.flatMap { NetworkNamespace.named($0) }
    if let name, namespace == nil { throw Failure(text: "cannot open namespace '\(name)'") }
    do throws(SystemError) { return try Socket.make(family: family, kind: kind, namespace: namespace) } catch {
      throw Failure(text: "cannot create receiving socket (\(error))")
    }
  }

  private mutating func openIP(_ bind: BindSettings, _ endpoint: Endpoint, _ backlog: Int) throws(Failure) -> Socket {
    let socket = try create(endpoint.family, namespace: bind.namespace)
    socket.setReuseAddress()
    if !global.noReusePort { socket.setReusePort() }
    if endpoint.family == .ipv6 {
      if bind.v6only { socket.setV6Only(true) } else if bind.v4v6 { socket.setV6Only(false) }
    }
    if bind.transparent && !socket.setTransparent(family: endpoint.family) {
      socket.close()
      throw Failure(text: "cannot make listening socket transparent")
    }
    self.bind(socket, toDeviceOf: bind)
    if let size = bind.maxSegmentSize, size != 0 { socket.setMaxSegment(abs(size)) }
    if let timeout = bind.tcpUserTimeout { socket.setUserTimeout(milliseconds: timeout) }
    if bind.deferAccept { socket.setDeferAccept(seconds: 1) }
    if bind.tcpFastOpen { socket.setFastOpen(queue: backlog) }
    // Accepted connections inherit it, which saves a call for each.
    socket.setNoDelay()
    do throws(SystemError) { try socket.bind(to: endpoint) } catch {
      socket.close()
      throw Failure(text: "cannot bind socket (\(error))")
    }
    do throws(SystemError) { try socket.listen(backlog: backlog) } catch {
      socket.close()
      throw Failure(text: "cannot listen to socket (\(error))")
    }
    return socket
  }

  /// Binds beside the wanted name first and moves into place: an old process's clients never see the name gone.
  private mutating func openUnix(_ bind: BindSettings, _ path: String, _ backlog: Int) throws(Failure) -> Socket {
    let full = (global.unixBindPrefix ?? "") + path
    let temporary = full + ".\(OwnProcess.id).tmp"
    let socket = try create(.unix)
    Files.remove(temporary)
    do throws(SystemError) { try socket.bind(to: .unix(temporary)) } catch {
      socket.close()
      throw Failure(text: "cannot bind UNIX socket (\(error))")
    }
    let mode = bind.mode ?? global.unixBindMode
    if let mode { Files.setMode(temporary, mode) }
    let uid = bind.uid ?? global.unixBindUID
    let gid = bind.gid ?? global.unixBindGID
    if uid != nil || gid != nil, !Files.setOwner(temporary, uid: uid, gid: gid) {
      socket.close()
      Files.remove(temporary)
      throw Failure(text: "cannot change UNIX socket ownership")
    }
    do throws(SystemError) { try socket.listen(backlog: backlog) } catch {
      socket.close()
      Files.remove(temporary)
      throw Failure(text: "cannot listen to socket (\(error))")
    }
    if !Files.rename(temporary, to: full) {
      socket.close()
      Files.remove(temporary)
      throw Failure(text: "cannot switch final and temporary UNIX sockets")
    }
    paths.append(full)
    return socket
  }

  private func openAbstract(_ bind: BindSettings, _ backlog: Int) throws(Failure) -> Socket {
    let socket = try create(.unix)
    do throws(SystemError) {
      try socket.bind(to: bind.address)
      try socket.listen(backlog: backlog)
    } catch {
      socket.close()
      throw Failure(text: "cannot bind UNIX socket (\(error))")
    }
    return socket
  }

  private func isIP(_ bind: BindSettings) -> Bool { if case .ip = bind.address { true } else { false } }

  private func printed(_ bind: BindSettings) -> String {
    switch bind.address {
    case .ip(let address, let port):
      if case .v6 = address { return "\(address):\(port)" }
      return "\(address):\(port)"
    case .unix(let path): return path
    case .abstract(let name): return "abns@" + name
    case .descriptor(let number): return "fd@\(number)"
    case .socketPair(let number): return "sockpair@\(number)"
    }
  }
}

extension SocketAddress {
  /// The process was started with the socket.
  fileprivate var isInherited: Bool {
    switch self {
    case .descriptor, .socketPair: true
    default: false
    }
  }
}
