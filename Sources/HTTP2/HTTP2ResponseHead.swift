import HTTP
import Memory

/// Checks an answer's header block (RFC 9113, sections 8.2 and 8.3.2) and writes it as a head of HTTP/1.1, without a
/// reason, as HAProxy does.
struct HTTP2ResponseHead {
  enum Framing { case asIs, chunked, upgrade }

  let status: Int
  /// The announced length.
  private(set) var length: UInt64?
  var isInterim: Bool { status < 200 }

  /// Lengths that are announced.
  private var lengths = 0

  /// nil: the answer is malformed.
  init?(_ block: borrowing HTTP2FieldBlock) {
    guard block.count > 0, block.traits(0).pseudo == .status, let status = Self.number(block.value(0)), status != 101
    else { return nil }
    self.status = status
    for i in 1..<max(1, block.count) {
      if block.isPseudo(i) || !block.isRegular(i) || !block.isSound(i) { return nil }
      if block.known(i) == .contentLength {
        guard let n = HTTP2FieldCheck.number(block.value(i)), length == nil || length == n else { return nil }
        length = n
        lengths += 1
      }
    }
  }
  private static func number(_ text: Bytes) -> Int? {
    guard text.count == 3, let n = HTTP2FieldCheck.number(text), n >= 100 else { return nil }
    return Int(n)
  }

  /// False: it does not fit.
  func write(
    _ block: borrowing HTTP2FieldBlock, _ framing: Framing, accept: [UInt8], to buffer: inout Buffer,
    _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    places.reset()
    let opens = framing == .upgrade
    guard buffer.append(short: Bytes("HTTP/1.1 ")), buffer.append(short: opens ? Bytes("101") : block.value(0)),
      buffer.append(short: Bytes(" \r\n")), writeFields(block, keepsLength: !opens && !isInterim, &buffer, &places)
    else { return false }
    switch framing {
    case .asIs: break
    case .chunked:
      places.add(at: buffer.count, name: 17, value: 7, .transferEncoding)
      guard buffer.append(short: Bytes("transfer-encoding: chunked\r\n")) else { return false }
    case .upgrade:
      guard buffer.append("connection: upgrade\r\nupgrade: websocket\r\n") else { return false }
      if !accept.isEmpty {
        guard buffer.append("Sec-Websocket-Accept: "), buffer.append(accept), buffer.append("\r\n") else {
          return false
        }
      }
    }
    return buffer.append(short: Bytes("\r\n"))
  }

  private func writeFields(
    _ block: borrowing HTTP2FieldBlock, keepsLength: Bool, _ buffer: inout Buffer, _ places: inout HTTP2HeadPlaces
  ) -> Bool {
    if lengths == 0 || (lengths == 1 && keepsLength) {
      block.note(from: 1, at: buffer.count, in: &places)
      return buffer.append(block.lines(from: 1))
    }
    var keepsLength = keepsLength
    for i in 1..<block.count {
      if block.known(i) == .contentLength {
        if !keepsLength { continue }
        // Twice the same is once.
        keepsLength = false
      }
      let (name, value) = (block.name(i), block.value(i))
      places.add(at: buffer.count, name: name.count, value: value.count, block.known(i))
      guard buffer.append(name: name, value: value) else { return false }
    }
    return true
  }
}
