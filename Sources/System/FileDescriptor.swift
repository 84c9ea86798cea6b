import CLinux
import Glibc
import Memory

/// A descriptor number. Who holds it closes it, once; the number alone owns nothing.
public struct FileDescriptor: Hashable, Sendable {
  public let number: Int32
  @inlinable public init(_ number: Int32) { self.number = number }
  public static let none = FileDescriptor(-1)
  @inlinable public var isOpen: Bool { number >= 0 }

  public func close() { _ = Glibc.close(number) }

  public func setNonBlocking(_ on: Bool = true) {
    let flags = weir_fcntl(number, F_GETFL, 0)
    _ = weir_fcntl(number, F_SETFL, Int(on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK))
  }
  public func setCloseOnExec(_ on: Bool = true) { _ = weir_fcntl(number, F_SETFD, on ? Int(FD_CLOEXEC) : 0) }
  public var isValid: Bool { weir_fcntl(number, F_GETFD, 0) >= 0 }
  public func duplicate() -> FileDescriptor? {
    let copy = weir_fcntl(number, F_DUPFD_CLOEXEC, 3)
    return copy < 0 ? nil : FileDescriptor(copy)
  }
  public func replace(_ target: FileDescriptor) { _ = dup2(number, target.number) }

  /// Reads into the room at the buffer's tail.
  public func read(into buffer: inout Buffer) -> IOResult {
    var code: Int32 = 0
    let n = unsafe buffer.appendUnsafe { room in
      let n = unsafe Glibc.read(number, room.baseAddress, room.count)
      code = errno
      return n
    }
    return .of(n, code)
  }
  public func write(_ bytes: Bytes) -> IOResult {
    let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
    return .of(n, errno)
  }
  public func write(_ bytes: [UInt8]) -> IOResult {
    let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
    return .of(n, errno)
  }
  /// Writes text whose scalars are bytes (see ConfigSyntax) on a blocking descriptor.
  public func writeAll(_ text: String) {
    var bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }[...]
    while !bytes.isEmpty {
      let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
      if n <= 0 {
        if n < 0 && errno == EINTR { continue }
        return
      }
      bytes = bytes.dropFirst(n)
    }
  }

  public static let standardOutput = FileDescriptor(1)
  public static let standardError = FileDescriptor(2)
  public var isTerminal: Bool { isatty(number) == 1 }
}
