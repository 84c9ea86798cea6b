import COpenSSL
import Glibc
public import Memory

/// One connection's TLS: the handshake, then bytes in clear above and records on the socket below. It works on the
/// socket's descriptor itself, so that nothing is copied between them. One thread at a time.
@safe public struct TLSSession: ~Copyable {
  let raw: OpaquePointer
  /// The session's own: it frees it.
  private let transport: OpaquePointer

  /// Bytes of a record: while little was sent since the peer last spoke, and ever. 0 for no limit.
  private let firstLimit: Int32
  private let hardLimit: Int32
  private var sentInRow = 0
  /// Bytes that the last call offered and the socket did not take: OpenSSL wants no less of them next time.
  private var offered = 0
  /// OpenSSL's number for the last error of the first time that something failed, or 0.
  public private(set) var errorCode: UInt = 0
  /// What a client sends before the handshake is over; nil where it may not.
  private var early: EarlyInput?
  /// Bytes that one record takes.
  private static let largestRecord = 16384
  /// Bytes in a row that make a long transfer.
  private static let longTransfer = 65536

  @unsafe init(
    _ raw: OpaquePointer, _ transport: OpaquePointer, _ limits: (first: Int, hard: Int), readsEarly: Bool = false
  ) {
    unsafe self.raw = raw
    unsafe self.transport = transport
    firstLimit = Int32(clamping: limits.first)
    hardLimit = Int32(clamping: limits.hard)
    early = readsEarly ? EarlyInput() : nil
  }
  deinit { unsafe SSL_free(raw) }

