import Configuration
import Primitives
import RuntimeAPI
import System

/// Listening sockets that an old process gave away (`-x`), until somebody takes them.
struct InheritedListeners {
  struct Failure: Error { let text: String }
  private struct Entry {
    let socket: Socket
    let address: SocketAddress
    let namespace: String
    let interface: String
    let isDatagram: Bool
  }
  private var entries: [Entry] = []

  init() {}

  /// Asks the process behind `place`: a path, or `sockpair@` and the number of an inherited socket.
  init(from place: String) throws(Failure) {
    let socket: Socket
    do throws(SystemError) { socket = try Self.connect(place) } catch {
      throw Failure(text: "Failed to connect to the old process socket '\(place)'")
    }
    defer { socket.close() }
    socket.descriptor.setNonBlocking(false)
    socket.setTimeouts(seconds: 1)
    guard case .bytes = socket.send(Array("_getsocks\n".utf8)) else {
      throw Failure(text: "Failed to get the number of sockets to be transferred !")
    }
    do throws(SystemError) { try receive(socket) } catch {
      throw Failure(text: "Failed to get the number of sockets to be transferred !")
    }
  }

  private static func connect(_ place: String) throws(SystemError) -> Socket {
    if place.hasPrefix("sockpair@"), let number = Int32(place.dropFirst(9)) {
      let (own, other) = try Socket.pair()
      let sent = Socket(FileDescriptor(number)).send([0, 0], descriptors: [other.descriptor])
      other.close()
      guard case .bytes = sent else {
        own.close()
        throw .current
      }
      return own
    }
    let socket = try Socket.make(family: .unix)
    socket.descriptor.setNonBlocking(false)
    let name = place.hasPrefix("unix@") ? String(place.dropFirst(5)) : place
    if case .failed(let error) = socket.connect(
      to: name.hasPrefix("abns@") ? .abstract(String(name.dropFirst(5))) : .unix(name))
    {
      socket.close()
      throw error
    }
    return socket
  }

  private mutating func receive(_ socket: Socket) throws(SystemError) {
    var head: [UInt8] = []
    while head.count < 4 {
      let (bytes, _) = try socket.receiveDescriptors(limit: 4 - head.count)
      if bytes.isEmpty { throw SystemError(code: SystemError.protocolFailure) }
      head += bytes
    }
    let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    var descriptors: [FileDescriptor] = []
    var text: [UInt8] = []
    while descriptors.count < count {
      let (bytes, more) = try socket.receiveDescriptors(limit: 262_144)
      if bytes.isEmpty || more.isEmpty { break }
      text += bytes
      descriptors += more
      _ = socket.send([0, 0, 0, 0])
    }
    keep(descriptors, text[...])
  }

  /// Puts the descriptors and what is said of them together. A record that is cut off ends the list.
  private mutating func keep(_ descriptors: [FileDescriptor], _ records: ArraySlice<UInt8>) {
    var rest = records
    func take() -> String? {
      guard let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
      defer { rest = rest.dropFirst(Int(length)) }
      return String(String.UnicodeScalarView(rest.prefix(Int(length)).map { Unicode.Scalar($0) }))
    }
    for descriptor in descriptors {
      let socket = Socket(descriptor)
      guard let namespace = take(), let interface = take(), rest.count >= 4, let address = socket.boundAddress,
        socket.isListening || socket.isDatagram
      else {
        descriptor.close()
        continue
      }
      rest = rest.dropFirst(4)
      descriptor.setNonBlocking()
      entries.append(
        Entry(
          socket: socket, address: Self.plain(address), namespace: namespace, interface: interface,
          isDatagram: socket.isDatagram))
    }
  }

  /// A local socket was bound under its path, the process's number and `.tmp`, and then renamed.
  private static func plain(_ address: SocketAddress) -> SocketAddress {
    guard case .unix(let path) = address, path.hasSuffix(".tmp") else { return address }
    let stem = path.dropLast(4)
    guard let dot = stem.lastIndex(of: "."), Int(stem[stem.index(after: dot)...]) != nil else { return address }
    return .unix(String(stem[..<dot]))
  }

  /// The socket that is bound as the line asks, which is then the caller's.
  mutating func take(_ bind: BindSettings, at address: SocketAddress, isDatagram: Bool = false) -> Socket? {
    guard
      let place = entries.firstIndex(where: { entry in
        entry.address == address && entry.isDatagram == isDatagram && entry.interface == bind.interface ?? ""
          && entry.namespace == bind.namespace ?? "" && bind.transparent == entry.socket.isTransparent
          && bind.v6only == entry.socket.isV6Only
      })
    else { return nil }
    return entries.remove(at: place).socket
  }

  /// What nobody wanted is no longer listened to.
  mutating func closeRest() {
    for entry in entries { entry.socket.close() }
    entries = []
  }
}
