import CLinux
import Glibc
import Memory
import Primitives

/// A socket: a descriptor with the calls that only sockets know. All are created non-blocking and close-on-exec.
public struct Socket: Hashable, Sendable {
  public let descriptor: FileDescriptor
  @inlinable public init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }
  @inlinable var fd: Int32 { descriptor.number }

  public enum Kind: Sendable { case stream, datagram }

  public static func make(family: Endpoint.Family, kind: Kind = .stream) throws(SystemError) -> Socket {
    let domain = family == .ipv6 ? AF_INET6 : family == .unix ? AF_UNIX : AF_INET
    let type =
      Int32((kind == .stream ? SOCK_STREAM : SOCK_DGRAM).rawValue) | Int32(SOCK_NONBLOCK.rawValue)
      | Int32(SOCK_CLOEXEC.rawValue)
    let fd = socket(domain, type, 0)
    if fd < 0 { throw .current }
    return Socket(FileDescriptor(fd))
  }

  public func bind(to address: SocketAddress) throws(SystemError) {
    guard let raw = RawSocketAddress(address) else { throw SystemError(code: ENAMETOOLONG) }
    if unsafe raw.with({ unsafe Glibc.bind(fd, $0, $1) }) != 0 { throw .current }
  }
  public func bind(to endpoint: Endpoint) throws(SystemError) {
    if unsafe RawSocketAddress(endpoint).with({ unsafe Glibc.bind(fd, $0, $1) }) != 0 { throw .current }
  }
  public func listen(backlog: Int) throws(SystemError) {
    if Glibc.listen(fd, Int32(clamping: backlog)) != 0 { throw .current }
  }

  public enum ConnectResult: Sendable { case connected, inProgress, failed(SystemError) }
  public func connect(to endpoint: Endpoint) -> ConnectResult { connect(RawSocketAddress(endpoint)) }
  /// `exactLength`: an abstract name of its own length, as systemd uses, rather than padded as HAProxy does.
  public func connect(to address: SocketAddress, exactLength: Bool = false) -> ConnectResult {
    guard var raw = RawSocketAddress(address) else { return .failed(SystemError(code: ENAMETOOLONG)) }
    if exactLength, case .abstract(let name) = address { raw.length = socklen_t(3 + name.unicodeScalars.count) }
    return connect(raw)
  }
  private func connect(_ raw: RawSocketAddress) -> ConnectResult {
    if unsafe raw.with({ unsafe Glibc.connect(fd, $0, $1) }) == 0 { return .connected }
    return errno == EINPROGRESS ? .inProgress : .failed(.current)
  }

  /// Ends a connection by a reset and leaves the socket as if it were new but for its options (connect(2), `AF_UNSPEC`).
  public func disconnect() -> Bool {
    var nowhere = unsafe sockaddr()
    nowhere.sa_family = sa_family_t(AF_UNSPEC)
    return unsafe Glibc.connect(fd, &nowhere, socklen_t(MemoryLayout<sockaddr>.size)) == 0
  }

  /// The peer of an accepted connection is returned with it.
  public func accept() -> Result<(Socket, Endpoint), SystemError> {
    var raw = RawSocketAddress()
    let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let new = unsafe raw.fill { unsafe weir_accept4(fd, $0, $1, flags) }
    if new < 0 { return .failure(.current) }
    return .success((Socket(FileDescriptor(new)), raw.endpoint))
  }

  public var localEndpoint: Endpoint {
    var raw = RawSocketAddress()
    return unsafe raw.fill { unsafe getsockname(fd, $0, $1) } == 0 ? raw.endpoint : .none
  }
  public var peerEndpoint: Endpoint? {
    var raw = RawSocketAddress()
    return unsafe raw.fill { unsafe getpeername(fd, $0, $1) } == 0 ? raw.endpoint : nil
  }
  /// Where a connection was going before a redirect by netfilter (`SO_ORIGINAL_DST`), or nil.
  public var originalDestination: Endpoint? {
    var raw = RawSocketAddress()
    let v4 = unsafe raw.fill { unsafe getsockopt(fd, SOL_IP, 80, $0, $1) }
    if v4 == 0 { return raw.endpoint }
    let v6 = unsafe raw.fill { unsafe getsockopt(fd, Int32(IPPROTO_IPV6), 80, $0, $1) }
    return v6 == 0 ? raw.endpoint : nil
  }

  public enum Direction: Sendable { case read, write, both }
  @discardableResult public func shutdown(_ direction: Direction) -> Bool {
    let how = Int32(direction == .read ? SHUT_RD : direction == .write ? SHUT_WR : SHUT_RDWR)
    return Glibc.shutdown(fd, how) == 0
  }
  public func close() { descriptor.close() }
}