  /// Goes on with the handshake as far as the socket lets it.
  public mutating func handshake() -> TLSProgress {
    unsafe clearErrors()
    errno = 0
    var stopped: Int32?
    if let early, early.isReading { unsafe stopped = Self.readEarly(raw, into: early) }
    let result = unsafe stopped ?? SSL_do_handshake(raw)
    if result == 1 {
      if early?.isEmpty == true { early = nil }
      return .done
    }
    let code = errno
    switch unsafe SSL_get_error(raw, result) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case SSL_ERROR_WANT_ASYNC, SSL_ERROR_WANT_X509_LOOKUP: return .wantsRead
    case SSL_ERROR_SYSCALL: return .failed(unsafe handshakeFailure(systemError: code, isSystem: true))
    default: return .failed(unsafe handshakeFailure(systemError: 0, isSystem: false))
    }
  }

  @unsafe private mutating func handshakeFailure(systemError: Int32, isSystem: Bool) -> TLSFailure {
    noteError()
    let code = ERR_peek_error()
    ERR_clear_error()
    let record = unsafe TLSVerificationRecord.of(raw)
    if record.failure > 0, let kind = TLSFailure.Kind(rawValue: record.failure - 1) {
      return TLSFailure(kind, code: code)
    }
    let nothingCame = unsafe SSL_get_state(raw) == TLS_ST_BEFORE
    let ended = unsafe !isSystem && isUnexpectedEnd(code)
    if nothingCame && (isSystem || ended) {
      return TLSFailure(systemError == 0 ? .closedEmpty : .handshake, code: code, systemError: systemError)
    }
    return TLSFailure(.handshake, code: code, systemError: systemError)
  }

  /// Receives into the room at the buffer's tail, at most `limit` bytes. One record at most.
  public mutating func receive(into buffer: inout Buffer, limit: Int = .max) -> TLSTransfer {
    if let early {
      let count = early.move(into: &buffer, limit: limit)
      if early.isEmpty { self.early = nil }
      if count > 0 { return .bytes(count) }
    }
    unsafe clearErrors()
    var result: Int32 = 0
    var code: Int32 = 0
    let count = unsafe buffer.appendUnsafe(limit: limit) { room in
      var count = 0
      errno = 0
      result = unsafe SSL_read_ex(raw, room.baseAddress, room.count, &count)
      code = errno
      return result == 1 ? count : 0
    }
    if result == 1 {
      sentInRow = 0
      return .bytes(count)
    }
    return unsafe outcome(result, code)
  }

  /// Sends what it can of two pieces, in one record where they fit into one. After `wantsRead` or `wantsWrite` the next
  /// call must offer at least the same bytes. With `more`, and where a record does not take all, the kernel may hold the
  /// bytes back until others come.
  public mutating func send(_ first: Bytes, _ second: Bytes = Bytes(), more: Bool = false) -> TLSTransfer {
    if firstLimit == 0 && hardLimit == 0 {
      let holdsBack = more || first.count &+ second.count > Self.largestRecord
      if !holdsBack { return write(first, second) }
      unsafe SocketTransport.holdBack(transport, true)
      defer { unsafe SocketTransport.holdBack(transport, false) }
      return write(first, second)
    }
    var limit = hardLimit > 0 ? Int(hardLimit) : Int.max
    if firstLimit > 0 && sentInRow < Self.longTransfer { limit = min(limit, Int(firstLimit)) }
    limit = max(limit, offered)
    let head = first.prefix(min(limit, first.count))
    let tail = second.prefix(min(limit - head.count, second.count))
    let result = write(head, tail)
    offered = 0
    switch result {
    case .bytes(let n): sentInRow += n
    case .wantsRead, .wantsWrite: offered = head.count + tail.count
    default: break
    }
    return result
  }

  private mutating func write(_ first: Bytes, _ second: Bytes) -> TLSTransfer {
    unsafe clearErrors()
    var count = 0
    errno = 0
    let result: Int32
    if second.isEmpty {
      if first.isEmpty { return .bytes(0) }
      result = unsafe first.withUnsafeBytes { unsafe SSL_write_ex(raw, $0.baseAddress, $0.count, &count) }
    } else if first.isEmpty {
      result = unsafe second.withUnsafeBytes { unsafe SSL_write_ex(raw, $0.baseAddress, $0.count, &count) }
    } else {
      result = unsafe first.withUnsafeBytes { a in
        unsafe second.withUnsafeBytes { b in
          unsafe weir_SSL_write_pieces(raw, a.baseAddress, a.count, b.baseAddress, b.count, &count)
        }
      }
    }
    let code = errno
    if result == 1 { return .bytes(count) }
    return unsafe outcome(result, code)
  }

  private mutating func noteError() { if errorCode == 0 { errorCode = ERR_peek_last_error() } }

  @unsafe mutating func outcome(_ result: Int32, _ systemError: Int32) -> TLSTransfer {
    switch unsafe SSL_get_error(raw, result) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case SSL_ERROR_ZERO_RETURN: return .closed
    case SSL_ERROR_SYSCALL:
      ERR_clear_error()
      return systemError == 0 ? .truncated : .failed(TLSFailure(.fatal, systemError: systemError))
    default:
      noteError()
      let code = ERR_peek_error()
      ERR_clear_error()
      return unsafe isUnexpectedEnd(code) ? .truncated : .failed(TLSFailure(.fatal, code: code))
    }
  }

  /// Tells the peer that nothing more comes (an alert), as far as the socket takes it at once.
  public mutating func endSending() {
    unsafe clearErrors()
    if unsafe SSL_shutdown(raw) < 0 { ERR_clear_error() }
  }

  /// Before the socket is closed without a word: what the session has agreed on stays good for a resumption.
  public mutating func endQuietly() {
    unsafe SSL_set_shutdown(raw, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
  }

  /// An edge of the poller: there may be bytes, or the peer has closed.
  public mutating func noteReadable(peerClosed: Bool) {
    unsafe SocketTransport.noteReadable(transport, peerClosed: peerClosed)
  }
  /// False: a receive would block until the next edge.
  public var mayReceive: Bool { unsafe SocketTransport.mayReceive(transport) || hasPending }
  /// Bytes that have come from the socket and wait inside of the session.
  public var hasPending: Bool { unsafe SSL_has_pending(raw) == 1 || early != nil }
  public var isHandshakeDone: Bool { unsafe SSL_is_init_finished(raw) == 1 }

  /// Errors that something else left on this thread would be taken for ours.
  @unsafe private func clearErrors() { if ERR_peek_error() != 0 { ERR_clear_error() } }
}

/// The peer closed the connection where more was due.
@unsafe private func isUnexpectedEnd(_ code: UInt) -> Bool {
  weir_ERR_library(code) == ERR_LIB_SSL && weir_ERR_reason(code) == UInt(SSL_R_UNEXPECTED_EOF_WHILE_READING)
}
