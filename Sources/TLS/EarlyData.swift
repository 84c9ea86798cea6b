import COpenSSL
import Glibc
public import Memory

/// What a client sent before its handshake was over (RFC 8446, section 2.3). Others may have recorded it and send it
/// again, so it is kept until the handshake's end proves that the client is there.
final class EarlyInput {
  private var bytes: [UInt8] = []
  private var taken = 0
  /// More may come.
  var isReading = true
  var isEmpty: Bool { taken >= bytes.count }

  func append(_ more: UnsafeBufferPointer<UInt8>) { unsafe bytes.append(contentsOf: more) }
  func move(into buffer: inout Buffer, limit: Int) -> Int {
    let count = min(limit, buffer.room, bytes.count - taken)
    for i in 0..<max(0, count) { _ = buffer.append(byte: bytes[taken + i]) }
    taken += max(0, count)
    return max(0, count)
  }
}

extension TLSSession {
  /// Reads what comes before the handshake's end; what `SSL_get_error` wants to know where nothing goes on, else nil.
  @unsafe static func readEarly(_ raw: OpaquePointer, into early: EarlyInput) -> Int32? {
    while early.isReading {
      var count = 0
      let result = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16384) { room in
        let result = unsafe SSL_read_early_data(raw, room.baseAddress, room.count, &count)
        if count > 0 { unsafe early.append(UnsafeBufferPointer(rebasing: room[..<count])) }
        return result
      }
      if result == SSL_READ_EARLY_DATA_ERROR { return 0 }
      if result == SSL_READ_EARLY_DATA_FINISH { early.isReading = false }
    }
    return nil
  }

  /// The peer sent early data, or took ours.
  public var acceptedEarlyData: Bool { unsafe SSL_get_early_data_status(raw) == SSL_EARLY_DATA_ACCEPTED }
  /// The server did not want ours: it has dropped it.
  public var rejectedEarlyData: Bool { unsafe SSL_get_early_data_status(raw) == SSL_EARLY_DATA_REJECTED }

  /// How much may be sent to a server before the handshake: what the resumed session says.
  public var earlyDataLimit: Int {
    guard let session = unsafe SSL_get_session(raw) else { return 0 }
    return unsafe Int(SSL_SESSION_get_max_early_data(session))
  }
  /// Sends to a server before the handshake: all of the bytes, or none yet.
  public mutating func sendEarly(_ bytes: Bytes) -> TLSTransfer {
    ERR_clear_error()
    var count = 0
    errno = 0
    let result = unsafe bytes.withUnsafeBytes { unsafe SSL_write_early_data(raw, $0.baseAddress, $0.count, &count) }
    let code = errno
    if result == 1 { return .bytes(count) }
    return unsafe outcome(result, code)
  }
}
