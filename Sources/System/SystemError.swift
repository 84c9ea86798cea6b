import Glibc

/// An `errno` value of a failed call.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  public let code: Int32
  @inlinable public init(code: Int32) { self.code = code }
  /// The error of the call that just failed on this thread.
  public static var current: SystemError { SystemError(code: errno) }
  /// The C library's text, as HAProxy prints it.
  public var description: String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
  public static var brokenPipe: Int32 { EPIPE }
  public static var noMemory: Int32 { ENOMEM }
  /// What a peer that breaks a protocol comes to.
  public static var protocolFailure: Int32 { EPROTO }
  public var isConnectionRefused: Bool { code == ECONNREFUSED }
  public var isConnectionReset: Bool { code == ECONNRESET || code == EPIPE }
  public var isAddressInUse: Bool { code == EADDRINUSE }
  /// No local address or port for a connection.
  public var isAddressUnavailable: Bool { code == EADDRNOTAVAIL || code == EADDRINUSE }
  /// The process or the machine is out of descriptors or memory.
  public var isOutOfResources: Bool { code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS }
  public var isOutOfProcessDescriptors: Bool { code == EMFILE }
  public var isOutOfSystemDescriptors: Bool { code == ENFILE }
  /// The machine has no such protocol.
  public var isUnknownFamily: Bool { code == EAFNOSUPPORT || code == EPROTONOSUPPORT }
  public var isInterrupted: Bool { code == EINTR || code == ECONNABORTED }
  public var isDirectory: Bool { code == EISDIR }
  public var isNoSuchFile: Bool { code == ENOENT }
}

/// What a call on a non-blocking descriptor gave.
public enum IOResult: Sendable {
  /// That many bytes were moved; never 0 for a receive.
  case bytes(Int)
  /// Nothing now: wait for readiness.
  case wouldBlock
  /// The peer has ended its direction.
  case closed
  case failed(SystemError)

  @inlinable static func of(_ n: Int, _ code: Int32) -> IOResult {
    if n > 0 { return .bytes(n) }
    if n == 0 { return .closed }
    return code == EAGAIN ? .wouldBlock : .failed(SystemError(code: code))
  }
}