// MARK: - Bytes

extension Socket {
  /// Receives into the room at the buffer's tail, `limit` bytes at most.
  public func receive(into buffer: inout Buffer, limit: Int = .max) -> IOResult {
    var code: Int32 = 0
    let n = unsafe buffer.appendUnsafe(limit: limit) { room in
      let n = unsafe recv(fd, room.baseAddress, room.count, 0)
      code = errno
      return n
    }
    return .of(n, code)
  }
  /// Receives into a heap array, at most `limit` bytes: for the control plane.
  public func receive(into bytes: inout [UInt8], limit: Int) -> IOResult {
    var code: Int32 = 0
    var n = 0
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(1, limit)) { room, count in
      n = unsafe recv(fd, room.baseAddress, max(1, limit), 0)
      code = errno
      count = max(0, n)
    }
    return .of(n, code)
  }
  /// Looks at what has arrived without taking it.
  public func peek(into buffer: inout Buffer, limit: Int = .max) -> IOResult {
    var code: Int32 = 0
    let n = unsafe buffer.appendUnsafe(limit: limit) { room in
      let n = unsafe recv(fd, room.baseAddress, room.count, Int32(MSG_PEEK))
      code = errno
      return n
    }
    return .of(n, code)
  }
  /// Sends; `more` says that other bytes follow at once (`MSG_MORE`).
  public func send(_ bytes: Bytes, more: Bool = false) -> IOResult {
    let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
    let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(fd, $0.baseAddress, $0.count, flags) }
    return .of(n, errno)
  }
  /// Sends two pieces in one call.
  public func send(_ first: Bytes, _ second: Bytes, more: Bool = false) -> IOResult {
    if second.isEmpty { return send(first, more: more) }
    if first.isEmpty { return send(second, more: more) }
    let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
    let n = unsafe first.withUnsafeBytes { a in
      unsafe second.withUnsafeBytes { b in
        var pieces = unsafe (
          iovec(iov_base: UnsafeMutableRawPointer(mutating: a.baseAddress), iov_len: a.count),
          iovec(iov_base: UnsafeMutableRawPointer(mutating: b.baseAddress), iov_len: b.count)
        )
        return unsafe withUnsafeMutablePointer(to: &pieces) {
          unsafe $0.withMemoryRebound(to: iovec.self, capacity: 2) { list in
            var message = unsafe msghdr()
            unsafe message.msg_iov = unsafe list
            unsafe message.msg_iovlen = 2
            return unsafe sendmsg(fd, &message, flags)
          }
        }
      }
    }
    return .of(n, errno)
  }
  public func send(_ bytes: ArraySlice<UInt8>) -> IOResult {
    let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    return .of(n, errno)
  }
  public func send(_ bytes: [UInt8]) -> IOResult {
    let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    return .of(n, errno)
  }
}

extension FileDescriptor {
  /// What kind of address an inherited socket is bound to, or why it is no socket.
  public func boundFamily() throws(SystemError) -> Endpoint.Family {
    var raw = RawSocketAddress()
    if unsafe raw.fill({ unsafe getsockname(number, $0, $1) }) != 0 { throw .current }
    return raw.endpoint.family
  }
}
