import Connections
import EventLoop
import Memory

/// One connection over which messages come (RFC 6587): each with its length before it, or ended by a line feed.
final class ForwardSession {
  /// Of the configuration that is served now.
  var section = 0
  var connection: Connection
  var buffer: Buffer
  var slot: TimerWheel.Slot = 0
  var generation: UInt32 = 0
  var isSecure: Bool

  init(connection: consuming Connection, buffer: consuming Buffer, isSecure: Bool) {
    self.connection = connection
    self.buffer = buffer
    self.isSecure = isSecure
  }
}

/// The next message at the start of what came.
enum ForwardFrame {
  /// The bytes to skip before it, its length, and the bytes behind it.
  case message(start: Int, count: Int, rest: Int)
  case incomplete
  /// What came is no message: nothing that follows can be found.
  case invalid

  /// `limit`: bytes that a frame may have.
  static func first(of bytes: Bytes, limit: Int) -> ForwardFrame {
    guard let first = bytes.at(0) else { return .incomplete }
    switch first {
    case UInt8(ascii: "<"):
      guard let end = bytes.firstIndex(of: 0x0a) else { return bytes.count >= limit ? .invalid : .incomplete }
      let count = end > 0 && bytes[end - 1] == 0x0d ? end - 1 : end
      return .message(start: 0, count: count, rest: end + 1 - count)
    case UInt8(ascii: "1")...UInt8(ascii: "9"): return counted(bytes, limit)
    default: return .invalid
    }
  }

  /// `5 hello`
  private static func counted(_ bytes: Bytes, _ limit: Int) -> ForwardFrame {
    var count = 0
    var at = 0
    while let byte = bytes.at(at), byte != 0x20 {
      guard (48...57).contains(byte) else { return .invalid }
      count = count * 10 + Int(byte - 48)
      if count > limit { return .invalid }
      at += 1
    }
    if at == bytes.count { return .incomplete }
    if at + 1 + count > limit { return .invalid }
    return bytes.count >= at + 1 + count ? .message(start: at + 1, count: count, rest: 0) : .incomplete
  }
}
