import COpenSSL
import Glibc
import System

/// What stands between OpenSSL and a socket. It remembers, as the poller's edges want it, that a receive has emptied the
/// socket: asking again before the next edge would only learn so. That, and OpenSSL's read-ahead, make one receive of
/// what would be three. Everything it knows is packed into the pointer-sized slot of OpenSSL's object.
enum SocketTransport {
  /// The low byte of the slot; the descriptor stands above.
  private struct State {
    static let mayReceive: UInt = 1
    static let peerClosed: UInt = 2
    /// Without it the socket is asked each time.
    static let followsEdges: UInt = 4
    /// More follows at once what is sent.
    static let holdsBack: UInt = 8
  }

  /// The object for one socket, which stays the caller's; nil where there is no memory.
  @unsafe static func make(_ descriptor: FileDescriptor, followsEdges: Bool) -> OpaquePointer? {
    guard let method = unsafe method.raw, let transport = unsafe BIO_new(method) else { return nil }
    unsafe BIO_set_init(transport, 1)
    let bits = UInt(UInt32(bitPattern: descriptor.number)) << 8 | State.mayReceive
    unsafe set(transport, followsEdges ? bits | State.followsEdges : bits)
    return unsafe transport
  }

  /// An edge: there may be bytes, or the peer has closed.
  @unsafe static func noteReadable(_ transport: OpaquePointer, peerClosed: Bool) {
    unsafe set(transport, bits(transport) | (peerClosed ? State.mayReceive | State.peerClosed : State.mayReceive))
  }
  /// What is sent from here on may wait in the kernel for more.
  @unsafe static func holdBack(_ transport: OpaquePointer, _ on: Bool) {
    let bits = unsafe bits(transport)
    unsafe set(transport, on ? bits | State.holdsBack : bits & ~State.holdsBack)
  }
  /// False: a receive would block until the next edge.
  @unsafe static func mayReceive(_ transport: OpaquePointer) -> Bool {
    unsafe bits(transport) & State.mayReceive != 0
  }

  @unsafe private static func bits(_ transport: OpaquePointer?) -> UInt {
    unsafe UInt(bitPattern: BIO_get_data(transport))
  }
  @unsafe private static func set(_ transport: OpaquePointer?, _ bits: UInt) {
    unsafe BIO_set_data(transport, UnsafeMutableRawPointer(bitPattern: bits))
  }

  /// OpenSSL's table of the functions below: made once, never freed.
  @safe private struct Method: @unchecked Sendable {
    let raw: OpaquePointer?
    init() {
      unsafe raw = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket")
      unsafe BIO_meth_set_read(raw, receive)
      unsafe BIO_meth_set_write(raw, send)
      unsafe BIO_meth_set_ctrl(raw, control)
    }
  }
  private static let method = Method()

  private static let receive: @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32 = {
    transport, room, count in
    unsafe BIO_clear_flags(transport, retryFlags)
    let bits = unsafe bits(transport)
    if bits & State.mayReceive == 0 {
      unsafe BIO_set_flags(transport, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
      return -1
    }
    let n = unsafe recv(Int32(truncatingIfNeeded: bits >> 8), room, Int(count), 0)
    if n > 0 {
      // A short receive has emptied the socket; an end already seen needs no edge.
      let isEmptied = n < Int(count) && bits & State.followsEdges != 0 && bits & State.peerClosed == 0
      if isEmptied { unsafe set(transport, bits & ~State.mayReceive) }
      return Int32(truncatingIfNeeded: n)
    }
    if n == 0 { return 0 }
    if isTransient(errno) {
      if bits & State.followsEdges != 0 && errno != EINTR { unsafe set(transport, bits & ~State.mayReceive) }
      unsafe BIO_set_flags(transport, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
    }
    return -1
  }

  private static let send: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
    transport, bytes, count in
    unsafe BIO_clear_flags(transport, retryFlags)
    let bits = unsafe bits(transport)
    let flags = Int32(MSG_NOSIGNAL) | (bits & State.holdsBack == 0 ? 0 : Int32(MSG_MORE))
    let n = unsafe Glibc.send(Int32(truncatingIfNeeded: bits >> 8), bytes, Int(count), flags)
    if n < 0 && isTransient(errno) { unsafe BIO_set_flags(transport, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY) }
    return Int32(truncatingIfNeeded: n)
  }

  private static let control: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int = {
    _, command, _, _ in
    // Not `BIO_CTRL_EOF`: OpenSSL would answer an end in the handshake by an alert, and take later ends for fatal. So
    // it tells them as a failed call without an error.
    command == BIO_CTRL_FLUSH ? 1 : 0
  }

  private static let retryFlags = BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY
  private static func isTransient(_ code: Int32) -> Bool { code == EAGAIN || code == EINTR || code == ENOTCONN }
}
