import CLinux
import Glibc
public import Memory
public import Primitives

/// Where datagrams go, in the kernel's form: made once, used for every send.
public struct DatagramAddress: Sendable {
  let raw: RawSocketAddress
  public let family: Endpoint.Family

  /// nil for addresses that datagrams cannot be sent to, and for too long a path.
  public init?(_ address: SocketAddress) {
    guard let raw = RawSocketAddress(address) else { return nil }
    self.raw = raw
    family = address.endpoint.family
  }
}

extension Socket {
  /// Sends one datagram made of three pieces to `address`. Never blocks (sockets are non-blocking) and never signals.
  public func send(_ first: Bytes, _ second: Bytes, _ third: Bytes, to address: DatagramAddress) -> IOResult {
    let n = unsafe withPieces(first, second, third) { list, count in
      unsafe address.raw.with { name, length in
        var message = unsafe msghdr()
        unsafe message.msg_name = UnsafeMutableRawPointer(mutating: name)
        unsafe message.msg_namelen = length
        unsafe message.msg_iov = unsafe list
        unsafe message.msg_iovlen = count
        return unsafe sendmsg(fd, &message, Int32(MSG_NOSIGNAL))
      }
    }
    return .of(n, errno)
  }
}

extension FileDescriptor {
  /// Writes three pieces in one call.
  public func write(_ first: Bytes, _ second: Bytes, _ third: Bytes) -> IOResult {
    let n = unsafe withPieces(first, second, third) { unsafe Glibc.writev(number, $0, Int32($1)) }
    return .of(n, errno)
  }
}

private func withPieces(
  _ first: Bytes, _ second: Bytes, _ third: Bytes, _ body: (UnsafeMutablePointer<iovec>, Int) -> Int
) -> Int {
  unsafe first.withUnsafeBytes { a in
    unsafe second.withUnsafeBytes { b in
      unsafe third.withUnsafeBytes { c in
        var pieces = unsafe (
          iovec(iov_base: UnsafeMutableRawPointer(mutating: a.baseAddress), iov_len: a.count),
          iovec(iov_base: UnsafeMutableRawPointer(mutating: b.baseAddress), iov_len: b.count),
          iovec(iov_base: UnsafeMutableRawPointer(mutating: c.baseAddress), iov_len: c.count)
        )
        return unsafe withUnsafeMutablePointer(to: &pieces) {
          unsafe $0.withMemoryRebound(to: iovec.self, capacity: 3) { unsafe body($0, 3) }
        }
      }
    }
  }
}
