import CLinux
import Glibc
import Primitives
import Memory

/// A network namespace as `ip netns` keeps it: sockets made in it stay in it. Only the calling thread enters it, for as
/// long as it takes to make a socket.
public struct NetworkNamespace: Sendable {
  private let descriptor: FileDescriptor
  private static let kind: Int32 = 0x4000_0000  // CLONE_NEWNET

  private struct Known {
    /// The namespace that the process started in.
    var own: FileDescriptor?
    var byName: [String: NetworkNamespace] = [:]
  }
  private static let known = Lock(Known())

  /// The namespace of that name, opened once: later calls work inside a chroot too. nil where it cannot be opened.
  public static func named(_ name: String) -> NetworkNamespace? {
    let found = find(name)
    // There it may be, for a process that has more rights.
    if found == nil { SystemAnswers.ofThisThread?.noteGap() }
    return found
  }
  private static func find(_ name: String) -> NetworkNamespace? {
    known.withLock { known in
      if let found = known.byName[name] { return found }
      if known.own == nil { known.own = open("/proc/self/ns/net") }
      guard known.own != nil, let descriptor = open("/var/run/netns/" + name) else { return nil }
      let namespace = NetworkNamespace(descriptor: descriptor)
      known.byName[name] = namespace
      return namespace
    }
  }

  private static func open(_ path: String) -> FileDescriptor? {
    let bytes = path.unicodeScalars.map { CChar(bitPattern: UInt8(truncatingIfNeeded: $0.value)) } + [0]
    let fd = unsafe weir_open(bytes, O_RDONLY | O_CLOEXEC, 0)
    return fd < 0 ? nil : FileDescriptor(fd)
  }

  /// As `Socket.make`, in the namespace. Needs the right to enter it (`CAP_SYS_ADMIN`).
  public func make(family: Endpoint.Family, kind: Socket.Kind = .stream) throws(SystemError) -> Socket {
    guard let own = NetworkNamespace.known.withLock({ $0.own }) else { throw SystemError(code: ENOENT) }
    if weir_setns(descriptor.number, NetworkNamespace.kind) != 0 { throw .current }
    var made: Socket?
    var failure: SystemError?
    do throws(SystemError) { made = try Socket.make(family: family, kind: kind) } catch { failure = error }
    if weir_setns(own.number, NetworkNamespace.kind) != 0 {
      // This thread would make all its sockets in the wrong place.
      let error = SystemError.current
      made?.close()
      throw error
    }
    guard let made else { throw failure ?? SystemError(code: EINVAL) }
    return made
  }
}

extension Socket {
  /// A socket in the namespace of that name, or in the process's own.
  public static func make(
    family: Endpoint.Family, kind: Kind = .stream, namespace: NetworkNamespace?
  ) throws(SystemError) -> Socket {
    guard let namespace else { return try make(family: family, kind: kind) }
    return try namespace.make(family: family, kind: kind)
  }
}
