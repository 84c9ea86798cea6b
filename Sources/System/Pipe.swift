import CLinux
import Glibc

/// A kernel pipe for `splice`: bytes go from socket to socket without a copy into the process.
public struct Pipe: Sendable {
  public let readEnd: FileDescriptor
  public let writeEnd: FileDescriptor
  /// Bytes in the pipe now.
  public var count = 0

  /// `size`: the capacity to ask of the kernel, nil for its default (64 KiB).
  public init(size: Int? = nil) throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe weir_pipe2($0.baseAddress?.assumingMemoryBound(to: Int32.self), O_NONBLOCK | O_CLOEXEC)
    }
    if result != 0 { throw .current }
    readEnd = FileDescriptor(ends.0)
    writeEnd = FileDescriptor(ends.1)
    if let size { _ = weir_fcntl(ends.1, 1031, size) }
  }
  public func close() {
    readEnd.close()
    writeEnd.close()
  }
  /// Moves up to `limit` bytes from the socket into the pipe.
  public mutating func fill(from socket: Socket, limit: Int) -> IOResult {
    let n = weir_splice(socket.fd, writeEnd.number, limit, 0x1 | 0x2)
    if n > 0 { count += n }
    return .of(n, errno)
  }
  /// Moves up to `count` bytes from the pipe to the socket.
  public mutating func drain(to socket: Socket, more: Bool = false) -> IOResult {
    let n = weir_splice(readEnd.number, socket.fd, count, 0x1 | 0x2 | (more ? 0x4 : 0))
    if n > 0 { count -= n }
    return .of(n, errno)
  }
}
