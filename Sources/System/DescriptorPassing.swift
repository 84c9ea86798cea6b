import CLinux
import Glibc
public import Primitives

/// Descriptors that go from process to process over a local socket (unix(7), `SCM_RIGHTS`).
extension Socket {
  /// The most descriptors of one message.
  public static let mostDescriptors = 253

  /// Sends bytes with descriptors beside them, waiting where the socket does.
  public func send(_ bytes: [UInt8], descriptors: [FileDescriptor]) -> IOResult {
    let numbers = descriptors.map(\.number)
    let n = unsafe bytes.withUnsafeBytes { data in
      unsafe numbers.withUnsafeBufferPointer {
        unsafe weir_send_descriptors(fd, data.baseAddress, data.count, $0.baseAddress, $0.count)
      }
    }
    return .of(n, errno)
  }

  /// Receives at most `limit` bytes, and what descriptors came with them; those are close-on-exec. No bytes: the end.
  public func receiveDescriptors(limit: Int) throws(SystemError) -> (bytes: [UInt8], descriptors: [FileDescriptor]) {
    var numbers = [Int32](repeating: -1, count: Socket.mostDescriptors)
    var count = 0
    var bytes = [UInt8](repeating: 0, count: max(1, limit))
    var n = 0
    repeat {
      n = unsafe bytes.withUnsafeMutableBytes { data in
        unsafe numbers.withUnsafeMutableBufferPointer {
          unsafe weir_receive_descriptors(fd, data.baseAddress, data.count, $0.baseAddress, &count)
        }
      }
    } while n < 0 && errno == EINTR
    if n < 0 { throw .current }
    return (Array(bytes.prefix(n)), numbers.prefix(count).map { FileDescriptor($0) })
  }

  /// Takes a connection that arrives as a descriptor (`sockpair@`); nil once the other end is gone.
  public func acceptPassed() throws(SystemError) -> Socket? {
    let (bytes, descriptors) = try receiveDescriptors(limit: 2)
    if bytes.isEmpty { return nil }
    guard let first = descriptors.first else { throw SystemError(code: EBADMSG) }
    for extra in descriptors.dropFirst() { extra.close() }
    first.setNonBlocking()
    return Socket(first)
  }

  /// Two connected local sockets, blocking and close-on-exec.
  public static func pair() throws(SystemError) -> (Socket, Socket) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe weir_socket_pair($0.baseAddress?.assumingMemoryBound(to: Int32.self))
    }
    if result != 0 { throw .current }
    return (Socket(FileDescriptor(ends.0)), Socket(FileDescriptor(ends.1)))
  }

  /// `IP_TRANSPARENT`, and IPv6 only, of a socket that somebody else opened.
  public var isTransparent: Bool {
    family == .ipv6 ? getOption(Int32(IPPROTO_IPV6), 75) == 1 : family == .ipv4 && getOption(Int32(IPPROTO_IP), 19) == 1
  }
  public var isV6Only: Bool { family == .ipv6 && getOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY) == 1 }

  /// How long blocking calls wait at most.
  public func setTimeouts(seconds: Int) { _ = weir_socket_timeout(fd, Int32(clamping: seconds)) }

  /// What the socket is bound to; nil where it is no socket or of an unknown family. An abstract name comes without the
  /// zeros that fill it up.
  public var boundAddress: Primitives.SocketAddress? {
    var raw = RawSocketAddress()
    if unsafe raw.fill({ unsafe getsockname(fd, $0, $1) }) != 0 { return nil }
    guard raw.endpoint.family == .unix else {
      return raw.endpoint.address.map { .ip($0, port: raw.endpoint.port) }
    }
    let path = unsafe withUnsafeBytes(of: raw.storage) { storage in
      unsafe Array(storage[2..<max(2, min(Int(raw.length), 110))])
    }
    func text(_ bytes: some Sequence<UInt8>) -> String {
      String(String.UnicodeScalarView(bytes.prefix { $0 != 0 }.map { Unicode.Scalar($0) }))
    }
    return path.first == 0 ? .abstract(text(path.dropFirst())) : .unix(text(path))
  }
}

extension OwnProcess {
  /// Puts the program `words[0]` in this process's place; returns only where that fails.
  public static func execute(_ words: [String]) -> SystemError {
    let texts = unsafe words.map { unsafe strdup(bytePath($0)) }
    var list = unsafe texts + [nil]
    guard let name = unsafe texts.first, let name = unsafe name else { return SystemError(code: EINVAL) }
    _ = unsafe list.withUnsafeMutableBufferPointer { unsafe weir_execvp(name, $0.baseAddress) }
    let error = SystemError.current
    for i in words.indices { unsafe free(texts[i]) }
    return error
  }

  /// How a child ended: its exit status, or 128 and the signal, as a shell tells it. nil where none has ended.
  public enum Reaped: Sendable { case child(Int32, status: Int32), none, noChildren }
  public static func reap() -> Reaped {
    var status: Int32 = 0
    let id = unsafe weir_reap(&status)
    if id == 0 { return .none }
    if id < 0 { return errno == ECHILD ? .noChildren : .none }
    return .child(id, status: weir_wifsignaled(status) != 0 ? 128 + weir_wtermsig(status) : weir_wexitstatus(status))
  }
  /// The C library's name of a signal.
  public static func signalName(_ number: Int32) -> String {
    guard let text = unsafe strsignal(number) else { return "signal \(number)" }
    return unsafe String(cString: text)
  }
}

extension Signals {
  /// Holds all signals of this thread back, across `execute` too, or lets them in again.
  public static func setBlocked(_ on: Bool) { _ = weir_block_signals(on ? 1 : 0) }
}
