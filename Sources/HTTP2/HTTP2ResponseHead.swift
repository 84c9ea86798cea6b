import HTTP
import HTTP1
import Memory

/// Checks an answer's header block (RFC 9113, sections 8.2 and 8.3.2) and writes it as a head of HTTP/1.1, without a
/// reason, as HAProxy does.
struct HTTP2ResponseHead {
  enum Framing { case asIs, chunked, upgrade }

  let status: Int
  /// The announced length.
  private(set) var length: UInt64?
  var isInterim: Bool { status < 200 }

  /// nil: the answer is malformed.
  init?(_ block: borrowing HTTP2FieldBlock) {
    guard block.count > 0, block.name(0).equals(":status"), let status = Self.number(block.value(0)), status != 101
    else { return nil }
    self.status = status
    for i in 1..<max(1, block.count) {
      let (name, value) = (block.name(i), block.value(i))
      if name.at(0) == 0x3a || !HTTP2FieldCheck.isRegular(name, value) || !HTTP2FieldCheck.isSound(value) { return nil }
      if name.count == 14 && name.equals("content-length") {
        guard let n = HTTP2FieldCheck.number(value), length == nil || length == n else { return nil }
        length = n
      }
    }
  }
  private static func number(_ text: Bytes) -> Int? {
    guard text.count == 3, let n = HTTP2FieldCheck.number(text), n >= 100 else { return nil }
    return Int(n)
  }

  /// False: it does not fit.
  func write(_ block: borrowing HTTP2FieldBlock, _ framing: Framing, accept: [UInt8], to buffer: inout Buffer) -> Bool {
    let opens = framing == .upgrade
    guard buffer.append("HTTP/1.1 "), buffer.append(opens ? Bytes("101") : block.value(0)), buffer.append(" \r\n")
    else {
      return false
    }
    var hasLength = false
    for i in 1..<max(1, block.count) {
      let name = block.name(i)
      if name.count == 14 && name.equals("content-length") {
        // Twice the same is once.
        if hasLength || opens || isInterim { continue }
        hasLength = true
      }
      guard buffer.append(name: name, value: block.value(i)) else { return false }
    }
    switch framing {
    case .asIs: break
    case .chunked: guard buffer.append("transfer-encoding: chunked\r\n") else { return false }
    case .upgrade:
      guard buffer.append("connection: upgrade\r\nupgrade: websocket\r\n") else { return false }
      if !accept.isEmpty {
        guard buffer.append("Sec-Websocket-Accept: "), buffer.append(accept), buffer.append("\r\n") else {
          return false
        }
      }
    }
    return buffer.append("\r\n")
  }
}
